package why

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/policy"
)

// times lists the times of what bears on the plans: of a step of the script, of an answer that a policy gave, which could
// have come earlier, and of all answers of a policy.
func (f *finder) times() []*dial {
	var all []*dial
	for i := range f.s.Script {
		step := &f.s.Script[i]
		if step.Move == nil || !f.bears(step.Move) {
			continue
		}
		for _, id := range step.By {
			if step.At != nil {
				all = append(all, f.stepTime(i, id))
			} else {
				all = append(all, f.stepDelay(i, id))
			}
		}
	}
	for _, r := range f.h.rounds {
		if !slices.Contains(f.plans, r.plan) {
			continue
		}
		for j := range r.casts {
			if c := &r.casts[j]; c.policy && c.at.Sub(r.opened) > terms.Minute {
				all = append(all, f.replyTime(r, c))
			}
		}
	}
	for i := range f.s.Parties {
		if p := &f.s.Parties[i]; p.Policy != nil && len(p.Policy.Program) == 0 && (f.isAsked(p.Capital) || f.mayJoin(p)) {
			all = append(all, f.replies(p))
		}
	}
	return all
}

// bears reports whether a move bears on the plans.
func (f *finder) bears(m *terms.Move) bool {
	return m.Verb != terms.VerbSay && (slices.Contains(f.plans, m.Plan) || slices.Contains(f.pledges, m.Term)) ||
		m.Verb == terms.VerbLeave || m.Verb == terms.VerbReturn
}

func (f *finder) mayJoin(p *scenarios.Party) bool {
	return slices.ContainsFunc(p.Policy.Joins, func(j scenarios.Join) bool { return slices.Contains(f.pledges, j.Term) })
}

// does says what a move does: "consents to truce".
func (f *finder) does(m *terms.Move) string {
	verbs := map[terms.Verb]string{
		terms.VerbPropose: "proposes", terms.VerbAmend: "amends", terms.VerbConsent: "consents to", terms.VerbObject: "objects to",
		terms.VerbAbstain: "abstains on", terms.VerbVeto: "vetoes", terms.VerbLift: "lifts its veto of", terms.VerbCall: "calls the vote on",
		terms.VerbWithdraw: "withdraws", terms.VerbPledge: "pledges", terms.VerbUnpledge: "takes back its pledge of",
		terms.VerbLeave: "leaves the conference", terms.VerbReturn: "returns to the conference", terms.VerbReport: "reports a violation of",
		terms.VerbDenounce: "denounces", terms.VerbExtend: "asks to extend",
	}
	text := verbs[m.Verb]
	if text == "" {
		text = string(m.Verb)
	}
	if what := m.Plan + m.Term; what != "" {
		text += " " + what
	}
	return text
}

// instead of what an offset was, in words: "2d earlier (day 3 instead of day 5)".
func (f *finder) sooner(was, is terms.Duration) string {
	by, word := was-is, "earlier"
	if by < 0 {
		by, word = -by, "later"
	}
	old, day := f.day(f.s.Start.Add(was)), f.day(f.s.Start.Add(is))
	if old == day {
		return fmt.Sprintf("%s %s (%s)", by, word, day)
	}
	return fmt.Sprintf("%s %s (%s instead of %s)", by, word, day, old)
}

// stepTime is when a capital makes a move of the script.
func (f *finder) stepTime(step int, capital string) *dial {
	s := &f.s.Script[step]
	was := s.At.Min
	slot := fmt.Sprintf("time/%d/%s/", step, capital)
	return &dial{last: f.s.Horizon, low: was, high: was, own: sameMove(s.Move, capital),
		edit: func(v terms.Duration) func(*draft) {
			return func(d *draft) {
				if own := d.single(step, capital); own != nil {
					at := exactly(v)
					own.At = &at
				}
			}
		},
		tell: func(v terms.Duration, direction string, n int) *Change {
			own, at := *s, exactly(v)
			own.At = &at
			c := &Change{Kind: KindTime, slots: []string{slot}, family: slot + direction, step: n, Where: f.insteadStep(step, capital, &own)}
			return f.of(f.about(c, s.Move), "%s "+f.does(s.Move)+" "+f.sooner(was, v), capital)
		}}
}

