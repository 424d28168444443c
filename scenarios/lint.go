package scenarios

import (
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// lint looks for what is legal yet probably not meant, in a file without mistakes. Some warnings arise where a value is
// read (see warn).
func (p *parser) lint(f fields) {
	p.lintProcedures(f)
	p.lintTerms(f)
	p.lintRules(f)
	p.lintPlans(f)
	p.lintScript(f)
}

// in returns the value of each key of a mapping, by key.
func (f fields) in(key string) map[string]value {
	m, _ := f.get(key)
	all := map[string]value{}
	if m.node != nil {
		for _, e := range m.entries {
			all[e.key] = m.under(e)
		}
	}
	return all
}

func (p *parser) lintProcedures(f fields) {
	at := f.in("procedures")
	used := map[string]bool{}
	for _, plan := range p.scenario.Plans {
		used[plan.Draft.Procedure] = true
	}
	for i := range p.scenario.Charter.Procedures {
		proc := &p.scenario.Charter.Procedures[i]
		v := at[proc.Name]
		if !used[proc.Name] {
			p.warnKey(v, "no plan goes through this procedure")
		}
		list, _ := fields{value: v, p: p}.get("stages")
		for j, x := range p.items(list) {
			p.lintStage(proc, j, fields{value: x, p: p})
		}
	}
}

func (p *parser) lintStage(proc *terms.Procedure, i int, f fields) {
	s := &proc.Stages[i]
	if x, ok := f.get("window"); ok && s.Window > p.scenario.Horizon {
		p.warn(x, "the window is longer than the run: its horizon is %s", p.scenario.Horizon)
	}
	if x, ok := f.get("name"); ok && slices.Contains(slices.Concat(words(terms.Outcomes()), words(terms.Statuses())), s.Name) {
		p.warn(x, "%s is something that a plan can be: in {plan: ..., is: %s} nobody can tell the stage from it", s.Name, s.Name)
	}
	p.lintWeights(s, f)
	if s.Decides == terms.AtClose {
		return
	}
	if early := p.unheard(proc, i); len(early) > 0 {
		x, _ := f.get("rule")
		p.warn(x, "the rule can be won before %s has spoken, whose objection would stop it; decides: at-close hears it first",
			listed(early, "or"))
	}
}

// lintWeights warns of members without a weight that the rule sums.
func (p *parser) lintWeights(s *terms.Stage, f fields) {
	var named []string
	var walk func(r *terms.Rule)
	walk = func(r *terms.Rule) {
		if r.Of != "" && r.Of != terms.Members {
			named = append(named, r.Of)
		}
		for j := range r.Rules {
			walk(&r.Rules[j])
		}
	}
	walk(&s.Rule)
	slices.Sort(named)
	for _, name := range slices.Compact(named) {
		if p.effort += len(s.Members); p.effort > maxEffort {
			return
		}
		var without []string
		for _, id := range s.Members {
			if c := p.scenario.Charter.Capital(id); c != nil && c.Weight(name) == 0 {
				without = append(without, id)
			}
		}
		if len(without) > 0 {
			x, _ := f.get("rule")
			p.warn(x, "the rule sums %s, of which %s: what they say does not count there", name,
				map[bool]string{true: listed(without, "and") + " has none", false: listed(without, "and") + " have none"}[len(without) == 1])
		}
	}
}

// unheard lists the capitals with a no_objection_from without whose word a stage can pass.
func (p *parser) unheard(proc *terms.Procedure, i int) []string {
	var brakes []string
	var walk func(r *terms.Rule)
	walk = func(r *terms.Rule) {
		if r.Kind == terms.RuleNoObjectionFrom {
			brakes = append(brakes, r.Capitals...)
		}
		for j := range r.Rules {
			walk(&r.Rules[j])
		}
	}
	walk(&proc.Stages[i].Rule)
	ballot, err := p.scenario.Charter.StageBallot(proc, i, nil)
	if err != nil || len(brakes) == 0 {
		return nil
	}
	if p.effort += len(brakes) * len(ballot.Voters()); p.effort > maxEffort {
		return nil
	}
	slices.Sort(brakes)
	var early []string
	for _, id := range slices.Compact(brakes) {
		positions := make([]terms.Position, len(ballot.Voters()))
		for j, v := range ballot.Voters() {
			if v.ID != id {
				positions[j] = terms.Consent
			}
		}
		if ballot.Tally(positions, proc.Stages[i].Silence == terms.SilenceConsent) == terms.Won {
			early = append(early, id)
		}
	}
	return early
}

// warnKey is warn at the key.
func (p *parser) warnKey(v value, format string, args ...any) {
	if v.node != nil {
		v.node = &node{pos: v.key}
		p.warn(v, format, args...)
	}
}

// lintTerms warns of terms that nothing in the file is about.
func (p *parser) lintTerms(f fields) {
	used := map[string]bool{}
	set := func(all []terms.Setting) {
		for _, s := range all {
			used[s.Term] = true
		}
	}
	for i := range p.scenario.Plans {
		set(p.scenario.Plans[i].Draft.Terms)
		for _, c := range p.scenario.Plans[i].Draft.Requires {
			pledgedIn(&c, used)
		}
	}
	for i := range p.scenario.Script {
		s := &p.scenario.Script[i]
		if s.When != nil {
			pledgedIn(s.When, used)
		}
		if s.Move == nil {
			continue
		}
		set(s.Move.Set)
		used[s.Move.Term] = true
		if s.Move.If != nil {
			pledgedIn(s.Move.If, used)
		}
	}
	for i := range p.scenario.Parties {
		if policy := p.scenario.Parties[i].Policy; policy != nil {
			for _, j := range policy.Joins {
				used[j.Term] = true
			}
		}
		for _, score := range p.scenario.Parties[i].Scores {
			used[score.Term] = true
		}
	}
	at := f.in("terms")
	for _, t := range p.scenario.Charter.Terms {
		if !used[t.ID] {
			p.warnKey(at[t.ID], "no plan sets this term, no amendment either, and nobody pledges to it or scores it")
		}
	}
}

func pledgedIn(c *terms.Condition, used map[string]bool) {
	used[c.Pledged] = true
	for i := range c.All {
		pledgedIn(&c.All[i], used)
	}
	for i := range c.Any {
		pledgedIn(&c.Any[i], used)
	}
}

func (p *parser) lintRules(f fields) {
	at := f.in("rules")
	for name, r := range p.rules {
		if !r.used {
			p.warnKey(at[name], "no stage uses this rule")
		}
	}
}

func (p *parser) lintPlans(f fields) {
	proposed := map[string]bool{}
	for i := range p.scenario.Script {
		if m := p.scenario.Script[i].Move; m != nil && m.Verb == terms.VerbPropose {
			proposed[m.Plan] = true
		}
	}
	at := f.in("plans")
	for i := range p.scenario.Plans {
		plan := &p.scenario.Plans[i]
		if !proposed[plan.ID] && !p.played() {
			p.warnKey(at[plan.ID], "the script never proposes this plan")
		}
		if len(plan.Draft.Terms) == 0 {
			p.warnKey(at[plan.ID], "the plan sets no term")
		}
	}
}

// lintScript warns of moves that will be refused, unless the file expects a refusal of that kind.
func (p *parser) lintScript(f fields) {
	expected := map[terms.Verb]bool{}
	for i := range p.scenario.Expect {
		expected[p.scenario.Expect[i].Refused] = true
	}
	v, _ := f.get("script")
	first := p.firstProposals()
	for i := range p.scenario.Script {
		s := &p.scenario.Script[i]
		if s.Move == nil || expected[s.Move.Verb] {
			continue
		}
		at := v.at(i)
		if by, ok := (fields{value: at, p: p}).get("by"); ok {
			at = by
		}
		if when, timed := first[s.Move.Plan]; timed && s.At != nil && s.At.Max < when {
			p.warn(v.at(i), "%s is proposed %s after the start, later than this", s.Move.Plan, when)
			continue
		}
		for _, id := range s.By {
			if p.effort++; p.effort > maxEffort {
				return
			}
			if why := p.refusal(s.Move, id); why != "" {
				p.warn(at, "this will be refused: %s", why)
				break
			}
		}
	}
}

// firstProposals says for each plan when it is proposed at the earliest, where the script says so.
func (p *parser) firstProposals() map[string]terms.Duration {
	first, unknown := map[string]terms.Duration{}, map[string]bool{}
	for i := range p.scenario.Script {
		s := &p.scenario.Script[i]
		if s.Move == nil || s.Move.Verb != terms.VerbPropose {
			continue
		}
		if s.At == nil {
			unknown[s.Move.Plan] = true
		} else if at, ok := first[s.Move.Plan]; !ok || s.At.Min < at {
			first[s.Move.Plan] = s.At.Min
		}
	}
	for plan := range unknown {
		delete(first, plan)
	}
	return first
}

// refusal says why a capital's move is sure to be refused, "" if it isn't.
func (p *parser) refusal(m *terms.Move, id string) string {
	if p.roles[id] == terms.Observer {
		switch m.Verb {
		case terms.VerbSay, terms.VerbReport, terms.VerbLeave, terms.VerbReturn:
			return ""
		}
		return id + " is an observer, which holds no position"
	}
	plan := p.scenario.Plan(m.Plan)
	if plan == nil {
		return ""
	}
	proc := p.scenario.Charter.Procedure(plan.Draft.Procedure)
	switch m.Verb {
	case terms.VerbPropose:
		if len(proc.Proposers) > 0 && !slices.Contains(proc.Proposers, id) {
			return id + " is not among the proposers, " + strings.Join(proc.Proposers, ", ")
		}
	case terms.VerbAmend:
		if len(proc.Amenders) > 0 && !slices.Contains(proc.Amenders, id) {
			return id + " is not among the amenders, " + strings.Join(proc.Amenders, ", ")
		}
		for _, term := range m.Drop {
			if !slices.ContainsFunc(p.everSet(plan), func(s terms.Setting) bool { return s.Term == term }) {
				return plan.ID + " never sets " + term + ", so it cannot be dropped"
			}
		}
	case terms.VerbConsent, terms.VerbObject, terms.VerbAbstain, terms.VerbVeto:
		asked, vetoes := p.asked(plan, proc, id, m.Verb == terms.VerbVeto)
		if !asked {
			return id + " is a member of no stage of " + proc.Name
		}
		if m.Verb == terms.VerbVeto && !vetoes {
			return id + " holds a veto in no stage of " + proc.Name
		}
	}
	return ""
}

// everSet lists what the plan sets, in its draft or by an amendment.
func (p *parser) everSet(plan *Plan) []terms.Setting {
	p.effort += len(p.scenario.Script)
	all := slices.Clone(plan.Draft.Terms)
	for i := range p.scenario.Script {
		if m := p.scenario.Script[i].Move; m != nil && m.Plan == plan.ID {
			all = append(all, m.Set...)
		}
	}
	return all
}

// maxBallots bounds how many stages a veto is looked up in.
const maxBallots = 100

// asked reports whether a capital is asked in some stage of the plan and, if wanted, whether it holds a veto in one.
func (p *parser) asked(plan *Plan, proc *terms.Procedure, id string, veto bool) (asked, vetoes bool) {
	for i := range proc.Stages {
		p.effort += len(proc.Stages[i].Members)
		asked = asked || slices.Contains(proc.Stages[i].Members, id)
	}
	if asked && !veto {
		return true, false
	}
	text := p.everSet(plan)
	asked = asked || slices.Contains(p.scenario.Charter.Reserved(text), id)
	if !veto || !asked || len(proc.Stages) > maxBallots {
		return asked, true
	}
	for i := range proc.Stages {
		p.effort += 100 * len(proc.Stages[i].Members)
		b, err := p.scenario.Charter.StageBallot(proc, i, text)
		if err != nil {
			return asked, true
		}
		at := slices.IndexFunc(b.Voters(), func(v terms.Voter) bool { return v.ID == id })
		if at >= 0 && b.Vetoes(at) {
			return asked, true
		}
	}
	return asked, false
}

// played reports whether a program plays some capital: it may make any move.
func (p *parser) played() bool {
	for i := range p.scenario.Parties {
		if policy := p.scenario.Parties[i].Policy; policy != nil && len(policy.Program) > 0 {
			return true
		}
	}
	return false
}
