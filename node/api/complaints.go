package api

import (
	"net"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// complaints takes what net/http says of connections, a line at a time. Of handshakes that fail the log tells once a minute
// for each host and kind of fault, as package wire does; and nothing at its usual level of who connects and goes away, which
// is how one finds out whether the port is open.
type complaints struct{ sparing, all *zap.Logger }

func newComplaints(logger *zap.Logger) *complaints {
	once := zap.WrapCore(func(c zapcore.Core) zapcore.Core { return zapcore.NewSamplerWithOptions(c, time.Minute, 1, 0) })
	return &complaints{logger.WithOptions(once), logger}
}

// Write takes one line of net/http's.
func (c *complaints) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	rest, handshake := strings.CutPrefix(text, "http: TLS handshake error from ")
	from, reason, found := strings.Cut(rest, ": ")
	host, _, err := net.SplitHostPort(from)
	switch {
	case !handshake || !found || err != nil:
		c.all.Info(text)
	case reason == "EOF":
		c.all.Debug("a connection was closed before its handshake", zap.String("from", from))
	default:
		kind := reason[strings.LastIndex(reason, ": ")+1:] // without the ports of "read tcp A->B: i/o timeout"
		c.sparing.Warn("refused a connection from "+host+": no proper handshake: "+strings.TrimSpace(kind), zap.String("error", reason))
	}
	return len(line), nil
}
