package node

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"
)

// slowDisk holds writes of entries up while it is shut, and refuses them while it is full.
type slowDisk struct {
	raft.LogStore
	mu     sync.Mutex
	shut   chan struct{} // nil: it is not
	full   bool
	writes int
}

func (d *slowDisk) set(shut, full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
	switch {
	case shut && d.shut == nil:
		d.shut = make(chan struct{})
	case !shut && d.shut != nil:
		close(d.shut)
		d.shut = nil
	}
}

func (d *slowDisk) StoreLog(l *raft.Log) error { return d.StoreLogs([]*raft.Log{l}) }

func (d *slowDisk) StoreLogs(logs []*raft.Log) error {
	d.mu.Lock()
	shut := d.shut
	d.mu.Unlock()
	if shut != nil {
		<-shut
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writes++
	if d.full {
		return errFull
	}
	return d.LogStore.StoreLogs(logs)
}

// has reports whether a move that says something is on the disk.
func (d *slowDisk) has(t interface {
	Helper()
	Fatal(...any)
}, index uint64) bool {
	t.Helper()
	var l raft.Log
	err := d.LogStore.GetLog(index, &l)
	if err != nil && !errors.Is(err, raft.ErrLogNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// slowCluster is a cluster whose capitals have slow disks. The first one leads.
func slowCluster(t *testing.T, ids ...string) (*cluster, map[string]*slowDisk) {
	c := newCluster(t, ids...)
	disks := map[string]*slowDisk{}
	for _, id := range ids {
		s := c.stores[id]
		disks[id] = &slowDisk{LogStore: s.Log}
		s.Log = disks[id]
		c.stores[id] = s
	}
	c.start()
	c.lead(ids[0])
	c.found()
	c.settle()
	return c, disks
}

// While the leader's own disk is slow the others get an entry and write it, but nobody takes it for committed.
func TestNothingIsCommittedBeforeTheLeaderHasWrittenIt(t *testing.T) {
	for _, ids := range [][]string{{"kyiv", "london"}, {"kyiv", "london", "washington"},
		{"kyiv", "london", "paris", "rome", "washington"}, {"kyiv", "london", "oslo"}} {
		synctest.Test(t, func(t *testing.T) {
			c, disks := slowCluster(t, ids...)
			defer c.stop()
			defer disks["kyiv"].set(false, false)
			before := c.nodes["kyiv"].Stats().LastIndex
			disks["kyiv"].set(true, false)
			var receipt Receipt
			var err error
			done := make(chan struct{})
			go func() {
				defer close(done)
				receipt, err = c.nodes["kyiv"].Submit(within(t, time.Minute), say("soon"))
			}()
			for _, id := range ids[1:] {
				c.await(id+" to have it", func() bool { return disks[id].has(t, before+1) })
			}
			time.Sleep(time.Second)
			select {
			case <-done:
				t.Fatalf("%q: it was acknowledged before the leader had it: %+v, %v", ids, receipt, err)
			default:
			}
			for _, id := range ids {
				if s := c.nodes[id].Stats(); s.CommitIndex > before || s.LastMoveIndex > before {
					t.Errorf("%q: %s takes entry %d for committed: %+v", ids, id, before+1, s)
				}
			}
			if disks["kyiv"].has(t, before+1) {
				t.Fatal("the disk was not slow")
			}
			disks["kyiv"].set(false, false)
			<-done
			if err != nil || receipt.Outcome != Recorded || !disks["kyiv"].has(t, receipt.Index) {
				t.Errorf("%q: %+v, %v", ids, receipt, err)
			}
			c.checkRecords()
		})
	}
}

// A lone voter is a majority: whatever it answers is written, also when it was not alone before.
func TestALoneVoterWritesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, disks := slowCluster(t, "kyiv", "london", "oslo")
		defer c.stop()
		defer disks["kyiv"].set(false, false)
		must := func(r Receipt, err error) {
			t.Helper()
			if err != nil || r.Outcome != Recorded {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		must(c.nodes["kyiv"].Submit(within(t, time.Minute), say("together")))
		if !c.nodes["kyiv"].leadsOthers() {
			t.Fatal("kyiv does not lead others")
		}
		if err := c.nodes["kyiv"].SetServers(within(t, time.Minute), []Server{{ID: "kyiv", Votes: true}, {ID: "oslo"}}); err != nil {
			t.Fatal(err)
		}
		c.nodes["london"].Crash()
		c.gone("london")
		if c.nodes["kyiv"].leadsOthers() {
			t.Fatal("kyiv takes itself for the leader of others that vote")
		}
		disks["kyiv"].set(true, false)
		done := make(chan struct{})
		go func() {
			defer close(done)
			must(c.nodes["kyiv"].Submit(within(t, time.Minute), say("alone")))
		}()
		time.Sleep(time.Second)
		select {
		case <-done:
			t.Error("it was acknowledged before it was written")
		default:
		}
		disks["kyiv"].set(false, false)
		<-done
	})
}

// What a leader has not written when it crashes is not lost if it was acknowledged, as nothing of the kind is; and the
// capitals agree about the rest.
func TestALeaderCrashesBeforeItHasWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, disks := slowCluster(t, "kyiv", "london", "washington")
		defer c.stop()
		defer disks["kyiv"].set(false, false)
		disks["kyiv"].set(true, false)
		outcome := make(chan error, 1)
		go func() {
			_, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("in doubt"))
			outcome <- err
		}()
		index := c.nodes["london"].Stats().LastIndex + 1
		c.await("london to have it", func() bool { return disks["london"].has(t, index) })
		crashed := make(chan struct{})
		go func() { // it waits for the write under way
			defer close(crashed)
			c.nodes["kyiv"].Crash()
		}()
		disks["kyiv"].set(false, true) // which does not make it
		<-crashed
		c.gone("kyiv")
		if err := <-outcome; !errors.Is(err, ErrUnknown) {
			t.Errorf("the move's outcome is %v", err)
		}
		if disks["kyiv"].has(t, index) {
			t.Fatal("kyiv has written it")
		}
		c.await("another leader", func() bool { return c.leader() != "" })
		disks["kyiv"].set(false, false)
		c.start("kyiv")
		if r, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("after")); err != nil || r.Outcome != Recorded {
			t.Fatalf("%+v, %v", r, err)
		}
		if said := c.checkRecords(); !slices.Equal(said, []string{"in doubt", "after"}) { // two of three had it
			t.Errorf("the record says %q", said)
		}
	})
}

