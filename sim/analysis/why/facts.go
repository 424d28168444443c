package why

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report"
)

// sayer gathers what a reader of the run could miss. Each fact rests on what was played.
type sayer struct {
	*narrator
	x       *searcher
	singles []*trial
	pairs   []*trial
	flips   []Flip
	facts   []Fact
}

func (y *sayer) fact(capitals, ids []string, format string, args ...any) {
	y.facts = append(y.facts, Fact{fmt.Sprintf(format, args...), orEmpty(capitals), orEmpty(ids)})
}

// gather lists the facts.
func (y *sayer) gather() ([]Fact, error) {
	y.trades()
	y.lacking()
	if err := y.withoutObjections(); err != nil {
		return nil, err
	}
	y.textAlone()
	y.timeAlone()
	y.pivots()
	y.spared()
	if err := y.withoutFaults(); err != nil {
		return nil, err
	}
	return y.facts, nil
}

// against lists who kept a round from being won.
func (y *sayer) against(r *round) []string {
	p := y.procedureOf(r.plan)
	if p == nil || r.place < 0 {
		return nil
	}
	ballot, err := y.s.Charter.StageBallot(p, r.place, r.text)
	if err != nil {
		return nil
	}
	var pos []terms.Position
	for _, v := range ballot.Voters() {
		pos = append(pos, r.position(v.ID))
	}
	var ids []string
	for _, i := range ballot.Unmet(pos) {
		ids = append(ids, ballot.Voters()[i].ID)
	}
	return ids
}

// needed reports whether a round lacked every one of some capitals: without any one of them, it was not won by the consent of
// all others.
func (y *sayer) needed(r *round, who []string) bool {
	ballot, err := y.s.Charter.StageBallot(y.procedureOf(r.plan), r.place, r.text)
	if err != nil {
		return false
	}
	for _, id := range who {
		var pos []terms.Position
		for _, v := range ballot.Voters() {
			switch now := r.position(v.ID); {
			case v.ID != id && slices.Contains(who, v.ID):
				pos = append(pos, terms.Consent)
			default:
				pos = append(pos, now)
			}
		}
		if ballot.OutcomeAtClose(pos) == terms.Adopted {
			return false
		}
	}
	return true
}

// trades tells of amendments that gained one capital and lost another.
func (y *sayer) trades() {
	rounds := y.h.of(y.view.ID)
	for i := 1; i < len(rounds); i++ {
		a, b := rounds[i-1], rounds[i]
		if a.ended != "amended" || a.stage != b.stage || b.ended == "amended" && b.closed == b.opened {
			continue
		}
		before, after := y.against(a), y.against(b)
		var gained, lost []string
		for _, id := range before {
			if !slices.Contains(after, id) {
				gained = append(gained, id)
			}
		}
		for _, id := range after {
			if !slices.Contains(before, id) && slices.Contains(a.tally.Consent, id) {
				lost = append(lost, id)
			}
		}
		if len(gained) > 0 && len(lost) > 0 {
			y.fact(slices.Concat(gained, lost), nil, "The amendment that gained %s lost %s: version %d had what version %d lacked, and lacked what it had.",
				y.words.List(gained), y.words.List(lost), b.version, a.version)
		}
	}
}

// lacking tells whom each version lacked, where the versions lacked few and not the same.
func (y *sayer) lacking() {
	var order []string
	versions := map[string][]int{}
	for _, r := range y.h.of(y.view.ID) {
		who := y.against(r)
		if r.ended == "passed" || len(who) == 0 || len(who) > 2 {
			continue
		}
		if !y.needed(r, who) {
			return // one of them would have been enough
		}
		key := y.words.List(who)
		if !slices.Contains(order, key) {
			order = append(order, key)
		}
		if !slices.Contains(versions[key], r.version) {
			versions[key] = append(versions[key], r.version)
		}
	}
	if len(order) < 2 || y.view.Outcome == terms.Adopted {
		return
	}
	parts := make([]string, len(order))
	for i, who := range order {
		parts[i] = fmt.Sprintf("%s lacked %s", versionWords(versions[who]), who)
	}
	y.fact(nil, nil, "No version had everybody it needed: %s.", strings.Join(parts, "; "))
}

