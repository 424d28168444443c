package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/signature"
	"github.com/parley-sim/parley/node/terms"
)

// Outcomes re-derives from the record which moves are refused and how every plan stands, and compares both with what the
// state machine says. It looks at every line of the record and every plan. Refusals as malformed or for a wrong signature
// are taken from the record (of a signature that was refused, that it is wrong is verified); the others, and that a move
// was not refused, are derived.
//
// The evaluation is naive on purpose: [world] keeps what was said and concludes everything anew each time, so that it can
// be read beside the doc comment of package terms. Where that comment leaves a choice, the code says which one is made.
func Outcomes(record []terms.Entry, plans []terms.PlanView) Result {
	r := Result{Name: OutcomeCheck}
	lines := 0
	w, wrong := replay(record, func() { lines++ })
	if wrong == "" && w != nil {
		wrong = w.compare(plans)
	}
	r.LookedAt = lines + len(plans)
	switch {
	case wrong != "":
		r.Detail = wrong
	case lines == 0:
		r.Detail = "it looked at nothing: the record is empty"
	default:
		r.Held, r.Detail = true, fmt.Sprintf("%d moves and %d plans", lines, len(plans))
	}
	return r
}

// replay reads the record from its beginning. It stops at the first line whose fate it cannot derive.
func replay(record []terms.Entry, looked func()) (*world, string) {
	var w *world
	for i := range record {
		e := &record[i]
		m := &e.Move
		if w == nil {
			if m.Verb == terms.VerbCharter && m.Charter != nil && traced(e.Result) && !e.Result.Refused {
				w = newWorld(m.Charter)
				looked()
			} else if traced(e.Result) {
				return nil, fmt.Sprintf("line %d of the record precedes the charter", e.Result.Sequence)
			}
			continue
		}
		looked()
		if why := w.line(e); why != "" {
			return w, why
		}
	}
	return w, ""
}

// line reads one line and says what is wrong with its result.
func (w *world) line(e *terms.Entry) string {
	m := &e.Move
	where := func() string {
		return fmt.Sprintf("entry %d (%s %s, by %s)", e.Index, m.Verb, m.Plan+m.Term, m.Capital)
	}
	if e.Result.Repeat {
		if m.Number == 0 || m.Number > w.numbers[m.Capital] {
			return where() + " counts as a repeat of a move that was never made"
		}
		return ""
	}
	if e.Result.Refused && e.Result.Code == terms.RefusedSignature {
		if c := w.capitals[m.Capital]; c != nil && signature.Verify(m, c.Key) {
			return where() + " was refused for a signature that is right"
		}
		return ""
	}
	why := w.technical(m)
	if (why == "") != traced(e.Result) {
		return fmt.Sprintf("%s: the record gives %s, the state machine says %s", where(), code(why), fate(e.Result))
	}
	if why != "" {
		return ""
	}
	w.numbers[m.Capital]++
	w.advance(m.Time, m.Verb == terms.VerbClock && !e.Result.Refused)
	if e.Result.Refused && e.Result.Code == terms.RefusedMalformed {
		return ""
	}
	if why = w.move(m); (why != "") != e.Result.Refused {
		return fmt.Sprintf("%s: the record gives %s, the state machine says %s %s", where(), code(why), fate(e.Result), e.Result.Reason)
	}
	w.settle()
	return ""
}

func code(c terms.Refusal) string {
	if c == "" {
		return "not refused"
	}
	return fmt.Sprintf("refused (%s)", c)
}

// compare says in which plan, and in what, the derivation and the state machine differ first.
func (w *world) compare(views []terms.PlanView) string {
	if len(views) != len(w.plans) {
		return fmt.Sprintf("the record gives %d plans, the state machine says %d", len(w.plans), len(views))
	}
	held := w.resolve()
	for i, p := range w.plans {
		v := &views[i]
		tally, verdict := p.tally, ""
		if p.outcome == terms.Open {
			open := w.vote(p, held)
			tally, verdict = open.tally(), open.verdict().String()
		}
		differ := func(what string, here, there any) string {
			return fmt.Sprintf("plan %s, %s: the record gives %v (%s), the state machine says %v", p.id, what, here, stand(tally), there)
		}
		stage := p.procedure.Stages[p.stage].Name
		switch {
		case v.ID != p.id:
			return differ("order", p.id, v.ID)
		case v.Outcome != p.outcome:
			return differ("outcome", p.outcome, v.Outcome)
		case v.Version != p.version:
			return differ("version", p.version, v.Version)
		case v.Stage != stage:
			return differ("stage", stage, v.Stage)
		case v.DecidedAt != p.decidedAt:
			return differ("decided at", p.decidedAt, v.DecidedAt)
		case p.outcome == terms.Open && v.Closes != p.closes:
			return differ("closes", p.closes, v.Closes)
		case p.outcome == terms.Open && v.Verdict != verdict:
			return differ("verdict", verdict, v.Verdict)
		case !sameTally(v.Tally, tally):
			return differ("tally", stand(tally), stand(v.Tally))
		case (v.Agreement == nil) != (p.agreement == nil):
			return differ("agreement", p.agreement, v.Agreement)
		case v.Agreement != nil && *v.Agreement != *p.agreement:
			return differ("agreement", *p.agreement, *v.Agreement)
		}
	}
	return ""
}

func sameTally(a, b terms.Tally) bool {
	return slices.Equal(a.Consent, b.Consent) && slices.Equal(a.Object, b.Object) && slices.Equal(a.Abstain, b.Abstain) &&
		slices.Equal(a.Absent, b.Absent)
}

// stand writes a tally in words.
func stand(t terms.Tally) string {
	var words []string
	for _, part := range []struct {
		does string
		who  []string
	}{{"consent", t.Consent}, {"object", t.Object}, {"abstain", t.Abstain}, {"absent", t.Absent}} {
		if len(part.who) > 0 {
			words = append(words, part.does+": "+strings.Join(part.who, ", "))
		}
	}
	return strings.Join(words, "; ")
}
