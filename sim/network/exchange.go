package network

import "time"

// exchange is one request and its answer. As long as all goes well the caller's own goroutine carries it: it sleeps for
// the hop there, waits for the peer, sleeps for the hop back. That saves a goroutine and a channel for each of the many
// exchanges that nothing happens to. Where the way takes longer than the caller waits, or a link is held, the rest of
// the exchange goes on without the caller, as a message on a wire does: see carryOn.
type exchange struct {
	net    *Network
	caller *Transport // at one end
	peer   *capital   // at the other; which of its transports answers is decided at arrival
	work   work

	message Message // the one under way: the request, then the answer
	link    *link   // that it is on
	reply   reply   // what the answer says

	// deadline is when the caller stops waiting. It is zero once the exchange goes on without its caller.
	deadline time.Time

	// done receives the reply once the exchange goes on without its caller. It is nil before that, and has room for
	// the reply, as the caller may have left.
	done chan reply
}

// work is what an exchange is about: a Raft RPC or a call.
type work interface {
	// describe fills in what a trace says of the request.
	describe(m *Message)

	// serve has the capital at t do the work, and describes the answer in m. It returns false if there is none by the
	// deadline, if that is not zero.
	serve(t *Transport, deadline time.Time, m *Message) (reply, bool)
}

// reply is the answer to an exchange.
type reply struct {
	value any // a Raft response, or the bytes of a call's answer
	err   error
}

// exchange carries a request to a peer and its answer back. It returns after timeout at the latest, with ErrTimeout, and
// earlier if cancel is closed, with ErrClosed if the caller went down and else with ErrTimeout.
func (t *Transport) exchange(to string, kind Kind, w work, timeout time.Duration, cancel <-chan struct{}) (any, error) {
	n := t.net
	if t.isClosed() {
		time.Sleep(n.config.HopMin) // never fail in no time: see the package comment
		return nil, ErrClosed
	}
	deadline := time.Now().Add(timeout)
	x := &exchange{
		net: n, caller: t, work: w, deadline: deadline,
		message: Message{From: t.capital.id, To: to, Kind: kind},
	}
	w.describe(&x.message)
	n.mu.Lock()
	x.peer = n.capital(to)
	x.link = n.link(t.capital, x.peer)
	n.mu.Unlock()

	var r reply
	var ok bool
	if kind == Call {
		// A call can take long to answer and be given up at any time, so it goes on without its caller from the start.
		x.leaveCaller()
		if delay, departed := x.depart(); departed {
			time.AfterFunc(delay, x.carryOn)
		}
	} else {
		r, ok = x.send()
	}
	if !ok {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		select {
		case r = <-x.done:
		case <-t.closed:
		case <-cancel:
			r.err = ErrTimeout
		case <-timer.C:
			r.err = ErrTimeout
		}
	}
	if t.isClosed() {
		return nil, ErrClosed // a machine that crashed learns nothing more
	}
	return r.value, r.err
}

// send puts the message on its link and carries the exchange on from there. It returns false if the exchange goes on
// without its caller, or came to its end without an answer.
func (x *exchange) send() (reply, bool) {
	delay, ok := x.depart()
	if !ok {
		return reply{}, false
	}
	time.Sleep(delay)
	return x.arrive()
}

// depart has the link take the message, and returns how long it will be on its way. It returns false if the caller need
// not wait for that.
func (x *exchange) depart() (time.Duration, bool) {
	n, l, m := x.net, x.link, &x.message
	n.mu.Lock()
	defer n.mu.Unlock()
	l.sent[m.lane()]++
	m.Number = l.sent[m.lane()]
	n.record(l, m, Sent)
	switch {
	case l.faults.Cut || n.drops(l, m):
		n.record(l, m, Lost)
		return 0, false
	case l.faults.Held:
		n.flight.Held++
		n.record(l, m, Held)
		l.held = append(l.held, x)
		x.leaveCaller()
		return 0, false
	}
	n.underWay(m.Kind, 1)
	delay := n.hop(l, m)
	if !x.deadline.IsZero() && time.Until(x.deadline) <= delay {
		x.leaveCaller()
		time.AfterFunc(delay, x.carryOn)
		return 0, false
	}
	return delay, true
}

// leaveCaller prepares for the exchange going on without its caller. The caller of it holds n.mu.
func (x *exchange) leaveCaller() {
	x.deadline = time.Time{}
	if x.done == nil {
		x.done = make(chan reply, 1)
	}
}

// carryOn carries the exchange on from the arrival of the message that is under way, on a goroutine of its own.
func (x *exchange) carryOn() {
	if r, ok := x.arrive(); ok {
		x.done <- r
	}
}

// arrive takes the message off its link: at the caller it ends the exchange, at the peer the work begins.
func (x *exchange) arrive() (reply, bool) {
	n, m := x.net, &x.message
	n.mu.Lock()
	n.underWay(m.Kind, -1)
	home := m.Answer
	target := x.peer.up
	lost := x.link.faults.Cut || home && x.caller.isClosed()
	switch {
	case lost || !home && target == nil:
		n.record(x.link, m, Lost)
	default:
		n.record(x.link, m, Delivered)
	}
	working := !home && !lost && target != nil && !m.Kind.idle()
	if working {
		n.flight.Serving++
	}
	n.mu.Unlock()

	if lost {
		return reply{}, false
	}
	if home {
		return x.reply, true
	}

	answer := Message{From: m.To, To: m.From, Kind: m.Kind, Answer: true}
	ok := true
	if target == nil {
		x.reply = reply{err: ErrRefused}
	} else {
		x.reply, ok = x.work.serve(target, x.deadline, &answer)
	}
	if x.reply.err != nil {
		answer.Digest = digestString(x.reply.err.Error())
	}
	n.mu.Lock()
	if working {
		n.flight.Serving--
	}
	x.link = n.link(x.peer, x.caller.capital)
	n.mu.Unlock()
	if !ok {
		return reply{}, false
	}
	x.message = answer
	return x.send()
}
