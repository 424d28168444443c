package why

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// TestStepsAsWritten writes every step of the library as it would be written, and reads it back.
func TestStepsAsWritten(t *testing.T) {
	entries := scenarios.Library()
	looked := 0
	for _, e := range entries {
		file, src, err := scenarios.Open(e)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenarios.Parse(file, src)
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(src), "\nscript:")
		var b strings.Builder
		b.WriteString(head + "\nscript:\n")
		for i := range s.Script {
			b.WriteString("  " + stepYAML(&s.Script[i]) + "\n")
		}
		back, err := scenarios.Parse("-", []byte(b.String()))
		if err != nil {
			t.Errorf("%s: %v", e, err)
			continue
		}
		for i := range s.Script {
			own, other := s.Script[i], back.Script[i]
			own.Pos, other.Pos, own.Text, other.Text = scenarios.Position{}, scenarios.Position{}, "", ""
			if own.Move != nil && own.Move.Verb != terms.VerbSay && own.Fault == nil {
				m := *own.Move
				m.Text = "" // what is said with a move is left out
				own.Move = &m
			}
			if looked++; !reflect.DeepEqual(own, other) {
				t.Errorf("%s: %s is read back as %+v, not %+v", e, stepYAML(&s.Script[i]), other, own)
			}
		}
	}
	if looked < 100 {
		t.Errorf("looked at %d steps only", looked)
	}
}

// TestPartsAsWritten writes rules, tests, conditions and faults, and reads them back.
func TestPartsAsWritten(t *testing.T) {
	rules := []string{"{yes: 2}", "{unanimous: true}", "{consensus: true}", "{consensus_minus: 1}", "{all_but: 1}", "{share: 55.5%, of: members}",
		`{share: "> 50%", of: votes}`, "{weight: 2, of: votes}", "{consent_of: [a, b]}", "{any: [{all: [{yes: 1}, {no_objection_from: a}]}, {all_but: 2}]}"}
	tests := []string{"{force: un}", "{force: [none, un]}", `{force: "!= un"}`, `{force: {set: true}}`, `{force: {set: false}}`, `{troops: ">= 3"}`, `{troops: "< 3"}`}
	conditions := []string{"{consented: a, to: deal}", "{pledged: {force: {by_at_least: 2}}}", "{pledged: {troops: {total_at_least: 5}}}", "{pledged: force, by: [a, b]}",
		"{plan: deal, is: adopted}", "{all: [{plan: deal, is: open}, {any: [{pledged: force, by: a}, {plan: deal, is: lapsed}]}]}"}
	faults := []string{"cut: [a, b]", "cut: {from: a, to: b}", "cut: [[a, b], [b, c]]", "isolate: a", "partition: [[a], [b, c]]", "slow: {link: [a, b], by: 200ms}",
		"drop: {link: [a, b], rate: 0.25}", "heal: everything", "heal: [a, b]", "heal: a", "hold: [a, b]", "crash: [a, b]", "wipe: c", "chair: b"}
	var b strings.Builder
	b.WriteString("scenario: made-up\ncapitals:\n")
	fmt.Fprintf(&b, "  a: {weights: {votes: 1}, policy: {red_lines: [%s]}}\n  b: {weights: {votes: 2}}\n  c: {weights: {votes: 1}}\n", strings.Join(tests, ", "))
	b.WriteString("terms: {force: {choice: [none, un]}, troops: {quantity: 0..9}}\nprocedures:\n")
	for i, r := range rules {
		fmt.Fprintf(&b, "  p%d: {stages: [{rule: %s}]}\n", i, r)
	}
	b.WriteString("plans: {deal: {procedure: p0, terms: {force: un}}}\nscript:\n")
	for _, c := range conditions {
		fmt.Fprintf(&b, "  - {when: %s, say: x, by: a}\n", c)
	}
	for _, f := range faults {
		fmt.Fprintf(&b, "  - {at: 1h, %s}\n", f)
	}
	s, err := scenarios.Parse("-", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	var w strings.Builder
	head, _, _ := strings.Cut(b.String(), "capitals:")
	w.WriteString(head + "capitals:\n")
	var lines []string
	for _, l := range s.Parties[0].Policy.RedLines {
		lines = append(lines, testsYAML(l))
	}
	fmt.Fprintf(&w, "  a: {weights: {votes: 1}, policy: {red_lines: [%s]}}\n  b: {weights: {votes: 2}}\n  c: {weights: {votes: 1}}\n", strings.Join(lines, ", "))
	w.WriteString("terms: {force: {choice: [none, un]}, troops: {quantity: 0..9}}\nprocedures:\n")
	for i, p := range s.Charter.Procedures {
		fmt.Fprintf(&w, "  p%d: {stages: [{rule: %s}]}\n", i, ruleYAML(p.Stages[0].Rule))
	}
	w.WriteString("plans: {deal: {procedure: p0, terms: {force: un}}}\nscript:\n")
	for i := range s.Script {
		w.WriteString("  " + stepYAML(&s.Script[i]) + "\n")
	}
	back, err := scenarios.Parse("-", []byte(w.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.String())
	}
	if !reflect.DeepEqual(s.Charter, back.Charter) {
		t.Errorf("rules are read back otherwise:\n%s", w.String())
	}
	if !reflect.DeepEqual(s.Parties, back.Parties) {
		t.Errorf("tests are read back otherwise: %s", lines)
	}
	for i := range s.Script {
		a, o := s.Script[i], back.Script[i]
		if !reflect.DeepEqual(a.When, o.When) || !reflect.DeepEqual(a.Fault, o.Fault) {
			t.Errorf("%s is read back as %s", a.Text, o.Text)
		}
	}
}
