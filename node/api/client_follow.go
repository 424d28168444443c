package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// StreamEvent is one thing that Follow tells of: a move or a Raft event.
type StreamEvent struct {
	Sequence uint64          // of the move; 0 for a Raft event
	Move     *terms.Entry    // a move that got into the record, refused ones included
	Raft     *node.RaftEvent // what the capital that is followed now saw of an election
}

// errSilent ends a connection over which not even a heartbeat comes any more.
var errSilent = errors.New("api: the stream has fallen silent")

// silence is how long a stream may be silent: three of the server's heartbeats.
const silence = 45 * time.Second

// Follow tells of every move in the record after a sequence, in order and each once, and of Raft events in between. When a
// connection ends it goes on with the next capital, and so on, for as long as the caller ranges over it and ctx lasts. It
// ends with an error only if going on is of no use, as with a certificate that is not accepted, and with ctx's.
func (c *Client) Follow(ctx context.Context, after uint64) iter.Seq2[StreamEvent, error] {
	return func(yield func(StreamEvent, error) bool) {
		last := after
		for turn, tries := 0, 1; ; turn, tries = turn+1, tries+1 {
			before := last
			stopped, err := c.followOne(ctx, c.bases[turn%len(c.bases)], &last, func(e StreamEvent) bool { return yield(e, nil) })
			switch {
			case stopped:
				return
			case ctx.Err() != nil:
				yield(StreamEvent{}, context.Cause(ctx))
				return
			case err != nil && !elsewhere(err):
				yield(StreamEvent{}, err)
				return
			}
			if last > before {
				tries = 1
			}
			if err := c.pause(ctx, tries); err != nil {
				yield(StreamEvent{}, err)
				return
			}
		}
	}
}

// followOne follows one capital until the connection ends. It reports whether the caller has had enough.
func (c *Client) followOne(ctx context.Context, base string, last *uint64, yield func(StreamEvent) bool) (stopped bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(silence, func() { cancel(errSilent) })
	defer watchdog.Stop()
	header := http.Header{"Accept": {"text/event-stream"}}
	if *last > 0 {
		header.Set(headerLastID, strconv.FormatUint(*last, 10))
	}
	answer, err := c.begin(ctx, http.MethodGet, base, "/v1/events", header, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = answer.Body.Close() }()
	if kind := answer.Header.Get("Content-Type"); !isEventStream(kind) {
		return false, fmt.Errorf("api: %s/v1/events answers with %.64q, not with an event stream", base, kind)
	}
	events := newEventReader(answer.Body, func() { watchdog.Reset(silence) })
	for {
		sent, err := events.next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		e, err := decodeEvent(&sent)
		if err != nil {
			return false, err
		}
		switch {
		case e.Move == nil && e.Raft == nil: // of a newer capital
			continue
		case e.Move != nil && e.Sequence <= *last:
			continue // it was told already
		case e.Move != nil && e.Sequence != *last+1:
			return false, fmt.Errorf("api: %s leaves out the moves between %d and %d", base, *last, e.Sequence)
		case e.Move != nil:
			*last = e.Sequence // before yield: what the caller was given is told
		}
		watchdog.Stop() // the caller may take its time
		if !yield(e) {
			return true, nil
		}
		watchdog.Reset(silence)
	}
}

// decodeEvent reads an event, and trusts nothing in it.
func decodeEvent(sent *serverSent) (StreamEvent, error) {
	var e StreamEvent
	switch sent.kind {
	case eventMove:
		e.Move = &terms.Entry{}
		if err := json.Unmarshal(sent.data, e.Move); err != nil {
			return e, fmt.Errorf("api: read a move of the stream: %w", err)
		}
		seq, err := strconv.ParseUint(sent.id, 10, 63)
		if err != nil || seq == 0 || seq != e.Move.Result.Sequence {
			return e, fmt.Errorf("api: a move of the stream has the id %.64q and the sequence %d", sent.id, e.Move.Result.Sequence)
		}
		e.Sequence = seq
	case eventRaft:
		e.Raft = &node.RaftEvent{}
		if err := json.Unmarshal(sent.data, e.Raft); err != nil {
			return e, fmt.Errorf("api: read a Raft event of the stream: %w", err)
		}
	}
	return e, nil
}
