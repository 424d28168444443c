package host

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// attendPause is how long the housekeeping waits before it looks again while something is left to do.
const attendPause = 100 * time.Millisecond

// standingPause is how long a capital that hears of no leader waits before it asks the others whether it was expelled.
const standingPause = 3 * time.Second

// attend does what has to be done for the conference by somebody: it is founded on its charter, and whoever leads keeps
// Raft's configuration in step with who is a capital of the conference.
func (h *Host) attend(charter *terms.Charter) {
	ctx, stop := context.WithCancel(context.Background())
	closeInterface := h.stop
	h.stop = func() {
		stop()
		closeInterface()
	}
	h.work.Go(func() { h.open(ctx, charter) })
	if h.config.KeepsTime {
		h.work.Go(func() { h.keepTime(ctx) })
	}
	h.work.Go(func() { h.greet(ctx) })
	h.work.Go(func() {
		for pause(ctx, standingPause) {
			h.node.LearnStanding(ctx)
		}
	})
	h.work.Go(func() {
		for h.found(ctx, charter) != nil {
			if !h.pauseOrTurn(ctx) {
				return
			}
		}
		h.keepMembers(ctx)
	})
}

// found makes the founding move, unless the record has one. That is for the leader to do.
func (h *Host) found(ctx context.Context, charter *terms.Charter) error {
	founded := false
	if _, err := h.node.Read(ctx, node.Local, func(s *terms.State) { founded = s.Charter() != nil }); err != nil || founded {
		return err
	}
	if !h.node.IsLeader() {
		return node.ErrNotLeader
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	receipt, err := h.node.Submit(ctx, terms.Move{Verb: terms.VerbCharter, Conference: charter.Conference, Time: charter.Start, Charter: charter})
	if err != nil {
		return err
	}
	if receipt.Outcome == node.Refused {
		h.log.Error("the conference was founded on another charter", zap.String("reason", receipt.Result.Reason))
	}
	return nil
}

// lookPause is the least time between two looks of keepMembers, or of keepTime, at a record that changes. Under load there
// are a thousand moves a second, of which hardly one is about members or deadlines.
const lookPause = 20 * time.Millisecond

// keepMembers looks at the record whenever it has changed, whether capitals were admitted or expelled.
func (h *Host) keepMembers(ctx context.Context) {
	for {
		changed, looked := h.node.Changed(), time.Now()
		var members []terms.Capital
		if _, err := h.node.Read(ctx, node.Local, func(s *terms.State) { members = s.Members() }); err == nil {
			h.directory.learn(members)
		}
		if h.node.IsLeader() {
			if err := h.setMembers(ctx); err != nil && !errors.Is(err, node.ErrNotLeader) && ctx.Err() == nil {
				h.log.Warn("Raft's configuration could not be brought into step with the conference", zap.Error(err))
				if !pause(ctx, attendPause) {
					return
				}
				continue
			}
		}
		timer := time.NewTimer(time.Second) // leadership changes without a move
		select {
		case <-changed:
			pause(ctx, lookPause-time.Since(looked))
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

func (h *Host) setMembers(ctx context.Context) error {
	var servers []node.Server
	if _, err := h.node.Read(ctx, node.Local, func(s *terms.State) { servers = node.Machines(s) }); err != nil {
		return err
	}
	h.config.place(servers)
	return h.node.SetServers(ctx, servers)
}

// pause waits, if d is positive, and reports false if ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// pauseOrTurn pauses, but not beyond the next turn of an election.
func (h *Host) pauseOrTurn(ctx context.Context) bool {
	timer := time.NewTimer(attendPause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-h.turns:
	case <-ctx.Done():
		return false
	}
	return true
}
