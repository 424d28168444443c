package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// piped is a connection without sockets: what is written waits until it is read.
type piped struct {
	*io.PipeWriter
	header http.Header
}

func (p *piped) Header() http.Header { return p.header }
func (p *piped) WriteHeader(int)     {}
func (p *piped) Flush()              {}

// listener reads one stream.
type listener struct {
	events *eventReader
	end    func()
}

func listenTo(h http.Handler, lastID string) *listener {
	ctx, cancel := context.WithTimeout(context.Background(), testTime) // so that a test ends even if nothing comes
	r := httptest.NewRequestWithContext(ctx, "GET", "/v1/events", nil)
	r.Header.Set(headerLastID, lastID)
	in, out := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.ServeHTTP(&piped{out, http.Header{}}, r)
		_ = out.Close()
	}()
	return &listener{newEventReader(in, func() {}), func() {
		cancel()
		_ = in.Close()
		<-done
	}}
}

// item is what a test knows of an event. Raft events are told apart by their Raft term.
type item struct {
	kind   string
	number uint64 // the sequence of a move, the Raft term of a Raft event, what a gap misses
	cause  GapCause
}

func (l *listener) next(t interface{ Fatal(...any) }) (item, string) {
	sent, err := l.events.next()
	if err != nil {
		t.Fatal(err)
	}
	e, at, err := decodeEvent(&sent)
	if err != nil || at.String() != sent.id {
		t.Fatal(at, sent.id, err)
	}
	got := item{kind: sent.kind}
	switch {
	case e.Move != nil:
		got.number = e.Sequence
	case e.Gap != nil:
		got.number, got.cause = e.Gap.Missed, e.Gap.Cause
	default:
		got.number = e.Raft.RaftTerm
	}
	return got, sent.id
}

// Whatever moves, Raft events and restarts there were, in whatever order: a reader that was cut off after any event goes
// on with exactly what came after it, in that order, and is told exactly how much the capital no longer has.
func TestResumeAtEveryEvent(t *testing.T) {
	boundaries := 0
	rapid.Check(t, func(t *rapid.T) {
		bound := rapid.IntRange(1, 6).Draw(t, "bound")
		script := rapid.SliceOfN(rapid.SampledFrom([]string{eventMove, eventMove, eventRaft, eventRaft, eventRaft, "restart"}), 0, 24).Draw(t, "script")
		f := newFake(nil, "kyiv")
		feed := newFeed(bound)
		h := New(f, Options{Feed: feed})
		type happened struct {
			item
			raft uint64 // its number, of a Raft event of this process
		}
		var history []happened // but for Raft events of earlier processes
		moves, raftTerm, raftEvents := uint64(1), uint64(100), uint64(0)
		expect := func(l *listener, want item) string {
			got, id := l.next(t)
			if got != want {
				t.Fatalf("got %+v, want %+v", got, want)
			}
			return id
		}
		live := listenTo(h, "1")
		defer func() { live.end() }()
		ids := []string{expect(live, item{kind: eventStanding, number: 2})}
		for _, what := range append(script, eventRaft, eventMove) {
			now := happened{item: item{kind: what}}
			switch what {
			case eventMove:
				f.say("")
				moves++
				now.number = moves
			case eventRaft:
				raftTerm++
				raftEvents++
				now.number, now.raft = raftTerm, raftEvents
				feed.Observe(node.RaftEvent{Capital: "kyiv", Kind: node.EventState, RaftTerm: raftTerm})
			default:
				live.end()
				feed = newFeed(bound)
				h = New(f, Options{Feed: feed})
				history = slices.DeleteFunc(history, func(h happened) bool { return h.raft > 0 })
				raftEvents = 0
				live = listenTo(h, ids[len(ids)-1])
				ids = append(ids, expect(live, item{kind: eventGap, cause: GapRestarted}))
				continue
			}
			history = append(history, now)
			ids = append(ids, expect(live, now.item))
		}
		gone := raftEvents - min(raftEvents, uint64(bound))
		for _, id := range append(ids, "1", fmt.Sprint(moves/2+1)) {
			boundaries++
			at, err := parsePosition(id)
			if err != nil {
				t.Fatal(err)
			}
			l := listenTo(h, id)
			switch {
			case at.capital == "":
				expect(l, item{kind: eventStanding, number: raftTerm})
				at.raft = raftEvents
			case at.process != feed.process:
				expect(l, item{kind: eventGap, number: gone, cause: GapRestarted})
				at.raft = gone
			case at.raft < gone:
				expect(l, item{kind: eventGap, number: gone - at.raft, cause: GapOverrun})
				at.raft = gone
			}
			for _, h := range history {
				if h.kind == eventMove && h.number > at.moves || h.raft > at.raft {
					expect(l, h.item)
				}
			}
			l.end()
		}
	})
	if boundaries < 300 {
		t.Errorf("only %d boundaries were tried", boundaries)
	}
}

