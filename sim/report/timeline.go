package report

import (
	"fmt"
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
)

// The columns of the timeline. What the machines did has a gutter of its own, on every line, so that it cannot be taken
// for politics.
const (
	gutter        = "  "
	gutterMachine = "~ "
	clockBlank    = "       "
	step          = "  "
	arrow         = "→ "
)

// timeline writes what happened, day by day.
type timeline struct {
	*page
	words
	r        *sim.Report
	texts    texts
	programs map[string][]string // of the capitals that programs play
	rules    map[string]bool     // stages of which the rule has been told

	day   int
	clock string // the time last written, with its gutter
}

func (p *page) timeline(r *sim.Report) {
	t := &timeline{page: p, words: words{r.Scenario}, r: r, texts: texts{}, rules: map[string]bool{}, programs: sim.Programs(r.Scenario)}
	items := r.Timeline
	for len(items) > 0 {
		n := t.alike(items)
		t.item(items[:n])
		items = items[n:]
	}
	if len(r.Timeline) == 0 {
		p.blank()
		p.para(plain, gutter, gutter, "Nothing happened.")
	}
}

// alike returns how many of the next items are one thing that several capitals did at the same time, and of which only
// the last had any effect.
func (t *timeline) alike(items []sim.Item) int {
	n := 1
	for n < len(items) && sameMove(&items[n-1], &items[n]) && len(items[n-1].Events) == 0 {
		n++
	}
	// A move before which a deadline fell is told after it.
	if n > 1 && len(items[n-1].Events) > 0 && items[n-1].Events[0].Time < items[n-1].At {
		n--
	}
	return n
}

// sameMove reports whether two items are the same move by different capitals.
func sameMove(a, b *sim.Item) bool {
	if a.Kind != sim.ItemMove || b.Kind != sim.ItemMove || a.Move == nil || b.Move == nil || a.At != b.At {
		return false
	}
	x, y := a.Move, b.Move
	switch x.Verb {
	case terms.VerbConsent, terms.VerbObject, terms.VerbAbstain, terms.VerbPledge, terms.VerbLeave, terms.VerbReturn:
	default:
		return false
	}
	plainly := func(m *sim.Played) bool {
		return m.Outcome == "recorded" && len(m.Via) == 0 && m.If == nil && m.Text == "" && !late(m, a.At)
	}
	return plainly(x) && plainly(y) && x.Verb == y.Verb && x.Plan == y.Plan && x.Term == y.Term && x.Policy == y.Policy &&
		(x.Value == nil && y.Value == nil || x.Value != nil && y.Value != nil && x.Value.Equal(*y.Value))
}

// late reports whether a move reached the record later than it was made.
func late(m *sim.Played, at terms.Instant) bool { return m.First != 0 && m.First < at }

func (t *timeline) item(items []sim.Item) {
	last := &items[len(items)-1]
	switch last.Kind {
	case sim.ItemMove:
		if last.Move != nil {
			t.moves(items, last)
		}
	case sim.ItemEvents:
		t.eventsAt(last.Events, last.At)
	case sim.ItemFault:
		text := last.Text
		if last.Fault != nil {
			text = t.fault(last.Fault) + t.failed(last)
		}
		t.machine(last.At, text)
	case sim.ItemNotPlayed:
		t.machine(last.At, sentence("Not played: "+last.Text))
	case sim.ItemElection:
		t.machine(last.At, t.elected(last))
	case sim.ItemWaiting:
		t.machine(last.At, t.waits(last))
	case sim.ItemProgram:
		t.machine(last.At, t.programFailed(last))
	case sim.ItemUnsettled:
		t.machine(last.At, sentence("The machines did not come to rest: "+last.Text))
	}
}

// programFailed says that a capital's program did.
func (t *timeline) programFailed(it *sim.Item) string {
	name := t.name(it.Capital)
	return sentence(fmt.Sprintf("%s's program has failed, and %s is silent from now on: %s", name, name, oneLine(it.Text)))
}

