package network

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

// snapshotScale is how many bytes of a snapshot get one RPCTimeout, as in hashicorp/raft's NetworkTransport.
const snapshotScale = 256 << 10

// Transport is one capital's connection to the network, from Up to Down: a raft.Transport whose addresses are the ids
// of capitals. A restarted capital gets a new one.
type Transport struct {
	net     *Network
	capital *capital
	inbox   chan raft.RPC
	closed  chan struct{}          // closed by close, under Network.mu
	address []byte                 // as EncodePeer returns it
	heard   atomic.Pointer[string] // what DecodePeer returned last

	// Guarded by Network.mu:
	handler Handler
	serving []*exchange // whose requests were taken in and not answered: see ticket
	alarm   *time.Timer // nil before the first
	alarmAt time.Time   // zero: it is not set

	// calls is the context of the calls being served here. It ends when the capital goes down.
	calls    context.Context
	endCalls context.CancelFunc
}

var (
	_ raft.Transport   = (*Transport)(nil)
	_ raft.WithPreVote = (*Transport)(nil)
	_ raft.WithClose   = (*Transport)(nil)
)

func newTransport(n *Network, c *capital) *Transport {
	t := &Transport{
		net: n, capital: c,
		// Raft's main loop takes requests one by one. With room for some, senders need not queue up at the channel,
		// which would put the order into the hands of the scheduler.
		inbox:   make(chan raft.RPC, 64),
		closed:  make(chan struct{}),
		address: []byte(c.id),
	}
	t.calls, t.endCalls = context.WithCancel(context.Background())
	return t
}

// close disconnects the transport, and its capital if it is the one in use. It can be called again. The caller holds
// net.mu.
func (t *Transport) close() {
	if t.isClosed() {
		return
	}
	close(t.closed)
	t.endCalls()
	for _, x := range t.serving {
		x.revoke(errDown)
	}
	t.serving = nil
	if t.alarm != nil {
		t.alarm.Stop()
	}
	if t.capital.up == t {
		t.capital.up = nil
	}
}

func (t *Transport) isClosed() bool {
	select {
	case <-t.closed:
		return true
	default:
		return false
	}
}

// Close disconnects the capital, like Network.Down. Raft calls it at the end of its shutdown.
func (t *Transport) Close() error {
	t.net.mu.Lock()
	defer t.net.mu.Unlock()
	t.close()
	return nil
}

// Consumer returns the channel on which Raft receives requests, heartbeats among them. One is Raft's until it has answered it;
// entries stay Raft's.
func (t *Transport) Consumer() <-chan raft.RPC { return t.inbox }

// LocalAddr returns the id of the capital.
func (t *Transport) LocalAddr() raft.ServerAddress { return raft.ServerAddress(t.capital.id) }

// EncodePeer returns the address as bytes, which must not be changed.
func (t *Transport) EncodePeer(_ raft.ServerID, addr raft.ServerAddress) []byte {
	if string(addr) == t.capital.id { // Raft asks for its own with every message
		return t.address
	}
	return []byte(addr)
}

// DecodePeer returns the address that EncodePeer encoded.
func (t *Transport) DecodePeer(peer []byte) raft.ServerAddress {
	if last := t.heard.Load(); last != nil && *last == string(peer) { // nearly always the leader's
		return raft.ServerAddress(*last)
	}
	addr := string(peer)
	t.heard.Store(&addr)
	return raft.ServerAddress(addr)
}

// SetHeartbeatHandler does nothing: heartbeats go through Raft's main queue, since the fast path races with the leader's
// loop (hashicorp/raft#695).
func (t *Transport) SetHeartbeatHandler(func(raft.RPC)) {}

// AppendEntriesPipeline always returns raft.ErrPipelineReplicationNotSupported: Raft then has one append in flight to
// each peer (hashicorp/raft#612).
func (t *Transport) AppendEntriesPipeline(raft.ServerID, raft.ServerAddress) (raft.AppendPipeline, error) {
	return nil, raft.ErrPipelineReplicationNotSupported
}

// AppendEntries sends log entries, a commit notice or a heartbeat.
func (t *Transport) AppendEntries(_ raft.ServerID, to raft.ServerAddress, req *raft.AppendEntriesRequest,
	resp *raft.AppendEntriesResponse) error {
	kind := Append
	switch {
	case isHeartbeat(req):
		kind = Heartbeat
	case len(req.Entries) == 0:
		kind = CommitNotice
	}
	a := t.net.appending()
	a.request = *req
	a.request.Entries = copyEntries(req.Entries)
	a.work.command, a.work.response, a.exchange.append = &a.request, &a.response, a
	err := finish(t, &a.exchange, to, kind, &a.work, t.net.config.RPCTimeout, resp)
	if a.spent && a.exchange.done == nil { // else others may still have it
		t.net.reuse(a)
	}
	return err
}

// appending is an AppendEntries with all that it needs. Nearly all messages are of this kind, so it is used again: as soon as
// the peer's Raft, which keeps nothing of a request but its entries, has answered, and the answer was taken.
type appending struct {
	exchange exchange
	work     raftWork
	request  raft.AppendEntriesRequest
	response raft.AppendEntriesResponse
	spent    bool // Raft has answered
}

