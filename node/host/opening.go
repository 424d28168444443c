package host

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// How long the first voter pauses before it calls again a capital that does not answer yet.
const (
	minCallPause = time.Millisecond
	maxCallPause = 250 * time.Millisecond
)

// open spares a fresh conference the wait for its first election: the first voting capital of the charter stands for it
// as soon as a majority can vote. It does nothing where the log holds more than the names of the capitals, and gives up
// once anybody leads. A first voter whose disk was wiped does no harm with it: its Raft term and its log are behind those
// of all others, who do not vote for it.
func (h *Host) open(ctx context.Context, charter *terms.Charter) {
	var others []string
	first := ""
	for i := range charter.Capitals {
		switch c := &charter.Capitals[i]; {
		case !c.Votes():
		case first == "":
			first = c.ID
		default:
			others = append(others, c.ID)
		}
	}
	if first != h.config.Capital || h.node.LastIndex() > 1 {
		return
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	there := make(chan struct{}, len(others))
	for _, id := range others {
		h.work.Go(func() {
			if h.reach(ctx, id) {
				there <- struct{}{}
			}
		})
	}
	for range (len(others) + 1) / 2 { // with this capital itself, more than half
		select {
		case <-there:
		case <-ctx.Done():
			return
		}
	}
	if h.node.Leader() != "" {
		return
	}
	if err := h.node.Nudge(first); err != nil && ctx.Err() == nil {
		h.log.Info("the first election waits for its timeout", zap.Error(err))
	}
}

// reach calls a capital until it answers anything; it reports false if somebody leads before, or ctx ends.
func (h *Host) reach(ctx context.Context, id string) bool {
	for wait := minCallPause; h.node.Leader() == ""; wait = min(2*wait, maxCallPause) {
		call, done := context.WithTimeout(ctx, node.DefaultConfig().AttemptTimeout)
		_, err := h.wire.Call(call, id, nil) // no request: that it is refused is answer enough
		done()
		if err == nil {
			return true
		}
		if !pause(ctx, wait) {
			return false
		}
	}
	return false
}
