package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// ErrTransferTooSoon is returned by TransferLeadership while another try to hand over to the same capital could still be
// stuck in Raft.
var ErrTransferTooSoon = errors.New("node: the last leadership transfer to this capital failed too recently")

// transferHold is how long after a failed transfer to a capital another one to it is refused, within one Raft term. A
// failed one leaves a request in a queue for one; if it is still there when the next one comes, Raft blocks for ever
// (hashicorp/raft#696). It is taken out after Raft's pause between tries to reach the capital, 10.24 s at most, and one
// request.
const transferHold = 15 * time.Second

// transfers keeps account of leadership transfers.
type transfers struct {
	mu     sync.Mutex
	tried  bool // by the Raft that runs now
	term   uint64
	failed map[string]time.Time // within that Raft term: when the last one to a capital failed
	busy   time.Time            // since when Raft has turned moves away because of a transfer; zero if it has not
}

// begin notes a transfer, or refuses it.
func (t *transfers) begin(raftTerm uint64, to string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.term != raftTerm {
		t.term, t.failed = raftTerm, map[string]time.Time{}
	}
	if at, ok := t.failed[to]; ok && time.Since(at) < transferHold {
		return fmt.Errorf("%w: try %s again in %v", ErrTransferTooSoon, to, transferHold-time.Since(at))
	}
	t.tried = true
	t.failed[to] = time.Now() // until it is known that it did not
	return nil
}

// succeed notes that a transfer has ended without leaving anything behind.
func (t *transfers) succeed(to string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.failed, to)
}

// triedIn reports whether a transfer was tried in a Raft term.
func (t *transfers) triedIn(raftTerm uint64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tried && t.term == raftTerm
}

// everTried reports whether the Raft that runs now has tried a transfer.
func (t *transfers) everTried() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tried
}

// reset forgets everything, for a new Raft.
func (t *transfers) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tried, t.term, t.failed, t.busy = false, 0, nil, time.Time{}
}

// busyFor returns how long Raft has turned moves away because of a transfer, after it did so again or did not.
func (t *transfers) busyFor(again bool) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !again {
		t.busy = time.Time{}
		return 0
	}
	if t.busy.IsZero() {
		t.busy = time.Now()
	}
	return time.Since(t.busy)
}

// TransferLeadership hands leadership over to another capital, which must vote. It returns nil once this capital no
// longer leads. An error says that it still may: it wraps ErrNotLeader, ErrTransferTooSoon, ctx's or Raft's own error.
func (n *Node) TransferLeadership(ctx context.Context, to string) error {
	if !n.group.enter() {
		return ErrClosed
	}
	defer n.group.leave()
	ctx, stop := n.whileOpen(ctx)
	defer stop()
	r, err := n.current()
	if err != nil {
		return err
	}
	if r.State() != raft.Leader {
		return fmt.Errorf("%w: %s cannot hand over to %s, as %q leads", ErrNotLeader, n.cfg.ID, to, n.Leader())
	}
	address, err := addressOf(r, to)
	if err != nil {
		return err
	}
	if err := n.transfers.begin(r.CurrentTerm(), to); err != nil {
		return err
	}
	err = n.await(ctx, func() error {
		return r.LeadershipTransferToServer(raft.ServerID(to), address).Error()
	})
	if err != nil {
		n.probe(r)
		return fmt.Errorf("node: transfer leadership from %s to %s: %w", n.cfg.ID, to, err)
	}
	n.transfers.succeed(to)
	return nil
}

// addressOf looks a capital up among those that vote.
func addressOf(r *raft.Raft, id string) (raft.ServerAddress, error) {
	conf := r.GetConfiguration()
	if err := conf.Error(); err != nil {
		return "", fmt.Errorf("node: read Raft's configuration: %w", err)
	}
	for _, s := range conf.Configuration().Servers {
		if string(s.ID) == id && s.Suffrage == raft.Voter {
			return s.Address, nil
		}
	}
	return "", fmt.Errorf("node: %q is not a capital that votes", id)
}

// noteTransfer takes notice of what Raft answered to a move or a barrier. A transfer takes two election timeouts at most;
// a Raft that turns moves away for longer is stuck, and will be until it is restarted.
func (n *Node) noteTransfer(r *raft.Raft, err error) {
	if n.transfers.busyFor(errors.Is(err, raft.ErrLeadershipTransferInProgress)) <= 3*max(n.cfg.ElectionTimeout, n.cfg.Pace) {
		return
	}
	n.transfers.busyFor(false)
	if !n.group.enter() {
		return
	}
	go func() {
		defer n.group.leave()
		n.restart(r)
	}()
}

// probe finds out whether a leader is stuck in a transfer, also where nobody submits anything. It asks until Raft takes a
// barrier, turns it away for another reason, or is restarted.
func (n *Node) probe(r *raft.Raft) {
	if !n.transfers.everTried() || !n.group.enter() {
		return
	}
	go func() {
		defer n.group.leave()
		ctx, stop := n.whileOpen(context.Background())
		defer stop()
		for {
			err := n.await(ctx, func() error { return n.intake.barrier(r, n.cfg.AttemptTimeout) })
			n.noteTransfer(r, err)
			if !errors.Is(err, raft.ErrLeadershipTransferInProgress) || n.pause(ctx, n.cfg.ElectionTimeout/4) != nil {
				return
			}
		}
	}()
}
