package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Many callers at once, at all capitals, while answers get lost and the leader changes: each move is in the record once.
func TestMovesThatComeTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		calls := 0
		c.loses = func(string, string) bool { calls++; return calls%7 == 0 }
		var all sync.WaitGroup
		var want []string
		for _, id := range c.ids {
			for caller := range 20 {
				for i := range 5 {
					want = append(want, fmt.Sprint(id, caller, i))
				}
				all.Go(func() {
					for i := range 5 {
						r, err := c.nodes[id].Submit(within(t, 5*time.Minute), say(fmt.Sprint(id, caller, i)))
						if err != nil || r.Outcome != Recorded {
							t.Errorf("%s %d %d: %+v, %v", id, caller, i, r, err)
						}
					}
				})
			}
		}
		time.Sleep(20 * time.Millisecond)
		if n := c.nodes[c.leader()]; n != nil {
			_ = n.TransferLeadership(context.Background(), "london") // it may fail: then nothing changes
		}
		all.Wait()
		said := c.checkRecords()
		slices.Sort(said)
		slices.Sort(want)
		if !slices.Equal(said, want) {
			t.Errorf("%d moves are recorded, of %d", len(said), len(want))
		}
	})
}

// Callers give up while their moves are on their way, and come back all at once with the numbers that they were told.
func TestCallersWhoLeaveAndComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		if _, err := c.nodes["london"].Submit(within(t, time.Minute), say("first")); err != nil {
			t.Fatal(err)
		}
		want := []string{"first"}
		var all sync.WaitGroup
		c.isolate("london", true)
		var numbers [10]uint64
		for i := range 10 {
			want = append(want, fmt.Sprint(i))
			all.Go(func() {
				r, err := c.nodes["london"].Submit(within(t, 100*time.Millisecond), say(fmt.Sprint(i)))
				numbers[i] = r.Number
				if err == nil || errors.Is(err, ErrUnknown) != r.MayBeRecorded {
					t.Errorf("%d: %+v, %v", i, r, err)
				}
			})
		}
		all.Wait()
		c.isolate("london", false)
		for i := range 10 {
			all.Go(func() {
				move := say(fmt.Sprint(i))
				move.Number = numbers[i]
				if r, err := c.nodes["london"].Submit(within(t, 5*time.Minute), move); err != nil || r.Outcome != Recorded {
					t.Errorf("%d again: %+v, %v", i, r, err)
				}
			})
		}
		all.Wait()
		said := c.checkRecords()
		slices.Sort(said)
		slices.Sort(want)
		if !slices.Equal(said, want) {
			t.Errorf("the record says %q", said)
		}
	})
}
