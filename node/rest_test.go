package node

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
)

// counting counts the appends that a transport carries, but for heartbeats.
type counting struct {
	*raft.InmemTransport
	appends *atomic.Int64
}

func (c counting) AppendEntries(id raft.ServerID, at raft.ServerAddress, req *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	if req.PrevLogEntry != 0 {
		c.appends.Add(1)
	}
	return c.InmemTransport.AppendEntries(id, at, req, resp)
}

func TestAnIdleLeaderRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var appends atomic.Int64
		c := newCluster(t, "kyiv", "london", "washington")
		c.change = func(cfg *Config) {
			cfg.Rest = cfg.HeartbeatTimeout / 4
			cfg.Transport = counting{cfg.Transport.(*raft.InmemTransport), &appends}
		}
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		time.Sleep(5 * time.Second)

		appends.Store(0)
		time.Sleep(10 * time.Second)
		if n := appends.Load(); n == 0 || n > 100 { // 2 followers, 4 a second; without a rest it would be some 2,500
			t.Errorf("%d appends in ten idle seconds", n)
		}
		if c.leader() != "kyiv" {
			t.Errorf("%q leads after a rest", c.leader())
		}
		// What ends a rest is not held up by it: the move is recorded at once, and soon known everywhere.
		began := time.Now()
		if _, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("awake")); err != nil {
			t.Fatal(err)
		}
		c.await("all to have it", func() bool {
			return !slices.ContainsFunc(c.ids, func(id string) bool { return len(c.nodes[id].Record()) != 2 })
		})
		if took := time.Since(began); took > 50*time.Millisecond {
			t.Errorf("it took %v after a rest", took)
		}
	})
}
