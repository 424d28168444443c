package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

func noChaos(context.Context, Fault) error { return nil }

// notTested are the answers that no test brings about: a panic in a collector is one in a goroutine of Prometheus'.
var notTested = []string{"GET /metrics 500", "GET /v1/openapi.json 500"}

// TestEveryDocumentedAnswer brings about every answer that the document knows, and checks it against the document.
func TestEveryDocumentedAnswer(t *testing.T) {
	doc := loadDocument(t)
	ask := func(s *server, method, target, who, kind, body string) {
		t.Helper()
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		if method == "GET" {
			r = httptest.NewRequest(method, target, nil)
			ctx, cancel := context.WithCancel(r.Context())
			cancel() // so that a stream ends once it has told what there is
			r = r.WithContext(ctx)
		}
		r.Header.Set(headerClient, who)
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		s.handler().ServeHTTP(w, r)
		if err := doc.check(method, r.URL.Path, w.Code, w.Header().Get("Content-Type"), w.Body.Bytes()); err != nil {
			t.Errorf("%s %s by %q: %v", method, target, who, err)
		}
	}
	fresh := func(change func(*fake, *Options)) *server {
		f := newFake(t, "kyiv")
		o := Options{Who: whoByHeader, Chaos: noChaos, Limits: Limits{Requests: 1, StreamsOfClient: 1, BodyBytes: 2000},
			Where: func(id string) string { return map[string]string{"london": "https://127.0.0.1:7001"}[id] }}
		f.Submit(context.Background(), terms.Move{Verb: terms.VerbPropose, Plan: "peace", Time: 1_000_000_000,
			Draft: &terms.Draft{Procedure: "plain", Terms: []terms.Setting{{Term: "truce", Value: terms.Flag(true)}}}})
		f.Submit(context.Background(), terms.Move{Verb: terms.VerbPledge, Term: "truce", Time: 1_000_000_000,
			If: &terms.Condition{Plan: "peace", Is: "adopted"}})
		if change != nil {
			change(f, &o)
		}
		return newServer(f, o)
	}
	bodies := map[string]string{"/v1/moves": `{"verb":"consent","plan":"peace"}`, "/v1/leader": `{"to":"london"}`,
		"/v1/chaos": `{"do":"cut","to":["london"]}`, "/v1/snapshot": ""}
	const js = "application/json"
	unavailable := func(f *fake, _ *Options) {
		f.readErr, f.transfer, f.stats.State = node.ErrUnavailable, node.ErrClosed, "Shutdown"
		f.submit = func(terms.Move) (node.Receipt, error, bool) {
			return node.Receipt{Outcome: node.Unknown}, node.ErrNotRecorded, true
		}
	}
	for path, methods := range doc.Paths {
		target := strings.Replace(path, "{id}", "peace", 1)
		for lower := range methods {
			method, body := strings.ToUpper(lower), bodies[path]
			ask(fresh(nil), method, target, "kyiv", js, body)
			ask(fresh(nil), method, target, "stranger", js, body)
			ask(fresh(unavailable), method, target, "kyiv", js, body)
			ask(fresh(func(f *fake, _ *Options) { f.readErr, f.stats.Expelled = node.ErrExpelled, "out" }), method, target, "kyiv", js, body)
			if !slices.Contains(notTested, method+" "+path+" 500") {
				ask(fresh(func(f *fake, o *Options) {
					f.broken = true
					o.Chaos = func(context.Context, Fault) error { panic("broken") }
				}), method, target, "kyiv", js, body)
			}
			busy := fresh(nil)
			busy.clients.enter("kyiv")
			busy.readers.enter("kyiv")
			ask(busy, method, target, "kyiv", js, body)
			if body == "" {
				ask(fresh(nil), method, target+"?nonsense=1", "kyiv", js, body)
				continue
			}
			ask(fresh(nil), method, target, "kyiv", js, `{"nonsense":1}`)
			ask(fresh(nil), method, target, "kyiv", "text/plain", body)
			ask(fresh(nil), method, target, "kyiv", js, fmt.Sprintf(`{"verb":%q}`, strings.Repeat("x", 2000)))
			ask(fresh(nil), method, target, "kyiv", js, `{}`)
		}
	}
	ask(fresh(nil), "GET", "/v1/plans/war", "kyiv", js, "")
	ask(fresh(func(f *fake, o *Options) { o.Chaos = nil }), "POST", "/v1/chaos", "kyiv", js, bodies["/v1/chaos"])
	ask(fresh(func(f *fake, _ *Options) { f.state = terms.New(terms.Options{}) }), "GET", "/v1/charter", "kyiv", js, "")
	ask(fresh(nil), "GET", "/v1/events?after=99", "kyiv", js, "")
	ask(fresh(func(f *fake, _ *Options) { f.transfer, f.stats.Leader = node.ErrNotLeader, "london" }), "POST", "/v1/leader", "kyiv",
		js, bodies["/v1/leader"])
	ask(fresh(func(f *fake, _ *Options) {
		f.submit = func(terms.Move) (node.Receipt, error, bool) {
			return node.Receipt{Outcome: node.Unknown, MayBeRecorded: true, Number: 7}, node.ErrUnknown, true
		}
	}), "POST", "/v1/moves", "kyiv", js, bodies["/v1/moves"])
	ask(fresh(func(f *fake, o *Options) { o.Limits.Streams = 1; o.Limits.StreamsOfClient = 9 }), "GET", "/v1/events", "kyiv", js, "")
	crowded := fresh(nil)
	for range DefaultLimits().Streams {
		crowded.readers.enter("somebody")
	}
	ask(crowded, "GET", "/v1/events", "kyiv", js, "")

	for path, methods := range doc.Paths {
		for method, op := range methods {
			for status := range op.Responses {
				if what := strings.ToUpper(method) + " " + path + " " + status; !doc.seen[what] && !slices.Contains(notTested, what) {
					t.Errorf("nothing answered %s", what)
				}
			}
		}
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	f := newFake(t, "kyiv")
	c, srv := serve(t, f, Options{})
	for _, x := range []struct {
		method, target, who, kind, body string
		status                          int
		says                            string
	}{
		{"GET", "/v1/nothing", "kyiv", "", "", 404, "openapi.json"},
		{"GET", "/v2/state", "kyiv", "", "", 404, ""},
		{"DELETE", "/v1/state", "kyiv", "", "", 405, "GET, HEAD"},
		{"GET", "/v1/moves", "kyiv", "", "", 405, "POST"},
		{"HEAD", "/v1/events", "kyiv", "", "", 405, ""},
		{"GET", "/v1/state?fresh=1", "kyiv", "", "", 400, "fresh"},
		{"GET", "/v1/state?consistency=eventual", "kyiv", "", "", 400, "linearizable or local"},
		{"GET", "/v1/state?wait=2h", "kyiv", "", "", 400, "at most 1m0s"},
		{"GET", "/v1/state?wait=1s&wait=2s", "kyiv", "", "", 400, "more than once"},
		{"GET", "/v1/state?%zz", "kyiv", "", "", 400, ""},
		{"GET", "/v1/record?from=0", "kyiv", "", "", 400, "from"},
		{"GET", "/v1/record?limit=1001", "kyiv", "", "", 400, "1 to 1000"},
		{"GET", "/v1/events?after=-1", "kyiv", "", "", 400, "after"},
		{"POST", "/v1/moves", "london", "application/json", `{"verb":"leave"}`, 403, "Use that of london"},
		{"POST", "/v1/moves", "", "application/json", `{"verb":"leave"}`, 403, "speak for none"},
		{"GET", "/v1/state", "stranger", "", "", 403, "another conference"},
		{"GET", "/v1/health", "stranger", "", "", 200, "ok"},
		{"POST", "/v1/moves", "kyiv", "application/json", `{"verb":"say","txet":"x"}`, 400, "txet"},
		{"POST", "/v1/moves", "kyiv", "application/json", `{"verb":"say","capital":"london"}`, 400, "capital"},
		{"POST", "/v1/moves", "kyiv", "application/json", `{"verb":"say","signature":"aaaa"}`, 400, "signature"},
		{"POST", "/v1/moves", "kyiv", "application/json", `{"verb":"propose","draft":{"procedure":7}}`, 400, "draft.procedure"},
		{"POST", "/v1/moves", "kyiv", "application/json", `{"verb":"say"} {}`, 400, "more after"},
		{"POST", "/v1/moves", "kyiv", "application/json", `{"verb":`, 400, "middle"},
		{"POST", "/v1/moves", "kyiv", "application/json", ``, 400, "empty"},
		{"POST", "/v1/moves", "kyiv", "application/json", `{"verb":"say","time":"tomorrow"}`, 400, "tomorrow"},
		{"POST", "/v1/moves", "kyiv", "application/json", `{"verb":"charter"}`, 422, "founded"},
		{"POST", "/v1/moves", "kyiv", "application/x-www-form-urlencoded", `verb=say`, 415, "application/json"},
		{"POST", "/v1/moves", "kyiv", "application/json", `"` + strings.Repeat("x", 1<<20) + `"`, 413, "1048576"},
		{"POST", "/v1/moves", "kyiv", "application/json", `{"verb":"say","text":"` + strings.Repeat("x", 1<<20-100) + `"}`, 413, "1044480"},
		{"POST", "/v1/chaos", "kyiv", "application/json", `{"do":"cut"}`, 404, ""},
		{"POST", "/v1/leader", "london", "application/json", `{"to":"oslo"}`, 422, "does not vote"},
		{"POST", "/v1/leader", "london", "application/json", `{"to":"rome"}`, 422, "not a capital"},
	} {
		r, err := http.NewRequest(x.method, srv.URL+x.target, strings.NewReader(x.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", x.kind)
		hc := clientOf(t, x.who, srv.URL).http
		if x.method == "HEAD" { // it has no body to hold against the document
			r.Header.Set(headerClient, x.who)
			hc = srv.Client()
		}
		answer, err := hc.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != x.status || !strings.Contains(string(body), x.says) {
			t.Errorf("%s %s by %q: %d %s (%v); want %d %q", x.method, x.target, x.who, answer.StatusCode, body, err, x.status, x.says)
		}
	}
	if len(f.Record()) != 1 {
		t.Errorf("the record has %d moves", len(f.Record()))
	}
	if _, err := c.Plan(within(t, testTime), "peace", node.Local); !isCode(err, CodeNotFound) {
		t.Errorf("got %v", err)
	}
}

func isCode(err error, code string) bool {
	var p *Problem
	return errors.As(err, &p) && p.Code == code
}

func TestFaults(t *testing.T) {
	for _, f := range []Fault{{Do: "cut"}, {Do: "slow", By: "20ms"}, {Do: "drop", Rate: 1, To: []string{"kyiv"}}, {Do: "heal"}} {
		if err := f.Validate(); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
	for says, f := range map[string]Fault{"do:": {Do: "burn"}, "by: only": {Do: "cut", By: "1s"}, "by: \"\"": {Do: "slow"},
		"by: \"2h\"": {Do: "slow", By: "2h"}, "rate:": {Do: "drop", Rate: 2}, "rate: ": {Do: "cut", Rate: 0.5},
		"to:": {Do: "cut", To: make([]string, 2000)}} {
		if err := f.Validate(); err == nil || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
