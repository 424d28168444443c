package terms

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestPlans plays testdata/plans*.txt.
//
//	capitals, term, procedure, stage    the charter: see charterOf
//	found                       founds the conference on it
//	2d kyiv consent truce       a move: when (from the start), by whom, what. Answers the events, or why it is refused
//	2d kyiv #7 consent truce    the same with a number that is not the next one
//	show truce                  how the plans named stand, or all plans, with the reasons
//	pledges                     all pledges and whether they count
//
// Beside each state runs another, which is written to a snapshot and restored from it before every move.
func TestPlans(t *testing.T) {
	runTranscripts(t, "plans*.txt", func(t *testing.T) func(string) string {
		return (&planFile{t: t}).answer
	})
}

type planFile struct {
	t           *testing.T
	charter     []string
	state, twin *State
}

func (f *planFile) answer(line string) string {
	var out strings.Builder
	what := strings.Fields(line)
	switch what[0] {
	case "capitals", "term", "procedure", "stage":
		f.charter = append(f.charter, line)
	case "found":
		return f.found()
	case "show":
		for _, p := range f.state.Plans() {
			if len(what) == 1 || slices.Contains(what, p.ID) {
				out.WriteString(f.plan(p))
			}
		}
	case "pledges":
		for _, p := range f.state.Pledges() {
			fmt.Fprintf(&out, "%s of %s: counts %t", p.Term, p.Capital, p.Counts)
			if p.If != "" {
				fmt.Fprintf(&out, ", if %s", p.If)
			}
			out.WriteString("\n")
		}
	default:
		return f.move(line)
	}
	return out.String()
}

func (f *planFile) found() string {
	f.state, f.twin = New(Options{Verify: stdRule}), New(Options{Verify: stdRule})
	m := Move{Verb: VerbCharter, Charter: charterOf(f.charter)}
	f.charter = nil
	for _, s := range []*State{f.state, f.twin} {
		if r := s.Apply(&m); r.Refused {
			return "wrong: " + r.Reason
		}
	}
	return ""
}

func (f *planFile) move(line string) string {
	w := strings.Fields(line)
	start := f.state.Charter().Start
	m := moveOf(strings.Join(w[2:], " "))
	if n, ok := strings.CutPrefix(w[2], "#"); ok {
		m = moveOf(strings.Join(w[3:], " "))
		m.Number = uint64(integer(n))
	} else {
		m.Number = f.state.LastNumber(w[1]) + 1
	}
	m.Capital, m.Time = w[1], start
	if before, ok := strings.CutPrefix(w[0], "-"); ok {
		m.Time -= Instant(must(ParseDuration(before)))
	} else {
		m.Time = start.Add(must(ParseDuration(w[0])))
	}
	m = overTheWire(&m)
	r := f.state.Apply(&m)
	f.mirror(&m, r)
	var out strings.Builder
	if r.Repeat {
		out.WriteString("again: the first result, ")
		if !r.Refused {
			fmt.Fprintf(&out, "recorded as move %d\n", r.Sequence)
		}
	}
	for _, e := range r.Events {
		out.WriteString(eventLine(e, start) + "\n")
	}
	if r.Refused {
		fmt.Fprintf(&out, "refused (%s): %s\n", r.Code, r.Reason)
	}
	return out.String()
}

// overTheWire encodes the move and decodes it again, as Raft's log does.
func overTheWire(m *Move) Move { return must(DecodeMove(must(m.Encode()))) }

// mirror restores the twin from its own snapshot, applies the move to it too, and compares the two.
func (f *planFile) mirror(m *Move, want Result) {
	f.t.Helper()
	if err := f.twin.Restore(must(f.twin.Snapshot())); err != nil {
		f.t.Fatalf("%s %s: restore: %v", m.Capital, m.Verb, err)
	}
	got := f.twin.Apply(m)
	if fmt.Sprintf("%+v", resultText(got)) != fmt.Sprintf("%+v", resultText(want)) {
		f.t.Errorf("%s %s: a restored state answers\n%s\ninstead of\n%s", m.Capital, m.Verb, resultText(got), resultText(want))
	}
	if f.twin.Hash() != f.state.Hash() {
		f.t.Errorf("%s %s: the hash of a restored state differs", m.Capital, m.Verb)
	}
}

func (f *planFile) plan(p PlanView) string {
	var b strings.Builder
	start := f.state.Charter().Start
	fmt.Fprintf(&b, "%s v%d: %s at %s (%s)", p.ID, p.Version, p.Outcome, p.Stage, p.Verdict)
	for _, part := range []struct {
		name string
		at   Instant
	}{{"closes", p.Closes}, {"decided", p.DecidedAt}} {
		if part.at != 0 {
			fmt.Fprintf(&b, ", %s %s", part.name, part.at.Sub(start))
		}
	}
	b.WriteByte('\n')
	for _, s := range p.Terms {
		fmt.Fprintf(&b, "  %s = %s\n", s.Term, s.Value)
	}
	fmt.Fprintf(&b, "  consent %v object %v abstain %v absent %v\n", p.Tally.Consent, p.Tally.Object, p.Tally.Abstain, p.Tally.Absent)
	for _, v := range p.Vetoes {
		fmt.Fprintf(&b, "  vetoed by %s on v%d, citing %v\n", v.Capital, v.Version, v.Citing)
	}
	for _, c := range p.Conditional {
		fmt.Fprintf(&b, "  %s consents if %s\n", c.Capital, c.If)
	}
	for _, r := range p.Because {
		b.WriteString(reasonLine(r)[2:] + "\n")
	}
	if a := p.Agreement; a != nil {
		fmt.Fprintf(&b, "  agreement %s", a.Status)
		if a.Until != 0 {
			fmt.Fprintf(&b, " until %s", a.Until.Sub(start))
		}
		fmt.Fprintf(&b, ", %d extensions, %d violations\n", a.Extensions, a.Violations)
	}
	return b.String()
}
