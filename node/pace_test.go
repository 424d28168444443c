package node

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
)

// beats counts the heartbeats that a transport carries.
type beats struct {
	*raft.InmemTransport
	n *atomic.Int64
}

func (b beats) AppendEntries(id raft.ServerID, at raft.ServerAddress, req *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	if req.PrevLogEntry == 0 && len(req.Entries) == 0 {
		b.n.Add(1)
	}
	return b.InmemTransport.AppendEntries(id, at, req, resp)
}

// A leader's death costs a live conference less than two seconds, and its heartbeats are no more for that.
func TestALeadersDeathToTheNextMove(t *testing.T) {
	const deaths = 40
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		c := newCluster(t, "kyiv", "london", "moscow", "paris", "washington")
		c.change = func(cfg *Config) {
			live := LiveConfig()
			cfg.HeartbeatTimeout, cfg.ElectionTimeout, cfg.Pace, cfg.Rest = live.HeartbeatTimeout, live.ElectionTimeout, live.Pace, live.Rest
			cfg.LeaderLeaseTimeout, cfg.Heartbeat = live.LeaderLeaseTimeout, live.Heartbeat
			cfg.Transport = beats{cfg.Transport.(*raft.InmemTransport), &n}
		}
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		var took []time.Duration
		for range deaths {
			time.Sleep(5 * time.Second)
			dead := c.leader()
			c.crash(dead)
			began := time.Now()
			speaker := c.ids[(slices.Index(c.ids, dead)+1)%len(c.ids)]
			if _, err := c.nodes[speaker].Submit(within(t, time.Minute), say("after "+dead)); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(began))
			c.start(dead)
		}
		slices.Sort(took)
		t.Logf("median %v, longest %v", took[deaths/2], took[deaths-1])
		// Two candidates may share the votes once in a while, and try again.
		if late := took[deaths*9/10]; late > 2*time.Second {
			t.Errorf("a tenth of %d deaths took %v and more to the next move", deaths, late)
		}
		if median := took[deaths/2]; median > 1400*time.Millisecond {
			t.Errorf("half of %d deaths took %v and more to the next move", deaths, median)
		}

		time.Sleep(5 * time.Second)
		n.Store(0)
		time.Sleep(10 * time.Second)
		if perSecond := float64(n.Load()) / 10 / 4; perSecond < 4 || perSecond > 6 {
			t.Errorf("%.1f heartbeats a second to each follower; one in 130 to 260 ms is about 5", perSecond)
		}
	})
}
