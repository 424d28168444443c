package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// fake is a capital without a machine: its own moves are applied at once. Fields that are set make it fail.
type fake struct {
	id string

	mu       sync.Mutex
	state    *terms.State
	record   []terms.Entry
	changed  chan struct{}
	stats    node.Stats
	submit   func(m terms.Move) (node.Receipt, error, bool) // true: it is the answer
	readErr  error                                          // of linearizable reads
	transfer error
	broken   bool // every call panics
}

func newFake(t testing.TB, id string) *fake {
	f := &fake{id: id, state: terms.New(terms.Options{}), changed: make(chan struct{})}
	f.stats = node.Stats{Capital: id, State: "Leader", Leader: id, RaftTerm: 2}
	if r := f.apply(terms.Move{Verb: terms.VerbCharter, Charter: testCharter(nil)}); r.Refused {
		t.Fatal(r.Reason)
	}
	return f
}

// testCharter is of kyiv, london and paris, who decide by consensus, and oslo, who observes.
func testCharter(key func(id string) []byte) *terms.Charter {
	c := &terms.Charter{Conference: "test", Start: 1_000_000_000,
		Terms: []terms.Term{{ID: "truce", Kind: terms.KindFlag}, {ID: "days", Kind: terms.KindDuration}}}
	for _, id := range []string{"kyiv", "london", "paris", "oslo"} {
		x := terms.Capital{ID: id, Role: terms.Mediator}
		if id == "oslo" {
			x.Role = terms.Observer
		}
		if key != nil {
			x.Key = key(id)
		}
		c.Capitals = append(c.Capitals, x)
	}
	c.Procedures = []terms.Procedure{{Name: "plain", Stages: []terms.Stage{{Name: "all", Members: []string{"kyiv", "london", "paris"},
		Rule: terms.Rule{Kind: terms.RuleUnanimous}, Window: terms.Week}}}}
	return c
}

func (f *fake) apply(m terms.Move) terms.Result {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.LastIndex++
	r := f.state.Apply(&m)
	if r.Sequence > 0 && !r.Repeat {
		f.record = append(f.record, terms.Entry{Index: f.stats.LastIndex, RaftTerm: 2, Move: m, Result: r})
	}
	close(f.changed)
	f.changed = make(chan struct{})
	return r
}

// say appends moves of kyiv to the record.
func (f *fake) say(texts ...string) {
	for _, text := range texts {
		f.mu.Lock()
		m := terms.Move{Capital: "kyiv", Number: f.state.LastNumber("kyiv") + 1, Verb: terms.VerbSay, Text: text, Time: f.state.Now()}
		f.mu.Unlock()
		f.apply(m)
	}
}

func (f *fake) ID() string { return f.id }

func (f *fake) Submit(ctx context.Context, m terms.Move) (node.Receipt, error) {
	f.check()
	if f.submit != nil {
		if r, err, done := f.submit(m); done {
			return r, err
		}
	}
	f.mu.Lock()
	m.Capital = f.id
	if m.Number == 0 {
		m.Number = f.state.LastNumber(f.id) + 1
	}
	f.mu.Unlock()
	r := node.Receipt{Outcome: node.Recorded, Number: m.Number, Result: f.apply(m), Via: []string{f.id}, Attempts: 1}
	r.Index = f.stats.LastIndex
	if r.Result.Refused {
		r.Outcome = node.Refused
	}
	return r, nil
}

func (f *fake) Read(ctx context.Context, c node.Consistency, see func(*terms.State)) (uint64, error) {
	return f.ReadAlone(ctx, c, see)
}

func (f *fake) ReadAlone(_ context.Context, c node.Consistency, see func(*terms.State)) (uint64, error) {
	f.check()
	f.mu.Lock()
	defer f.mu.Unlock()
	if c == node.Linearizable && f.readErr != nil {
		return 0, f.readErr
	}
	see(f.state)
	return f.stats.LastIndex, nil
}

func (f *fake) Record() []terms.Entry {
	f.check()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.record[:len(f.record):len(f.record)]
}

func (f *fake) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

func (f *fake) Stats() node.Stats {
	f.check()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stats
}

func (f *fake) TransferLeadership(context.Context, string) error { f.check(); return f.transfer }
func (f *fake) Snapshot(context.Context) error                   { f.check(); return f.transfer }

func (f *fake) Backup(_ context.Context, c node.Consistency) (*node.Backup, error) {
	f.check()
	if c == node.Linearizable && f.readErr != nil {
		return nil, f.readErr
	}
	return &node.Backup{}, nil
}

func (f *fake) check() {
	if f.broken {
		panic("the fake is broken")
	}
}

// headerClient names the capital that a test's client speaks for.
const headerClient = "Test-Client"

func whoByHeader(r *http.Request) (string, error) {
	who := r.Header.Get(headerClient)
	if who == "stranger" {
		return "", errors.New("it is of another conference")
	}
	return who, nil
}

// as adds the header to every request, and holds every answer against openapi.json.
type as struct {
	who  string
	next http.RoundTripper
}

func (a as) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(headerClient, a.who)
	return a.next.RoundTrip(r)
}

// serve starts the interface of a capital and returns a client that speaks for it.
func serve(t testing.TB, capital Capital, o Options) (*Client, *httptest.Server) {
	t.Helper()
	if o.Who == nil {
		o.Who = whoByHeader
	}
	srv := httptest.NewServer(New(capital, o))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	return clientOf(t, capital.ID(), srv.URL), srv
}

func clientOf(t testing.TB, who string, bases ...string) *Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := NewClient(bases, &http.Client{Transport: &conforming{t: t, doc: loadDocument(t), next: as{who, transport}}})
	if err != nil {
		t.Fatal(err)
	}
	c.pause = func(ctx context.Context, _ int) error { return ctx.Err() }
	return c
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
