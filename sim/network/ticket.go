package network

import (
	"errors"
	"slices"
	"time"

	"github.com/hashicorp/raft"
)

// ticket stands for a request that a capital has taken in and not answered. As soon as there can be no answer any more,
// since the capital goes down or the caller waits no longer, the network revokes it. So nobody has to wait for more than
// one thing at a time: a select over all that can happen, with a timer of its own, would cost as much as all the rest.
type ticket struct {
	works   bool                  // the request changes something: it counts as being served
	answers chan raft.RPCResponse // of a Raft RPC: Raft's answer, or the word of the network that there is none
}

// The word of the network, which no Raft ever says.
var (
	errDown = errors.New("network: the peer went down")
	errLate = errors.New("network: the caller waits no longer")
)

// admit has the capital take in the request of an exchange now. The caller holds Network.mu.
func (t *Transport) admit(x *exchange, now time.Time) {
	if x.message.Kind != Call {
		x.ticket.answers = t.net.answers()
	}
	x.server = t
	t.serving = append(t.serving, x)
	if !x.deadline.IsZero() && (t.alarmAt.IsZero() || x.deadline.Before(t.alarmAt)) {
		t.setAlarm(x.deadline, now)
	}
}

// answered ends the serving of an exchange to which Raft has answered, unless that was revoked. The caller holds Network.mu.
func (x *exchange) answered() {
	if x.ticket.answers == nil || !x.server.dismiss(x) {
		return
	}
	n := x.caller.net
	n.spare = append(n.spare, x.ticket.answers) // Raft answers once
	if x.append != nil {
		x.append.spent = true
	}
}

// dismiss ends the serving of an exchange. It returns false if that was revoked. The caller holds Network.mu.
func (t *Transport) dismiss(x *exchange) bool {
	i := slices.Index(t.serving, x)
	if i < 0 {
		return false
	}
	t.serving = slices.Delete(t.serving, i, i+1)
	return true
}

// revoke ends the serving of an exchange that was taken off the list, for a reason. The caller holds Network.mu.
func (x *exchange) revoke(why error) {
	if x.message.Kind == Call {
		go func() { // which must not wait for the handler
			x.refuse(ErrReset)
			if r, ok := x.send(time.Now()); ok {
				x.done <- r
			}
		}()
		return
	}
	x.ticket.answers <- raft.RPCResponse{Error: why} // it has room for this and for what Raft still says
}

// setAlarm has ring called. There is one alarm for a transport, for the first deadline: most are met, and what they were
// for is over when it rings. The caller holds Network.mu.
func (t *Transport) setAlarm(at, now time.Time) {
	t.alarmAt = at
	if t.alarm == nil {
		t.alarm = time.AfterFunc(at.Sub(now), t.ring)
		return
	}
	t.alarm.Reset(at.Sub(now))
}

// ring revokes what nobody waits for any more.
func (t *Transport) ring() {
	t.net.mu.Lock()
	defer t.net.mu.Unlock()
	now := time.Now()
	if t.isClosed() || now.Before(t.alarmAt) { // it was set again while it rang
		return
	}
	t.alarmAt = time.Time{}
	waiting := t.serving[:0]
	var first time.Time
	for _, x := range t.serving {
		switch {
		case x.deadline.IsZero():
		case !x.deadline.After(now):
			x.revoke(errLate)
			continue
		case first.IsZero() || x.deadline.Before(first):
			first = x.deadline
		}
		waiting = append(waiting, x)
	}
	clear(t.serving[len(waiting):])
	t.serving = waiting
	if !first.IsZero() {
		t.setAlarm(first, now)
	}
}

// answers returns a channel for Raft's answer to one request. The caller holds n.mu.
func (n *Network) answers() chan raft.RPCResponse {
	if last := len(n.spare) - 1; last >= 0 {
		c := n.spare[last]
		n.spare = n.spare[:last]
		return c
	}
	return make(chan raft.RPCResponse, 2)
}
