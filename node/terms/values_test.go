package terms

import (
	"strings"
	"testing"
)

// A text that does not set the term passes only "unset" and "not-in".
func TestTestsOnATerm(t *testing.T) {
	text := moveOf("amend p set flag=true pick=x sum=4 span=2h who=a+b").Set
	for ask, want := range map[string]bool{
		"term flag in true": true, "term flag in false": false,
		"term pick in y x": true, "term pick not-in y z": true, "term pick not-in x": false,
		"term sum < 4": false, "term sum <= 4": true, "term sum > 3": true, "term sum >= 5": false, "term sum >= 2h": false,
		"term span >= 2h": true, "term span < 2h": false, "term pick < 4": false,
		"term who in a+": true, "term who in a+c": false, "term who not-in c+": true,
		"term sum set": true, "term sum unset": false,
		"term line set": false, "term line unset": true, "term line in x": false, "term line not-in x": true, "term line < 4": false,
	} {
		if got := conditionOf(ask).Test.Holds(text); got != want {
			t.Errorf("%s: %t", ask, got)
		}
	}
}

// A term is given a value of its own kind, within its bounds, and nothing besides.
func TestValuesThatATermRefuses(t *testing.T) {
	s := founded(randomCharter)
	for _, set := range []Setting{
		{"flag", Value{Kind: KindFlag, Choice: "x"}},
		{"flag", Value{}},
		{"span", Span(-Hour)},
		{"who", Value{Kind: KindSet, Set: []string{"b", "a"}}},
		{"who", Value{Kind: KindSet, Set: []string{"a", "a"}}},
		{"sum", Quantity(3 * One)},
		{"sum", Quantity(12 * One)},
	} {
		if s.checkSetting(set) == nil {
			t.Errorf("%s takes %+v", set.Term, set.Value)
		}
	}
}

// Each change makes one thing wrong with a charter; the message says what.
func TestCharterValidate(t *testing.T) {
	for _, tt := range []struct {
		want string
		turn func(c *Charter)
	}{
		{"taken", func(c *Charter) { c.Capitals[1].ID = "a" }},
		{"is not a role", func(c *Charter) { c.Capitals[1].Role = "king" }},
		{"a key has", func(c *Charter) { c.Capitals[1].Key = []byte{1} }},
		{"weight", func(c *Charter) { c.Capitals[3].Weights = []Weight{{"votes", -1}} }},
		{"1 to 1000 capitals", func(c *Charter) { c.Capitals = nil }},
		{"start", func(c *Charter) { c.Start = maxInstant + 1 }},
		{"two options", func(c *Charter) { c.Terms[1].Options = nil }},
		{"goes from", func(c *Charter) { c.Terms[2].Max = -1 }},
		{"is not a kind of term", func(c *Charter) { c.Terms[2].Kind = "poem" }},
		{"observer", func(c *Charter) { c.Terms[5].ReservedTo = []string{"watcher"} }},
		{"no capital", func(c *Charter) { c.Terms[5].ReservedTo = []string{"oslo"} }},
		{"no stages", func(c *Charter) { c.Procedures[0].Stages = nil }},
		{"on_amendment", func(c *Charter) { c.Procedures[0].OnAmendment = "burn" }},
		{"no members", func(c *Charter) { c.Procedures[0].Stages[0].Members = nil }},
		{"member twice", func(c *Charter) { c.Procedures[0].Stages[0].Members = []string{"a", "a"} }},
		{"holds no position", func(c *Charter) { c.Procedures[0].Stages[0].Members = []string{"a", "watcher"} }},
		{"window", func(c *Charter) { c.Procedures[0].Stages[0].Window = -1 }},
		{"silence", func(c *Charter) { c.Procedures[0].Stages[0].Silence = "gold" }},
		{"decides", func(c *Charter) { c.Procedures[0].Stages[0].Decides = "never" }},
		{"never be won", func(c *Charter) { c.Procedures[0].Stages[0].Rule = ruleOf("yes 3") }},
		{"machine votes", func(c *Charter) {
			for i := range c.Capitals {
				c.Capitals[i].NonVoter = true
			}
		}},
	} {
		m := overTheWire(&Move{Verb: VerbCharter, Charter: randomCharter})
		tt.turn(m.Charter)
		if err := m.Charter.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("instead of %q: %v", tt.want, err)
		}
	}
	if err := randomCharter.Validate(); err != nil {
		t.Error(err)
	}
}

// A move out of bounds is refused, and recorded.
func TestMovesOutOfBounds(t *testing.T) {
	for _, m := range []Move{
		{Verb: VerbSay, Text: strings.Repeat("a", MaxText+1)},
		{Verb: VerbPropose, Plan: strings.Repeat("a", maxName+1)},
		{Verb: VerbExtend, For: maxDuration + 1},
		{Verb: VerbConsent, Version: -1},
		{Verb: VerbVeto, Citing: make([]string, maxList+1)},
		{Verb: VerbPledge, Term: "sum", Value: &Value{Kind: "poem"}},
		{Verb: VerbPropose, Plan: "p", Draft: &Draft{Procedure: "quick", Requires: make([]Condition, maxList+1)}},
		{Verb: VerbPropose, Plan: "p"},
		{Verb: VerbPropose, Plan: "p", Draft: &Draft{Procedure: "quick", CollapsesAfter: -1}},
		{Verb: "dance"},
	} {
		s := founded(randomCharter)
		m.Capital, m.Number, m.Time = "a", 1, s.Now()
		if r := s.Apply(&m); r.Code != RefusedMalformed || r.Sequence != 2 {
			t.Errorf("%s: %+v", m.Verb, r)
		}
	}
}

// A snapshot that is damaged is refused, and the state stays as it was.
func TestDamagedSnapshots(t *testing.T) {
	whole := string(must(fuzzedState().Snapshot()))
	for _, tt := range [][2]string{
		{`{"format":1`, `{"format":2`}, {`{"format":1`, `{"form":1`}, {`"stage":1`, `"stage":9`}, {`"outcome":"open"`, `"outcome":"adopted"`},
		{`"outcome":"open"`, `"outcome":"won"`}, {`"position":2`, `"position":7`}, {`"procedure":"quick","terms"`, `"procedure":"none","terms"`},
		{`"capital":"d","term":"sum"`, `"capital":"z","term":"sum"`}, {`"deadline":"2025`, `"deadline":"2024`}, {whole, whole + "{}"},
	} {
		damaged := strings.Replace(whole, tt[0], tt[1], 1)
		if damaged == whole {
			t.Errorf("%s is not in the snapshot %s", tt[0], whole)
		}
		s := founded(randomCharter)
		before := s.Hash()
		if s.Restore([]byte(damaged)) == nil || s.Hash() != before {
			t.Errorf("%s for %s was restored", tt[1], tt[0])
		}
	}
}
