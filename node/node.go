package node

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/terms"
)

// Node is one running capital. Make it with Start. Its methods may be called by any goroutine.
type Node struct {
	cfg    Config
	log    *zap.Logger
	fsm    *fsm
	stores Stores // fenced
	crash  func() // closes the fence
	offset time.Duration

	ctx   context.Context // ends when the node closes
	end   context.CancelCauseFunc
	group *group // everything under way
	crew  crew   // goroutines for what waits for Raft

	turn    chan struct{} // held by the Submit whose turn it is
	numbers numbering
	queue   queue // the Submits that wait for it
	intake  intake
	lines   lines
	rounds  *rounds
	rest    *rest
	overlap *overlap // nil: without
	heard   *heard   // nil: what is answered is not noted, as in simulations

	transfers transfers
	expelled  expelled
	watch     *watch

	life     sync.Mutex // held while Raft is stopped or started
	mu       sync.RWMutex
	raft     *raft.Raft // replaced when it restarts in place
	broken   error      // why there is no Raft any more
	restarts int
}

// Start starts a capital on its stores. It returns once the capital runs, before it knows a leader. ctx bounds the start
// only; end the capital with Close or Crash.
func Start(ctx context.Context, cfg Config) (*Node, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("node: start %s: %w", cfg.ID, err)
	}
	if cfg.Logger == nil {
		cfg.Logger = zap.NewNop()
	}
	n := &Node{
		cfg: cfg, log: cfg.Logger, fsm: newFSM(&cfg), offset: offsetOf(cfg.ID),
		group: newGroup(), turn: make(chan struct{}, 1), queue: newQueue(), lines: newLines(),
		rounds: &rounds{max: cfg.Rounds}, rest: newRest(cfg.Rest),
	}
	if n.fsm.ahead != nil {
		n.fsm.ahead.leads = n.leads
	}
	n.stores, n.crash = Crashable(cfg.Stores)
	n.stores = carefully(n.stores, n.log)
	if cfg.Overlap {
		n.overlap = newOverlap(n.stores.Log, raft.ServerID(n.cfg.ID), n.votersLed, n.crew.run, n.noteFailedWrite)
		n.stores.Log, n.fsm.written = n.overlap, n.overlap.flush
	}
	if cfg.Rest > 0 || cfg.Overlap {
		n.heard = newHeard()
	}
	n.ctx, n.end = context.WithCancelCause(context.WithValue(context.Background(), openKey{}, n))
	n.watch = newWatch(n)
	r, err := n.newRaft(false)
	if err != nil {
		n.end(ErrClosed)
		n.watch.stop()
		return nil, fmt.Errorf("node: start %s: %w", cfg.ID, err)
	}
	n.setRaft(r)
	if cfg.Links != nil {
		cfg.Links.Handle(n.serve)
	}
	return n, nil
}

// newRaft starts Raft on the node's stores. keep says that the state machine has already what the stores' snapshot holds.
func (n *Node) newRaft(keep bool) (*raft.Raft, error) {
	conf := n.cfg.Raft()
	n.unhurried(conf)
	conf.NoSnapshotRestoreOnStart = keep
	log := n.stores.Log
	if n.fsm.ahead != nil {
		log = &aheadLog{log, n.fsm.ahead}
	}
	transport := guardTransport(n.cfg.Transport)
	if n.cfg.Rest > 0 {
		log = &restingLog{log, n.rest}
	}
	if n.heard != nil {
		transport = attend(transport, n.rest, n.overlap, n.heard)
	}
	r, err := raft.NewRaft(conf, n.fsm, log, n.stores.Stable, n.stores.Snapshots, transport)
	if err != nil {
		return nil, err
	}
	n.watch.register(r)
	return r, nil
}

func (n *Node) setRaft(r *raft.Raft) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.raft = r
}

// current returns the Raft that runs now.
func (n *Node) current() (*raft.Raft, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.broken != nil {
		return nil, n.broken
	}
	return n.raft, nil
}

// Close ends the capital: calls under way return, Raft stops, the transport is closed. It waits until everything has
// stopped, or until ctx ends; the rest then stops by itself. Closing again does nothing.
func (n *Node) Close(ctx context.Context) error {
	if !n.group.close() {
		return nil
	}
	return n.shutDown(ctx)
}

// Crash ends the capital as a power cut would: from the moment of the call nothing more is stored, sent or told to hooks.
// It returns when everything has stopped. The stores given to Start are as the crash left them, for another Start.
func (n *Node) Crash() {
	n.crash()
	if err := closeTransport(n.cfg.Transport); err != nil {
		n.log.Debug("closing the transport in a crash", zap.Error(err))
	}
	n.fsm.mute()
	n.watch.mute()
	if n.group.close() {
		if err := n.shutDown(context.Background()); err != nil {
			n.log.Debug("stopping after a crash", zap.Error(err))
		}
	}
}

