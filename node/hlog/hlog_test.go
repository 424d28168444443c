package hlog_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/parley-sim/parley/node/hlog"
)

func observed(level zapcore.Level) (hclog.Logger, *observer.ObservedLogs) {
	core, logs := observer.New(level)
	return hlog.New(zap.New(core, zap.AddCaller())), logs
}

func TestMessagesKeepLevelNameAndArguments(t *testing.T) {
	l, logs := observed(zapcore.DebugLevel)
	raft := l.With("capital", "kyiv").Named("raft").Named("snapshot")
	raft.Warn("falling behind", "entries", 3, "error", errors.New("disk full"), "peer", hclog.Fmt("%s:%d", "london", 7))

	got := logs.All()[0]
	if got.Level != zapcore.WarnLevel || got.Message != "falling behind" || got.LoggerName != "raft.snapshot" {
		t.Errorf("got %v %q by %q", got.Level, got.Message, got.LoggerName)
	}
	want := map[string]any{"capital": "kyiv", "entries": int64(3), "error": "disk full", "peer": "london:7"}
	if !reflect.DeepEqual(got.ContextMap(), want) {
		t.Errorf("got %v, want %v", got.ContextMap(), want)
	}
	if !strings.HasSuffix(got.Caller.File, "hlog_test.go") {
		t.Errorf("the caller is said to be %s", got.Caller)
	}
	if raft.Name() != "raft.snapshot" || !reflect.DeepEqual(raft.ImpliedArgs(), []any{"capital", "kyiv"}) {
		t.Errorf("name %q, implied %v", raft.Name(), raft.ImpliedArgs())
	}
	raft.ResetNamed("other").Info("hello")
	if got := logs.All()[1]; got.LoggerName != "other" || got.ContextMap()["capital"] != "kyiv" {
		t.Errorf("after ResetNamed: %q %v", got.LoggerName, got.ContextMap())
	}
}

func TestLevels(t *testing.T) {
	l, logs := observed(zapcore.InfoLevel)
	l.Debug("zap says no")
	l.Trace("nor this")
	if logs.Len() != 0 || l.IsDebug() || l.IsTrace() || !l.IsInfo() || l.GetLevel() != hclog.Info {
		t.Errorf("%d messages, level %v", logs.Len(), l.GetLevel())
	}
	sub := l.Named("sub")
	l.SetLevel(hclog.Error)
	sub.Warn("hclog says no")
	sub.Log(hclog.NoLevel, "nor this")
	sub.Error("yes")
	if logs.Len() != 1 || sub.GetLevel() != hclog.Error || !sub.IsError() || sub.IsWarn() {
		t.Errorf("%d messages, level %v", logs.Len(), sub.GetLevel())
	}
	l.SetLevel(hclog.Off)
	l.Error("off")
	if logs.Len() != 1 || l.GetLevel() != hclog.Off || l.IsError() {
		t.Errorf("%d messages while off", logs.Len())
	}

	l, logs = observed(zapcore.DebugLevel)
	l.Trace("not without SetLevel")
	l.SetLevel(hclog.Trace)
	l.Trace("with it")
	if logs.Len() != 1 || !l.IsTrace() {
		t.Errorf("%d trace messages", logs.Len())
	}
}

func TestOddArgumentsAreKept(t *testing.T) {
	l, logs := observed(zapcore.DebugLevel)
	l.Info("odd", "a", 1, "left over")
	l.With(7).Info("odder", 8, "nine")
	if got := logs.All()[0].ContextMap(); got[hclog.MissingKey] != "left over" {
		t.Errorf("got %v", got)
	}
	if got := logs.All()[1].ContextMap(); got[hclog.MissingKey] != int64(7) || got["8"] != "nine" {
		t.Errorf("got %v", got)
	}
}

func TestHclogTypes(t *testing.T) {
	l, logs := observed(zapcore.DebugLevel)
	l.Info("types", "hex", hclog.Hex(255), "octal", hclog.Octal(8), "binary", hclog.Binary(5), "quote", hclog.Quote("a\nb"),
		"empty", hclog.Format{}, "plain", hclog.Format{1, 2})
	want := map[string]any{"hex": "0xff", "octal": "010", "binary": "0b101", "quote": `"a\nb"`, "empty": "", "plain": "1 2"}
	if got := logs.All()[0].ContextMap(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestStandardLogger(t *testing.T) {
	l, logs := observed(zapcore.DebugLevel)
	l.StandardLogger(nil).Print("[WARN] kept as it is")
	l.StandardLogger(&hclog.StandardLoggerOptions{InferLevels: true}).Print("[ERR] raft: lost")
	l.StandardLogger(&hclog.StandardLoggerOptions{InferLevels: true, InferLevelsWithTimestamp: true}).
		Print("2026/11/21 20:45:42 [DEBUG] tick")
	l.StandardLogger(&hclog.StandardLoggerOptions{ForceLevel: hclog.Warn}).Print("[INFO] forced")
	l.StandardLogger(&hclog.StandardLoggerOptions{InferLevels: true}).Print("[odd] bracket")
	want := []struct {
		level zapcore.Level
		text  string
	}{{zapcore.InfoLevel, "[WARN] kept as it is"}, {zapcore.ErrorLevel, "raft: lost"}, {zapcore.DebugLevel, "tick"},
		{zapcore.WarnLevel, "forced"}, {zapcore.InfoLevel, "[odd] bracket"}}
	for i, w := range want {
		if got := logs.All()[i]; got.Level != w.level || got.Message != w.text {
			t.Errorf("line %d: got %v %q, want %v %q", i, got.Level, got.Message, w.level, w.text)
		}
	}
}

func TestNilLoggerWritesNothing(t *testing.T) {
	l := hlog.New(nil)
	l.Error("nobody hears this")
	if l.IsError() || l.GetLevel() != hclog.Off {
		t.Errorf("enabled at %v", l.GetLevel())
	}
}

func BenchmarkDisabled(b *testing.B) {
	l := hlog.New(zap.NewNop())
	b.ReportAllocs()
	for b.Loop() {
		l.Debug("accepted connection", "from", "kyiv")
	}
}
