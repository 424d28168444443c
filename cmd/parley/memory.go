package main

import (
	"context"
	"runtime/debug"
	"time"
)

// How a capital's process keeps small. It mostly waits, and shares its machine with others of its kind.
const (
	heapGrowth  = 50              // percent that the heap may grow beyond what is in use before garbage is collected; Go's default is 100
	trimPeriod  = 5 * time.Second // between two looks at how much is resident
	trimAbove   = 28 << 20        // bytes; less is left alone
	trimGrowth  = 4               // trimmed again once there is a quarter more than what was left the last time
	trimAtFirst = time.Second     // after the start, which needs more than the rest of a capital's life
)

// keepSmall returns memory that the process does not need to the system, until ctx ends. Nothing is ever refused for it: a
// large record takes what it takes.
func keepSmall(ctx context.Context) {
	debug.SetGCPercent(heapGrowth)
	timer := time.NewTimer(trimAtFirst)
	defer timer.Stop()
	t := trimming{resident: resident, trim: func() {
		debug.FreeOSMemory()
		dropPages()
	}}
	for {
		select {
		case <-timer.C:
			t.look()
			timer.Reset(trimPeriod)
		case <-ctx.Done():
			return
		}
	}
}

// trimming decides when to trim: what is in use for good must not be trimmed over and over.
type trimming struct {
	resident func() (bytes int, known bool)
	trim     func()
	left     int // resident bytes after the last time
}

func (t *trimming) look() {
	now, known := t.resident()
	if !known || now <= max(trimAbove, t.left+t.left/trimGrowth) {
		return
	}
	t.trim()
	t.left, _ = t.resident()
}
