package terms

import (
	"testing"

	"pgregory.net/rapid"
)

// A clone is the same state, and from there on neither feels what becomes of the other.
func TestClonesGoTheirOwnWay(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		s := founded(randomCharter)
		for range rapid.IntRange(0, 25).Draw(t, "moves before") {
			m := drawMove(t, s)
			s.Apply(&m)
		}
		clone, snapshot := s.Clone(), string(must(s.Snapshot()))
		if s.Hash() != clone.Hash() || string(must(clone.Snapshot())) != snapshot {
			t.Fatal("the clone is another state")
		}
		var moves []Move
		for range rapid.IntRange(1, 25).Draw(t, "moves after") {
			m := drawMove(t, clone)
			clone.Apply(&m)
			moves = append(moves, m)
		}
		if string(must(s.Snapshot())) != snapshot {
			t.Fatal("moves applied to the clone changed the original")
		}
		for i := range moves {
			s.Apply(&moves[i])
		}
		if s.Hash() != clone.Hash() || string(must(clone.Snapshot())) != string(must(s.Snapshot())) {
			t.Fatal("the same moves led the clone and the original to different states")
		}
		compared++
	})
	if compared == 0 {
		t.Error("nothing was compared")
	}
}