func versionWords(v []int) string {
	words := make([]string, len(v))
	for i := range v {
		words[i] = fmt.Sprint(v[i])
	}
	if len(v) == 1 {
		return "version " + words[0]
	}
	return "versions " + report.Join(words, "and")
}

// withoutObjections plays what would have come of it had all who objected in the last round abstained instead.
func (y *sayer) withoutObjections() error {
	rounds := y.h.of(y.view.ID)
	if len(rounds) == 0 || y.view.Outcome == terms.Adopted || !y.goal.eases {
		return nil
	}
	last := rounds[len(rounds)-1]
	if len(last.tally.Object) < 2 {
		return nil
	}
	var changes []*Change
	for _, t := range y.singles {
		c := t.changes[0]
		own := fmt.Sprintf("position/%s/%d/%s/%d/", last.plan, last.version, last.stage, last.opened)
		if strings.HasPrefix(c.slots[0], own) && c.step == towardsConsent[terms.Abstain] && strings.HasSuffix(c.family, "+") {
			changes = append(changes, c)
		}
	}
	if len(changes) < len(last.tally.Object) {
		return nil
	}
	t := &trial{changes: changes}
	if err := y.x.realOnly(t); err != nil || t.view == nil || y.goal.reached(t.view) {
		return err
	}
	y.fact(last.tally.Object, nil, "It was not the objections that decided: had %s all abstained instead, it would have %s all the same. %s are not enough.",
		y.words.List(last.tally.Object), endPast(t.view.Outcome), plural(len(last.tally.Consent), "consent"))
	return nil
}

func endPast(o terms.Outcome) string {
	switch o {
	case terms.Lapsed:
		return "lapsed"
	case terms.Open:
		return "been left open"
	}
	return "been " + string(o)
}

// textAlone tells whether any change of the text alone flips it.
func (y *sayer) textAlone() {
	only := func(t *trial) bool {
		return !slices.ContainsFunc(t.changes, func(c *Change) bool { return c.Kind != KindValue && c.Kind != KindAmendment })
	}
	n, pairs := 0, 0
	for _, t := range y.singles {
		if only(t) {
			if n++; y.x.flips(t) {
				return
			}
		}
	}
	for _, t := range y.pairs {
		if only(t) {
			if pairs++; y.x.flips(t) {
				return
			}
		}
	}
	if n >= 3 && y.goal.Name == "adopted" && y.textual() {
		by := ""
		if pairs > 0 {
			by = fmt.Sprintf(", and %d pairs of them", pairs)
		}
		y.fact(nil, nil, "No other text would have been adopted by these capitals: %d other values, texts without a term and amendments not made were tried%s.", n, by)
	}
}

// textual reports whether any capital that stood in the way at the end goes by what the text says.
func (y *sayer) textual() bool {
	rounds := y.h.of(y.view.ID)
	if len(rounds) == 0 {
		return false
	}
	return slices.ContainsFunc(y.against(rounds[len(rounds)-1]), func(id string) bool {
		p := y.party(id)
		return p != nil && p.Policy != nil && (len(p.Policy.RedLines) > 0 || len(p.Policy.Needs) > 0 || len(p.Scores) > 0)
	})
}

// outOfTime reports whether the plan was decided since a window ended, or not at all.
func (y *sayer) outOfTime() bool {
	return y.view.DecidedAt == 0 || slices.ContainsFunc(y.view.Because, func(r terms.Reason) bool {
		return r.Kind == terms.ReasonWindow && strings.HasPrefix(r.Text, "The window")
	})
}

// timeAlone tells whether a longer window flips it.
func (y *sayer) timeAlone() {
	n := 0
	for _, t := range y.singles {
		if c := t.changes[0]; c.Kind == KindWindow && (strings.HasSuffix(c.family, "+") || c.slots[0] == "horizon/") {
			if n++; y.x.flips(t) {
				return
			}
		}
	}
	if n == 0 || y.goal.Name != "adopted" || !y.outOfTime() {
		return
	}
	also := ""
	if y.moments > 0 && y.bounded == 0 && !slices.ContainsFunc(y.singles, func(t *trial) bool { return t.changes[0].Shift > 0 && y.x.flips(t) }) {
		also = ", and no move made and no answer given at another time"
	}
	y.fact(nil, nil, "It did not lack time: no longer window flips it, even one without an end%s.", also)
}

