// Package sweep plays one scenario many times, each time with other inputs, and says how sure its outcome is: what share of
// the runs came to which end, how long agreement took, who blocked it, and on which input the outcome depends most.
//
// Every run's inputs are drawn from the sweep's seed and the run's number alone. So a sweep that was interrupted goes on
// where it stood, and one that was divided among machines adds up to exactly the undivided one.
//
// Technical and political outcomes are counted apart. A run in which no quorum could be reached says nothing about what the
// parties would have agreed: its undecided plans count as unknown, not as refused.
//
// The package draws, plays on the state machine alone, reads and writes results and sums them up. It knows nothing of
// processes and terminals; who plays on real Raft hands in reports.
package sweep
