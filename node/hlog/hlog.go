// Package hlog lets libraries that log through hashicorp/go-hclog write to a zap logger.
//
// It knows nothing of Parley. zap has no trace level: trace messages become zap's debug messages, and only after
// SetLevel(hclog.Trace), since hashicorp/raft traces nothing and other libraries trace a lot.
package hlog

import (
	"io"
	"log"
	"slices"
	"sync/atomic"

	"github.com/hashicorp/go-hclog"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logger is an hclog.Logger over zap. Loggers made from one another share their level, as hclog's own do.
type logger struct {
	root    *zap.Logger // without name and implied arguments, for ResetNamed
	zap     *zap.Logger // what is written to
	name    string
	implied []any
	level   *atomic.Int32 // an hclog.Level; what is below it is dropped before zap is asked
}

var _ hclog.Logger = (*logger)(nil)

// New returns an hclog.Logger that writes to z. Its level is debug, so that z's own level decides. With a nil z it writes
// nothing.
func New(z *zap.Logger) hclog.Logger {
	if z == nil {
		z = zap.NewNop()
	}
	z = z.WithOptions(zap.AddCallerSkip(2)) // the exported method and emit
	l := &logger{root: z, zap: z, level: new(atomic.Int32)}
	l.level.Store(int32(hclog.Debug))
	return l
}

// emit writes one message. Every exported method calls it directly, so that zap finds the caller.
func (l *logger) emit(level hclog.Level, msg string, args []any) {
	if !l.enabled(level) {
		return
	}
	if entry := l.zap.Check(zapLevel(level), msg); entry != nil {
		entry.Write(fields(args)...)
	}
}

// enabled reports whether a message of that level would be written.
func (l *logger) enabled(level hclog.Level) bool {
	return level < hclog.Off && int32(level) >= l.level.Load() && l.zap.Core().Enabled(zapLevel(level))
}

// zapLevel translates a level. A message without one counts as info.
func zapLevel(level hclog.Level) zapcore.Level {
	switch level {
	case hclog.Trace, hclog.Debug:
		return zapcore.DebugLevel
	case hclog.Warn:
		return zapcore.WarnLevel
	case hclog.Error:
		return zapcore.ErrorLevel
	}
	return zapcore.InfoLevel
}

// Log writes a message at a level that is known only at run time. hclog.NoLevel counts as info.
func (l *logger) Log(level hclog.Level, msg string, args ...any) {
	if level == hclog.NoLevel {
		level = hclog.Info
	}
	l.emit(level, msg, args)
}

// Trace, Debug, Info, Warn and Error write a message with alternating keys and values.
func (l *logger) Trace(msg string, args ...any) { l.emit(hclog.Trace, msg, args) }
func (l *logger) Debug(msg string, args ...any) { l.emit(hclog.Debug, msg, args) }
func (l *logger) Info(msg string, args ...any)  { l.emit(hclog.Info, msg, args) }
func (l *logger) Warn(msg string, args ...any)  { l.emit(hclog.Warn, msg, args) }
func (l *logger) Error(msg string, args ...any) { l.emit(hclog.Error, msg, args) }

// IsTrace, IsDebug, IsInfo, IsWarn and IsError report whether such a message would be written.
func (l *logger) IsTrace() bool { return l.enabled(hclog.Trace) }
func (l *logger) IsDebug() bool { return l.enabled(hclog.Debug) }
func (l *logger) IsInfo() bool  { return l.enabled(hclog.Info) }
func (l *logger) IsWarn() bool  { return l.enabled(hclog.Warn) }
func (l *logger) IsError() bool { return l.enabled(hclog.Error) }

// ImpliedArgs returns what With added, here and in the loggers that this one came from.
func (l *logger) ImpliedArgs() []any { return slices.Clone(l.implied) }

// With returns a logger that adds the arguments to every message.
func (l *logger) With(args ...any) hclog.Logger {
	sub := *l
	if len(args)%2 != 0 {
		args = append(slices.Clone(args[:len(args)-1]), hclog.MissingKey, args[len(args)-1])
	}
	sub.implied = append(slices.Clip(l.implied), args...)
	sub.zap = l.zap.With(fields(args)...)
	return &sub
}

// Name returns the logger's name, without that of the zap logger below it.
func (l *logger) Name() string { return l.name }

// Named returns a logger whose name is this one's with a dot and the given one.
func (l *logger) Named(name string) hclog.Logger {
	if l.name != "" {
		name = l.name + "." + name
	}
	return l.ResetNamed(name)
}

// ResetNamed returns a logger with the given name instead of this one's.
func (l *logger) ResetNamed(name string) hclog.Logger {
	sub := *l
	sub.name = name
	sub.zap = l.root.Named(name).With(fields(l.implied)...)
	return &sub
}

// SetLevel sets the level of this logger and of all that came from the same New. It cannot enable what zap disables.
func (l *logger) SetLevel(level hclog.Level) {
	if level == hclog.NoLevel {
		level = hclog.Debug
	}
	l.level.Store(int32(level))
}

// GetLevel returns the least level that would be written.
func (l *logger) GetLevel() hclog.Level {
	for level := hclog.Level(l.level.Load()); level < hclog.Off; level++ {
		if l.enabled(level) {
			return level
		}
	}
	return hclog.Off
}

// StandardLogger returns a logger of the standard library that writes to this one.
func (l *logger) StandardLogger(opts *hclog.StandardLoggerOptions) *log.Logger {
	return log.New(l.StandardWriter(opts), "", 0)
}

// StandardWriter returns a writer each of whose writes is a message.
func (l *logger) StandardWriter(opts *hclog.StandardLoggerOptions) io.Writer {
	w := &writer{to: l}
	if opts != nil {
		w.options = *opts
	}
	return w
}
