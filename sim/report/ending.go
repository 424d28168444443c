package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
)

// ending writes what came of it: of the plans first, then of the machines, then what was expected and checked.
func (p *page) ending(run *Run) {
	r := run.Report
	w := words{run.Scenario}
	p.section("What was agreed")
	for i := range r.Plans {
		p.plan(w, &r.Plans[i])
	}
	if len(r.Plans) == 0 {
		p.para(plain, gutter, gutter, "There was no plan.")
	}
	p.pledges(w, r.Pledges)
	p.section("What the machines did")
	p.machines(w, run)
	p.section("What was expected and checked")
	p.findings(r)
	p.checks(r)
	p.blank()
	p.verdict(run)
}

func (p *page) section(title string) {
	p.blank()
	p.para(bold, "", "", title)
}

// outcomeWords writes a plan's outcome; a plan that nobody proposed is open too, and that is said.
func outcomeWords(v *terms.PlanView) string {
	if neverProposed(v) {
		return "never proposed"
	}
	return string(v.Outcome)
}

func neverProposed(v *terms.PlanView) bool { return v.Version == 0 }

// plan writes a plan's outcome, why, and what became of the agreement.
func (p *page) plan(w words, v *terms.PlanView) {
	if neverProposed(v) {
		p.para(plain, gutter, gutter+step, v.ID+" was never proposed.")
		return
	}
	text := fmt.Sprintf("%s: %s", v.ID, strings.ToUpper(string(v.Outcome)))
	if v.Outcome == terms.Open {
		text += fmt.Sprintf(" at the end, in stage %s, version %d", v.Stage, v.Version)
	} else {
		text += fmt.Sprintf(" on %s, in stage %s, version %d", w.when(v.DecidedAt), v.Stage, v.Version)
	}
	p.para(outcomeLook(v.Outcome), gutter, gutter+step, text+".")
	p.planDetails(w, v)
}

// planDetails writes an adopted plan's text, and why a plan stands as it does.
func (p *page) planDetails(w words, v *terms.PlanView) {
	indent := gutter + step
	if v.Outcome == terms.Adopted && len(v.Terms) > 0 {
		p.para(plain, indent, indent+step, "Text: "+w.text(v.Terms)+".")
	}
	for _, reason := range v.Because {
		if reason.Kind != terms.ReasonNoQuorum {
			p.para(plain, indent, indent+step, sentence(reason.Text))
		}
	}
	for _, line := range w.tally(&v.Tally) {
		p.para(plain, indent, indent+step, line)
	}
	if v.Outcome == terms.Open {
		for _, c := range v.Conditional {
			p.para(plain, indent, indent+step, fmt.Sprintf("%s would consent if %s.", w.name(c.Capital), w.byName(c.If)))
		}
	}
	if v.Agreement != nil {
		p.para(agreementLook(v.Agreement.Status), indent, indent+step, w.agreement(v))
	}
	for _, reason := range v.Because {
		if reason.Kind == terms.ReasonNoQuorum {
			p.para(faint, gutterMachine+step, gutterMachine+step+step, sentence(reason.Text))
		}
	}
}

func agreementLook(s terms.Status) look {
	switch s {
	case terms.InForce:
		return good
	case terms.Collapsed:
		return bad
	}
	return unsure
}

// agreement says what became of an adopted plan.
func (w words) agreement(v *terms.PlanView) string {
	a := v.Agreement
	var text string
	switch a.Status {
	case terms.Awaiting:
		text = "It is not in force yet: what it requires does not hold."
	case terms.InForce:
		text = "In force from " + w.when(a.Since) + w.until(a.Until) + "."
	case terms.Expired:
		text = "In force from " + w.when(a.Since) + "; it expired on " + w.when(a.Until) + "."
	case terms.Collapsed:
		text = "It collapsed"
		if a.Until != 0 {
			text += " on " + w.when(a.Until)
		}
		text += "."
	default:
		text = fmt.Sprintf("The agreement is %s.", a.Status)
	}
	if a.Extensions > 0 {
		text += fmt.Sprintf(" It was extended %s.", counted(a.Extensions, "time"))
	}
	if a.Violations > 0 {
		text += fmt.Sprintf(" %s reported.", counted(a.Violations, "violation"))
	}
	return text
}