// Moves and Raft events that come at once, with a reader cut off again and again: it is told each once, and each Raft event
// after the moves that the capital had by then, whichever connection told of it.
func TestFollowThroughCutsWhileBothGoOn(t *testing.T) {
	const each = 300
	f := newFake(t, "kyiv")
	feed := newFeed(each)
	_, srv := serve(t, f, Options{Feed: feed})
	var work sync.WaitGroup
	defer work.Wait()
	begun := make(chan struct{})
	work.Go(func() {
		<-begun
		for range each {
			f.say("")
		}
	})
	work.Go(func() {
		<-begun
		for i := range each {
			feed.Observe(node.RaftEvent{Capital: "kyiv", Kind: node.EventState, RaftTerm: uint64(i + 1)})
		}
	})
	moves, raftEvents, cuts := uint64(0), uint64(0), 0
	var after []uint64 // how many moves came before each Raft event
	for e, err := range clientOf(t, "oslo", srv.URL).Follow(within(t, testTime), 0) {
		switch {
		case err != nil:
			close(begun)
			t.Fatal(err)
		case e.Standing:
			close(begun) // panics at a second one: then the reader was not known again
			continue
		case e.Move != nil:
			if moves++; e.Sequence != moves {
				t.Fatalf("move %d comes after move %d", e.Sequence, moves-1)
			}
		case e.Raft != nil:
			if raftEvents++; e.Raft.RaftTerm != raftEvents {
				t.Fatalf("Raft event %d comes after Raft event %d", e.Raft.RaftTerm, raftEvents-1)
			}
			after = append(after, moves)
		default:
			t.Fatalf("there is a gap: %+v", e.Gap)
		}
		if moves == 1+each && raftEvents == each {
			break
		}
		if (moves+raftEvents)%23 == 0 {
			cuts++
			srv.CloseClientConnections()
		}
	}
	events, _ := feed.since(0)
	for i := range events {
		if events[i].moves != after[i] {
			t.Fatalf("Raft event %d came after %d moves, and the capital saw it after %d", i+1, after[i], events[i].moves)
		}
	}
	if cuts < 20 || len(events) != each {
		t.Errorf("%d cuts and %d events: too few to tell anything", cuts, len(events))
	}
}

// A reader that does not keep up while it is connected is told what it missed in between.
func TestLaggingReaderIsToldOfTheGap(t *testing.T) {
	feed := newFeed(4)
	l := listenTo(New(newFake(t, "kyiv"), Options{Feed: feed}), "1")
	defer l.end()
	l.next(t)
	const all = 20
	for i := range all {
		feed.Observe(node.RaftEvent{Capital: "kyiv", Kind: node.EventState, RaftTerm: uint64(i + 1)})
	}
	for seen, missed := uint64(0), uint64(0); seen < all; {
		got, id := l.next(t)
		switch {
		case got.kind == eventGap && got.cause == GapOverrun:
			seen += got.number
			missed += got.number
		case got.kind == eventRaft && got.number == seen+1:
			seen++
		default:
			t.Fatalf("%+v, %s after %d", got, id, seen)
		}
		if seen == all && missed == 0 {
			t.Error("nothing was missed")
		}
	}
}

// A client that follows one capital through its restart is told of it, and then of all that the new process saw.
func TestFollowThroughARestart(t *testing.T) {
	f := newFake(t, "kyiv")
	feed := NewFeed()
	var current atomic.Pointer[http.Handler]
	begin := func(feed *Feed) {
		h := New(f, Options{Feed: feed, Who: whoByHeader})
		current.Store(&h)
	}
	begin(feed)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*current.Load()).ServeHTTP(w, r) }))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	leads := func(raftTerm uint64) node.RaftEvent {
		return node.RaftEvent{Capital: "kyiv", Kind: node.EventLeader, RaftTerm: raftTerm, Leader: "kyiv"}
	}
	feed.Observe(leads(5))
	var got []string
	for e, err := range clientOf(t, "oslo", srv.URL).Follow(within(t, testTime), 1) {
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case e.Standing:
			got = append(got, fmt.Sprint("standing ", e.Raft.RaftTerm, e.Raft.Leader))
			feed.Observe(leads(6))
		case e.Raft != nil:
			got = append(got, fmt.Sprint("raft ", e.Raft.RaftTerm))
			if e.Raft.RaftTerm == 6 {
				feed.Observe(leads(7)) // perhaps not told any more
				next := NewFeed()
				next.Observe(leads(8)) // before there is an interface
				f.say("meanwhile")
				begin(next)
				srv.CloseClientConnections()
			}
		case e.Gap != nil:
			if e.Gap.EarlierProcess != feed.process || e.Gap.EarlierSeen < 2 {
				t.Errorf("%+v", e.Gap)
			}
			got = append(got, fmt.Sprint("gap ", e.Gap.Cause, e.Gap.Missed))
		default:
			got = append(got, fmt.Sprint("move ", e.Sequence))
		}
		if len(got) > 3 && slices.Contains(got, "move 2") && slices.Contains(got, "raft 8") {
			break
		}
	}
	told := strings.Join(slices.DeleteFunc(got, func(s string) bool { return s == "raft 7" }), ", ")
	if told != "standing 5kyiv, raft 6, gap restarted0, raft 8, move 2" && told != "standing 5kyiv, raft 6, move 2, gap restarted0, raft 8" {
		t.Error(told)
	}
}

