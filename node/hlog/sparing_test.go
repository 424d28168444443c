package hlog_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/parley-sim/parley/node/hlog"
)

// clock is a zapcore.Clock that stands still.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time                         { return c.now }
func (c *clock) NewTicker(d time.Duration) *time.Ticker { return time.NewTicker(d) }

func TestAnErrorThatGoesOnIsWrittenOnceAMinute(t *testing.T) {
	core, logs := observer.New(zapcore.InfoLevel)
	c := &clock{time.Unix(0, 0)}
	raft := hlog.New(hlog.Sparing(zap.New(core, zap.WithClock(c)), time.Minute)).With("capital", "kyiv").Named("raft")
	refused, expired := errors.New("connection refused"), errors.New("the certificate has expired")
	type peer struct{ ID string }
	for range 100 { // ten a second
		raft.Error("failed to heartbeat to", "peer", peer{"london"}, "backoff time", c.now, "error", refused)
		raft.Error("failed to heartbeat to", "peer", peer{"moscow"}, "error", refused)
		c.now = c.now.Add(100 * time.Millisecond)
	}
	raft.Error("failed to heartbeat to", "peer", peer{"london"}, "error", expired)
	raft.Error("failed to appendEntries to", "peer", peer{"london"}, "error", expired)
	if logs.Len() != 4 {
		t.Errorf("%d messages of two capitals, two errors and two kinds of message; want 4: %v", logs.Len(), logs.All())
	}
	c.now = c.now.Add(time.Minute)
	raft.Error("failed to heartbeat to", "peer", peer{"london"}, "error", refused)
	last := logs.All()[logs.Len()-1]
	if left, found := last.ContextMap()["repeated"]; !found || left != int64(99) || logs.Len() != 5 {
		t.Errorf("a minute later: %v, of %d", last, logs.Len())
	}

	logs.TakeAll()
	for i := range 10 {
		raft.Warn("heartbeat timeout reached, starting election", "last-leader-id", "london")
		raft.Error("failed to heartbeat to", "peer", peer{fmt.Sprint(i)}, "error", refused)
	}
	if logs.Len() != 20 {
		t.Errorf("%d of 20 messages that tell of no error, or each of another capital", logs.Len())
	}
	raft.Debug("not at this level", "error", refused)
	if logs.Len() != 20 {
		t.Error("a message below the level was written")
	}
	if hlog.Sparing(nil, time.Minute) != nil {
		t.Error("a logger for nothing was made")
	}
}
