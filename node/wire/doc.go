// Package wire is a capital's real wires: one TCP port, mutual TLS 1.3 by package identity, and over it what
// hashicorp/raft says ([Wire.Transport]) and what capitals say to each other beside it ([Wire.Call]).
//
// # One port
//
// The protocol of a connection is agreed in its handshake (ALPN): parley-raft/3 is that of raft.NetworkTransport,
// parley-call/3 is frames of this package. The number is that of the version; capitals of different versions refuse each
// other and say why, since their records could part ways. After the handshake the accepting side says whether it lets the peer in, in
// one byte, as in TLS 1.3 the dialling side would otherwise learn that it was refused only after it has sent something.
//
// # Who speaks
//
// A connection speaks for the capital of its certificate. Every accepted Raft connection has a raft.NetworkTransport of
// its own to decode it, so that each message can be held against the certificate of the connection it came by: one that
// claims another sender ends the connection. Who dials a capital checks that it is the one who answers. Connections are
// verified again every few seconds, so one that lives on after its certificate expired, or after its authority was
// replaced, is closed.
//
// # Bounds
//
// A handshake has a time limit. Connections in their handshake are bounded in number, and so are each capital's
// connections; where there is one too many, the oldest is closed, so that nobody is locked out by connections that do
// nothing. A read of a snapshot, which holds up all of Raft, has a time limit too. Frames are bounded in size, a
// connection's calls in number. What is wrong with connections is logged once a minute for each host and kind of fault.
//
// # Faults
//
// With Options.Chaos a capital can be told to lose, delay or hold what it sends to another: see [Faults]. That is how a
// scenario's faults come about on a real cluster. It knows nothing of scenarios.
package wire
