package terms

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// A state that keeps no hashes decides as any other does.
func TestForgetfulStatesDecideTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, f := founded(randomCharter), New(Options{Forgetful: true})
		f.Apply(&Move{Verb: VerbCharter, Charter: randomCharter})
		for range rapid.IntRange(1, 40).Draw(t, "moves") {
			m := drawMove(t, s)
			repeat := m.Number <= s.LastNumber(m.Capital) && m.Number > 0
			a, b := s.Apply(&m), f.Apply(&m)
			if repeat {
				if !b.Refused || b.Sequence != 0 {
					t.Fatalf("a repeated number gives %+v", b)
				}
				continue
			}
			if x, y := fmt.Sprintf("%+v", plainResult(a)), fmt.Sprintf("%+v", plainResult(b)); x != y {
				t.Fatalf("%+v: %s and %s", m, x, y)
			}
		}
		if x, y := string(must(json.Marshal(s.Plans()))), string(must(json.Marshal(f.Plans()))); x != y {
			t.Fatalf("%s\n--\n%s", x, y)
		}
	})
}

// plainResult is a result without its events, which hold pointers.
func plainResult(r Result) Result {
	r.Events = nil
	return r
}

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
