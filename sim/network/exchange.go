package network

import "time"

// exchange is one request and its answer. As long as all goes well the caller's own goroutine carries it: it sleeps for
// the hop there, waits for the peer, sleeps for the hop back. That saves a goroutine and a channel for each of the many
// exchanges that nothing happens to. Where the way takes longer than the caller waits, or a link is held, the rest of
// the exchange goes on without the caller, as a message on a wire does: see carryOn.
type exchange struct {
	caller *Transport // at one end
	peer   *capital   // at the other,
	server *Transport // and which of its transports answers: decided at arrival
	work   work
	append *appending // that it is part of; nil: it is about something else

	message Message // the one under way: the request, then the answer
	link    *link   // that it is on
	reply   reply   // what the answer says
	ticket  ticket  // of the request, while the peer works on it

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

	// serve has the capital at t, which has admitted the exchange, do the work. It sets the exchange's reply and describes
	// it in the exchange's message. It returns false if there is no answer, or another goroutine gives it.
	serve(x *exchange, t *Transport) bool
}

// reply is the answer to an exchange.
type reply struct {
	value any // a Raft response, or the bytes of a call's answer
	err   error
}

// exchange carries a request to a peer and its answer back, on x, which is new. It returns after timeout at the latest,
// with ErrTimeout, if that is not zero, and earlier if cancel is closed, with ErrClosed if the caller went down and else
// with ErrTimeout.
func (t *Transport) exchange(x *exchange, to string, kind Kind, w work, timeout time.Duration, cancel <-chan struct{}) (any, error) {
	n := t.net
	if t.isClosed() {
		time.Sleep(n.config.HopMin) // never fail in no time: see the package comment
		return nil, ErrClosed
	}
	now := time.Now()
	var deadline time.Time
	if timeout > 0 {
		deadline = now.Add(timeout)
	}
	x.caller, x.work, x.deadline = t, w, deadline
	x.message.From, x.message.To, x.message.Kind = t.capital.id, to, kind
	w.describe(&x.message)

	var r reply
	var ok bool
	if kind == Call {
		// A call can take long to answer and be given up at any time, so it goes on without its caller from the start.
		x.leaveCaller()
		if delay, departed := x.depart(now); departed {
			n.dispatch(x, delay)
		}
	} else {
		r, ok = x.send(now)
	}
	if !ok {
		r = x.wait(deadline, cancel)
	}
	if t.isClosed() {
		return nil, ErrClosed // a machine that crashed learns nothing more
	}
	return r.value, r.err
}

// wait waits for the answer to an exchange that goes on without its caller, or that has come to its end without one.
func (x *exchange) wait(deadline time.Time, cancel <-chan struct{}) (r reply) {
	var late <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case r = <-x.done:
	case <-x.caller.closed:
	case <-cancel:
		r.err = ErrTimeout
	case <-late:
		r.err = ErrTimeout
	}
	return r
}

// send puts the message on its link now and carries the exchange on from there. It returns false if the exchange goes on
// without its caller, or came to its end without an answer.
func (x *exchange) send(now time.Time) (reply, bool) {
	delay, ok := x.depart(now)
	if !ok {
		return reply{}, false
	}
	time.Sleep(delay)
	return x.arrive()
}

// depart has the link take the message now, and returns how long it will be on its way. It returns false if the caller need
// not wait for that.
func (x *exchange) depart(now time.Time) (time.Duration, bool) {
	n, m := x.caller.net, &x.message
	n.mu.Lock()
	defer n.mu.Unlock()
	if m.Answer {
		if x.ticket.works {
			n.flight.Serving--
		}
		x.answered()
		x.link = n.link(x.peer, x.caller.capital)
	} else {
		x.peer = n.capital(m.To)
		x.link = n.link(x.caller.capital, x.peer)
	}
	l := x.link
	if x.append != nil {
		x.append.copyNames(l, m.Answer)
	}
	l.sent[m.lane()]++
	m.Number = l.sent[m.lane()]
	n.record(now, l, m, Sent)
	switch {
	case l.faults.Cut || n.drops(l, m):
		n.record(now, l, m, Lost)
		return 0, false
	case l.faults.Held:
		n.flight.Held++
		n.record(now, l, m, Held)
		l.held = append(l.held, x)
		x.leaveCaller()
		return 0, false
	}
	n.underWay(m.Kind, 1)
	delay := n.hop(l, m)
	if !x.deadline.IsZero() && x.deadline.Sub(now) <= delay {
		x.leaveCaller()
		time.AfterFunc(delay, x.carryOn)
		return 0, false
	}
	return delay, true
}

// leaveCaller prepares for the exchange going on without its caller. The caller of it holds Network.mu, or is the only
// one yet to know the exchange.
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
	if x.message.Answer {
		return x.arriveHome()
	}
	n, m, now := x.caller.net, &x.message, time.Now()
	n.mu.Lock()
	n.underWay(m.Kind, -1)
	target := x.peer.up
	if x.link.faults.Cut {
		n.record(now, x.link, m, Lost)
		n.mu.Unlock()
		return reply{}, false
	}
	event := Delivered
	if target == nil {
		event = Lost
	}
	n.record(now, x.link, m, event)
	*m = Message{From: m.To, To: m.From, Kind: m.Kind, Answer: true}
	if target != nil {
		if x.ticket.works = !m.Kind.idle(); x.ticket.works {
			n.flight.Serving++
		}
		target.admit(x, now)
	}
	n.mu.Unlock()
	if target == nil {
		x.refuse(ErrRefused)
		return x.send(now)
	}
	if !x.work.serve(x, target) {
		return reply{}, false
	}
	return x.send(time.Now())
}

// refuse makes an error the answer.
func (x *exchange) refuse(err error) {
	x.reply.err = err
	x.message.Digest = digestString(err.Error())
}

// arriveHome takes the answer off its link.
func (x *exchange) arriveHome() (reply, bool) {
	n, m, now := x.caller.net, &x.message, time.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.underWay(m.Kind, -1)
	if x.link.faults.Cut || x.caller.isClosed() {
		n.record(now, x.link, m, Lost)
		return reply{}, false
	}
	n.record(now, x.link, m, Delivered)
	return x.reply, true
}