func (n *Node) shutDown(ctx context.Context) error {
	n.end(ErrClosed)
	n.crew.close()
	stopped := make(chan error, 1)
	go func() {
		n.life.Lock()
		defer n.life.Unlock()
		var err error
		if r, broken := n.current(); broken == nil {
			err = n.stopRaft(r, true)
		} else {
			err = closeTransport(n.cfg.Transport)
		}
		n.watch.stop()
		stopped <- err
	}()
	select {
	case err := <-stopped:
		if err != nil {
			return fmt.Errorf("node: close %s: %w", n.cfg.ID, err)
		}
	case <-ctx.Done():
		return fmt.Errorf("node: close %s: %w", n.cfg.ID, context.Cause(ctx))
	}
	// Raft can leave a future without an answer when it stops, so this wait has an end too.
	ctx, cancel := context.WithTimeout(ctx, stopGrace)
	defer cancel()
	if err := n.group.wait(ctx); err != nil {
		return fmt.Errorf("node: close %s: something is still under way: %w", n.cfg.ID, err)
	}
	return nil
}

const (
	stopGrace  = 5 * time.Second        // for what is under way, once Raft has stopped
	drainGrace = 100 * time.Millisecond // for the state machine to take what Raft has handed to it
)

// stopRaft stops Raft and waits for its goroutines. The caller holds n.life.
func (n *Node) stopRaft(r *raft.Raft, forGood bool) error {
	n.intake.close(r)
	n.rounds.stop(r)
	n.intake.drain(time.Millisecond + n.offset)
	done := n.fsm.hurry()
	// A move that was handed to the state machine but not applied when Raft stops would leave its future unanswered.
	for end := time.Now().Add(drainGrace); time.Now().Before(end); time.Sleep(time.Millisecond + n.offset) {
		if done, err := n.caughtUp(r.AppliedIndex()); done || err != nil {
			break
		}
	}
	done()
	stopping := r.Shutdown()
	n.rest.wake()
	var err error
	if forGood {
		err = closeTransport(n.cfg.Transport) // before waiting: it ends the requests that Raft waits for
	}
	err = errors.Join(err, stopping.Error())
	if n.overlap != nil {
		n.overlap.drop()
	}
	if n.fsm.ahead != nil {
		n.fsm.ahead.work.Wait()
	}
	return err
}

// restart replaces a Raft that is stuck by a new one on the same stores, transport and state machine. Calls that the old
// one had under way end in doubt and are tried again on the new one.
func (n *Node) restart(stuck *raft.Raft) {
	n.life.Lock()
	defer n.life.Unlock()
	if r, err := n.current(); err != nil || r != stuck || n.ctx.Err() != nil {
		return
	}
	n.log.Warn("restarting Raft: a leadership transfer is stuck (hashicorp/raft#696)")
	var fresh *raft.Raft
	err := n.stopRaft(stuck, false)
	if err == nil {
		var keep bool
		if keep, err = n.holdsSnapshot(stuck); err == nil {
			fresh, err = n.newRaft(keep)
		}
	}
	if err != nil {
		n.log.Error("could not restart Raft", zap.Error(err))
		err = fmt.Errorf("%w: Raft could not be restarted: %w", ErrClosed, err)
	}
	n.transfers.reset()
	n.mu.Lock()
	n.raft, n.broken = fresh, err
	n.restarts++
	n.mu.Unlock()
	if err == nil {
		n.watch.tell(RaftEvent{Kind: EventRestart, RaftTerm: fresh.CurrentTerm()})
	}
}

// holdsSnapshot reports whether the state machine has what the latest snapshot holds. It has, unless Raft was stopped
// between storing another capital's snapshot and handing it on.
func (n *Node) holdsSnapshot(stopped *raft.Raft) (bool, error) {
	snapshots, err := n.stores.Snapshots.List()
	if err != nil {
		return false, err
	}
	return len(snapshots) > 0 && snapshots[0].Index <= stopped.AppliedIndex(), nil
}

// await runs f, which waits for Raft, on a goroutine of its own and returns its error, or that of ctx if it ends before.
func (n *Node) await(ctx context.Context, f func() error) error {
	n.group.add()
	done := make(chan error, 1)
	n.crew.run(func() {
		defer n.group.leave()
		done <- f()
	})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Context returns a context that ends when the node closes. Calls to the node whose own derive from it cost less.
func (n *Node) Context() context.Context { return n.ctx }

// openKey is the key under which a node's own context has the node.
type openKey struct{}

// whileOpen returns a context that also ends when the node closes.
func (n *Node) whileOpen(ctx context.Context) (context.Context, func()) {
	if ctx.Value(openKey{}) == n {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(n.ctx, func() { cancel(ErrClosed) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// Record returns the record as far as this capital has applied it: every move that has a place in it, in order. It may be
// kept but not changed.
func (n *Node) Record() []terms.Entry { return n.fsm.entries() }

// Changed returns a channel that is closed at the next change of this capital's state. Get it before looking at the state.
func (n *Node) Changed() <-chan struct{} { return n.fsm.change() }

// ID returns the capital's id.
func (n *Node) ID() string { return n.cfg.ID }

// offsetOf spreads the waits of capitals over almost a millisecond, so that in virtual time no two wake in one instant.
func offsetOf(id string) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return time.Duration(h.Sum32()%999_983) * time.Nanosecond
}
