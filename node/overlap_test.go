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

func (d *slowDisk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.writes
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

// Whoever's disks are slow, nothing is taken for committed before a majority has written it; and a slow leader's is not
// waited for if the others are a majority without it. "oslo" does not vote.
func TestNothingIsCommittedBeforeAMajorityHasWrittenIt(t *testing.T) {
	for _, test := range []struct {
		ids, slow []string
		waits     bool
	}{
		{[]string{"kyiv", "london"}, []string{"kyiv"}, true},
		{[]string{"kyiv", "london"}, []string{"london"}, true},
		{[]string{"kyiv", "london", "oslo"}, []string{"kyiv"}, true},
		{[]string{"kyiv", "london", "oslo"}, []string{"oslo"}, false},
		{[]string{"kyiv", "london", "washington"}, []string{"kyiv"}, false},
		{[]string{"kyiv", "london", "washington"}, []string{"london"}, false},
		{[]string{"kyiv", "london", "washington"}, []string{"kyiv", "london"}, true},
		{[]string{"kyiv", "london", "paris", "rome", "washington"}, []string{"kyiv"}, false},
		{[]string{"kyiv", "london", "paris", "rome", "washington"}, []string{"kyiv", "london"}, false},
		{[]string{"kyiv", "london", "paris", "rome", "washington"}, []string{"london", "paris"}, false},
		{[]string{"kyiv", "london", "paris", "rome", "washington"}, []string{"kyiv", "london", "paris"}, true},
		{[]string{"kyiv", "london", "paris", "rome", "washington"}, []string{"london", "paris", "rome"}, true},
	} {
		t.Run(fmt.Sprint(len(test.ids), test.slow), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { slowDisks(t, test.ids, test.slow, test.waits) })
		})
	}
}

func slowDisks(t *testing.T, ids, slow []string, waits bool) {
	c, disks := slowCluster(t, ids...)
	defer c.stop()
	set := func(shut bool) {
		for _, id := range slow {
			disks[id].set(shut, false)
		}
	}
	defer set(false)
	if r, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("ready")); err != nil || r.Outcome != Recorded {
		t.Fatalf("%+v, %v", r, err)
	}
	c.settle()
	before := c.nodes["kyiv"].Stats().LastIndex
	set(true)
	var receipt Receipt
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		receipt, err = c.nodes["kyiv"].Submit(within(t, time.Minute), say("soon"))
	}()
	for _, id := range ids {
		if !slices.Contains(slow, id) {
			c.await(id+" to have it", func() bool { return disks[id].has(t, before+1) })
		}
	}
	if waits {
		time.Sleep(50 * time.Millisecond) // nobody steps down for it yet
		select {
		case <-done:
			t.Errorf("it was acknowledged before a majority had it: %+v, %v", receipt, err)
		default:
		}
		for _, id := range ids {
			if s := c.nodes[id].Stats(); s.CommitIndex > before || s.LastMoveIndex > before {
				t.Errorf("%s takes entry %d for committed: %+v", id, before+1, s)
			}
		}
		set(false)
	}
	<-done
	if err != nil || receipt.Outcome != Recorded || receipt.Index != before+1 {
		t.Errorf("%+v, %v", receipt, err)
	}
	for _, id := range slow {
		if !waits && disks[id].has(t, before+1) {
			t.Errorf("the disk of %s was not slow", id)
		}
	}
	set(false)
	if said := c.checkRecords(); !slices.Equal(said, []string{"ready", "soon"}) {
		t.Errorf("the record says %q", said)
	}
	c.await("all voters to have written it", func() bool {
		return !slices.ContainsFunc(ids, func(id string) bool { return !disks[id].has(t, before+1) })
	})
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
		if len(c.nodes["kyiv"].votersLed()) != 2 {
			t.Fatal("kyiv does not lead others")
		}
		if err := c.nodes["kyiv"].SetServers(within(t, time.Minute), []Server{{ID: "kyiv", Votes: true}, {ID: "oslo"}}); err != nil {
			t.Fatal(err)
		}
		c.nodes["london"].Crash()
		c.gone("london")
		if len(c.nodes["kyiv"].votersLed()) != 1 {
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

// What a leader has not written when it crashes was acknowledged if all others had it, and is not lost; what was not
// acknowledged is in doubt, and the capitals agree about it in the end.
func TestALeaderCrashesBeforeItHasWritten(t *testing.T) {
	for _, alone := range []bool{false, true} { // whether washington's disk is slow too
		synctest.Test(t, func(t *testing.T) {
			c, disks := slowCluster(t, "kyiv", "london", "washington")
			defer c.stop()
			defer disks["kyiv"].set(false, false)
			defer disks["washington"].set(false, false)
			disks["kyiv"].set(true, false)
			disks["washington"].set(alone, false)
			outcome := make(chan error, 1)
			go func() {
				_, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("before"))
				outcome <- err
			}()
			index := c.nodes["london"].Stats().LastIndex + 1
			c.await("london to have it", func() bool { return disks["london"].has(t, index) })
			if !alone {
				if err := <-outcome; err != nil {
					t.Errorf("the move's outcome is %v", err)
				}
			}
			crashed := make(chan struct{})
			go func() { // it waits for the write under way
				defer close(crashed)
				c.nodes["kyiv"].Crash()
			}()
			disks["kyiv"].set(false, true) // which does not make it
			<-crashed
			c.gone("kyiv")
			if alone {
				if err := <-outcome; !errors.Is(err, ErrUnknown) {
					t.Errorf("the move's outcome is %v", err)
				}
			}
			disks["washington"].set(false, false)
			if disks["kyiv"].has(t, index) {
				t.Fatal("kyiv has written it")
			}
			c.await("another leader", func() bool { return c.leader() != "" })
			disks["kyiv"].set(false, false)
			c.start("kyiv")
			if r, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("after")); err != nil || r.Outcome != Recorded {
				t.Fatalf("%+v, %v", r, err)
			}
			if said := c.checkRecords(); !slices.Equal(said, []string{"before", "after"}) { // london had it, and leads if need be
				t.Errorf("the record says %q", said)
			}
		})
	}
}

