// Package node is one capital: hashicorp/raft with its stores, the agreed-terms state machine on top, and the ways in
// which a capital makes moves and reads the record.
//
// It knows moves only by their number, time and signature; what they mean is the business of package terms. It knows
// nothing of scenarios, and nothing of how messages travel: Raft's own go through a raft.Transport, those between
// capitals beside Raft through [Links]. It runs on the clock of package time, so on virtual time inside a bubble, and it
// never tries anything again without waiting in between.
//
// # Outcomes
//
// What becomes of a move is one of three things. Recorded: it is in the record, with the state machine's result. Refused:
// the state machine refused it. Unknown: neither could be learned in time, because no quorum could be reached or the
// leader was lost on the way. Only the first two are political. A move whose outcome is unknown may still be recorded
// later, unless the receipt says that it cannot be; it is safe to submit it again under its own number, as the state
// machine answers a repeated number with the first result.
//
// # What a leader does otherwise than Raft alone
//
//   - It writes moves to its own disk while the others write them to theirs, or soon after, and keeps their answers from Raft
//     until a majority has written them, itself or without it; see overlap.go.
//   - Before a linearizable read it has a majority answer what was sent after the read began; see heard.go.
//
// # Known faults of hashicorp/raft v1.8.0, and what is done about them
//
//   - The heartbeat fast path races with the leader's loop and can make logs diverge (hashicorp/raft#695): the transport
//     never gets a heartbeat handler, so heartbeats go through Raft's main queue.
//   - More than one append in flight can go wrong after a fault (#612), and gains nothing: pipelines are refused.
//   - A follower with a conflicting tail can be sent snapshots for ever (#697): TrailingLogs is Raft's default, 10240,
//     so that snapshots are rarely sent at all.
//   - Two leadership transfers to a capital that cannot be reached can block for ever, and whoever was leader then
//     refuses all moves once it leads again (#696): a second one is refused for a while, and a node that is stuck all the
//     same restarts its Raft on the same stores and transport.
//   - ErrLeadershipLost and timeouts say nothing about the fate of an entry (#561): see [Unknown].
//   - VerifyLeader counts answers to heartbeats from before the call, so that a leader whose machine was stopped for a while
//     could serve a state that is over: answers are told apart by when they were asked for.
//   - A shutdown can leave a future without an answer, so nothing here waits for a future alone.
package node
