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
// /v1/events tells of every move that got into the record, refused ones included, in order, each once. A move's event id
// is its place in the record, which is the same on every capital: a reader that reconnects with Last-Event-ID, to this
// capital or another, goes on exactly where it stopped. Raft events are what this one capital saw of elections, told as they
// happen: they have no ids, they are not repeated, and a reader who lags behind misses some.
package api
