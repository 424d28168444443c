package terms

import (
	"testing"
	"unicode/utf8"
)

// A history that the fuzzers start from: every capital has something to answer.
func fuzzedState() *State {
	s := founded(randomCharter)
	for _, line := range []string{
		"a propose p by staged set flag=true line=x", "b consent p", "c veto p citing flag", "a propose q by closing",
		"a propose r by quick set span=1h", "b consent r if consented a", "d pledge sum 2 if plan r is adopted", "c consent r",
	} {
		m := moveOf(line[2:])
		m.Capital, m.Time = line[:1], s.now+1
		m.Number = s.LastNumber(m.Capital) + 1
		s.Apply(&m)
	}
	return s
}

// FuzzApply: no bytes that Raft may deliver panic, and what they leave behind can be stored.
func FuzzApply(f *testing.F) {
	for _, text := range []string{
		"propose n by stays set who=a+b requires plan p is adopted", "amend p set flag=false drop line", "pledge sum 4 if pledged sum total 2",
		"veto p citing line", "report r of span", "extend r for 1h", "clock", "consent q if all(consented b, term sum >= 2)",
	} {
		m := moveOf(text)
		f.Add(must(m.Encode()))
	}
	founding := Move{Verb: VerbCharter, Charter: randomCharter}
	f.Add(must(founding.Encode()))
	f.Add([]byte(`{"capital":"a","time":"9999-12-31T23:59:59Z","verb":"clock"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := DecodeMove(b)
		if err != nil {
			return
		}
		New(Options{}).Apply(&m)
		applied := func(m Move) *State {
			s := fuzzedState()
			s.Apply(&m)
			if m.Capital == "" {
				m.Capital = "a"
			}
			m.Number, m.Time = s.LastNumber(m.Capital)+1, max(m.Time, s.now)
			s.Apply(&m)
			s.Plans()
			return s
		}
		s := applied(m)
		fresh := New(Options{})
		if err := fresh.Restore(must(s.Snapshot())); err != nil {
			t.Fatalf("restore after %s: %v", b, err)
		}
		if fresh.Hash() != s.Hash() {
			t.Fatalf("the restored state differs after %s", b)
		}
		again := overTheWire(&m)
		if applied(again).Hash() != s.Hash() {
			t.Fatalf("%s is another move after its encoding", b)
		}
	})
}

// FuzzRestore: a damaged snapshot is refused, or makes a state that plays on without panic.
func FuzzRestore(f *testing.F) {
	f.Add(must(New(Options{}).Snapshot()))
	f.Add(must(fuzzedState().Snapshot()))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := New(Options{})
		if s.Restore(b) != nil {
			if s.charter != nil {
				t.Fatal("a refused snapshot changed the state")
			}
			return
		}
		for _, text := range []string{"consent p", "consent p if consented a", "amend p drop flag", "call p", "unpledge sum", "extend r",
			"denounce r", "report r", "propose q by quick", "veto r", "clock"} {
			for i := range s.capitals {
				m := moveOf(text)
				m.Capital = s.charter.Capitals[i].ID
				m.Number, m.Time, m.Conference = s.LastNumber(m.Capital)+1, s.now.Add(Hour), s.charter.Conference
				s.Apply(&m)
			}
			s.Plans()
			s.Pledges()
		}
		if err := New(Options{}).Restore(must(s.Snapshot())); err != nil {
			t.Fatalf("what was restored and played on cannot be restored again: %v", err)
		}
	})
}

// FuzzParse: what is parsed and written out again reads as the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"-0.5", "10_000", "3999999999999.999999", "1d12h", "0h", "52178w", "2025-03-02T15:00:00+01:00", "0001-01-01T00:00:00Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		roundTrip(t, s, ParseNumber, Number.String)
		roundTrip(t, s, ParseDuration, Duration.String)
		roundTrip(t, s, ParseInstant, Instant.String)
	})
}

func roundTrip[T comparable](t *testing.T, s string, parse func(string) (T, error), write func(T) string) {
	v, err := parse(s)
	if err != nil {
		return
	}
	if w, err := parse(write(v)); err != nil || w != v {
		t.Errorf("%q is %v, written %q, read again %v, %v", s, v, write(v), w, err)
	}
}