// A leader whose write fails steps down at once, though everybody else has the entry, and nobody waits until a move is made.
func TestALeaderStepsDownWhenAWriteFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, disks := slowCluster(t, "kyiv", "london", "washington")
		defer c.stop()
		defer disks["kyiv"].set(false, false)
		disks["kyiv"].set(false, true)
		began, done := time.Now(), make(chan struct{})
		go func() {
			defer close(done)
			if r, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("without kyiv's disk")); err != nil || r.Outcome != Recorded {
				t.Errorf("%+v, %v", r, err)
			}
		}()
		c.await("kyiv to step down", func() bool { return !c.nodes["kyiv"].IsLeader() })
		if took := time.Since(began); took > DefaultConfig().AttemptTimeout/2 { // then the move would be tried again
			t.Errorf("it took %v", took)
		}
		<-done
		if c.leader() == "kyiv" {
			t.Error("kyiv leads")
		}
		disks["kyiv"].set(false, false)
		if said := c.checkRecords(); !slices.Equal(said, []string{"without kyiv's disk"}) {
			t.Errorf("the record says %q", said)
		}
		if n := disks["kyiv"].writes; n == 0 {
			t.Error("nothing was written")
		}
	})
}

// Whatever a leader's disk does, Raft sees all that it has stored, and what is said to be written is.
func TestOverlapIsALogStore(t *testing.T) {
	var steps, waited, failures int
	rapid.Check(t, func(t *rapid.T) {
		disk := &slowDisk{LogStore: raft.NewInmemStore()}
		leads := true
		var work sync.WaitGroup
		o := newOverlap(disk, func() bool { return leads }, func(f func()) { work.Go(f) }, func(error) {})
		first, last := uint64(1), uint64(0) // of what Raft has stored
		said := func(i uint64) string { return fmt.Sprint("entry ", i) }
		for range rapid.IntRange(5, 60).Draw(t, "steps") {
			steps++
			switch rapid.SampledFrom([]string{"store", "store", "store", "wait", "full", "room", "lead", "follow", "cut", "compact"}).Draw(t, "step") {
			case "store":
				var logs []*raft.Log
				kind := rapid.SampledFrom([]raft.LogType{raft.LogCommand, raft.LogCommand, raft.LogCommand, raft.LogNoop}).Draw(t, "type")
				for i := range uint64(rapid.IntRange(1, 3).Draw(t, "entries")) {
					logs = append(logs, &raft.Log{Index: last + 1 + i, Type: kind, Data: []byte(said(last + 1 + i))})
				}
				if err := o.StoreLogs(logs); err == nil {
					last += uint64(len(logs))
					if (!leads || kind != raft.LogCommand) && !disk.has(t, last) {
						t.Fatalf("entry %d is not written", last)
					}
				} else if failures++; !errors.Is(err, errFull) {
					t.Fatal(err)
				}
			case "wait":
				if last < first {
					continue
				}
				upTo := rapid.Uint64Range(first, last).Draw(t, "up to")
				if err := o.wait(upTo); err == nil {
					waited++
					for i := first; i <= upTo; i++ {
						if !disk.has(t, i) {
							t.Fatalf("entry %d is not written", i)
						}
					}
				} else if failures++; !errors.Is(err, errFull) {
					t.Fatal(err)
				}
			case "full":
				disk.set(false, true)
			case "room":
				disk.set(false, false)
			case "lead":
				leads = true
			case "follow":
				leads = false
			case "cut", "compact":
				if last < first {
					continue
				}
				at := rapid.Uint64Range(first, last).Draw(t, "at")
				from, to := at, last
				if rapid.Bool().Draw(t, "compact") {
					from, to = first, at
				}
				if err := o.DeleteRange(from, to); err == nil && to == last {
					last = from - 1
				} else if err == nil {
					first = to + 1
				} else if failures++; !errors.Is(err, errFull) {
					t.Fatal(err)
				}
			}
			for i := first; i <= last; i++ {
				var l raft.Log
				if err := o.GetLog(i, &l); err != nil || string(l.Data) != said(i) {
					t.Fatalf("entry %d of %d to %d: %q, %v", i, first, last, l.Data, err)
				}
			}
			if got, err := o.LastIndex(); err != nil || last >= first && got != last {
				t.Fatalf("the last index is %d, %v; it should be %d", got, err, last)
			}
		}
		disk.set(false, false)
		o.drop()
		work.Wait()
		for i := first; i <= last; i++ {
			if !disk.has(t, i) {
				t.Fatalf("entry %d is not written in the end", i)
			}
		}
	})
	t.Logf("%d steps, %d waits for a write, %d failures", steps, waited, failures)
	if waited == 0 || failures == 0 {
		t.Error("nothing was waited for, or nothing failed")
	}
}
