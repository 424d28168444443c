package node

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"
)

// Whatever a leader's disk does, Raft sees all that it has stored, and what is said to be written is.
func TestOverlapIsALogStore(t *testing.T) {
	var steps, waited, held, withouts, failures int
	rapid.Check(t, func(t *rapid.T) {
		disk := &slowDisk{LogStore: raft.NewInmemStore()}
		leads := true
		var work sync.WaitGroup
		voters := func() []raft.ServerID {
			if leads {
				return []raft.ServerID{"a", "b", "c", "d", "e"}
			}
			return nil
		}
		o := newOverlap(disk, "a", voters, func(f func()) { work.Go(f) }, func(error) {})
		term, upTo := uint64(1), map[raft.ServerID]uint64{} // what the others have answered
		first, last := uint64(1), uint64(0)                 // of what Raft has stored
		said := func(i uint64) string { return fmt.Sprint("entry ", i) }
		for range rapid.IntRange(5, 60).Draw(t, "steps") {
			steps++
			switch rapid.SampledFrom([]string{"store", "store", "store", "wait", "hold", "hold", "full", "room", "lead", "follow", "cut", "compact"}).Draw(t, "step") {
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
			case "hold":
				if last < first || !leads {
					continue
				}
				index := rapid.Uint64Range(first, last).Draw(t, "they have")
				who := rapid.SliceOfNDistinct(rapid.SampledFrom([]raft.ServerID{"b", "c", "d", "e", "f"}), 1, 5, rapid.ID).Draw(t, "who")
				for _, id := range who {
					upTo[id] = max(upTo[id], index)
				}
				others := 0
				for id, has := range upTo {
					if has >= index && id != "f" { // who does not vote
						others++
					}
				}
				answers := make(chan error, len(who))
				for _, id := range who {
					go func() {
						err := o.held(id, term, index)
						if err == nil && others < 3 && !disk.has(t, index) {
							err = fmt.Errorf("Raft is told of an answer about entry %d, and %d have it", index, others)
						}
						answers <- err
					}()
				}
				before := held
				without := true
				for range who {
					if err := <-answers; err == nil {
						held++
						without = without && !disk.has(t, index)
					} else if failures++; !errors.Is(err, errFull) {
						t.Fatal(err)
					}
				}
				if without && held > before {
					withouts++
				}
			case "full":
				disk.set(false, true)
			case "room":
				disk.set(false, false)
			case "lead":
				if !leads {
					leads, term, upTo = true, term+1, map[raft.ServerID]uint64{}
				}
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
	t.Logf("%d steps, %d waits for a write, %d for a majority, %d of those without the leader, %d failures", steps, waited, held,
		withouts, failures)
	if waited == 0 || held == 0 || withouts == 0 || failures == 0 {
		t.Error("nothing was waited for, or nothing failed")
	}
}
