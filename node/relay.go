package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/parley-sim/parley/node/terms"
)

// route takes a request to the leader: to this capital if it leads, else to the one it takes for the leader, else over
// the other capitals, one after the other. So a capital whose line to the leader is cut still has its moves recorded,
// over one that has a line to both. A request never comes to the same capital twice, and makes at most maxHops hops.
func (n *Node) route(ctx context.Context, q *request) reply {
	best := failed(notStored, ErrUnavailable)
	if n.IsLeader() {
		best = n.lead(ctx, q)
		if best.fate() != notStored {
			return best
		}
	}
	leader := n.Leader()
	best.Leader = leader
	if n.cfg.Links == nil || q.Hops == 0 {
		return best
	}
	tried := append([]string{n.cfg.ID}, q.Via...)
	try := func(to string) bool {
		if to == "" || slices.Contains(tried, to) || ctx.Err() != nil {
			return false
		}
		tried = append(tried, to)
		a := n.pass(ctx, q, to)
		doubt := best.fate() == inDoubt
		if a.fate() == answered {
			best = a
			return true
		}
		leader, best = a.Leader, a
		if doubt {
			best.Fate = fateNames[inDoubt] // once in doubt, always in doubt
		}
		return false
	}
	for range 2 { // then whom the first one takes for the leader
		if try(leader) {
			return best
		}
	}
	if q.Hops < 2 {
		return best
	}
	for _, peer := range n.cfg.Links.Peers() {
		if try(peer) {
			break
		}
	}
	return best
}

// pass sends the request on to another capital and returns its answer.
func (n *Node) pass(ctx context.Context, q *request, to string) reply {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.AttemptTimeout)
	defer cancel()
	deadline, _ := ctx.Deadline()
	on := *q
	on.Hops, on.Wait = q.Hops-1, min(time.Until(deadline), maxWait)
	on.Via = append(slices.Clip(q.Via), n.cfg.ID)
	if on.Wait <= 0 {
		return failed(notStored, context.DeadlineExceeded)
	}
	answer, err := n.cfg.Links.Call(ctx, to, on.encode())
	if errors.Is(err, ErrNotDelivered) {
		return failed(notStored, err)
	}
	if err != nil {
		return failed(inDoubt, err)
	}
	a, err := decodeReply(answer)
	if err != nil {
		return failed(inDoubt, fmt.Errorf("%s: %w", to, err))
	}
	a.Via = append([]string{to}, a.Via...)
	return a
}

// lead does what a request asks for, as the leader.
func (n *Node) lead(ctx context.Context, q *request) reply {
	a := reply{Version: protocolVersion, Fate: fateNames[answered]}
	var err error
	if q.Kind == kindSubmit {
		a.Result, a.Index, err = n.apply(ctx, q.Move)
		if f := fateOf(err); f != answered {
			return failed(f, err)
		}
		return a
	}
	if q.Kind == kindBatch {
		a.Items = n.applyAll(ctx, q)
		return a
	}
	a.Index, err = n.readIndex(ctx)
	if err == nil && q.Kind == kindRead && len(q.Via) > 0 { // one who was expelled could wait for ever for what it is not sent
		if refused, expelled := n.standing(q.Via[0]); expelled {
			return refused
		}
	}
	if err == nil && q.Kind == kindNumber {
		if err = n.waitApplied(ctx, a.Index); err == nil {
			n.view(func(s *terms.State) {
				a.Number = s.LastNumber(q.Capital)
				if c := s.Charter(); c != nil {
					a.Conference = c.Conference
				}
			})
		}
	}
	if err != nil {
		return failed(notStored, err)
	}
	return a
}

// call makes a request of this capital's own and tries it again until it is answered or ctx ends. doubt reports whether
// any of the tries may have been stored. The error is that of the last try.
func (n *Node) call(ctx context.Context, q request) (a reply, tries int, doubt bool, err error) {
	q.Version, q.Hops = protocolVersion, maxHops
	for pause := minPause; ; pause = min(2*pause, maxPause) {
		tries++
		a = n.route(ctx, &q)
		switch a.fate() {
		case answered:
			if len(a.Via) == 0 {
				a.Via = []string{n.cfg.ID}
			}
			return a, tries, doubt, nil
		case inDoubt:
			doubt = true
		}
		if err := n.pause(ctx, pause); err != nil {
			return a, tries, doubt, fmt.Errorf("%w; last: %s", err, a.Reason)
		}
	}
}

// How long to wait between two tries. It is never zero: on a fake clock, trying again at once would stop time.
const (
	minPause = 5 * time.Millisecond
	maxPause = 50 * time.Millisecond
)

// pause waits. Each capital waits a little longer than the others, so that in virtual time no two wake in one instant.
func (n *Node) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d + n.offset)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
