package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzBodies: whatever is sent, each body is read or refused with an error, and a move that is read can be encoded again.
func FuzzBodies(f *testing.F) {
	f.Add([]byte(`{"verb":"propose","plan":"p","draft":{"procedure":"plain","terms":[{"term":"t","value":{"kind":"flag"}}]}}`))
	f.Add([]byte(`{"verb":"consent","plan":"p","if":{"all":[{"plan":"q","is":"adopted"}]},"time":"2025-03-02T15:00:00Z","for":"1d"}`))
	f.Add([]byte(`{"do":"slow","by":"20ms"}`))
	f.Add([]byte(`{"to":"kyiv"} {}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var m MoveRequest
		if decodeStrict(b, &m) == nil && checkMove(&m) == nil {
			again, err := json.Marshal(&m)
			if err != nil {
				t.Fatal(err)
			}
			var back MoveRequest
			if err := decodeStrict(again, &back); err != nil {
				t.Fatalf("%s: %v", again, err)
			}
		}
		var fault Fault
		if decodeStrict(b, &fault) == nil {
			_ = fault.Validate()
		}
		var h HandOver
		_ = decodeStrict(b, &h)
		_ = decodeProblem(500, bytes.NewReader(b)).Error()
	})
}

// FuzzRequest: no query, header or path makes the interface panic, and every answer has a status that it should have.
func FuzzRequest(f *testing.F) {
	fake := newFake(f, "kyiv")
	h := New(fake, Options{Who: whoByHeader})
	f.Add("/v1/record", "from=1&limit=2", "")
	f.Add("/v1/plans/x%2f", "consistency=local&wait=1s", "7")
	f.Add("/v1/backup", "%", "")
	f.Add("/v1/events", "after=1", "1@kyiv:0123456789abcdef:2")
	f.Fuzz(func(t *testing.T, path, query, id string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawQuery = "/"+path, query
		r.Header.Set(headerClient, "paris")
		r.Header.Set(headerLastID, id)
		ctx, cancel := context.WithCancel(r.Context())
		cancel() // so that a stream ends
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(ctx))
		if w.Code == 500 {
			t.Fatalf("%s: %s", r.URL, w.Body)
		}
	})
}

// FuzzEventStream: the client reads any stream to its end without trusting it.
func FuzzEventStream(f *testing.F) {
	f.Add([]byte("retry: 1\n\nid: 2\nevent: move\ndata: {\"result\":{\"sequence\":2}}\n\n: beat\n\nevent: raft\r\ndata: {}\r\n\r\n"))
	f.Add([]byte("id: 2@kyiv:0123456789abcdef:3\nevent: gap\ndata: {}\n\n"))
	f.Add([]byte("data: a\ndata: b\n\ndata"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := newEventReader(bytes.NewReader(b), func() {})
		for n := 0; ; n++ {
			e, err := r.next()
			if err != nil {
				return
			}
			if n > len(b) {
				t.Fatal("more events than bytes")
			}
			if got, at, err := decodeEvent(&e); err == nil && got.Move != nil && (got.Sequence != got.Move.Result.Sequence || got.Sequence != at.moves) {
				t.Fatalf("%+v", got)
			}
		}
	})
}

// FuzzPosition: an id is read as what it is or not at all, and passes whole through a line of the stream and a query.
func FuzzPosition(f *testing.F) {
	f.Add("17")
	f.Add("17@kyiv:3f2ac01d9be45a77:42")
	f.Add("0@a%3Ab+%0A:0000000000000000:0")
	f.Add("17@kyiv:3f2ac01d9be45a77:-1")
	f.Add("@::")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePosition(text)
		if err != nil {
			if p != (position{}) {
				t.Fatalf("%q: %v, and it is %+v", text, err, p)
			}
			return
		}
		id := p.String()
		if again, err := parsePosition(id); err != nil || again != p {
			t.Fatalf("%q is %+v, and again %+v, %v", text, p, again, err)
		}
		if p.capital != "" && id != text {
			t.Fatalf("%q is written %q", text, id)
		}
		if strings.Trim(id, "0123456789") != "" && p.capital == "" || strings.ContainsAny(id, " \r\n\x00;&") {
			t.Fatalf("%q cannot be an id", id)
		}
	})
}
