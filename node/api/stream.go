package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// The types of the stream's events.
const (
	eventMove     = "move"     // its data is a terms.Entry
	eventRaft     = "raft"     // its data is a node.RaftEvent
	eventStanding = "standing" // its data is a node.RaftEvent of a leader: whom the capital follows where its Raft events begin
	eventGap      = "gap"      // its data is a RaftGap
)

const (
	retryAfter   = time.Second     // what the stream tells readers to wait before they reconnect
	aheadWait    = 2 * time.Second // how long to look for a leader who knows whether a reader is ahead of the record
	flushBytes   = 64 << 10        // after which what is encoded is sent
	headerLastID = "Last-Event-ID"
)

// events is GET /v1/events. It keeps no buffer for a reader: each walks along the record and the Raft events at its own
// pace, and one who does not read for Limits.WriteTimeout is dropped.
func (s *server) events(w http.ResponseWriter, r *http.Request, who string) error {
	from, err := s.resume(r)
	if err != nil {
		return err
	}
	if err := s.checkAhead(r.Context(), from.moves); err != nil {
		return err
	}
	out := &stream{w: w, control: http.NewResponseController(w), timeout: s.limits.WriteTimeout}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // or a proxy would wait for more
	fmt.Fprintf(&out.buffer, "retry: %d\n\n", retryAfter.Milliseconds())

	if err := s.follow(r.Context(), out, s.enter(out, from)); errors.Is(err, os.ErrDeadlineExceeded) {
		s.meters.dropped.Inc()
		s.log.Info("dropped a reader of the stream: it did not read in time", zap.String("client", who),
			zap.String("from", r.RemoteAddr), zap.Duration("timeout", s.limits.WriteTimeout))
		panic(http.ErrAbortHandler)
	}
	return nil // the reader has gone, or this capital is closing: it will reconnect
}

// resume reads where the reader stopped: its Last-Event-ID or else ?after=, the id of the last event that it has seen or
// the sequence of the last move.
func (s *server) resume(r *http.Request) (position, error) {
	q := parameters(r, "after")
	name, text := "after", q.values.Get("after")
	if id := r.Header.Get(headerLastID); id != "" {
		name, text = headerLastID, id
	}
	if text == "" || q.err != nil {
		return position{}, q.err
	}
	from, err := parsePosition(text)
	if err != nil {
		q.bad("%s: %v", name, err)
	}
	if last, _ := s.opt.Feed.now(); from.sameProcess(s.here(from)) && from.raft > last {
		q.bad("%s: %.128q is no id that this capital gave: it has told of %d Raft events since it was started", name, text, last)
	}
	return from, q.err
}

// here returns the position with the Raft events counted at this process.
func (s *server) here(p position) position {
	p.capital, p.process = s.capital.ID(), s.opt.Feed.process
	return p
}

// enter returns where the reader goes on, and encodes what it has to know beforehand unless it goes on where it stopped:
// what it missed by a restart of this capital, or whom the capital follows if the reader begins here or was elsewhere.
func (s *server) enter(out *stream, from position) position {
	at := s.here(from)
	switch {
	case from.sameProcess(at):
	case from.capital == at.capital:
		_, at.raft = s.opt.Feed.since(0)
		out.event(eventGap, at, RaftGap{Capital: at.capital, Cause: GapRestarted, Process: at.process, Missed: at.raft,
			EarlierProcess: from.process, EarlierSeen: from.raft})
	default:
		last, standing := s.opt.Feed.now()
		if at.raft = last; last == 0 { // nothing was observed, or there is nobody who observes
			stats := s.capital.Stats()
			standing = node.RaftEvent{Capital: stats.Capital, Kind: node.EventLeader, RaftTerm: stats.RaftTerm, Leader: stats.Leader}
		}
		out.event(eventStanding, at, standing)
	}
	return at
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

// follow sends what comes after a position, until the reader or this capital ends it.
func (s *server) follow(ctx context.Context, out *stream, at position) error {
	beat := time.NewTicker(s.limits.Heartbeat)
	defer beat.Stop()
	ending := endingOf(ctx)
	for {
		moved, observed := s.capital.Changed(), s.opt.Feed.change() // before looking, so that nothing comes in between
		if err := s.catchUp(out, &at); err != nil {
			return err
		}
		select {
		case <-moved:
		case <-observed:
		case <-beat.C:
			out.buffer.WriteString(": still here\n\n")
		case <-ctx.Done():
			return ctx.Err()
		case <-ending:
			return nil
		}
	}
}

// catchUp sends what there is after a position and moves that on: each Raft event after the moves that were in the record
// when it was observed, and before the next one. If the reader lags so far behind that events are no longer held, it is
// told so at once.
func (s *server) catchUp(out *stream, at *position) error {
	record := s.capital.Record() // first: see Feed
	events, missed := s.opt.Feed.since(at.raft)
	if missed > 0 {
		at.raft += missed
		out.event(eventGap, *at, RaftGap{Capital: at.capital, Cause: GapOverrun, Process: at.process, Missed: missed})
	}
	for {
		switch {
		case len(events) > 0 && events[0].moves <= at.moves:
			at.raft++
			out.event(eventRaft, *at, &events[0].RaftEvent)
			events = events[1:]
		case at.moves < uint64(len(record)):
			at.moves++
			out.event(eventMove, *at, &record[at.moves-1])
		default: // an event may be left over whose moves came after this look at the record
			return out.flush()
		}
		if out.buffer.Len() >= flushBytes {
			if err := out.flush(); err != nil {
				return err
			}
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
// Its id is where the reader is when it has read it.
func (o *stream) event(kind string, at position, data any) {
	b, err := json.Marshal(data)
	if err != nil { // what was read from JSON can be written as JSON
		panic(fmt.Sprintf("api: a %s event cannot be encoded: %v", kind, err))
	}
	o.buffer.WriteString("id: " + at.String() + "\nevent: " + kind + "\ndata: ")
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