// sameMove picks what a capital does of the same kind.
func sameMove(m *terms.Move, capital string) func(*terms.Move) bool {
	return func(o *terms.Move) bool {
		return o.Capital == capital && o.Verb == m.Verb && o.Plan == m.Plan && o.Term == m.Term
	}
}

// about notes a pledge's term.
func (f *finder) about(c *Change, m *terms.Move) *Change {
	if m.Term != "" {
		c.Terms = []string{m.Term}
	}
	return c
}

// stepDelay is how long after its condition a capital makes a move of the script.
func (f *finder) stepDelay(step int, capital string) *dial {
	s := &f.s.Script[step]
	was := policy.Draw(f.s.Seed, s.After, "after", strconv.Itoa(s.Pos.Line))
	slot := fmt.Sprintf("time/%d/%s/", step, capital)
	return &dial{last: f.s.Horizon, low: was, high: was, own: sameMove(s.Move, capital),
		edit: func(v terms.Duration) func(*draft) {
			return func(d *draft) {
				if own := d.single(step, capital); own != nil {
					own.After = exactly(v)
				}
			}
		},
		tell: func(v terms.Duration, direction string, n int) *Change {
			own := *s
			own.After = exactly(v)
			c := &Change{Kind: KindTime, slots: []string{slot}, family: slot + direction, step: n, Where: f.insteadStep(step, capital, &own)}
			how := fmt.Sprintf("%s after what it waits for instead of %s", v, was)
			if v == 0 {
				how = fmt.Sprintf("as soon as what it waits for holds instead of %s later", was)
			}
			return f.of(f.about(c, s.Move), "%s "+f.does(s.Move)+" "+how, capital)
		}}
}

// replyTime is when a capital gave an answer that its policy made: it could have been earlier.
func (f *finder) replyTime(r *round, c *cast) *dial {
	was := f.offset(c.at)
	m := terms.Move{Verb: c.verb, Plan: r.plan, Version: r.version, Citing: c.move.Citing}
	slot := fmt.Sprintf("position/%s/%d/%s/%d/%s/", r.plan, r.version, r.stage, r.opened, c.capital)
	return &dial{first: f.offset(r.opened), last: was - terms.Minute, low: was, high: was, own: sameMove(&m, c.capital),
		edit: func(v terms.Duration) func(*draft) { return func(d *draft) { d.add(v, c.capital, m) } },
		tell: func(v terms.Duration, direction string, n int) *Change {
			own := &Change{Kind: KindTime, slots: []string{slot}, family: fmt.Sprint(slot, "time", c.sequence, direction), step: n,
				Where: f.scriptEnd(v, c.capital, m)}
			does := f.does(&terms.Move{Verb: c.verb}) + " " + f.version(r) + f.inStage(r)
			return f.of(own, "%s "+does+" "+f.sooner(was, v), c.capital)
		}}
}

// replies is how long a policy takes over its answers.
func (f *finder) replies(p *scenarios.Party) *dial {
	id, was := p.Capital, p.Policy.RepliesIn
	slot := "policy/" + id + "/replies_in/"
	return &dial{last: f.s.Horizon, low: was.Min, high: was.Max,
		edit: func(v terms.Duration) func(*draft) {
			return func(d *draft) {
				own := d.party(id).Policy
				own.RepliesIn, own.Took = exactly(v), nil
			}
		},
		tell: func(v terms.Duration, direction string, n int) *Change {
			c := &Change{Kind: KindPolicy, slots: []string{slot}, family: slot + direction, step: n,
				Where: f.at(replaces, "replies_in: "+v.String(), "capitals", id, "policy", "replies_in")}
			how := "answers after " + v.String()
			if v == 0 {
				how = "answers at once"
			}
			instead := was.String()
			if was.Min < was.Max {
				instead = was.Min.String() + " to " + was.Max.String()
			}
			return f.of(c, "%s "+how+" instead of "+instead, id)
		}}
}

// insteadStep says how a step reads once one of its capitals does its part otherwise.
func (f *finder) insteadStep(step int, capital string, own *scenarios.Step) Where {
	s := f.s.Script[step]
	var lines []string
	if rest := slices.DeleteFunc(slices.Clone(s.By), func(id string) bool { return id == capital }); len(rest) > 0 {
		s.By = rest
		lines = append(lines, stepYAML(&s))
	}
	own.By = []string{capital}
	return f.stepAt(replaces, step, append(lines, stepYAML(own))...)
}
