package report

import (
	"fmt"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// eventsAt writes events that no move brought about: a deadline did. Each has its own time.
func (t *timeline) eventsAt(events []terms.Event, at terms.Instant) {
	for i := range events {
		e := &events[i]
		if e.Time != 0 {
			at = e.Time
		}
		l, text := t.event(e)
		if text == "" {
			continue
		}
		t.politics(at, l, text)
		t.details(e, gutter+clockBlank+step)
	}
}

// events writes what followed from a move, below it.
func (t *timeline) events(events []terms.Event, at terms.Instant) {
	indent := gutter + clockBlank
	for i := range events {
		l, text := t.event(&events[i])
		if text == "" {
			continue
		}
		t.para(l, indent+arrow, indent+step, text)
		if i > 0 && events[i].Kind == terms.EventDecided && events[i-1].Kind == terms.EventStagePassed {
			continue // it has just been told
		}
		t.details(&events[i], indent+step+step)
	}
}

// event says in one sentence what happened to the terms.
func (t *timeline) event(e *terms.Event) (look, string) {
	who := t.who(e.Capitals)
	switch e.Kind {
	case terms.EventStageOpened:
		return plain, t.opened(e)
	case terms.EventStagePassed:
		return good, fmt.Sprintf("Stage %s of %s passes%s.", e.Stage, e.Plan, passedBy(e.Detail))
	case terms.EventVersion:
		return plain, fmt.Sprintf("%s is now at version %d.", e.Plan, e.Version)
	case terms.EventVetoKept:
		return plain, fmt.Sprintf("The veto of %s%s still stands.", who, citing(e.Terms))
	case terms.EventVetoCleared:
		return plain, fmt.Sprintf("The veto of %s%s is gone.", who, citing(e.Terms))
	case terms.EventConditionMet:
		return good, fmt.Sprintf("The condition of %s is met: its %s counts.", who, given(e))
	case terms.EventConditionLost:
		return unsure, fmt.Sprintf("The condition of %s no longer holds: its %s does not count.", who, given(e))
	case terms.EventDecided:
		return outcomeLook(terms.Outcome(e.Detail)), fmt.Sprintf("%s is %s.", e.Plan, strings.ToUpper(e.Detail))
	case terms.EventInForce:
		return good, fmt.Sprintf("%s enters into force%s.", e.Plan, t.until(e.Until))
	case terms.EventExtended:
		return good, fmt.Sprintf("%s is extended%s.", e.Plan, t.until(e.Until))
	case terms.EventExpired:
		return plain, fmt.Sprintf("%s expires.", e.Plan)
	case terms.EventCollapsed:
		if e.Detail == "denounced" {
			return bad, fmt.Sprintf("%s collapses: %s denounced it.", e.Plan, who)
		}
		return bad, fmt.Sprintf("%s collapses after too many violations.", e.Plan)
	case terms.EventAdmitted:
		return good, fmt.Sprintf("%s is admitted to the conference.", who)
	case terms.EventExpelled:
		return bad, fmt.Sprintf("%s is expelled from the conference.", who)
	case terms.EventRekeyed:
		return plain, fmt.Sprintf("From now on the moves of %s are signed with another key.", who)
	case terms.EventViolation:
		text := "A violation of " + e.Plan
		if who != "" {
			text += " by " + who
		}
		return bad, fmt.Sprintf("%s is on record (%s).", text, e.Detail)
	}
	return plain, sentence(strings.TrimSpace(fmt.Sprintf("%s: %s %s", e.Plan, e.Kind, e.Detail)))
}

// opened says who is asked in a stage and, the first time, what it needs.
func (t *timeline) opened(e *terms.Event) string {
	text := fmt.Sprintf("Stage %s of %s opens and asks %s", e.Stage, e.Plan, t.who(e.Capitals))
	if e.Until != 0 {
		text += "," + t.until(e.Until)
	}
	text += "."
	plan := t.s.Plan(e.Plan)
	if plan == nil {
		return text
	}
	rule, known := t.asks(plan.Draft.Procedure, e)
	key := e.Plan + "\x00" + e.Stage + "\x00" + rule.String()
	if known && !t.rules[key] {
		t.rules[key] = true
		text += " To pass: " + t.rule(rule) + "."
	}
	return text
}

// asks returns the rule of the stage that opened, with the consents that the text needs for its reserved terms.
func (t *timeline) asks(procedure string, e *terms.Event) (terms.Rule, bool) {
	proc := t.s.Charter.Procedure(procedure)
	if proc == nil {
		return terms.Rule{}, false
	}
	for i := range proc.Stages {
		if proc.Stages[i].Name != e.Stage {
			continue
		}
		if ballot, err := t.s.Charter.StageBallot(proc, i, t.texts[e.Plan]); err == nil {
			return ballot.Rule(), true
		}
		return proc.Stages[i].Rule, true
	}
	return terms.Rule{}, false
}

// details writes the tally and, of a decision that was not the plan's last, its reasons. Those of the last stand at the
// end of the page.
func (t *timeline) details(e *terms.Event, indent string) {
	if e.Tally != nil && e.Kind != terms.EventStageOpened {
		for _, line := range t.tally(e.Tally) {
			t.para(plain, indent, indent+step, line)
		}
	}
	for i := range t.r.Plans {
		if p := &t.r.Plans[i]; p.ID == e.Plan && p.DecidedAt == e.Time {
			return
		}
	}
	for _, reason := range e.Reasons {
		t.para(plain, indent, indent+step, sentence(reason.Text))
	}
}

// passedBy says how a stage came to pass, if not simply by being won.
func passedBy(detail string) string {
	switch detail {
	case "all-spoken":
		return ": all have spoken"
	case "call":
		return ": the vote was called"
	case "window":
		return ": its window has ended"
	}
	return ""
}

func citing(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ", citing " + join(ids, "and") + ","
}

// given is what a condition hung on: a pledge if the event names a term, else a consent.
func given(e *terms.Event) string {
	if len(e.Terms) > 0 {
		return "pledge of " + join(e.Terms, "and")
	}
	return "consent to " + e.Plan
}

func (w words) until(at terms.Instant) string {
	if at == 0 {
		return ", without end"
	}
	return " until " + w.when(at)
}

// outcomeLook is the colour of an outcome.
func outcomeLook(o terms.Outcome) look {
	switch o {
	case terms.Adopted:
		return good
	case terms.Vetoed, terms.Rejected:
		return bad
	case terms.Lapsed, terms.Withdrawn:
		return unsure
	}
	return bold
}
