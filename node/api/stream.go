package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// The types of the stream's events.
const (
	eventMove = "move" // its data is a terms.Entry, its id the entry's sequence
	eventRaft = "raft" // its data is a node.RaftEvent; it has no id
)

const (
	retryAfter   = time.Second     // what the stream tells readers to wait before they reconnect
	aheadWait    = 2 * time.Second // how long to look for a leader who knows whether a reader is ahead of the record
	flushBytes   = 64 << 10        // after which what is encoded is sent
	headerLastID = "Last-Event-ID"
)

// events is GET /v1/events. It keeps no buffer of moves: each reader walks along the record at its own pace, and one who
// does not read for Limits.WriteTimeout is dropped.
func (s *server) events(w http.ResponseWriter, r *http.Request, who string) error {
	after, err := s.resume(r)
	if err != nil {
		return err
	}
	if err := s.checkAhead(r.Context(), after); err != nil {
		return err
	}
	raft, stop := s.opt.Feed.read()
	defer stop()
	out := &stream{w: w, control: http.NewResponseController(w), timeout: s.limits.WriteTimeout}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // or a proxy would wait for more
	fmt.Fprintf(&out.buffer, "retry: %d\n\n", retryAfter.Milliseconds())
	stats := s.capital.Stats()
	out.event(eventRaft, "", node.RaftEvent{Capital: stats.Capital, Kind: node.EventLeader, RaftTerm: stats.RaftTerm,
		Leader: stats.Leader})

	if err := s.follow(r.Context(), out, after, raft); errors.Is(err, os.ErrDeadlineExceeded) {
		s.meters.dropped.Inc()
		s.log.Info("dropped a reader of the stream: it did not read in time", zap.String("client", who),
			zap.String("from", r.RemoteAddr), zap.Duration("timeout", s.limits.WriteTimeout))
		panic(http.ErrAbortHandler)
	}
	return nil // the reader has gone, or this capital is closing: it will reconnect
}

// resume reads where the reader stopped: its Last-Event-ID or else ?after=, the sequence of the last move that it has seen.
func (s *server) resume(r *http.Request) (uint64, error) {
	q := parameters(r, "after")
	after := q.number("after", 0, 0, math.MaxInt64)
	if id := r.Header.Get(headerLastID); id != "" {
		var err error
		if after, err = strconv.ParseUint(id, 10, 63); err != nil {
			q.bad("%s is %.64q; it is the id of a move's event: a whole number", headerLastID, id)
		}
	}
	return after, q.err
}

// checkAhead refuses a reader that has seen more than there is in the record: it followed another conference, or one that
// was since restored from a backup. A capital that merely lags behind serves it, and waits until it has caught up.
func (s *server) checkAhead(ctx context.Context, after uint64) error {
	if after <= uint64(len(s.capital.Record())) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, min(aheadWait, s.limits.MaxWait))
	defer cancel()
	var last uint64
	_, err := s.capital.Read(ctx, node.Linearizable, func(state *terms.State) { last = state.Sequence() })
	if err == nil && after > last {
		return problem(http.StatusConflict, CodeAhead, "you have seen move %d, and the record has %d: it is not the record that "+
			"you followed. Begin anew with ?after=0", after, last)
	}
	return nil
}

// follow sends what comes after a sequence, until the reader or this capital ends it.
func (s *server) follow(ctx context.Context, out *stream, after uint64, raft <-chan node.RaftEvent) error {
	beat := time.NewTicker(s.limits.Heartbeat)
	defer beat.Stop()
	ending := endingOf(ctx)
	for {
		change := s.capital.Changed() // before looking, so that nothing comes in between
		for record := s.capital.Record(); after < uint64(len(record)); after++ {
			out.event(eventMove, strconv.FormatUint(after+1, 10), &record[after])
			if out.buffer.Len() < flushBytes {
				continue
			}
			if err := out.flush(); err != nil {
				return err
			}
		}
		if err := out.flush(); err != nil {
			return err
		}
		select {
		case <-change:
		case e := <-raft:
			out.event(eventRaft, "", e)
		case <-beat.C:
			out.buffer.WriteString(": still here\n\n")
		case <-ctx.Done():
			return ctx.Err()
		case <-ending:
			return nil
		}
	}
}

// stream writes server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	buffer  bytes.Buffer
}

// event encodes an event, to be sent by flush. JSON has no line breaks, so that one data line holds it.
func (o *stream) event(kind, id string, data any) {
	b, err := json.Marshal(data)
	if err != nil { // what was read from JSON can be written as JSON
		panic(fmt.Sprintf("api: a %s event cannot be encoded: %v", kind, err))
	}
	if id != "" {
		o.buffer.WriteString("id: " + id + "\n")
	}
	o.buffer.WriteString("event: " + kind + "\ndata: ")
	o.buffer.Write(b)
	o.buffer.WriteString("\n\n")
}

// flush sends what is encoded. Its error wraps os.ErrDeadlineExceeded if the reader did not take it in time.
func (o *stream) flush() error {
	if o.buffer.Len() == 0 {
		return nil
	}
	if err := o.control.SetWriteDeadline(time.Now().Add(o.timeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := o.w.Write(o.buffer.Bytes()); err != nil {
		return err
	}
	o.buffer.Reset()
	if o.buffer.Cap() > 4*flushBytes { // one large move is no reason to keep so much for as long as the stream lasts
		o.buffer = bytes.Buffer{}
	}
	return o.control.Flush()
}
