package why

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

// narrator tells the causes of how a plan came out.
type narrator struct {
	*finder
	causes []Cause
}

// tell lists the causes, political and technical ones, in the order of scenario time.
func (n *narrator) tell() []Cause {
	rounds := n.h.of(n.view.ID)
	if len(rounds) == 0 {
		n.say(Political, n.s.Start, nil, nil, "Nobody proposed it.")
	}
	for i, r := range rounds {
		var before *round
		if i > 0 {
			before = rounds[i-1]
		}
		n.opening(r, before)
		n.answers(r, before)
		n.closing(r)
	}
	n.life()
	n.refusals()
	n.hangsOn()
	n.machines()
	slices.SortStableFunc(n.causes, func(a, b Cause) int {
		if a.At != b.At {
			return int(a.At - b.At)
		}
		return strings.Compare(string(b.Kind), string(a.Kind)) // a fault before what it did
	})
	return n.causes
}

func (n *narrator) say(kind CauseKind, at terms.Instant, capitals, ids []string, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	n.causes = append(n.causes, Cause{Kind: kind, Text: text, Capitals: orEmpty(capitals), Terms: orEmpty(ids), At: at})
}

// opening says how a round came about: who is asked, by which rule, until when.
func (n *narrator) opening(r, before *round) {
	w := n.words
	asks := fmt.Sprintf("Stage %s asks %s", r.stage, w.List(voterIDs(r)))
	if p := n.procedureOf(r.plan); p != nil && r.place >= 0 {
		asks += "; its rule: " + w.Rule(p.Stages[r.place].Rule)
		if p.Stages[r.place].Silence == terms.SilenceConsent {
			asks += "; silence counts as consent"
		}
	}
	if r.deadline != 0 {
		asks += "; its window ends on " + n.day(r.deadline)
	}
	switch {
	case before == nil || before.ended == "decided":
		again := ""
		if before != nil {
			again = " again"
		}
		n.say(Political, r.opened, []string{r.by}, nil, "%s proposes it%s: %s. %s.", w.Name(r.by), again, w.Text(r.text), asks)
	case before.ended == "amended":
		n.amendment(r, before, asks)
	default:
		n.say(Political, r.opened, voterIDs(r), nil, "%s.", asks)
	}
}

// amendment says what a new version changed, and what that did to the positions on the old one.
func (n *narrator) amendment(r, before *round, asks string) {
	w := n.words
	var changes, ids []string
	for _, s := range r.text {
		if old := valueOf(before.text, s.Term); old == nil {
			changes, ids = append(changes, s.Term+" "+w.Value(s.Term, s.Value)+" added"), append(ids, s.Term)
		} else if !old.Equal(s.Value) {
			changes = append(changes, fmt.Sprintf("%s %s instead of %s", s.Term, w.Value(s.Term, s.Value), w.Value(s.Term, *old)))
			ids = append(ids, s.Term)
		}
	}
	for _, s := range before.text {
		if valueOf(r.text, s.Term) == nil {
			changes, ids = append(changes, s.Term+" left out"), append(ids, s.Term)
		}
	}
	text := fmt.Sprintf("%s amends it to version %d: %s.", w.Name(r.by), r.version, strings.Join(changes, ", "))
	for _, id := range r.cleared {
		cited := "cites nothing"
		if v := before.veto(id); v != nil && len(v.Citing) > 0 {
			cited = "cited " + report.Join(v.Citing, "and")
		}
		text += fmt.Sprintf(" The veto of %s, which %s, goes.", w.Name(id), cited)
	}
	for _, id := range r.kept {
		text += fmt.Sprintf(" The veto of %s stays: what it cites is as it was.", w.Name(id))
	}
	lost := slices.DeleteFunc(slices.Clone(before.tally.Consent), func(id string) bool { return id == r.by || slices.Contains(r.tally.Consent, id) })
	if len(lost) > 0 {
		text += fmt.Sprintf(" With the old text goes the consent of %s.", w.List(lost))
	}
	if r.stage != before.stage {
		text += " It goes back to the first stage. " + asks + "."
	}
	n.say(Political, r.opened, slices.Concat([]string{r.by}, r.cleared, r.kept, lost), ids, "%s", text)
}

func voterIDs(r *round) []string {
	var ids []string
	for _, v := range r.voters {
		ids = append(ids, v.ID)
	}
	return ids
}

