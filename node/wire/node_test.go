package wire

import (
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
)

// TestNodesOverWires has three whole capitals make moves: every one of them, so that some forward theirs to the leader.
func TestNodesOverWires(t *testing.T) {
	ids := []string{"kyiv", "moscow", "washington"}
	c := newConference(t)
	capitals := map[string]*identity.Capital{}
	c.change = func(o *Options) {
		id := o.Identity.Capital()
		made, err := identity.NewCapital(c.authority, id, nil, identity.For(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if o.Identity, err = identity.Static(made); err != nil {
			t.Fatal(err)
		}
		capitals[id] = made
	}
	c.open(ids...)
	charter := &terms.Charter{Conference: "truce", Procedures: []terms.Procedure{{Name: "plain",
		Stages: []terms.Stage{{Name: "all", Members: ids, Rule: terms.Rule{Kind: terms.RuleConsensus}}}}}}
	var servers []node.Server
	for _, id := range ids {
		charter.Capitals = append(charter.Capitals, terms.Capital{ID: id, Role: terms.Belligerent, Key: capitals[id].SigningKey()})
		servers = append(servers, node.Server{ID: id, Address: c.wires[id].Address(), Votes: true})
	}
	nodes := map[string]*node.Node{}
	for _, id := range ids {
		cfg := node.DefaultConfig()
		cfg.ID, cfg.Key, cfg.Stores = id, capitals[id].Signing.Ed25519(), node.MemoryStores()
		cfg.Transport, cfg.Links = c.wires[id].Transport(), c.wires[id]
		if err := node.Bootstrap(cfg, servers); err != nil {
			t.Fatal(err)
		}
		n, err := node.Start(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := n.Close(within(t, 10*time.Second)); err != nil {
				t.Error(err)
			}
		}()
		nodes[id] = n
	}
	submit := func(id string, m terms.Move) {
		t.Helper()
		if r, err := nodes[id].Submit(within(t, 20*time.Second), m); err != nil || r.Outcome != node.Recorded {
			t.Fatalf("%s: %+v, %v", id, r, err)
		}
	}
	submit("moscow", terms.Move{Verb: terms.VerbCharter, Charter: charter})
	for range 10 {
		for _, id := range ids {
			submit(id, terms.Move{Verb: terms.VerbSay, Text: "hello"})
		}
	}
	for _, id := range ids {
		var last uint64
		_, err := nodes[id].Read(within(t, 20*time.Second), node.Linearizable, func(s *terms.State) { last = s.LastNumber("kyiv") })
		if err != nil || last != 10 {
			t.Errorf("%s reads %d, %v", id, last, err)
		}
	}
}
