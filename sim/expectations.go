package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// examine says whether an expectation holds now, and what was found. (at end: at the end of the run.)
func (r *runner) examine(e *scenarios.Expectation) Finding {
	if r.direct && (e.Leader != "" || e.Elections != nil) {
		return Finding{Text: e.Text, Found: "cannot be judged on the state machine alone: there are no machines to lead or to elect",
			Pos: e.Pos, Unjudged: true}
	}
	held, found := r.look(e)
	if e.Not {
		held = !held
	}
	return Finding{Text: e.Text, Held: held, Found: found, Pos: e.Pos}
}

func (r *runner) look(e *scenarios.Expectation) (held bool, found string) {
	switch {
	case e.Refused != "":
		return r.lookForMove(e, e.Refused, true)
	case e.Recorded != "":
		return r.lookForMove(e, e.Recorded, false)
	case e.Pledged != "":
		return r.lookAtPledges(e)
	case e.Leader != "":
		leader := r.leader()
		return leader == e.Leader, orElse(leader, "nobody") + " leads"
	case e.Elections != nil:
		n := r.report.Raft.Elections
		return n >= e.Elections.Min && n <= e.Elections.Max, count(n, "election")
	}
	return r.lookAtPlan(e)
}

// lookAtPlan compares all that is expected of a plan.
func (r *runner) lookAtPlan(e *scenarios.Expectation) (bool, string) {
	p, proposed := r.state.Plan(e.Plan)
	if !proposed {
		undecided := e.Outcome == terms.Open && e.Version == 0 && e.Stage == "" && len(e.BlockedBy) == 0 && e.Agreement == "" &&
			e.Within == nil
		return undecided, e.Plan + " was not proposed"
	}
	held := true
	var found []string
	note := func(ok bool, format string, args ...any) {
		held = held && ok
		found = append(found, fmt.Sprintf(format, args...))
	}
	decided := p.DecidedAt.Sub(r.scenario.Start)
	switch {
	case p.Outcome == terms.Open:
		note(e.Outcome == "" || e.Outcome == terms.Open, "%s is open", p.ID)
	default:
		note(e.Outcome == "" || e.Outcome == p.Outcome, "%s is %s after %s", p.ID, p.Outcome, decided)
	}
	if e.Within != nil && (e.Outcome != "" || e.Agreement == "") {
		held = held && (p.Outcome == terms.Open && e.Outcome == terms.Open || p.Outcome != terms.Open && decided <= *e.Within)
	}
	if e.Version != 0 {
		note(e.Version == p.Version, "at version %d", p.Version)
	}
	if e.Stage != "" {
		note(e.Stage == p.Stage, "in stage %s", p.Stage)
	}
	if len(e.BlockedBy) > 0 {
		blockers := blockedBy(&p)
		ok := p.Outcome != terms.Adopted
		for _, id := range e.BlockedBy {
			ok = ok && slices.Contains(blockers, id)
		}
		note(ok, "blocked by %s", orElse(strings.Join(blockers, ", "), "nobody"))
	}
	if e.Agreement != "" {
		status, when := "no agreement", ""
		ok := false
		if p.Agreement != nil {
			status = string(p.Agreement.Status)
			after := turned(&p).Sub(r.scenario.Start)
			ok = p.Agreement.Status == e.Agreement && (e.Within == nil || after <= *e.Within)
			if e.Within != nil {
				when = " after " + after.String()
			}
		}
		note(ok, "agreement: %s%s", status, when)
	}
	return held, strings.Join(found, ", ")
}

// turned is when an adopted plan's agreement came to its present status.
func turned(p *terms.PlanView) terms.Instant {
	switch p.Agreement.Status {
	case terms.InForce:
		return p.Agreement.Since
	case terms.Expired, terms.Collapsed:
		return p.Agreement.Until
	}
	return p.DecidedAt
}

// blockedBy lists the capitals that keep a plan from being won, or kept it: those that veto or object, and those whose
// consent is missing.
func blockedBy(p *terms.PlanView) []string {
	var ids []string
	for _, why := range p.Because {
		switch why.Kind {
		case terms.ReasonVeto, terms.ReasonObjection, terms.ReasonMissing:
			for _, id := range why.Capitals {
				if !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
	}
	return ids
}

// lookForMove looks for a move that was refused, or recorded and not refused.
func (r *runner) lookForMove(e *scenarios.Expectation, verb terms.Verb, refused bool) (bool, string) {
	did := "recorded"
	if refused {
		did = "refused"
	}
	seen := map[string]bool{}
	var found []string
	for i := range r.report.Timeline {
		m := r.report.Timeline[i].Move
		if r.report.Timeline[i].Kind != ItemMove || m.Verb != verb || e.Plan != "" && m.Plan != e.Plan || m.Outcome != did {
			continue
		}
		after := r.report.Timeline[i].At.Sub(r.scenario.Start)
		if e.Within != nil && after > *e.Within {
			continue
		}
		if len(e.By) == 0 || slices.Contains(e.By, m.Capital) {
			seen[m.Capital] = true
			what := fmt.Sprintf("%s's %s was %s after %s", m.Capital, verb, did, after)
			if m.Reason != "" {
				what += ": " + m.Reason
			}
			found = append(found, what)
		}
	}
	held := len(seen) > 0
	for _, id := range e.By {
		held = held && seen[id]
	}
	if len(found) == 0 {
		return held, fmt.Sprintf("no such %s was %s", verb, did)
	}
	if len(found) > 3 {
		found = append(found[:3], fmt.Sprintf("%d more", len(found)-3))
	}
	return held, strings.Join(found, "; ")
}

func (r *runner) lookAtPledges(e *scenarios.Expectation) (bool, string) {
	var by []string
	for _, p := range r.state.Pledges() {
		if p.Term == e.Pledged && p.Counts {
			by = append(by, p.Capital)
		}
	}
	held := len(by) >= max(e.ByAtLeast, 1)
	if len(e.By) > 0 && e.ByAtLeast == 0 {
		held = true
	}
	for _, id := range e.By {
		held = held && slices.Contains(by, id)
	}
	found := fmt.Sprintf("%s is pledged by %d", e.Pledged, len(by))
	if len(by) > 0 && len(by) <= 8 {
		found += ": " + strings.Join(by, ", ")
	}
	return held, found
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
