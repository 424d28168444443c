package wire

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/parley-sim/parley/node/identity"
)

// book is a Directory that grows.
type book struct {
	mu sync.Mutex
	at Addresses
}

func (b *book) Address(id string) (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at.Address(id)
}

func (b *book) Peers() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at.Peers()
}

func (b *book) set(id, address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at[id] = address
}

func (b *book) forget(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.at, id)
}

// conference is the wires of a test.
type conference struct {
	t         testing.TB
	authority *identity.Authority
	book      *book
	wires     map[string]*Wire
	logs      map[string]*observer.ObservedLogs
	change    func(*Options)
}

func newConference(t testing.TB, ids ...string) *conference {
	t.Helper()
	a, err := identity.NewConference("truce")
	if err != nil {
		t.Fatal(err)
	}
	c := &conference{t: t, authority: a, book: &book{at: Addresses{}}, wires: map[string]*Wire{}, logs: map[string]*observer.ObservedLogs{}}
	c.open(ids...)
	return c
}

func (c *conference) identity(id string) *identity.Identity {
	c.t.Helper()
	return identityOf(c.t, c.authority, id, identity.For(time.Hour))
}

func identityOf(t testing.TB, a *identity.Authority, id string, v identity.Validity) *identity.Identity {
	t.Helper()
	capital, err := identity.NewCapital(a, id, nil, v)
	if err != nil {
		t.Fatal(err)
	}
	i, err := identity.Static(capital)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// open opens wires, each on the port that the capital had before, if it had one.
func (c *conference) open(ids ...string) {
	c.t.Helper()
	for _, id := range ids {
		core, logs := observer.New(zapcore.WarnLevel)
		c.logs[id] = logs
		listen, ok := c.book.Address(id)
		if !ok {
			listen = "127.0.0.1:0"
		}
		o := Options{Identity: c.identity(id), Listen: listen, Directory: c.book, Logger: zap.New(core)}
		if c.change != nil {
			c.change(&o)
		}
		w, err := Listen(o)
		if err != nil {
			c.t.Fatal(err)
		}
		c.t.Cleanup(func() {
			if err := w.Close(); err != nil {
				c.t.Error(err)
			}
		})
		c.wires[id] = w
		c.book.set(id, w.Address())
	}
}

// newChaos is newConference with faults.
func newChaos(t testing.TB, ids ...string) *conference {
	c := newConference(t)
	c.change = func(o *Options) { o.Chaos, o.RPCTimeout = &Chaos{Seed: 1}, 300*time.Millisecond }
	c.open(ids...)
	return c
}

// respond has a capital answer Raft's requests, as Raft would, and returns the channel of what it received.
func (c *conference) respond(id string) <-chan uint64 {
	w := c.wires[id]
	got := make(chan uint64, 1000)
	go func() {
		for {
			select {
			case rpc := <-w.Transport().Consumer():
				switch q := rpc.Command.(type) {
				case *raft.AppendEntriesRequest:
					got <- q.Term
					rpc.Respond(&raft.AppendEntriesResponse{Term: q.Term, Success: true}, nil)
				case *raft.RequestVoteRequest:
					got <- q.Term
					rpc.Respond(&raft.RequestVoteResponse{Term: q.Term}, nil)
				case *raft.RequestPreVoteRequest:
					got <- q.Term
					rpc.Respond(&raft.RequestPreVoteResponse{Term: q.Term}, nil)
				case *raft.TimeoutNowRequest:
					got <- 0
					rpc.Respond(&raft.TimeoutNowResponse{}, nil)
				}
			case <-w.ctx.Done():
				return
			}
		}
	}()
	return got
}

// appendTo has one capital send an append to another, with the given Raft term.
func (c *conference) appendTo(from, to string, term uint64) error {
	var resp raft.AppendEntriesResponse
	req := &raft.AppendEntriesRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: 3, ID: []byte(from)}, Term: term,
		Entries: []*raft.Log{{Index: term, Data: []byte("x")}}}
	err := c.wires[from].Transport().AppendEntries(raft.ServerID(to), "", req, &resp)
	if err == nil && (resp.Term != term || !resp.Success) {
		return fmt.Errorf("a wrong answer: %+v", resp)
	}
	return err
}

func receive[T any](t testing.TB, ch <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-ch:
	case <-time.After(20 * time.Second):
		t.Fatal("waited in vain for " + what)
	}
	return v
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// echo answers a call with who asked and what.
func echo(_ context.Context, from string, body []byte) []byte {
	return fmt.Appendf(nil, "%s says %s", from, body)
}