// moves writes a move that one or more capitals made, and what followed.
func (t *timeline) moves(items []sim.Item, last *sim.Item) {
	m, events := last.Move, last.Events
	before := 0
	for before < len(events) && events[before].Time < last.At {
		before++
	}
	t.eventsAt(events[:before], last.At)
	events = events[before:]
	switch m.Outcome {
	case "refused":
		t.politics(last.At, bad, t.refused(m, t.how(last)))
	case "unknown":
		t.machine(last.At, "It is not known whether "+t.noun(m.Capital, m.Verb, subject(&m.Move))+" was recorded.")
	default:
		who := make([]string, len(items))
		for i := range items {
			who[i] = items[i].Move.Capital
		}
		t.politics(last.At, plain, ended(t.made(who, m)+t.how(last)))
		t.content(m)
	}
	t.events(events, last.At)
}

// content writes the terms of a new text, or what an amendment changed.
func (t *timeline) content(m *sim.Played) {
	changes := t.texts.read(m)
	indent := gutter + clockBlank + step
	if m.Verb == terms.VerbPropose && m.Draft != nil && len(m.Draft.Terms) > 0 {
		t.para(plain, indent, indent, t.text(m.Draft.Terms))
	}
	for _, c := range changes {
		t.para(plain, indent, indent+step, t.changed(c))
	}
}

// how says by what way a move came into the record, and who decided on it.
func (t *timeline) how(it *sim.Item) string {
	m, s := it.Move, ""
	if m.Policy {
		by := " (by its policy)"
		if _, played := t.programs[m.Capital]; played {
			by = " (by its program)"
		}
		s += by
	}
	if late(m, it.At) {
		s += fmt.Sprintf(" (made on day %d at %s, recorded %s later)", t.dayOf(m.First), m.First.Time().Format("15:04"),
			it.At.Sub(m.First))
	}
	if len(m.Via) > 0 {
		s += " (via " + t.list(m.Via) + ")"
	}
	return s
}

func (t *timeline) elected(it *sim.Item) string {
	return fmt.Sprintf("%s's machine is elected leader (Raft term %d).", t.name(it.Capital), it.RaftTerm)
}

// waits says that a move could not be recorded now.
func (t *timeline) waits(it *sim.Item) string {
	if it.Move == nil {
		return sentence(it.Text)
	}
	m, why := it.Move, it.Text
	if why == "" {
		i := slices.IndexFunc(t.r.Waits, func(w sim.Wait) bool {
			return w.Capital == m.Capital && w.Verb == m.Verb && w.Plan == m.Plan && w.Since == it.At
		})
		if i >= 0 {
			why = t.r.Waits[i].Why
		}
	}
	text := t.noun(m.Capital, m.Verb, subject(&m.Move)) + " cannot be recorded now and waits"
	if why != "" {
		text += ": " + oneLine(why)
	}
	return text + "."
}

func (t *timeline) dayOf(at terms.Instant) int { return t.words.day(at) }

// politics writes a sentence about what capitals did.
func (t *timeline) politics(at terms.Instant, l look, text string) {
	t.para(l, gutter+t.time(at, gutter), gutter+clockBlank, text)
}

// machine writes a sentence about what machines did.
func (t *timeline) machine(at terms.Instant, text string) {
	t.para(faint, gutterMachine+t.time(at, gutterMachine), gutterMachine+clockBlank, text)
}

// time starts a new day where there is one, and returns the time of day, blank if the line above has it.
func (t *timeline) time(at terms.Instant, gutter string) string {
	if d := t.dayOf(at); d != t.day {
		t.day, t.clock = d, ""
		t.blank()
		t.para(bold, "", "", fmt.Sprintf("Day %d · %s", d, at.Time().Format("Monday 2 January 2006")))
	}
	clock := at.Time().Format("15:04")
	if gutter+clock == t.clock {
		return clockBlank
	}
	t.clock = gutter + clock
	return clock + "  "
}
