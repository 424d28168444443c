// Package api is a capital's interface for people and programs: HTTP and JSON under /v1, a stream of server-sent events,
// and a Go client of both. openapi.json describes it, and a test holds the two together.
//
// It knows a capital as the small interface [Capital], and its client only by name: who speaks for whom is told by
// [Options].Who, which reads the client's certificate. It must not know how the capital stores or sends anything.
//
// # Two kinds of "no"
//
// That the state machine refuses a move is a result: 200 with the outcome "refused", and the record keeps it. That a move
// could not be recorded is an error of HTTP's kind. Three answers keep apart what is known:
//
//   - 200: recorded or refused; it is final.
//   - 202: unknown. The move may be recorded, or come to be. Ask again under the number in the answer: the state machine
//     answers a number that it has seen with the first result, so nothing is doubled.
//   - 503 with the code not-recorded: unknown for want of a quorum, and certainly not in the record.
//
// # Who may do what
//
// Any client with a certificate of the conference may read, and follow the stream, at any capital. A capital's moves are
// made at its own API by its own certificate. Any capital may ask the leader to hand over, since Raft's leadership is no
// political matter, and may take a backup, which holds no more than the record. Snapshots and faults are the capital's
// own business. Health alone asks for no certificate.
//
// # The stream
//
// /v1/events tells of every move that got into the record, refused ones included, in order, each once; and of what this
// one capital saw of Raft's elections, each event after the moves that it had in its record by then. Every event has an id
// that says how far the reader has come in both, such as 17@kyiv:3f2ac01d9be45a77:42: the moves up to the 17th, and 42
// Raft events of one process of kyiv's. A reader that reconnects brings it as Last-Event-ID or ?after=:
//
//   - To the same capital: it goes on exactly where it stopped, in moves and in Raft events. The capital holds its latest
//     1024 Raft events, in memory. If some that the reader has not seen are gone, since it was away for longer or the
//     capital was started anew, a gap event says which, before anything else or, of a reader that lags, once it is so.
//   - To another capital: it goes on with the next move, since the record is the same everywhere. Raft events are of
//     another machine now, and begin there and then: a standing event tells first whom that capital follows.
//   - With the sequence of a move alone, such as 17: the moves after it, and Raft events as at another capital.
package api