// answers says who took which position, and why those did not consent who did not.
func (n *narrator) answers(r, before *round) {
	w := n.words
	var parts []string
	at := r.opened
	for i := range r.casts {
		at = max(at, r.casts[i].at)
	}
	var outright, plain []string
	for _, id := range r.tally.Consent {
		if r.condition(id) == nil {
			outright = append(outright, id)
		}
	}
	if len(outright) > 0 {
		parts = append(parts, w.List(outright)+verb(outright, " consents", " consent"))
	}
	for _, id := range r.tally.Consent {
		if c := r.condition(id); c != nil {
			parts = append(parts, fmt.Sprintf("%s consents if %s", w.Name(id), w.Condition(*c)))
		}
	}
	for _, id := range r.tally.Object {
		c, v := r.last(id), r.veto(id)
		switch {
		case v == nil:
			plain = append(plain, id)
		case c == nil:
			parts = append(parts, w.Name(id)+"'s veto stands")
		default:
			text := w.Name(id) + " vetoes it"
			if len(v.Citing) > 0 {
				text += ", citing " + report.Join(v.Citing, "and")
			}
			if v.Text != "" {
				text += ": " + report.Quoted(v.Text)
			}
			parts = append(parts, text)
		}
	}
	if len(plain) > 0 {
		parts = append(parts, w.List(plain)+verb(plain, " objects", " object"))
	}
	if len(r.tally.Abstain) > 0 {
		parts = append(parts, w.List(r.tally.Abstain)+verb(r.tally.Abstain, " abstains", " abstain"))
	}
	parts = append(parts, n.absent(r)...)
	if len(parts) == 0 || r.ended == "amended" && len(r.casts) == 0 && len(r.tally.Object) == 0 && len(r.tally.Consent) < 2 && r.closed == r.opened {
		return
	}
	lead := ""
	if len(n.h.of(r.plan)) > 1 && (before == nil || before.version != r.version) && r.version > 0 && manyVersions(n.h.of(r.plan)) {
		lead = fmt.Sprintf("Version %d: ", r.version)
	}
	n.say(Political, at, voterIDs(r), nil, "%s%s.", lead, strings.Join(parts, "; "))
}

func manyVersions(all []*round) bool {
	return slices.ContainsFunc(all, func(r *round) bool { return r.version != all[0].version })
}

func verb(who []string, one, many string) string {
	if len(who) == 1 {
		return one
	}
	return many
}

// absent says why those who are absent are.
func (n *narrator) absent(r *round) []string {
	var parts, silent []string
	for _, id := range r.tally.Absent {
		c := r.last(id)
		name := n.words.Name(id)
		switch need := n.unmet(id, r.text); {
		case c != nil && c.move.If != nil:
			parts = append(parts, fmt.Sprintf("%s consents only if %s", name, n.words.Condition(*c.move.If)))
		case c == nil && need != "":
			parts = append(parts, fmt.Sprintf("%s does not consent: it needs that %s", name, need))
		default:
			silent = append(silent, id)
		}
	}
	if len(silent) > 0 && len(r.voters) > 0 {
		parts = append(parts, n.words.List(silent)+verb(silent, " takes", " take")+" no position")
	}
	return parts
}

// unmet returns what a capital's policy needs and a text does not give.
func (n *narrator) unmet(capital string, text []terms.Setting) string {
	p := n.party(capital)
	if p == nil || p.Policy == nil {
		return ""
	}
	var unmet []string
	for _, need := range p.Policy.Needs {
		if !holdsAll(need, text) {
			unmet = append(unmet, testWords(need))
		}
	}
	return strings.Join(unmet, " and ")
}

// closing says how a round ended, if not by an amendment.
func (n *narrator) closing(r *round) {
	if r.ended != "passed" && r.ended != "decided" {
		return
	}
	n.conditions(r)
	if r.ended == "passed" {
		if p := n.procedureOf(r.plan); p != nil && r.place == len(p.Stages)-1 {
			return // the decision says it
		}
		n.say(Political, r.closed, r.tally.Consent, nil, "Stage %s passes: %s.", r.stage, closeWords(r.detail))
		return
	}
	v := n.view
	if v.DecidedAt != r.closed || v.Version != r.version {
		n.say(Political, r.closed, nil, nil, "It is decided: %s.", r.detail)
		return
	}
	text := n.closed(v) + "it is " + strings.ToUpper(string(v.Outcome)) + "."
	if v.Outcome == terms.Lapsed {
		text = n.closed(v) + "it LAPSES."
	}
	for _, reason := range v.Because {
		text += n.because(v, &reason)
	}
	n.say(Political, r.closed, reasonCapitals(v.Because), reasonTerms(v.Because), "%s", strings.ToUpper(text[:1])+text[1:])
}

