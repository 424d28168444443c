package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// StreamEvent is one thing that Follow tells of: Move, Raft or Gap is set.
type StreamEvent struct {
	Sequence uint64          // of the move; 0 for anything else
	Move     *terms.Entry    // a move that got into the record, refused ones included
	Raft     *node.RaftEvent // what the capital that is followed now saw of an election
	Standing bool            // Raft is no event, but whom that capital follows as its Raft events begin
	Gap      *RaftGap        // Raft events of that capital that are missing here
}

// errSilent ends a connection over which not even a heartbeat comes any more.
var errSilent = errors.New("api: the stream has fallen silent")

// silence is how long a stream may be silent: three of the server's heartbeats.
const silence = 45 * time.Second

// Follow tells of every move in the record after a sequence, in order and each once, and of Raft events in between. When a
// connection ends it goes on with the next capital, and so on, for as long as the caller ranges over it and ctx lasts. If
// that is the same capital it goes on with its Raft events, each once, or a gap says what is missing; another one's begin
// with how it stands. It ends with an error only if going on is of no use, as with a certificate that is not accepted, and
// with ctx's.
func (c *Client) Follow(ctx context.Context, after uint64) iter.Seq2[StreamEvent, error] {
	return func(yield func(StreamEvent, error) bool) {
		last := position{moves: after}
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
			if last.beyond(before) {
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
func (c *Client) followOne(ctx context.Context, base string, last *position, yield func(StreamEvent) bool) (stopped bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(silence, func() { cancel(errSilent) })
	defer watchdog.Stop()
	header := http.Header{"Accept": {"text/event-stream"}}
	if *last != (position{}) {
		header.Set(headerLastID, last.String())
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
		e, at, err := decodeEvent(&sent)
		if err != nil {
			return false, err
		}
		if e.Move == nil && e.Raft == nil && e.Gap == nil { // of a newer capital
			continue
		}
		again, err := e.follows(at, *last)
		if err != nil {
			return false, fmt.Errorf("api: %s %w", base, err)
		}
		if again {
			continue
		}
		*last = at      // before yield: what the caller was given is told
		watchdog.Stop() // the caller may take its time
		if !yield(e) {
			return true, nil
		}
		watchdog.Reset(silence)
	}
}

// follows checks that an event is the next one after a position: it reports whether it was told already, and an error if
// something was left out.
func (e *StreamEvent) follows(at, last position) (again bool, err error) {
	switch {
	case e.Move != nil && at.moves <= last.moves:
		return true, nil
	case e.Move != nil && at.moves != last.moves+1:
		return false, fmt.Errorf("leaves out the moves between %d and %d", last.moves, at.moves)
	case e.Move != nil:
		return false, nil
	case at.moves != last.moves:
		return false, fmt.Errorf("tells of a Raft event after move %d, and the last was %d", at.moves, last.moves)
	case e.Gap != nil || e.Standing || !at.sameProcess(last):
		return false, nil
	case at.raft <= last.raft:
		return true, nil
	case at.raft != last.raft+1:
		return false, fmt.Errorf("leaves out the Raft events between %d and %d", last.raft, at.raft)
	}
	return false, nil
}

// decodeEvent reads an event and where it leaves the reader, and trusts nothing in it.
func decodeEvent(sent *serverSent) (e StreamEvent, at position, err error) {
	var data any
	switch sent.kind {
	case eventMove:
		e.Move = &terms.Entry{}
		data = e.Move
	case eventRaft, eventStanding:
		e.Raft, e.Standing = &node.RaftEvent{}, sent.kind == eventStanding
		data = e.Raft
	case eventGap:
		e.Gap = &RaftGap{}
		data = e.Gap
	default:
		return e, at, nil
	}
	if err := json.Unmarshal(sent.data, data); err != nil {
		return e, at, fmt.Errorf("api: read a %s event of the stream: %w", sent.kind, err)
	}
	if at, err = parsePosition(sent.id); err != nil {
		return e, at, fmt.Errorf("api: read the id of a %s event of the stream: %w", sent.kind, err)
	}
	if e.Move != nil {
		if e.Sequence = at.moves; at.moves == 0 || at.moves != e.Move.Result.Sequence {
			return e, at, fmt.Errorf("api: a move of the stream has the id %.64q and the sequence %d", sent.id, e.Move.Result.Sequence)
		}
	}
	return e, at, nil
}
