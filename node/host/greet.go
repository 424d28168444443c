package host

import (
	"context"
	"time"

	"github.com/parley-sim/parley/node"
)

// How long a capital pauses before it looks again whether it knows where the newcomers' interfaces are.
const (
	minGreetPause = 250 * time.Millisecond
	maxGreetPause = 5 * time.Second
)

// greet keeps a connection with every capital that was admitted since the settings were written, if it answers: it says
// there where its interface is, which neither the settings nor the record do. One that is started later, or again at
// another place, is so found within maxGreetPause.
func (h *Host) greet(ctx context.Context) {
	for wait := minGreetPause; ; wait = min(2*wait, maxGreetPause) {
		for _, id := range h.directory.newcomers() {
			call, done := context.WithTimeout(ctx, node.DefaultConfig().AttemptTimeout)
			_ = h.wire.Greet(call, id) // it may not run yet; the wire tells whoever has something to say to it
			done()
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-h.directory.changed:
			wait = minGreetPause / 2
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}