// closed says what closed the stage at which a plan was decided, "" where its rule was won.
func (n *narrator) closed(v *terms.PlanView) string {
	for _, r := range v.Because {
		switch {
		case r.Kind == terms.ReasonWithdrawn:
			return n.words.List(r.Capitals) + " takes it off the table: "
		case r.Kind != terms.ReasonWindow:
		case strings.HasPrefix(r.Text, "The window"):
			return "the window of stage " + v.Stage + " ends: "
		case strings.HasPrefix(r.Text, "The vote"):
			return "the vote in stage " + v.Stage + " is called: "
		default:
			return "every member of stage " + v.Stage + " has spoken: "
		}
	}
	return ""
}

// because says what a reason comes to.
func (n *narrator) because(v *terms.PlanView, r *terms.Reason) string {
	who := n.words.List(r.Capitals)
	switch r.Kind {
	case terms.ReasonVeto:
		return " The objection of " + who + " is a veto."
	case terms.ReasonObjection:
		return " The objection of " + who + " stands in its way."
	case terms.ReasonMissing:
		if slices.Contains(v.Tally.Abstain, r.Capitals[0]) {
			return " The abstention of " + who + " is no consent."
		}
		return " The consent of " + who + " is missing."
	case terms.ReasonWon:
		return " The rule is won with the consent of " + who + "."
	}
	return ""
}

