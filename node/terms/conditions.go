package terms

import "slices"

// checkCondition checks a condition that came with a move: every name is known, and exactly one thing is asked.
func (s *State) checkCondition(c *Condition, depth int) *refusal {
	if depth > maxConditionDepth {
		return refuse(RefusedMalformed, "the condition is nested more than %d deep", maxConditionDepth)
	}
	asked := 0
	for _, set := range []bool{len(c.All) > 0, len(c.Any) > 0, len(c.Consented) > 0, c.Pledged != "", c.Plan != "", c.Test != nil} {
		if set {
			asked++
		}
	}
	if asked != 1 {
		return refuse(RefusedMalformed, "a condition asks exactly one thing; this one asks %d", asked)
	}
	for _, list := range [][]Condition{c.All, c.Any} {
		for i := range list {
			if why := s.checkCondition(&list[i], depth+1); why != nil {
				return why
			}
		}
	}
	for _, id := range slices.Concat(c.Consented, c.By) {
		if _, known := s.index[id]; !known {
			return refuse(RefusedUnknown, "the condition names %q, which is not a capital", clip(id))
		}
	}
	if c.Pledged != "" {
		if s.charter.Term(c.Pledged) == nil {
			return refuse(RefusedUnknown, "the condition names %q, which is not a term", clip(c.Pledged))
		}
		if c.ByAtLeast <= 0 && len(c.By) == 0 && c.TotalAtLeast <= 0 {
			return refuse(RefusedMalformed, "pledged: say by how many, by whom or how much")
		}
	}
	if c.Plan != "" && c.Is == "" {
		return refuse(RefusedMalformed, "plan: say what %s is to be", clip(c.Plan))
	}
	if c.Test != nil {
		return s.checkTest(c.Test)
	}
	return nil
}

func (s *State) checkTest(t *Test) *refusal {
	if s.charter.Term(t.Term) == nil {
		return refuse(RefusedUnknown, "the condition names %q, which is not a term", clip(t.Term))
	}
	fits := false
	switch t.Op {
	case OpIn, OpNot:
		fits = len(t.Values) > 0
	case OpLess, OpAtMost, OpMore, OpAtLeast:
		fits = len(t.Values) == 1
	case OpSet, OpUnset:
		fits = len(t.Values) == 0
	}
	if !fits {
		return refuse(RefusedMalformed, "the condition compares %s by %q with %d values", t.Term, clip(string(t.Op)), len(t.Values))
	}
	return nil
}

// resolveConditions finds the greatest set of conditional consents and pledges that bear each other out: all are taken to
// hold, and those whose conditions fail are struck out until nothing changes (the greatest fixed point of a monotone
// operator; Tarski, 1955).
func (s *State) resolveConditions() {
	if s.conditional == 0 {
		return
	}
	before := s.assumeAll()
	for s.strikeOut() {
	}
	s.reportConditions(before)
	for _, p := range s.open {
		p.assumed = false
	}
}

// assumeAll takes every condition to hold, and every plan to be adopted that could be at this instant. It returns how the
// conditions stood before, in the order of eachCondition.
func (s *State) assumeAll() []bool {
	var before []bool
	s.eachCondition(func(met *bool, _ *Condition, _ *plan, _ int) {
		before = append(before, *met)
		*met = true
	})
	for _, p := range s.open {
		p.assumed = p.lastStage() && (p.stage().Decides != AtClose || p.closing != "")
	}
	return before
}

// eachCondition visits the conditions of consents (by plan and voter) and then of pledges (plan nil, by place).
func (s *State) eachCondition(visit func(met *bool, c *Condition, p *plan, i int)) {
	for _, p := range s.open {
		for i := range p.Answers {
			if a := &p.Answers[i]; a.If != nil {
				visit(&a.Met, a.If, p, i)
			}
		}
	}
	for i := range s.pledges {
		if pl := &s.pledges[i]; pl.If != nil {
			visit(&pl.Met, pl.If, nil, i)
		}
	}
}

// strikeOut strikes out what does not hold and reports whether anything was.
func (s *State) strikeOut() bool {
	struck := false
	s.eachCondition(func(met *bool, c *Condition, p *plan, _ int) {
		if *met && !s.holds(c, p) {
			*met, struck = false, true
		}
	})
	for _, p := range s.open {
		if p.assumed && !s.wouldPass(p) {
			p.assumed, struck = false, true
		}
	}
	return struck
}

// wouldPass reports whether the plan's stage is won on the positions as they are now taken to be.
func (s *State) wouldPass(p *plan) bool {
	s.scratch = p.positions(s.scratch[:0])
	if p.closing != "" {
		return p.ballot.Wins(s.scratch)
	}
	return p.ballot.won(s.scratch, p.stage().Silence == SilenceConsent)
}

// reportConditions emits which conditions changed.
func (s *State) reportConditions(before []bool) {
	n := 0
	s.eachCondition(func(met *bool, c *Condition, p *plan, i int) {
		was := before[n]
		n++
		if was == *met {
			return
		}
		e := Event{Kind: EventConditionMet, Detail: c.String()}
		if !*met {
			e.Kind = EventConditionLost
		}
		if p == nil {
			e.Capitals, e.Terms = []string{s.pledges[i].Capital}, []string{s.pledges[i].Term}
			s.emit(e)
			return
		}
		s.touch(p)
		e.Capitals = []string{p.ballot.voters[i].ID}
		s.emitFor(p, e)
	})
}

// holds evaluates a condition. The plan is the one at hand, nil if there is none.
func (s *State) holds(c *Condition, p *plan) bool {
	switch {
	case len(c.All) > 0:
		for i := range c.All {
			if !s.holds(&c.All[i], p) {
				return false
			}
		}
		return true
	case len(c.Any) > 0:
		for i := range c.Any {
			if s.holds(&c.Any[i], p) {
				return true
			}
		}
		return false
	case len(c.Consented) > 0:
		if c.To != "" {
			p = s.find(c.To)
		}
		return p != nil && !slices.ContainsFunc(c.Consented, func(id string) bool { return !p.consentedTo(id) })
	case c.Pledged != "":
		return s.pledged(c)
	case c.Plan != "":
		q := s.find(c.Plan)
		return q != nil && q.is(c.Is)
	case c.Test != nil:
		return s.tested(c, p)
	}
	return true
}

// tested evaluates a test on the text at hand, on a named plan's, or on any adopted plan's.
func (s *State) tested(c *Condition, p *plan) bool {
	if c.To != "" {
		p = s.find(c.To)
		return p != nil && c.Test.Holds(p.Terms)
	}
	if p != nil {
		return c.Test.Holds(p.Terms)
	}
	return slices.ContainsFunc(s.plans, func(q *plan) bool { return q.Outcome == Adopted && c.Test.Holds(q.Terms) })
}

// is reports whether a word describes the plan: an outcome, an agreement's status, the name of the stage at which an open
// plan stands, or blocked: it is open and its rule is lost as things stand.
func (p *plan) is(word string) bool {
	if Outcome(word) == p.Outcome || word == string(Adopted) && p.assumed {
		return true
	}
	if p.Agreement != nil && Status(word) == p.Agreement.Status {
		return true
	}
	if p.Outcome != Open {
		return false
	}
	if word == Blocked {
		return p.ballot.Tally(p.positions(nil), false) == Lost
	}
	return word == p.stageName()
}

// Blocked describes an open plan whose rule cannot be won as things stand.
const Blocked = "blocked"

// Holds evaluates a condition on the state as it is, with no plan at hand. Called for when-steps.
func (s *State) Holds(c Condition) bool { return s.holds(&c, nil) }
