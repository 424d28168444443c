package why

import (
	"fmt"
	"slices"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// positions lists the other positions that each capital could have taken, each time that it was asked.
func (f *finder) positions() {
	for _, id := range f.plans {
		rounds := f.h.of(id)
		if len(rounds) == 0 {
			f.proposals(id)
		}
		for _, r := range rounds {
			for i := range r.voters {
				f.positionsOf(r, r.voters[i].ID)
			}
		}
		f.unreached(id)
	}
}

// unreached lists the positions that capitals without a policy could take in stages that the plan never came to: as soon as
// it does.
func (f *finder) unreached(plan string) {
	proc := f.procedureOf(plan)
	if proc == nil {
		return
	}
	rounds := f.h.of(plan)
	for i := range proc.Stages {
		stage := &proc.Stages[i]
		if slices.ContainsFunc(rounds, func(r *round) bool { return r.stage == stage.Name }) {
			continue
		}
		for _, id := range stage.Members {
			if f.hasPolicy(id) {
				continue
			}
			if f.goal.eases {
				f.whenAsked(plan, stage, id, terms.VerbConsent, "consents to")
			}
			if f.goal.hinders {
				f.whenAsked(plan, stage, id, terms.VerbObject, "objects to")
			}
		}
	}
}

func (f *finder) whenAsked(plan string, stage *terms.Stage, capital string, verb terms.Verb, what string) {
	step := scenarios.Step{When: &terms.Condition{Plan: plan, Is: stage.Name}, Move: &terms.Move{Verb: verb, Plan: plan}, By: []string{capital}}
	slot := fmt.Sprintf("asked/%s/%s/%s/", plan, stage.Name, capital)
	c := &Change{Kind: KindPosition, slots: []string{slot}, Where: f.scriptEndStep(&step), edit: func(d *draft) { d.added = append(d.added, step) }}
	f.add(f.of(c, fmt.Sprintf("%%s %s %s in stage %s, once it is asked", what, plan, stage.Name), capital))
}

// How far another position goes from the one that was taken: towards consent, and towards objection.
var (
	towardsConsent   = map[terms.Position]int{terms.Absent: 1, terms.Abstain: 2, terms.Consent: 3}
	towardsObjection = map[terms.Position]int{terms.Absent: 1, terms.Abstain: 2, terms.Object: 3}
)

func (f *finder) positionsOf(r *round, capital string) {
	c, now := r.last(capital), r.position(capital)
	if r.end(f.h.report.EndedAt) == r.opened && c == nil {
		return // there was no time to answer
	}
	f.otherPositions(r, capital, c, now)
	if c == nil {
		return
	}
	for i := range r.casts { // those that it took before: it could have stood elsewhere while others stood elsewhere too
		if earlier := &r.casts[i]; earlier.capital == capital && earlier != c && earlier.step >= 0 && earlier.verb != terms.VerbLift {
			f.otherPositions(r, capital, earlier, positionOf[earlier.verb])
		}
	}
}

// positionOf is the position that a move takes.
var positionOf = map[terms.Verb]terms.Position{terms.VerbConsent: terms.Consent, terms.VerbObject: terms.Object, terms.VerbVeto: terms.Object,
	terms.VerbAbstain: terms.Abstain}

// otherPositions lists what a capital could have said instead of c, by which it stood as now says.
func (f *finder) otherPositions(r *round, capital string, c *cast, now terms.Position) {
	waits := now == terms.Absent && c != nil && c.move.If != nil // see conditions
	for _, to := range []terms.Position{terms.Absent, terms.Abstain, terms.Consent} {
		if !f.goal.eases || waits || towardsConsent[to] <= towardsConsent[now] && now != terms.Object || to == terms.Abstain && now != terms.Object {
			continue
		}
		f.position(r, capital, c, now, to, "+", towardsConsent[to])
	}
	for _, to := range []terms.Position{terms.Absent, terms.Abstain, terms.Object} {
		if !f.goal.hinders || now == terms.Object || now == to || to == terms.Abstain && now == terms.Absent ||
			to == terms.Absent && now != terms.Consent {
			continue
		}
		f.position(r, capital, c, now, to, "-", towardsObjection[to])
	}
}

// position lists one other position.
func (f *finder) position(r *round, capital string, c *cast, now, to terms.Position, direction string, step int) {
	slot := fmt.Sprintf("position/%s/%d/%s/%d/%s/", r.plan, r.version, r.stage, r.opened, capital)
	change := &Change{Kind: KindPosition, slots: []string{slot}, family: slot + direction, step: step}
	if c != nil && c != r.last(capital) {
		change.family += fmt.Sprint(c.sequence) // whether it goes further than another one is not known
	}
	scripted := c != nil && c.step >= 0 && c.verb != terms.VerbLift
	if to == terms.Absent {
		standing := r.veto(capital)
		switch {
		case scripted:
			f.keepSilent(change, r, capital, c)
		case c == nil && standing != nil:
			f.liftVeto(change, r, capital)
		}
		return
	}
	verb := map[terms.Position]terms.Verb{terms.Consent: terms.VerbConsent, terms.Abstain: terms.VerbAbstain, terms.Object: terms.VerbObject}[to]
	f.of(change, f.phrase(r, capital, c, now, verb), capital)
	if scripted {
		m := *c.move
		m.Verb, m.Citing, m.If, m.Text = verb, nil, nil, ""
		m.Version = f.s.Script[c.step].Move.Version
		n := c.step
		change.slots = append(change.slots, fmt.Sprintf("step/%d/%s/", n, capital))
		change.Where = f.instead(n, capital, &m)
		change.edit = func(d *draft) {
			if s := d.single(n, capital); s != nil {
				s.Move.Verb, s.Move.Citing, s.Move.If, s.Move.Text = verb, nil, nil, ""
			}
		}
		f.add(change)
		return
	}
	at := f.offset(f.moment(r, c))
	m := terms.Move{Verb: verb, Plan: r.plan, Version: r.version}
	change.Where = f.scriptEnd(at, capital, m)
	change.edit = func(d *draft) { d.add(at, capital, m) }
	f.add(change)
}

// moment is when a capital could have answered otherwise: when it did, or else as soon as it was asked.
func (f *finder) moment(r *round, c *cast) terms.Instant {
	if c != nil {
		return c.at
	}
	if r.scripted {
		return r.opened
	}
	later := r.opened.Add(terms.Minute)
	if end := r.end(f.h.report.EndedAt); later > end {
		return end
	}
	return later
}

// phrase says what a capital does instead.
func (f *finder) phrase(r *round, capital string, c *cast, now terms.Position, verb terms.Verb) string {
	what := map[terms.Verb]string{terms.VerbConsent: "consents to", terms.VerbAbstain: "abstains on", terms.VerbObject: "objects to"}[verb]
	text := "%s " + what + " " + f.version(r) + f.inStage(r)
	when := f.day(f.moment(r, c))
	switch {
	case c != nil && c.verb == terms.VerbVeto:
		return text + " instead of vetoing it (" + when + ")"
	case now == terms.Object && c == nil:
		return text + ", and so lifts its veto (" + when + ")"
	case now == terms.Object:
		return text + " instead of objecting (" + when + ")"
	case now == terms.Abstain:
		return text + " instead of abstaining (" + when + ")"
	case now == terms.Consent && c == nil && r.opening != nil && r.by == capital:
		return text + ", its own text, instead of consenting (" + when + ")"
	case now == terms.Consent:
		return text + " instead of consenting (" + when + ")"
	}
	return text + " (" + when + ")"
}

// keepSilent takes a scripted position out.
func (f *finder) keepSilent(change *Change, r *round, capital string, c *cast) {
	shape := "%s does not " + map[terms.Verb]string{terms.VerbVeto: "veto ", terms.VerbObject: "object to ", terms.VerbConsent: "consent to ",
		terms.VerbAbstain: "abstain on "}[c.verb] + f.version(r) + f.inStage(r)
	if c.verb == terms.VerbVeto {
		change.Kind = KindVeto
		change.Terms = c.move.Citing
	}
	if f.hasPolicy(capital) {
		shape += ", and goes by its policy"
	}
	n := c.step
	f.of(change, shape+" ("+f.day(c.at)+")", capital)
	change.slots = append(change.slots, fmt.Sprintf("step/%d/%s/", n, capital))
	change.Where = f.instead(n, capital, nil)
	change.edit = func(d *draft) { d.drop(n, capital) }
	f.add(change)
}

// liftVeto takes back a veto that stands from an earlier version.
func (f *finder) liftVeto(change *Change, r *round, capital string) {
	at := f.moment(r, nil)
	change.Kind = KindVeto
	f.of(change, fmt.Sprintf("%%s lifts its veto of %s (%s)", r.plan, f.day(at)), capital)
	m := terms.Move{Verb: terms.VerbLift, Plan: r.plan}
	change.Where = f.scriptEnd(f.offset(at), capital, m)
	change.edit = func(d *draft) { d.add(f.offset(at), capital, m) }
	f.add(change)
}

// proposals lists who could have proposed a plan that nobody did.
func (f *finder) proposals(plan string) {
	proc := f.procedureOf(plan)
	if proc == nil || !f.goal.eases {
		return
	}
	for i := range f.s.Charter.Capitals {
		c := &f.s.Charter.Capitals[i]
		if c.Role == terms.Observer || len(proc.Proposers) > 0 && !slices.Contains(proc.Proposers, c.ID) {
			continue
		}
		m := terms.Move{Verb: terms.VerbPropose, Plan: plan}
		change := &Change{Kind: KindMove, slots: []string{"propose/" + plan + "/"}, Where: f.scriptEnd(0, c.ID, m)}
		id := c.ID
		change.edit = func(d *draft) { d.add(0, id, m) }
		f.add(f.of(change, "%s proposes "+plan+" (day 1)", id))
	}
}