// A snapshot of moves that the leader has not written yet would, after a crash, be followed by entries with a gap in between.
func TestASnapshotIsKeptOnceItsMovesAreWritten(t *testing.T) {
	for _, full := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, disks := slowCluster(t, "kyiv", "london", "washington")
			defer c.stop()
			defer disks["kyiv"].set(false, false)
			disks["kyiv"].set(true, false)
			r, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("soon"))
			if err != nil || disks["kyiv"].has(t, r.Index) {
				t.Fatalf("%+v, %v", r, err)
			}
			done := make(chan error, 1)
			go func() { done <- c.nodes["kyiv"].Snapshot(within(t, time.Minute)) }()
			time.Sleep(20 * time.Millisecond)
			if list, err := c.stores["kyiv"].Snapshots.List(); err != nil || len(list) > 0 || len(done) > 0 {
				t.Errorf("there is a snapshot before its moves are written: %v, %v", list, err)
			}
			disks["kyiv"].set(false, full)
			err = <-done
			list, failed := c.stores["kyiv"].Snapshots.List()
			if failed != nil || full != (err != nil) || full == (len(list) == 1) {
				t.Errorf("a full disk is %t: %v; %v, %v", full, list, err, failed)
			}
			disks["kyiv"].set(false, false)
			c.checkRecords()
		})
	}
}

// A leader whose disk is idle writes what has come together once in a while, and at once while the others are late.
func TestALeaderLeavesItsWriteToThoseInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, disks := slowCluster(t, "kyiv", "london", "paris", "rome", "washington")
		defer c.stop()
		const moves = 100
		var took time.Duration // by the moves made last
		say100 := func() (writes int) {
			before, began := disks["kyiv"].count(), time.Now()
			defer func() { took = time.Since(began) }()
			for i := range moves {
				if r, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say(fmt.Sprint(i))); err != nil || r.Outcome != Recorded {
					t.Fatalf("%+v, %v", r, err)
				}
			}
			return disks["kyiv"].count() - before
		}
		if n := say100(); n > moves/2 {
			t.Errorf("%d writes of the leader for %d moves that the others have in time", n, moves)
		}
		c.settle()
		c.crash("rome")
		c.crash("washington")
		if n := say100(); n < moves*9/10 {
			t.Errorf("%d writes of the leader for %d moves of which it is one of three that have them", n, moves)
		}
		if most := 2 * tooLate / lateStep * minPatient; took > most {
			t.Errorf("%d moves waited %v in all for those who are late; %v would show that they are", moves, took, most)
		}
		c.start("rome", "washington")
		c.settle()
		for range (eagerFor + moves - 1) / moves {
			say100()
		}
		if n := say100(); n > moves/2 {
			t.Errorf("%d writes of the leader for %d moves that the others have in time again", n, moves)
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
		if disks["kyiv"].count() == 0 {
			t.Error("nothing was written")
		}
	})
}
