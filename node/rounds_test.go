package node

import (
	"slices"
	"testing"

	"github.com/hashicorp/raft"
)

// What comes while a round is under way goes together, in order, when the round has ended.
func TestRounds(t *testing.T) {
	g, r := &rounds{max: 1}, new(raft.Raft)
	var put []string
	enter := func(r *raft.Raft, name string) *ticket {
		return g.enter(r, func() { put = append(put, name) })
	}
	taken := func(t *ticket) bool {
		select {
		case <-t.taken:
			return true
		default:
			return false
		}
	}
	expect := func(when string, want ...string) {
		t.Helper()
		if !slices.Equal(put, want) {
			t.Fatalf("%s: %q were put, not %q", when, put, want)
		}
	}
	a := enter(r, "a")
	expect("the first goes at once", "a")
	b, c := enter(r, "b"), enter(r, "c")
	if expect("a is under way", "a"); taken(b) || taken(c) {
		t.Error("they were let in")
	}
	g.leave(a)
	expect("a has ended", "a", "b", "c")
	d := enter(r, "d")
	g.leave(c)
	expect("half of the round has ended", "a", "b", "c")
	g.leave(b)
	expect("all of it has", "a", "b", "c", "d")
	g.leave(d)
	e := enter(r, "e")
	expect("nothing was under way", "a", "b", "c", "d", "e")

	f := enter(r, "f")
	g.stop(r)
	if expect("Raft stops", "a", "b", "c", "d", "e", "f"); !taken(f) {
		t.Error("it waits for a Raft that has stopped")
	}
	other := new(raft.Raft)
	h, i := enter(other, "h"), enter(other, "i")
	g.leave(e) // of the one before: it opens nothing here
	g.leave(f)
	expect("another Raft runs", "a", "b", "c", "d", "e", "f", "h")
	third := enter(new(raft.Raft), "third")
	expect("a third one runs", "a", "b", "c", "d", "e", "f", "h", "i", "third")
	g.leave(h)
	g.leave(i)
	g.leave(third)
}

// Without a bound nothing waits.
func TestNoRounds(t *testing.T) {
	g, r, count := &rounds{}, new(raft.Raft), 0
	for i := range 5 {
		if g.enter(r, func() { count++ }); count != i+1 {
			t.Fatalf("%d of %d were put", count, i+1)
		}
	}
}