// The ids and the events of the stream are as the document says.
func TestStreamIsAsTheDocumentSays(t *testing.T) {
	d := loadDocument(t)
	f := newFake(t, "kyiv")
	feed := newFeed(1)
	h := New(f, Options{Feed: feed})
	seen := map[string]int{}
	read := func(lastID string, events int) (last string) {
		l := listenTo(h, lastID)
		defer l.end()
		for range events {
			e, err := l.events.next()
			if err != nil {
				t.Fatal(err)
			}
			seen[e.kind]++
			last = e.id
			schema := map[string]string{eventMove: "Entry", eventRaft: "RaftEvent", eventStanding: "RaftEvent", eventGap: "RaftGap"}[e.kind]
			if err := d.validate("#/components/schemas/"+schema, e.data); err != nil {
				t.Error(e.kind, err)
			}
			id, err := json.Marshal(e.id)
			if err != nil {
				t.Fatal(err)
			}
			if err := d.validate("#/components/schemas/EventID", id); err != nil {
				t.Error(err)
			}
		}
		return last
	}
	last := read("", 2) // standing, the charter
	for i := range 2 {
		feed.Observe(node.RaftEvent{Capital: "kyiv", Kind: node.EventRestart, RaftTerm: uint64(i)})
	}
	last = read(last, 2) // a gap, the second event
	feed = newFeed(1)
	h = New(f, Options{Feed: feed})
	read(last, 1) // another gap
	if seen[eventMove] != 1 || seen[eventRaft] != 1 || seen[eventStanding] != 1 || seen[eventGap] != 2 {
		t.Errorf("%v", seen)
	}
}

// What is no id is refused, and so is an id that this process has not given.
func TestIDsThatAreRefused(t *testing.T) {
	feed := NewFeed()
	h := New(newFake(t, "kyiv"), Options{Feed: feed})
	own := func(rest string) string { return "1@kyiv:" + feed.process + rest }
	for _, id := range []string{"x", "-1", "1@", "1@kyiv", own(""), own(":"), own(":1"), own(":00"), own(":0:0"), "1@:" + feed.process + ":0",
		"01@kyiv:" + feed.process + ":0", "1@kyiv:3F2AC01D9BE45A77:0", "9223372036854775808", "1;kyiv"} {
		r := httptest.NewRequest("GET", "/v1/events", nil)
		r.Header.Set(headerLastID, id)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), headerLastID) {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
		}
	}
	if p, err := parsePosition(own(":0")); err != nil || p != (position{moves: 1, capital: "kyiv", process: feed.process}) {
		t.Error(p, err)
	}
	odd := position{moves: 1, capital: "a:b@c\n", process: feed.process, raft: 3}
	if p, err := parsePosition(odd.String()); err != nil || p != odd {
		t.Error(p, err)
	}
}

// A client does not go on where a capital left something out.
func TestClientNoticesWhatIsLeftOut(t *testing.T) {
	at := func(moves, raft uint64) position { return position{moves, "kyiv", "0000000000000000", raft} }
	move, raftEvent, gap := StreamEvent{Move: &terms.Entry{}}, StreamEvent{Raft: &node.RaftEvent{}}, StreamEvent{Gap: &RaftGap{}}
	for _, c := range []struct {
		e          StreamEvent
		at         position
		again, bad bool
	}{
		{move, at(5, 2), false, false}, {move, at(4, 2), true, false}, {move, at(6, 2), false, true},
		{raftEvent, at(4, 3), false, false}, {raftEvent, at(4, 2), true, false}, {raftEvent, at(4, 4), false, true},
		{raftEvent, at(5, 3), false, true}, {gap, at(4, 9), false, false}, {gap, at(3, 9), false, true},
	} {
		if again, err := c.e.follows(c.at, at(4, 2)); again != c.again || (err != nil) != c.bad {
			t.Errorf("%v: %v, %v", c.at, again, err)
		}
	}
}
