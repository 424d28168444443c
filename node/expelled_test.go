package node

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-sim/parley/node/terms"
)

// expel has all others expel a capital.
func (c *cluster) expel(whom string) {
	c.t.Helper()
	for _, id := range c.ids {
		if id == whom {
			continue
		}
		if r, err := c.nodes[id].Submit(within(c.t, time.Minute), terms.Move{Verb: terms.VerbExpel, Against: whom}); err != nil || r.Outcome != Recorded {
			c.t.Fatalf("%s expels %s: %+v, %v", id, whom, r, err)
		}
	}
	c.members()
}

// members has the leader bring Raft's configuration into step with the record.
func (c *cluster) members() {
	c.t.Helper()
	leader := c.nodes[c.leader()]
	var servers []Server
	if _, err := leader.Read(context.Background(), Local, func(s *terms.State) { servers = Machines(s) }); err != nil {
		c.t.Fatal(err)
	}
	for i := range servers {
		servers[i].Address = servers[i].ID
	}
	if err := leader.SetServers(within(c.t, time.Minute), servers); err != nil {
		c.t.Fatal(err)
	}
}

// learn has a capital look at its standing, and returns what it knows then.
func (c *cluster) learn(id string) string {
	c.nodes[id].LearnStanding(within(c.t, time.Minute))
	return c.nodes[id].expelled.is()
}

// TestAnExpelledCapitalIsToldSo: whether it has seen its expulsion or not.
func TestAnExpelledCapitalIsToldSo(t *testing.T) {
	for name, cut := range map[string]bool{"it saw it": false, "it was cut off": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCluster(t, "kyiv", "london", "moscow", "washington")
				c.start()
				defer c.stop()
				c.lead("kyiv")
				c.found()
				c.settle()
				moscow := c.nodes["moscow"]
				if c.learn("moscow") != "" {
					t.Fatal("it was not expelled yet")
				}
				c.isolate("moscow", cut)
				c.expel("moscow")
				c.await("moscow to follow nobody", func() bool { return moscow.Leader() == "" })
				if c.learn("moscow") != "" && cut {
					t.Fatal("it knew before anybody told it")
				}
				c.isolate("moscow", false)

				if _, err := moscow.Read(within(t, time.Minute), Linearizable, func(*terms.State) {}); !errors.Is(err, ErrExpelled) ||
					!strings.Contains(err.Error(), "by number 4 of the record") {
					t.Errorf("a read: %v", err)
				}
				r, err := moscow.Submit(within(t, time.Minute), say("are we still here?"))
				if err != nil || r.Outcome != Refused || r.Result.Code != terms.RefusedNotAllowed {
					t.Errorf("a move: %+v, %v", r, err)
				}
				if why := c.learn("moscow"); !strings.Contains(why, "moscow has been expelled") || moscow.Stats().Expelled != why {
					t.Errorf("it knows %q, and tells %q", why, moscow.Stats().Expelled)
				}
				raft, err := moscow.current()
				if err != nil {
					t.Fatal(err)
				}
				if got := raft.ReloadableConfig().ElectionTimeout; got != expelledPause {
					t.Errorf("it stands again after %v", got)
				}

				for _, id := range []string{"kyiv", "london", "washington"} {
					if _, err := c.nodes[id].Submit(within(t, time.Minute), terms.Move{Verb: terms.VerbAdmit, Admit: c.charter.Capital("moscow")}); err != nil {
						t.Fatal(err)
					}
				}
				c.members()
				if r, err := moscow.Submit(within(t, time.Minute), say("we are back")); err != nil || r.Outcome != Recorded {
					t.Errorf("admitted again: %+v, %v", r, err)
				}
				c.settle()
				if got := raft.ReloadableConfig().ElectionTimeout; got != moscow.cfg.ElectionTimeout || moscow.Stats().Expelled != "" {
					t.Errorf("admitted again, it stands after %v; expelled: %q", got, moscow.Stats().Expelled)
				}
				if said := c.checkRecords(); !slices.Contains(said, "we are back") {
					t.Errorf("the record says %q", said)
				}
			})
		})
	}
}

// TestOneMistakenPeerExpelsNobody: two of five say that a capital was expelled, then three.
func TestOneMistakenPeerExpelsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "moscow", "paris", "washington")
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		c.settle()
		c.isolate("moscow", true)
		c.await("moscow to follow nobody", func() bool { return c.nodes["moscow"].Leader() == "" })
		lie := func(id string) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.cuts[[2]string{"moscow", id}] = false // calls only: Raft's wires stay cut
			c.up[id].handler = func(context.Context, string, []byte) []byte {
				a := reply{Version: protocolVersion, Fate: fateNames[answered], Result: terms.Result{Refused: true, Reason: "out"}}
				return a.encode()
			}
		}
		lie("london")
		lie("paris")
		if why := c.learn("moscow"); why != "" {
			t.Errorf("two of five were believed: %q", why)
		}
		lie("washington")
		if why := c.learn("moscow"); why != "out" {
			t.Errorf("three of five were not: %q", why)
		}
	})
}
