package api

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// cluster is three capitals in memory, each with its interface.
type cluster struct {
	nodes   map[string]*node.Node
	servers map[string]*httptest.Server
	clients map[string]*Client
}

// lines carries calls between the capitals of a cluster.
type lines struct {
	id      string
	all     map[string]*lines
	handler func(context.Context, string, []byte) []byte
}

func (l *lines) Handle(h func(context.Context, string, []byte) []byte) { l.handler = h }
func (l *lines) Peers() []string {
	return slices.DeleteFunc([]string{"kyiv", "london", "paris"}, func(id string) bool { return id == l.id })
}
func (l *lines) Call(ctx context.Context, to string, body []byte) ([]byte, error) {
	return l.all[to].handler(ctx, l.id, slices.Clone(body)), nil
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	ids := []string{"kyiv", "london", "paris"}
	key := func(id string) ed25519.PrivateKey {
		seed := sha256.Sum256([]byte(id))
		return ed25519.NewKeyFromSeed(seed[:])
	}
	charter := testCharter(func(id string) []byte { return key(id).Public().(ed25519.PublicKey) })
	charter.Capitals = charter.Capitals[:3]
	c := &cluster{map[string]*node.Node{}, map[string]*httptest.Server{}, map[string]*Client{}}
	wires, links, peers := map[string]*raft.InmemTransport{}, map[string]*lines{}, map[string]string{}
	for _, id := range ids {
		_, wires[id] = raft.NewInmemTransport(raft.ServerAddress(id))
		links[id] = &lines{id: id, all: links}
		links[id].Handle(func(context.Context, string, []byte) []byte { return nil }) // until it is started
	}
	for a, from := range wires {
		for b, to := range wires {
			if a != b {
				from.Connect(raft.ServerAddress(b), to)
			}
		}
	}
	for _, id := range ids {
		feed := NewFeed()
		cfg := node.DefaultConfig()
		cfg.ID, cfg.Key, cfg.Transport, cfg.Links, cfg.Stores, cfg.Observe = id, key(id), wires[id], links[id], node.MemoryStores(), feed.Observe
		if err := node.Bootstrap(cfg, node.Servers(charter)); err != nil {
			t.Fatal(err)
		}
		n, err := node.Start(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := n.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		c.nodes[id] = n
		c.clients[id], c.servers[id] = serve(t, n, Options{Feed: feed, Where: func(id string) string { return peers[id] }, Clock: func() terms.Instant { return 1_000_000_100 }})
		peers[id] = c.servers[id].URL // before any request
	}
	r, err := c.nodes["kyiv"].Submit(within(t, testTime), terms.Move{Verb: terms.VerbCharter, Charter: charter})
	if err != nil || r.Outcome != node.Recorded {
		t.Fatalf("%+v, %v", r, err)
	}
	return c
}

func TestACluster(t *testing.T) {
	c := newCluster(t)
	ctx := within(t, testTime)
	a, err := c.clients["london"].Submit(ctx, MoveRequest{Verb: terms.VerbPropose, Plan: "peace",
		Draft: &terms.Draft{Procedure: "plain", Terms: []terms.Setting{{Term: "truce", Value: terms.Flag(true)}}}})
	if err != nil || a.Outcome != node.Recorded {
		t.Fatalf("%+v, %v", a, err)
	}
	for _, id := range []string{"kyiv", "paris"} {
		if a, err := c.clients[id].SubmitUntilKnown(ctx, MoveRequest{Verb: terms.VerbConsent, Plan: "peace", Version: 1}); err != nil || a.Outcome != node.Recorded {
			t.Fatalf("%s: %+v, %v", id, a, err)
		}
	}
	var hashes []string
	for id, client := range c.clients {
		state, err := client.State(ctx, node.Linearizable)
		if err != nil || len(state.Plans) != 1 || state.Plans[0].Outcome != terms.Adopted || state.Capital != id || state.Sequence != 4 {
			t.Errorf("%s: %+v, %v", id, state, err)
		}
		status, err := client.Status(ctx)
		if err != nil || status.StateHash != state.StateHash || status.LastMoveIndex != state.AppliedIndex {
			t.Errorf("%s: %+v, %v", id, status, err)
		}
		if err := client.Ready(ctx); err != nil {
			t.Error(err)
		}
		hashes = append(hashes, state.StateHash)
		first, err := client.Record(ctx, 1, 3, node.Linearizable)
		if err != nil || len(first.Entries) != 3 || first.Next != 4 {
			t.Errorf("%s: %+v, %v", id, first, err)
		}
		rest, err := client.Record(ctx, first.Next, 0, node.Linearizable)
		if err != nil || len(rest.Entries) != 1 || rest.Next != 0 || rest.Entries[0].Move.Verb != terms.VerbConsent {
			t.Errorf("%s: %+v, %v", id, rest, err)
		}
		if charter, err := client.Charter(ctx, node.Local); err != nil || charter.Conference != "test" {
			t.Errorf("%s: %+v, %v", id, charter, err)
		}
		if s, err := client.Snapshot(ctx); err != nil || !s.Taken {
			t.Errorf("%s: %+v, %v", id, s, err)
		}
	}
	if len(slices.Compact(hashes)) != 1 {
		t.Errorf("the state's hashes are %q", hashes)
	}
	var backup bytes.Buffer
	hash, err := c.clients["paris"].Backup(ctx, node.Linearizable, &backup)
	info, bad := node.CheckBackup(bytes.NewReader(backup.Bytes()), terms.Options{})
	if err != nil || bad != nil || hash != hashes[0] || info.StateHash != hash || info.Sequence != 4 || info.Conference != "test" {
		t.Errorf("the backup: %s, %v; %+v, %v", hash, err, info, bad)
	}
	for i := range backup.Len() {
		if i%7 != 0 {
			continue
		}
		damaged := slices.Clone(backup.Bytes())
		damaged[i] ^= 1
		if got, err := node.CheckBackup(bytes.NewReader(damaged), terms.Options{}); err == nil && got == info {
			t.Fatalf("byte %d was changed, and nobody noticed", i)
		}
	}
	// Whoever asks whomever, the leader hands over; asking again for what is so already changes nothing.
	for range 2 {
		for _, to := range []string{"london", "paris"} {
			if a, err := leadWhenPossible(ctx, c.clients["kyiv"], to); err != nil || a.Leader != to {
				t.Fatalf("to %s: %+v, %v", to, a, err)
			}
		}
	}
}

// leadWhenPossible asks again while nobody leads.
func leadWhenPossible(ctx context.Context, c *Client, to string) (Leader, error) {
	for {
		a, err := c.Lead(ctx, to)
		if !isCode(err, CodeUnavailable) && !isCode(err, CodeNotLeader) || ctx.Err() != nil {
			return a, err
		}
		if err := c.Ready(ctx); ctx.Err() != nil { // waits until somebody leads
			return a, err
		}
	}
}

// A reader whose connection breaks again and again, and who goes on at another capital each time, is told every move once.
func TestFollowAcrossCapitals(t *testing.T) {
	c := newCluster(t)
	ctx, cancel := context.WithCancel(within(t, testTime))
	defer cancel()
	const moves = 30
	submitted := make(chan error, 3)
	for id, client := range c.clients {
		go func() {
			for i := range moves {
				if _, err := client.SubmitUntilKnown(ctx, MoveRequest{Verb: terms.VerbSay, Text: fmt.Sprint(id, i)}); err != nil {
					submitted <- err
					return
				}
			}
			submitted <- nil
		}()
	}
	reader := clientOf(t, "oslo", c.servers["london"].URL, c.servers["paris"].URL, c.servers["kyiv"].URL)
	var got []terms.Entry
	breaks, raftEvents := 0, 0
	for e, err := range reader.Follow(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Raft != nil {
			raftEvents++
			continue
		}
		got = append(got, *e.Move)
		if len(got) == 1+3*moves {
			break
		}
		if len(got)%7 == 0 {
			breaks++
			for _, srv := range c.servers {
				srv.CloseClientConnections()
			}
		}
	}
	for range 3 {
		if err := <-submitted; err != nil {
			t.Fatal(err)
		}
	}
	want := c.nodes["kyiv"].Record()
	if len(want) != len(got) {
		page, err := c.clients["kyiv"].Record(ctx, 1, 1000, node.Linearizable)
		if err != nil {
			t.Fatal(err)
		}
		want = page.Entries
	}
	if a, b := asJSON(t, got), asJSON(t, want); a != b {
		t.Errorf("after %d breaks the reader was told\n%s\nand the record is\n%s", breaks, a, b)
	}
	// Every stream of another capital begins with how it stands. What the reader had read before a break it may have been told after the next.
	if breaks < 5 || raftEvents < 3 {
		t.Errorf("%d breaks, %d Raft events: too few to tell anything", breaks, raftEvents)
	}
}

func asJSON(t testing.TB, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
