// Package why says why a plan of a scenario came out as it did, and what the smallest changes are that would have had it
// come out otherwise.
//
// # Causes
//
// The causes are read off the run's record and timeline, political and technical ones apart: what was asked of whom, who
// took which position and when, what an amendment cleared and what it cost, what closed a stage; and which moves the
// machines kept from the record, and for how long.
//
// # Changes and flips
//
// A change is one edit of the scenario that an author could make: a capital's position on a version, a veto not cast, a
// condition dropped, a value of the text or of an amendment, a rule's threshold, a window, a move made or an answer given
// earlier or later, a pledge, a fault that does not happen, a red line. A flip is a set of changes after which the outcome is another one, see [Goal]. That is the
// counterfactual notion of a cause (Lewis, "Causation", The Journal of Philosophy 70, 1973), and a flip of several changes
// none of which flips alone is what Halpern and Pearl call an actual cause under a contingency ("Causes and explanations: a
// structural-model approach", British Journal for the Philosophy of Science 56, 2005). Nothing is claimed by reasoning: each
// flip is played again, in virtual time on real Raft, before it is listed.
//
// Of a window, a move's time and a policy's delay any value could be taken, and all those matter at which things happen in
// another order. They are found by walking along all values: two plays a minute apart show which times of the run move along
// and how fast, so that the next value is known at which two of them meet, and from there all is played again. Of all values
// between which nothing political differs, the one nearest to what it was is tried. Replies take as long as they did
// meanwhile; each change is then played as it would be written, where a policy draws anew when a text comes to it at another
// time. A move that is refused at another time is not tried: not to make it is a change of its own.
//
// All single changes are played, then all pairs of those that do not flip alone, so a listed pair is minimal. If neither
// flips, a search looks for larger sets: it takes many changes together and leaves out one after the other as long as the
// rest still flips (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE Transactions on
// Software Engineering 28, 2002). What it finds is minimal too, in that each change in it is needed; but it is not
// exhaustive: a smaller set may exist.
//
// What flips is looked for without messages, and then confirmed on real Raft: on the state machine alone where no technical
// fault is in play, and on ideal machines (package sim, PlayIdeal) where one is, which comes to the same; of the single
// changes some from all over are compared with real Raft each time. Faults that ideal machines cannot tell of, such as lines
// that lose messages, are played on real Raft from the start, as far as [Options].Plays goes. What the script says stays as it is in all that a change does not touch: a scripted capital
// does not answer another text differently, one with a policy does.
//
// The package decides nothing of the terms and plays nothing itself: its caller plays ([Player]).
package why