// appending returns an empty one.
func (n *Network) appending() *appending {
	n.mu.Lock()
	defer n.mu.Unlock()
	last := len(n.spent) - 1
	if last < 0 {
		return new(appending)
	}
	a := n.spent[last]
	n.spent = n.spent[:last]
	return a
}

// reuse takes one back that nobody has any more.
func (n *Network) reuse(a *appending) {
	*a = appending{}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.spent = append(n.spent, a)
}

// copyNames makes the names in the message that goes onto a link copies.
func (a *appending) copyNames(l *link, answer bool) {
	h := &a.request.RPCHeader
	if answer {
		h = &a.response.RPCHeader
	} else {
		//lint:ignore SA1019 Raft still sets it, so it is carried
		a.request.Leader = l.named(a.request.Leader)
	}
	h.ID, h.Addr = l.named(h.ID), l.named(h.Addr)
}

// isHeartbeat tells a heartbeat from other appends without entries, as hashicorp/raft's NetworkTransport does: a
// heartbeat says nothing about the log.
func isHeartbeat(req *raft.AppendEntriesRequest) bool {
	return req.Term != 0 && req.PrevLogEntry == 0 && req.PrevLogTerm == 0 && len(req.Entries) == 0 &&
		req.LeaderCommitIndex == 0
}

// RequestVote asks for a vote.
func (t *Transport) RequestVote(_ raft.ServerID, to raft.ServerAddress, req *raft.RequestVoteRequest,
	resp *raft.RequestVoteResponse) error {
	return rpc(t, to, Vote, copyRequestVote(req), resp)
}

// RequestPreVote asks whether a vote would be given.
func (t *Transport) RequestPreVote(_ raft.ServerID, to raft.ServerAddress, req *raft.RequestPreVoteRequest,
	resp *raft.RequestPreVoteResponse) error {
	return rpc(t, to, PreVote, copyRequestPreVote(req), resp)
}

// TimeoutNow has a capital stand for election at once.
func (t *Transport) TimeoutNow(_ raft.ServerID, to raft.ServerAddress, req *raft.TimeoutNowRequest,
	resp *raft.TimeoutNowResponse) error {
	c := clone(req)
	own(&c.RPCHeader)
	return rpc(t, to, TimeoutNow, c, resp)
}

// InstallSnapshot sends a snapshot as one message. An error from reading data is returned as it is.
func (t *Transport) InstallSnapshot(_ raft.ServerID, to raft.ServerAddress, req *raft.InstallSnapshotRequest,
	resp *raft.InstallSnapshotResponse, data io.Reader) error {
	content, err := io.ReadAll(data)
	if err != nil {
		time.Sleep(t.net.config.HopMin) // never fail in no time: see the package comment
		return err
	}
	timeout := t.net.config.RPCTimeout * time.Duration(1+len(content)/snapshotScale)
	w := &raftWork{command: copyInstallSnapshot(req), snapshot: content}
	return finish(t, new(exchange), to, Snapshot, w, timeout, resp)
}

// rpc sends a request, already copied, and stores what comes back in resp.
func rpc[R any](t *Transport, to raft.ServerAddress, kind Kind, command any, resp *R) error {
	return finish(t, new(exchange), to, kind, &raftWork{command: command}, t.net.config.RPCTimeout, resp)
}

// finish carries out the exchange and stores the response, which may come with an error or, after an error of the
// network, be missing.
func finish[R any](t *Transport, x *exchange, to raft.ServerAddress, kind Kind, w *raftWork, timeout time.Duration, resp *R) error {
	value, err := t.exchange(x, string(to), kind, w, timeout, nil)
	if response, ok := value.(*R); ok && response != nil {
		*resp = *response
	}
	return err
}

// raftWork is a Raft RPC as the work of an exchange.
type raftWork struct {
	command  any                         // the caller's request, copied
	snapshot []byte                      // the data of an InstallSnapshot
	response *raft.AppendEntriesResponse // where the copy of such a response goes; nil: it is made
}

func (w *raftWork) describe(m *Message) {
	describeRequest(w.command, m)
	if w.snapshot != nil {
		m.Digest = mix(m.Digest, digestBytes(w.snapshot))
	}
}

func (w *raftWork) serve(x *exchange, t *Transport) bool {
	answers := x.ticket.answers
	request := raft.RPC{Command: w.command, RespChan: answers}
	if w.snapshot != nil {
		request.Reader = newReader(w.snapshot)
	}
	var r raft.RPCResponse
	select {
	case t.inbox <- request:
		r = <-answers
	default: // so busy is nobody but one that is stuck
		select {
		case t.inbox <- request:
			r = <-answers
		case r = <-answers: // of the network
		}
	}
	switch r.Error {
	case errDown:
		x.refuse(ErrReset)
		return true
	case errLate:
		t.net.mu.Lock()
		if x.ticket.works {
			t.net.flight.Serving--
		}
		t.net.mu.Unlock()
		return false
	}
	if response, ok := r.Response.(*raft.AppendEntriesResponse); ok && w.response != nil {
		*w.response = *response // its names are copied as it departs
		x.reply.value = w.response
	} else {
		x.reply.value = copyResponse(r.Response)
	}
	describeResponse(x.reply.value, &x.message)
	if r.Error != nil {
		x.refuse(errors.New(r.Error.Error())) // over a wire an error is its text
	}
	return true
}
