package host

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// longestNap bounds how long the timekeeper sleeps: leadership changes without a move, and clocks are set.
const longestNap = time.Second

// keepTime has the deadlines of the record settled when the time of day has reached them. Without it a window that has
// ended would be noticed at the next move only. Whoever leads makes a clock move, which any capital could.
func (h *Host) keepTime(ctx context.Context) {
	for {
		changed := h.node.Changed()
		looked, wait := time.Now(), longestNap
		if due, any := h.nextDeadline(); any && h.node.IsLeader() {
			if wait = time.Until(due.Time()); wait <= 0 {
				wait = attendPause
				if err := h.tick(ctx, terms.Instant(time.Now().Unix())); err != nil && ctx.Err() == nil && !errors.Is(err, node.ErrUnknown) {
					h.log.Debug("a deadline has passed and could not be recorded yet", zap.Error(err))
				}
			}
		}
		timer := time.NewTimer(min(wait, longestNap))
		select {
		case <-changed:
			pause(ctx, min(wait, lookPause-time.Since(looked)))
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

func (h *Host) nextDeadline() (at terms.Instant, any bool) {
	if _, err := h.node.Read(context.Background(), node.Local, func(s *terms.State) { at, any = s.NextDeadline() }); err != nil {
		return 0, false
	}
	return at, any
}

// tick makes a clock move.
func (h *Host) tick(ctx context.Context, now terms.Instant) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := h.node.Submit(ctx, terms.Move{Verb: terms.VerbClock, Time: now})
	return err
}
