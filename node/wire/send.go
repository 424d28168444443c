package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/hashicorp/raft"
)

// ErrTimeout is returned for a Raft message that was lost, delayed or held by Faults, when its time is over.
var ErrTimeout = errors.New("wire: timed out")

// AppendEntries sends log entries, a commit notice or a heartbeat.
func (t *Transport) AppendEntries(id raft.ServerID, target raft.ServerAddress, req *raft.AppendEntriesRequest,
	resp *raft.AppendEntriesResponse) error {
	return send(t, id, target, req, resp, copyAppend, t.out.AppendEntries)
}

// RequestVote asks for a vote.
func (t *Transport) RequestVote(id raft.ServerID, target raft.ServerAddress, req *raft.RequestVoteRequest,
	resp *raft.RequestVoteResponse) error {
	return send(t, id, target, req, resp, shallow, t.out.RequestVote)
}

// RequestPreVote asks whether a vote would be given.
func (t *Transport) RequestPreVote(id raft.ServerID, target raft.ServerAddress, req *raft.RequestPreVoteRequest,
	resp *raft.RequestPreVoteResponse) error {
	return send(t, id, target, req, resp, shallow, t.out.RequestPreVote)
}

// TimeoutNow has a capital stand for election at once: another one, or this one, which needs no wire for it.
func (t *Transport) TimeoutNow(id raft.ServerID, target raft.ServerAddress, req *raft.TimeoutNowRequest,
	resp *raft.TimeoutNowResponse) error {
	if string(id) == t.wire.capital {
		return t.timeoutMyself(req)
	}
	return send(t, id, target, req, resp, shallow, t.out.TimeoutNow)
}

func (t *Transport) timeoutMyself(req *raft.TimeoutNowRequest) error {
	answers := make(chan raft.RPCResponse, 1) // with room, as nobody may wait any more
	timer := time.NewTimer(t.patience(req))
	defer timer.Stop()
	inbox := t.inbox
	for {
		select {
		case inbox <- raft.RPC{Command: req, RespChan: answers}:
			inbox = nil
		case a := <-answers:
			return a.Error
		case <-timer.C:
			return fmt.Errorf("%w: %s does not take its own message", ErrTimeout, t.wire.capital)
		case <-t.wire.ctx.Done():
			return raft.ErrTransportShutdown
		}
	}
}

// InstallSnapshot sends a snapshot. While there are faults towards the capital it is read into memory first, as Raft
// closes data when it has given up, and the message may go on without Raft.
func (t *Transport) InstallSnapshot(id raft.ServerID, target raft.ServerAddress, req *raft.InstallSnapshotRequest,
	resp *raft.InstallSnapshotResponse, data io.Reader) error {
	if t.wire.faults.clear(string(id)) {
		return t.out.InstallSnapshot(id, t.dialName(id, target), req, resp, data)
	}
	content, err := io.ReadAll(io.LimitReader(data, req.Size))
	if err != nil {
		return fmt.Errorf("wire: read the snapshot: %w", err)
	}
	return send(t, id, target, req, resp, shallow, func(id raft.ServerID, at raft.ServerAddress,
		req *raft.InstallSnapshotRequest, resp *raft.InstallSnapshotResponse) error {
		return t.out.InstallSnapshot(id, at, req, resp, bytes.NewReader(content))
	})
}

// send sends a request: directly if there are no faults towards the capital. Else as a copy, which goes on when Raft has
// given up, since Raft uses its requests again.
func send[Q, R any](t *Transport, id raft.ServerID, target raft.ServerAddress, req *Q, resp *R, copyOf func(*Q) *Q,
	how func(raft.ServerID, raft.ServerAddress, *Q, *R) error) error {
	at, f := t.dialName(id, target), t.wire.faults
	if f.clear(string(id)) {
		return how(id, at, req, resp)
	}
	type outcome struct {
		resp R
		err  error
	}
	done := make(chan outcome, 1) // with room, as Raft may have given up
	message := copyOf(req)
	f.carry(string(id), func() {
		var o outcome
		o.err = how(id, at, message, &o.resp)
		done <- o
	})
	timer := time.NewTimer(t.patience(req))
	defer timer.Stop()
	select {
	case o := <-done:
		*resp = o.resp
		return o.err
	case <-timer.C:
		return fmt.Errorf("%w: %s to %s", ErrTimeout, t.wire.capital, id)
	case <-t.wire.ctx.Done():
		return raft.ErrTransportShutdown
	}
}

// patience is how long the sender of a request waits for the answer. A snapshot has more time, as in hashicorp/raft.
func (t *Transport) patience(command any) time.Duration {
	d := t.wire.opts.RPCTimeout
	if s, ok := command.(*raft.InstallSnapshotRequest); ok {
		d = max(d, d*time.Duration(s.Size/raft.DefaultTimeoutScale))
	}
	return d
}

// shallow copies a request of which Raft changes nothing but the fields.
func shallow[Q any](req *Q) *Q {
	c := *req
	return &c
}

func copyAppend(req *raft.AppendEntriesRequest) *raft.AppendEntriesRequest {
	c := *req
	c.Entries = slices.Clone(req.Entries) // the entries themselves are never changed
	return &c
}

// takeWithFaults gives a request to Raft, and its answer to the faults towards who asked.
func (t *Transport) takeWithFaults(c *conn, rpc raft.RPC) error {
	home, answers := rpc.RespChan, make(chan raft.RPCResponse, 1)
	rpc.RespChan = answers
	if err := t.give(c, rpc); err != nil {
		return err
	}
	var answer raft.RPCResponse
	select {
	case answer = <-answers:
	case <-c.closed:
		return net.ErrClosed
	}
	f := t.wire.faults
	if f.clear(c.peer) {
		home <- answer
		return nil
	}
	arrived := make(chan struct{})
	f.carry(c.peer, func() {
		home <- answer // it has room for one
		close(arrived)
	})
	timer := time.NewTimer(t.patience(rpc.Command))
	defer timer.Stop()
	select {
	case <-arrived:
		return nil
	case <-timer.C: // who asked has given up by now, so the connection is of no more use
	case <-c.closed:
	}
	return net.ErrClosed
}
