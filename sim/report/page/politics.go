package page

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/parley-sim/parley/node/signature"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report"
)

// politics replays a record, move by move, through the state machine itself: what the page shows of the terms is what that
// says, and the page's script computes nothing of it.
type politics struct {
	state  *terms.State
	k      int // moves taken
	last   map[string]map[string]json.RawMessage
	before []filmPledge
	places map[string]int
}

func newPolitics(places map[string]int) *politics {
	return &politics{state: terms.New(terms.Options{Verify: signature.Verify}), last: map[string]map[string]json.RawMessage{}, places: places}
}

// take applies one more move of the record, and adds to the film what it changed.
func (p *politics) take(e *terms.Entry, out *happenings) {
	p.state.Apply(&e.Move)
	p.k++
	charter := p.state.Charter()
	if charter == nil {
		return
	}
	w := report.WordsOf(charter)
	for _, v := range p.state.Plans() {
		now := fields(p.plan(w, charter, &v))
		change, old := map[string]json.RawMessage{}, p.last[v.ID]
		for name, value := range now {
			if !bytes.Equal(old[name], value) {
				change[name] = value
			}
		}
		if len(change) > 0 {
			out.Plans = append(out.Plans, planFrame{p.k, v.ID, change})
		}
		p.last[v.ID] = now
	}
	if list := p.pledges(w); !reflect.DeepEqual(list, p.before) {
		out.Pledges = append(out.Pledges, pledges{p.k, list})
		p.before = list
	}
}

// fields returns the fields of a struct as JSON, by their names.
func fields(v any) map[string]json.RawMessage {
	b, err := json.Marshal(v)
	m := map[string]json.RawMessage{}
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		panic("page: what consists of text and numbers cannot be encoded: " + err.Error())
	}
	return m
}

func (p *politics) plan(w report.Words, charter *terms.Charter, v *terms.PlanView) filmPlan {
	f := filmPlan{
		Title: report.Clean(v.Title), Version: v.Version, Outcome: v.Outcome, Procedure: v.Procedure, Stage: v.Stage,
		Rule: ruleOf(w, charter, v), Closes: int64(v.Closes), DecidedAt: int64(v.DecidedAt), Verdict: v.Verdict,
		Proposer: placeIn(p.places, v.Proposer),
		Consent:  p.who(v.Tally.Consent), Object: p.who(v.Tally.Object), Abstain: p.who(v.Tally.Abstain), Absent: p.who(v.Tally.Absent),
		Vetoes: []filmVeto{}, Conditional: []filmConditional{}, Because: []filmReason{}, Terms: []filmSetting{},
		Agreement: w.Agreement(v),
	}
	if v.Agreement != nil {
		f.Status = v.Agreement.Status
	}
	for _, x := range v.Vetoes {
		f.Vetoes = append(f.Vetoes, filmVeto{placeIn(p.places, x.Capital), x.Citing, report.Clean(x.Text), x.Version})
	}
	for _, x := range v.Conditional {
		f.Conditional = append(f.Conditional, filmConditional{placeIn(p.places, x.Capital), w.ByName(x.If)})
	}
	for _, x := range v.Because {
		f.Because = append(f.Because, filmReason{x.Kind, p.who(x.Capitals), x.Terms, report.Clean(x.Text)})
	}
	for _, x := range v.Terms {
		f.Terms = append(f.Terms, filmSetting{x.Term, w.Value(x.Term, x.Value)})
	}
	return f
}

// ruleOf writes the rule by which the plan's stage decides on its text.
func ruleOf(w report.Words, charter *terms.Charter, v *terms.PlanView) string {
	proc := charter.Procedure(v.Procedure)
	if proc == nil {
		return ""
	}
	for i := range proc.Stages {
		if proc.Stages[i].Name != v.Stage {
			continue
		}
		rule := proc.Stages[i].Rule
		if ballot, err := charter.StageBallot(proc, i, v.Terms); err == nil {
			rule = ballot.Rule()
		}
		return w.Rule(rule)
	}
	return ""
}

func (p *politics) pledges(w report.Words) []filmPledge {
	list := []filmPledge{}
	for _, v := range p.state.Pledges() {
		one := filmPledge{Who: placeIn(p.places, v.Capital), Term: v.Term, If: w.ByName(v.If), Counts: v.Counts}
		if v.Value != nil && v.Value.Kind != terms.KindFlag {
			one.Value = w.Value(v.Term, *v.Value)
		}
		list = append(list, one)
	}
	return list
}

// who turns capitals into places. One that the film does not know is left out.
func (p *politics) who(ids []string) []int { return placesIn(p.places, ids) }

func placesIn(places map[string]int, ids []string) []int {
	list := []int{}
	for _, id := range ids {
		if i, known := places[id]; known {
			list = append(list, i)
		}
	}
	return list
}

// placeIn returns -1 for a capital that is not known.
func placeIn(places map[string]int, id string) int {
	if i, known := places[id]; known {
		return i
	}
	return -1
}
