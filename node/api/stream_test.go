package api

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
)

func TestStreamResumes(t *testing.T) {
	f := newFake(t, "kyiv")
	f.say("a", "b", "c")
	feed := NewFeed()
	c, srv := serve(t, f, Options{Feed: feed, Limits: Limits{Heartbeat: time.Millisecond}})
	next := func(target, lastID string) (*eventReader, func()) {
		r, err := http.NewRequest("GET", srv.URL+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		if lastID != "" {
			r.Header.Set(headerLastID, lastID)
		}
		answer, err := c.http.Do(r)
		if err != nil || answer.StatusCode != 200 {
			t.Fatal(answer.Status, err)
		}
		return newEventReader(answer.Body, func() {}), func() { _ = answer.Body.Close() }
	}
	expect := func(r *eventReader, id, kind, data string) {
		t.Helper()
		id = strings.Replace(id, "@", "@kyiv:"+feed.process+":", 1)
		e, err := r.next()
		if err != nil || e.id != id || e.kind != kind || !strings.Contains(string(e.data), data) {
			t.Errorf("got %q %q %s (%v); want %q %q %s", e.id, e.kind, e.data, err, id, kind, data)
		}
	}
	r, end := next("/v1/events?after=1", "3") // Last-Event-ID goes first
	expect(r, "3@0", "standing", `"leader":"kyiv"`)
	expect(r, "4@0", "move", `"text":"c"`)
	feed.Observe(node.RaftEvent{Capital: "kyiv", Kind: node.EventLeader, Leader: "london"})
	expect(r, "4@1", "raft", `"leader":"london"`)
	f.say("d\nid: 99\n\n")
	expect(r, "5@1", "move", `"text":"d\nid: 99\n\n"`)
	end()
	r, end = next("/v1/events?after=4", "")
	defer end()
	expect(r, "4@1", "standing", `"leader":"london"`)
	expect(r, "5@1", "move", "")
	r, end = next("/v1/events?after=4@kyiv:"+feed.process+":0", "")
	defer end()
	expect(r, "4@1", "raft", `"leader":"london"`)
	expect(r, "5@1", "move", "")
	r, end = next("/v1/events", "4@london:"+feed.process+":0") // of another capital
	defer end()
	expect(r, "4@1", "standing", `"leader":"london"`)
	expect(r, "5@1", "move", "")

	f.readErr = node.ErrUnavailable // nobody knows whether the reader is ahead of the record: it is served, and waits
	r, end = next("/v1/events?after=6", "")
	defer end()
	expect(r, "6@1", "standing", "")
	f.say("seen already", "new")
	expect(r, "7@1", "move", `"new"`)
}

// A reader that does not read is dropped, while others are served.
func TestSlowReaderIsDropped(t *testing.T) {
	f := newFake(t, "kyiv")
	text := strings.Repeat("x", 16<<10)
	for range 2000 { // 32 MiB: more than any socket buffers
		f.say(text)
	}
	s := newServer(f, Options{Who: whoByHeader, Limits: Limits{WriteTimeout: 20 * time.Millisecond}})
	ended := make(chan struct{})
	h := s.handler()
	ctx, cancel := context.WithCancel(context.Background())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/events" {
				defer close(ended)
			}
			h.ServeHTTP(w, r)
		}), Limits{}, nil)
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte("GET /v1/events HTTP/1.1\r\nHost: kyiv\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReaderSize(conn, 16).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if _, err := clientOf(t, "paris", "http://"+l.Addr().String()).State(within(t, testTime), node.Linearizable); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
	case <-time.After(testTime):
		t.Error("the reader was not dropped")
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if s.readers.count() != 0 {
		t.Error("the stream is still counted")
	}
}