// pivots tells which capitals could have flipped it alone, by another position.
func (y *sayer) pivots() {
	var can, asked []string
	for _, t := range y.singles {
		c := t.changes[0]
		if c.Kind != KindPosition && c.Kind != KindVeto && c.Kind != KindCondition || len(c.Capitals) != 1 {
			continue
		}
		if !slices.Contains(asked, c.Capitals[0]) {
			asked = append(asked, c.Capitals[0])
		}
		if y.x.flips(t) && !slices.Contains(can, c.Capitals[0]) {
			can = append(can, c.Capitals[0])
		}
	}
	switch {
	case len(asked) < 2:
	case len(can) == 0:
		y.fact(nil, nil, "No capital could have flipped it alone, by any other position: it takes several.")
	case len(can) == 1:
		y.fact(can, nil, "One capital alone could have flipped it by another position: %s.", y.words.List(can))
	case len(can) < len(asked):
		y.fact(can, nil, "%d of %d capitals could each have flipped it alone by another position: %s.", len(can), len(asked), y.words.List(can))
	}
}

// spared tells whether anything flips it that crosses nobody's line.
func (y *sayer) spared() {
	if len(y.flips) == 0 || y.goal.Name != "adopted" {
		return
	}
	free := 0
	var crossed []string
	for _, f := range y.flips {
		if len(f.Crosses) == 0 {
			free++
		}
		for _, c := range f.Crosses {
			if !slices.Contains(crossed, c.Capital) {
				crossed = append(crossed, c.Capital)
			}
		}
	}
	switch {
	case len(crossed) == 0:
	case free == 0 && len(crossed) == 1:
		y.fact(crossed, nil, "Every flip found crosses a line that %s drew.", y.words.List(crossed))
	case free == 0:
		y.fact(crossed, nil, "Every flip found crosses a line that one of them drew: %s.", report.Join(y.names(crossed), "or"))
	case free < len(y.flips):
		y.fact(crossed, nil, "%d of the %d flips listed cross nobody's line.", free, len(y.flips))
	}
}

func (y *sayer) names(ids []string) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = y.words.Name(id)
	}
	return all
}

// withoutFaults plays the script without its faults.
func (y *sayer) withoutFaults() error {
	if !faulty(y.s) {
		return nil
	}
	t := &trial{changes: []*Change{{edit: func(d *draft) {
		for i := range d.steps {
			if len(d.steps[i]) > 0 && d.steps[i][0].Fault != nil {
				d.steps[i] = nil
			}
		}
	}}}}
	if err := y.x.realOnly(t); err != nil || t.view == nil {
		return err
	}
	v := t.view
	same := v.Outcome == y.view.Outcome && standingOf(v) == standingOf(y.view)
	since := func(v *terms.PlanView) terms.Instant {
		if v.Agreement == nil {
			return 0
		}
		return v.Agreement.Since
	}
	switch {
	case same && v.DecidedAt == y.view.DecidedAt && since(y.view) > since(v):
		y.fact(nil, nil, "No technical fault decided it, but they cost time: without any, it would have been in force %s earlier.", since(y.view).Sub(since(v)))
	case same && v.DecidedAt == y.view.DecidedAt && v.Version == y.view.Version:
		y.fact(nil, nil, "No technical fault decided it: without any, the outcome is the same, at the same moment.")
	case same && v.DecidedAt != 0 && y.view.DecidedAt > v.DecidedAt:
		y.fact(nil, nil, "No technical fault decided it, but they cost time: without any, it would have %s %s earlier.", endPast(v.Outcome),
			y.view.DecidedAt.Sub(v.DecidedAt))
	case same:
		y.fact(nil, nil, "No technical fault decided it: without any, the outcome is the same.")
	default:
		e := endingOf(v)
		y.fact(nil, nil, "The outcome is technical: without the faults of the script it would have been %s.", endWord(e.Outcome, e.Agreement))
	}
	return nil
}
