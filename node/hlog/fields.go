package hlog

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/go-hclog"
	"go.uber.org/zap"
)

// fields turns hclog's alternating keys and values into zap's fields. A value without a key is kept under
// hclog.MissingKey, as hclog does.
func fields(args []any) []zap.Field {
	if len(args) == 0 {
		return nil
	}
	list := make([]zap.Field, 0, (len(args)+1)/2)
	for len(args) > 1 {
		key, ok := args[0].(string)
		if !ok {
			key = fmt.Sprint(args[0])
		}
		list = append(list, field(key, args[1]))
		args = args[2:]
	}
	if len(args) == 1 {
		list = append(list, field(hclog.MissingKey, args[0]))
	}
	return list
}

// field makes one field. hclog has types of its own that say how a value is to be shown.
func field(key string, value any) zap.Field {
	switch v := value.(type) {
	case hclog.Format:
		return zap.Stringer(key, format(v))
	case hclog.Hex:
		return zap.String(key, "0x"+strconv.FormatUint(uint64(v), 16))
	case hclog.Octal:
		return zap.String(key, "0"+strconv.FormatUint(uint64(v), 8))
	case hclog.Binary:
		return zap.String(key, "0b"+strconv.FormatUint(uint64(v), 2))
	case hclog.Quote:
		return zap.String(key, strconv.Quote(string(v)))
	case hclog.CapturedStacktrace:
		return zap.String(key, string(v))
	case error:
		return zap.NamedError(key, v)
	}
	return zap.Any(key, value)
}

// format is an hclog.Format, formatted only if the message is written.
type format hclog.Format

// String formats it: a format string, then its arguments.
func (f format) String() string {
	if len(f) == 0 {
		return ""
	}
	layout, ok := f[0].(string)
	if !ok {
		return fmt.Sprint([]any(f)...)
	}
	return fmt.Sprintf(layout, f[1:]...)
}

// writer turns lines of the standard library's logger into messages.
type writer struct {
	to      *logger
	options hclog.StandardLoggerOptions
}

// Write takes one line. Where the options say so, its level is read from a prefix such as "[WARN]".
func (w *writer) Write(line []byte) (int, error) {
	text := strings.TrimRight(string(line), " \t\n")
	level := hclog.Info
	if w.options.InferLevels && w.options.InferLevelsWithTimestamp {
		text = strings.TrimLeft(text, "0123456789 :/.+-TZ")
	}
	if w.options.InferLevels || w.options.ForceLevel != hclog.NoLevel {
		level, text = splitLevel(text)
	}
	if w.options.ForceLevel != hclog.NoLevel {
		level = w.options.ForceLevel
	}
	w.to.emit(level, text, nil)
	return len(line), nil
}

// splitLevel takes the level off a line that begins with one in brackets. Other lines are info.
func splitLevel(text string) (hclog.Level, string) {
	name, rest, ok := strings.Cut(strings.TrimPrefix(text, "["), "]")
	if !ok || !strings.HasPrefix(text, "[") {
		return hclog.Info, text
	}
	levels := map[string]hclog.Level{"TRACE": hclog.Trace, "DEBUG": hclog.Debug, "INFO": hclog.Info, "WARN": hclog.Warn,
		"ERROR": hclog.Error, "ERR": hclog.Error}
	level, ok := levels[name]
	if !ok {
		return hclog.Info, text
	}
	return level, strings.TrimSpace(rest)
}
