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

// attend does what has to be done for the conference by somebody: it is founded on its charter, and whoever leads keeps
// Raft's configuration in step with who is a capital of the conference.
func (h *Host) attend(charter *terms.Charter) {
	ctx, stop := context.WithCancel(context.Background())
	closeInterface := h.stop
	h.stop = func() {
		stop()
		closeInterface()
	}
	h.work.Go(func() {
		for h.found(ctx, charter) != nil {
			if !pause(ctx, attendPause) {
				return
			}
		}
		h.keepMembers(ctx)
	})
}

// found makes the founding move, unless the record has one.
func (h *Host) found(ctx context.Context, charter *terms.Charter) error {
	founded := false
	if _, err := h.node.Read(ctx, node.Local, func(s *terms.State) { founded = s.Charter() != nil }); err != nil || founded {
		return err
	}
	if h.node.Leader() == "" {
		return node.ErrUnavailable
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

// keepMembers looks at every change of the record whether capitals were admitted or expelled.
func (h *Host) keepMembers(ctx context.Context) {
	for {
		changed := h.node.Changed()
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
	if _, err := h.node.Read(ctx, node.Local, func(s *terms.State) {
		for _, c := range s.Members() {
			address := c.Address
			if address == "" {
				address, _ = h.config.Address(c.ID)
			}
			servers = append(servers, node.Server{ID: c.ID, Address: address, Votes: c.Votes()})
		}
	}); err != nil {
		return err
	}
	return h.node.SetServers(ctx, servers)
}

// pause waits, and reports false if ctx has ended.
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
