package hlog

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Sparing returns a logger that writes a message which tells of an error once in so long, for the same message, capital
// and error, and then says how many times it was left out. hashicorp/raft tells of a machine that is down, or that is
// turned away, at every one of its heartbeats. What tells of no error is written as often as it comes.
func Sparing(z *zap.Logger, every time.Duration) *zap.Logger {
	if z == nil || !z.Core().Enabled(zapcore.FatalLevel) { // it writes nothing
		return z
	}
	seen := &repeats{every: every, of: map[string]*repeat{}}
	return z.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core { return &sparing{c, seen} }))
}

type sparing struct {
	zapcore.Core
	seen *repeats
}

func (s *sparing) With(fields []zapcore.Field) zapcore.Core {
	return &sparing{s.Core.With(fields), s.seen}
}

func (s *sparing) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if s.Enabled(entry.Level) {
		return checked.AddCore(entry, s)
	}
	return checked
}

func (s *sparing) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	key, failed := failure(entry.Message, fields)
	if !failed {
		return s.Core.Write(entry, fields)
	}
	left, again := s.seen.note(key, entry.Time)
	switch {
	case again:
		return nil
	case left > 0:
		fields = append(fields[:len(fields):len(fields)], zap.Int("repeated", left))
	}
	return s.Core.Write(entry, fields)
}

// failure tells what a message about an error is about: the error, and the capital under one of hashicorp/raft's names.
func failure(message string, fields []zapcore.Field) (key string, failed bool) {
	key = message
	for _, f := range fields {
		switch f.Key {
		case "error":
			failed = true
		case "peer", "target", "server-id":
		default:
			continue
		}
		var value any = f.Interface
		if value == nil {
			value = f.String
		}
		key += "\x00" + strings.ToValidUTF8(fmt.Sprint(value), "?")
	}
	return key, failed
}

// repeats remembers when messages were written.
type repeats struct {
	every time.Duration

	mu sync.Mutex
	of map[string]*repeat
}

type repeat struct {
	written time.Time
	left    int // how often it was left out since
}

// maxRepeats bounds the messages that are remembered.
const maxRepeats = 256

// note reports whether a message was written a short while ago, and else how often it was left out since.
func (r *repeats) note(key string, now time.Time) (left int, again bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := r.of[key]
	if last != nil && now.Sub(last.written) < r.every {
		last.left++
		return 0, true
	}
	if last != nil {
		left = last.left
	} else if len(r.of) >= maxRepeats {
		clear(r.of) // some are written once more
	}
	r.of[key] = &repeat{written: now}
	return left, false
}
