package terms

import (
	"fmt"

	"pgregory.net/rapid"
)

// What random histories are made of: a charter with every kind of stage, and few names, so that moves meet.
var randomCharter = charterOf([]string{
	"capitals a b c weights votes 3",
	"capitals d belligerent weights votes 1",
	"capitals watcher observer",
	"term flag flag",
	"term pick choice x y z",
	"term sum quantity 0..10 step 2",
	"term span duration 1h 2h",
	"term who set",
	"term line choice x y reserved_to c d",
	"procedure staged",
	"stage one members a b rule unanimous window 2h",
	"stage two members b c d rule all(weight 4 of votes, no_objection_from c) window 3h silence consent",
	"procedure stays on_amendment stay",
	"stage one members a b c rule consensus window 1h silence consent",
	"stage two members a b rule yes 1 window 4h decides at-close",
	"procedure quick",
	"stage only members a b c rule any(consent_of a b, all_but 1)",
	"procedure closing",
	"stage only members a b rule consensus_minus 1 window 1h decides at-close silence consent",
})

var (
	someCapital = rapid.SampledFrom([]string{"a", "b", "c", "d", "watcher"})
	somePlan    = rapid.SampledFrom([]string{"p", "q", "r"})
	someTerm    = rapid.SampledFrom([]string{"flag", "pick", "sum", "span", "who", "line"})
	someValue   = rapid.SampledFrom([]string{"true", "false", "x", "y", "z", "2", "4", "7", "1h", "2h", "a+b", "c+"})
	someWord    = rapid.SampledFrom([]string{"adopted", "open", "lapsed", "in-force", "one", "two", "blocked", "rejected"})
	// The values that a term is likely to take: a move is then more often carried out than refused.
	fitting = map[string][]string{
		"flag": {"true", "false"}, "pick": {"x", "y"}, "sum": {"2", "4"}, "span": {"1h", "2h"}, "who": {"a+b", "c+"}, "line": {"x", "y"},
	}
)

func drawSettings(t *rapid.T) []Setting {
	var set []Setting
	for _, term := range rapid.SliceOfNDistinct(someTerm, 0, 3, rapid.ID).Draw(t, "terms") {
		v := rapid.SampledFrom(fitting[term]).Draw(t, "value")
		if rapid.IntRange(0, 9).Draw(t, "odd") == 9 {
			v = someValue.Draw(t, "any value")
		}
		set = append(set, Setting{term, valueOf(v)})
	}
	return set
}

func drawCondition(t *rapid.T, depth int) Condition {
	last := 6
	if depth == 0 {
		last = 4
	}
	capitals := rapid.SliceOfN(someCapital, 1, 2)
	switch rapid.IntRange(0, last).Draw(t, "condition") {
	case 0:
		return Condition{Consented: capitals.Draw(t, "consented")}
	case 1:
		return Condition{Consented: capitals.Draw(t, "consented"), To: somePlan.Draw(t, "to")}
	case 2:
		return Condition{Plan: somePlan.Draw(t, "plan"), Is: someWord.Draw(t, "is")}
	case 3:
		return Condition{Pledged: someTerm.Draw(t, "pledged"), ByAtLeast: rapid.IntRange(1, 3).Draw(t, "by")}
	case 4:
		term := someTerm.Draw(t, "term")
		return Condition{Test: &Test{Term: term, Op: OpIn, Values: []Value{valueOf(someValue.Draw(t, "value"))}}}
	case 5:
		return Condition{All: []Condition{drawCondition(t, depth-1), drawCondition(t, depth-1)}}
	}
	return Condition{Any: []Condition{drawCondition(t, depth-1), drawCondition(t, depth-1)}}
}

// drawMove draws the next move of a state: mostly in order, now and then with a wrong number or time.
func drawMove(t *rapid.T, s *State) Move {
	who := someCapital.Draw(t, "capital")
	m := Move{Capital: who, Number: s.LastNumber(who) + 1, Time: s.Now(), Plan: somePlan.Draw(t, "plan")}
	m.Verb = rapid.SampledFrom(append(Verbs(), VerbClock, VerbConsent, VerbConsent, VerbConsent, VerbPropose, VerbPropose, VerbVeto)).Draw(t, "verb")
	m.Time += Instant(rapid.SampledFrom([]Duration{0, 0, 0, 1, Hour, Hour / 2, 5 * Hour}).Draw(t, "later"))
	switch rapid.IntRange(0, 19).Draw(t, "oddity") {
	case 17:
		m.Number += uint64(rapid.IntRange(-3, 1).Draw(t, "number"))
	case 18:
		m.Time -= Instant(rapid.IntRange(0, 7200).Draw(t, "earlier"))
	case 19:
		m.Version = rapid.IntRange(-1, 3).Draw(t, "version")
	}
	if rapid.Bool().Draw(t, "conditional") {
		c := drawCondition(t, 2)
		m.If = &c
	}
	switch m.Verb {
	case VerbPropose:
		m.Draft = &Draft{
			Procedure: rapid.SampledFrom([]string{"staged", "stays", "quick", "closing"}).Draw(t, "procedure"), Terms: drawSettings(t),
			CollapsesAfter: rapid.IntRange(0, 2).Draw(t, "collapses"),
		}
		if m.If != nil {
			m.Draft.Requires = []Condition{*m.If}
		}
	case VerbAmend:
		m.Set = drawSettings(t)
		m.Drop = rapid.SliceOfN(someTerm, 0, 1).Draw(t, "drop")
	case VerbVeto:
		m.Citing = rapid.SliceOfN(someTerm, 0, 2).Draw(t, "citing")
	case VerbPledge, VerbUnpledge:
		m.Term = someTerm.Draw(t, "term")
		if rapid.Bool().Draw(t, "with value") {
			v := valueOf(rapid.SampledFrom(fitting[m.Term]).Draw(t, "value"))
			m.Value = &v
		}
	case VerbExtend:
		m.For = rapid.SampledFrom([]Duration{0, Hour}).Draw(t, "for")
	case VerbReport:
		m.Against = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "against")
	case VerbSay:
		m.Text = fmt.Sprint("text ", rapid.IntRange(0, 3).Draw(t, "text"))
	}
	return m
}

// founded returns a state that has its charter.
func founded(c *Charter) *State {
	s := New(Options{Verify: stdRule})
	if r := s.Apply(&Move{Verb: VerbCharter, Charter: c}); r.Refused {
		panic(r.Reason)
	}
	return s
}

func restored(s *State) *State {
	dirty := founded(randomCharter)
	dirty.Apply(&Move{Capital: "a", Number: 1, Time: dirty.Now(), Verb: VerbPropose, Plan: "dirt", Draft: &Draft{Procedure: "quick"}})
	if err := dirty.Restore(must(s.Snapshot())); err != nil {
		panic(err)
	}
	return dirty
}