// pledges writes the pledges, one line a term.
func (p *page) pledges(w words, all []terms.PledgeView) {
	var order []string
	for _, v := range all {
		if !slices.Contains(order, v.Term) {
			order = append(order, v.Term)
		}
	}
	for _, term := range order {
		var items []string
		for _, v := range all {
			if v.Term != term {
				continue
			}
			item := w.name(v.Capital)
			if v.Value != nil && v.Value.Kind != terms.KindFlag {
				item += " " + w.value(term, *v.Value)
			}
			if !v.Counts {
				item += " (does not count: only if " + w.byName(v.If) + ")"
			}
			items = append(items, item)
		}
		p.para(plain, gutter, gutter+step, "Pledged to "+term+": "+join(items, "and")+".")
	}
}

// machines writes the technical side. Nothing here is a decision of the parties.
func (p *page) machines(w words, run *Run) {
	r := run.Report
	say := func(format string, args ...any) {
		p.para(faint, gutterMachine, gutterMachine+step, fmt.Sprintf(format, args...))
	}
	if r.On == string(sim.Direct) {
		p.directly(r, say)
		return
	}
	leader := "nobody leads at the end"
	if r.Raft.Leader != "" {
		leader = w.name(r.Raft.Leader) + " leads at the end"
	}
	messages := counted(r.Raft.Messages, "message")
	if r.On == string(sim.Cluster) {
		messages = "messages not counted"
	}
	if n := r.Raft.Snapshots; n > 0 {
		messages += fmt.Sprintf(" (%s among them)", counted(n, "snapshot"))
	}
	say("%s, %s, %s, %s in %.1f s of Raft time; %s.", counted(r.Raft.Voters, "voter"), counted(r.Raft.Elections, "election"),
		counted(r.Raft.Commits, "commit"), messages, r.RaftTime.Seconds(), leader)
	moves := fmt.Sprintf("%s recorded, %d refused", counted(r.Moves.Recorded, "move"), r.Moves.Refused)
	if r.Moves.Unknown > 0 {
		moves += fmt.Sprintf(", %d of unknown fate", r.Moves.Unknown)
	}
	if r.RelayedMoves > 0 {
		moves += fmt.Sprintf("; %d went by way of another capital", r.RelayedMoves)
	}
	say("%s.", moves)
	for i := range r.Waits {
		wait := &r.Waits[i]
		tail := "for " + wait.Until.Sub(wait.Since).String()
		if !wait.Ended {
			tail = "to the end (" + wait.Until.Sub(wait.Since).String() + ")"
		}
		say("%s could not record %s %s: %s.", w.name(wait.Capital), w.its(wait), tail, oneLine(wait.Why))
	}
	if r.Unsettled > 0 {
		say("The machines did not come to rest within their bound %s.", counted(r.Unsettled, "time"))
	}
	if r.NoQuorum {
		say("At the end no majority of the %s was connected, so nothing more could be recorded. That is a technical "+
			"failure: no party decided it.", counted(r.Raft.Voters, "voter"))
	}
	if run.Replays != nil {
		p.replays(run.Replays, say)
	}
}

// directly says what a run was that had no machines.
func (p *page) directly(r *sim.Report, say func(string, ...any)) {
	say("There were none: the state machine alone was asked. %s recorded, %d refused.", counted(r.Moves.Recorded, "move"), r.Moves.Refused)
	if r.NotPlayed > 0 {
		say("%s of the script not played, since there was nothing for a fault to strike: what machines and lines would have "+
			"changed is not in this outcome. parley run without --on direct plays them.", counted(r.NotPlayed, "step"))
	}
}

// its names the move that waited: "its consent to truce".
func (w words) its(wait *sim.Wait) string {
	return "its " + about(strings.ReplaceAll(phraseOf(wait.Verb).noun, " its ", " the "), wait.Plan+wait.Term)
}

func (p *page) replays(r *Replays, say func(string, ...any)) {
	messages := ""
	if r.TraceHashes > 0 { // else they were not seen
		messages = fmt.Sprintf(", the same messages between machines in %d (%s)", r.SameTrace, different(r.TraceHashes))
	}
	say("Replays with the same seed: %d. The same political record in %d (%s)%s.", r.Count, r.SameRecord,
		different(r.RecordHashes), messages)
	if r.Failed > 0 {
		say("%s could not be finished; the first: %s.", counted(r.Failed, "replay"), oneLine(headline(r.Why)))
	}
	if !r.Same() {
		p.para(bad, gutter, gutter+step, "The replays of one seed gave different political records. That is a fault of Parley.")
	}
}

func different(n int) string {
	if n == 1 {
		return "1 hash"
	}
	return fmt.Sprintf("%d different hashes", n)
}