// conditions says which conditions held when a round ended, so that the consents tied to them counted.
func (n *narrator) conditions(r *round) {
	var who, parts []string
	for _, id := range r.tally.Consent {
		c := r.condition(id)
		if c == nil {
			continue
		}
		who = append(who, id)
		if text := n.words.Condition(*c); !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	if len(who) > 0 {
		n.say(Political, r.closed, who, nil, "The consent of %s counts: %s.", n.words.List(who), strings.Join(parts, "; "))
	}
}

func closeWords(detail string) string {
	switch detail {
	case "when-won":
		return "its rule is won"
	case "call":
		return "the vote is called, and its rule is won"
	case "window":
		return "its window ends, and its rule is won"
	case "all-spoken":
		return "every member has spoken, and its rule is won"
	}
	return detail
}

func reasonCapitals(all []terms.Reason) []string {
	var ids []string
	for _, r := range all {
		for _, id := range r.Capitals {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func reasonTerms(all []terms.Reason) []string {
	var ids []string
	for _, r := range all {
		for _, id := range r.Terms {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// life says what became of the agreement.
func (n *narrator) life() {
	events := func(all []terms.Event) {
		for i := range all {
			e := &all[i]
			if e.Plan != n.view.ID {
				continue
			}
			switch e.Kind {
			case terms.EventInForce:
				n.say(Political, e.Time, nil, nil, "It enters into force%s.", n.until(e.Until))
			case terms.EventExtended:
				n.say(Political, e.Time, e.Capitals, nil, "%s extend it%s.", n.words.List(e.Capitals), n.until(e.Until))
			case terms.EventExpired:
				n.say(Political, e.Time, nil, nil, "Its time is over: it expires.")
			case terms.EventViolation:
				n.say(Political, e.Time, e.Capitals, e.Terms, "A violation by %s is reported, %s.", n.words.List(e.Capitals), e.Detail)
			case terms.EventCollapsed:
				text := "So many violations have been reported that it collapses."
				if e.Detail == "denounced" {
					text = n.words.List(e.Capitals) + " denounces it: it collapses."
				}
				n.say(Political, e.Time, e.Capitals, nil, "%s", text)
			}
		}
	}
	for i := range n.h.report.Timeline {
		events(n.h.report.Timeline[i].Events)
	}
	if standingOf(n.view) != awaiting {
		return
	}
	var lacks []string
	if p := n.s.Plan(n.view.ID); p != nil {
		for _, c := range p.Draft.Requires {
			if !n.h.state.Holds(c) {
				lacks = append(lacks, n.words.Condition(c))
			}
		}
	}
	n.say(Political, n.h.report.EndedAt, nil, nil, "At the end it still awaits what it requires: %s.", strings.Join(lacks, "; "))
}

func (n *narrator) until(at terms.Instant) string {
	if at == 0 {
		return ", without an end"
	}
	return " until " + n.day(at)
}

// refusals tells of moves on the plan that were refused.
func (n *narrator) refusals() {
	for i := range n.h.moves {
		m := &n.h.moves[i]
		if m.Move.Plan == n.view.ID && m.Result.Refused {
			n.say(Political, m.Move.Time, []string{m.Move.Capital}, nil, "%s is refused: %s.",
				n.words.Noun(m.Move.Capital, m.Move.Verb, m.Move.Plan), strings.TrimSuffix(n.words.ByName(m.Result.Reason), "."))
		}
	}
}

// hangsOn tells of the other plans that this one waited for.
func (n *narrator) hangsOn() {
	for _, id := range n.plans[1:] {
		v := fate(n.h.report, id)
		if standingOf(v) == held || n.s.Plan(id) == nil {
			continue
		}
		at := v.DecidedAt
		how := endWord(v.Outcome, "")
		switch {
		case v.Version == 0:
			how, at = "was never proposed", n.h.report.EndedAt
		case v.Outcome == terms.Open:
			how, at = "is open at the end", n.h.report.EndedAt
		case v.Outcome == terms.Lapsed:
			how = "lapsed"
		case v.Outcome == terms.Adopted:
			how = "is adopted, and " + string(v.Agreement.Status)
		default:
			how = "is " + how
		}
		text := fmt.Sprintf("It hangs on %s, which %s.", id, how)
		for _, reason := range v.Because {
			if reason.Kind != terms.ReasonWindow && v.Outcome != terms.Adopted {
				text += n.because(v, &reason)
			}
		}
		n.say(Political, at, reasonCapitals(v.Because), nil, "%s", text)
	}
}

// machines tells what technical faults kept from the record, and for how long.
func (n *narrator) machines() {
	r := n.h.report
	for i := range r.Timeline {
		it := &r.Timeline[i]
		if it.Kind == sim.ItemFault && it.Fault != nil {
			n.say(Technical, it.At, faultCapitals(it.Fault), nil, "%s.", n.happened(it))
		}
	}
	for i := range r.Waits {
		w := &r.Waits[i]
		if w.Plan != n.view.ID && !slices.Contains(n.plans, w.Plan) && !slices.Contains(n.pledges, w.Term) {
			continue
		}
		what := n.words.Noun(w.Capital, w.Verb, w.Plan+w.Term)
		if w.Ended {
			n.say(Technical, w.Since, []string{w.Capital}, nil, "%s could not be recorded for %s: %s. It was recorded on %s.", what,
				w.Until.Sub(w.Since), w.Why, n.day(w.Until))
		} else {
			n.say(Technical, w.Since, []string{w.Capital}, nil, "%s was never recorded: %s.", what, w.Why)
		}
	}
	if r.NoQuorum {
		n.say(Technical, r.EndedAt, nil, nil, "At the end no majority of the machines was connected: nothing more could be recorded. No party decided that.")
	}
}

// happened writes a fault.
func (n *narrator) happened(it *sim.Item) string {
	f := it.Fault
	what := n.struck(f)
	text := map[scenarios.FaultKind]string{
		scenarios.FaultCut: what + " is cut", scenarios.FaultIsolate: what + " is cut off from all others",
		scenarios.FaultPartition: "the conference is parted: " + strings.TrimPrefix(f.String(), "partition "),
		scenarios.FaultSlow:      what + " is slow", scenarios.FaultDrop: what + " loses messages", scenarios.FaultHeal: what + " is mended",
		scenarios.FaultHold: what + " is held up", scenarios.FaultRelease: what + " is released", scenarios.FaultCrash: "the machine of " + what + " crashes",
		scenarios.FaultRestart: "the machine of " + what + " is back", scenarios.FaultWipe: "the disk of " + what + " is wiped",
		scenarios.FaultChair: "leadership is handed to " + what,
	}[f.Kind]
	if f.Kind == scenarios.FaultHeal && len(f.Capitals) > 0 {
		text = what + " is connected again"
	}
	if text == "" {
		text = f.String()
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
