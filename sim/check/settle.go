package check

import "github.com/parley-sim/parley/node/terms"

// settle carries out what follows from what has been said, one thing after another, until nothing does.
func (w *world) settle() {
	for w.settleOne() {
	}
}

func (w *world) settleOne() bool {
	held := w.resolve()
	for _, p := range w.plans {
		if p.outcome != terms.Open || w.closing[p] != 0 { // its close comes in its turn
			continue
		}
		v := w.vote(p, held)
		if p.procedure.Stages[p.stage].Decides == terms.AtClose {
			if v.allSpoken() {
				w.close(p, closed)
				return true
			}
		} else if v.wins() {
			w.pass(p, v)
			return true
		}
	}
	for _, p := range w.plans {
		if w.enter(p, held) {
			return true
		}
	}
	return false
}

// enter lets the agreement on an adopted plan enter into force, if what it requires holds.
func (w *world) enter(p *plan, held holding) bool {
	if p.agreement == nil || p.agreement.Status != terms.Awaiting || !w.requirementsHold(p, held) {
		return false
	}
	p.agreement.Status, p.agreement.Since = terms.InForce, w.now
	if d := length(p); d > 0 {
		p.agreement.Until = w.now.Add(d)
	}
	return true
}

func (w *world) requirementsHold(p *plan, held holding) bool {
	for i := range p.draft.Requires {
		if !w.holds(&p.draft.Requires[i], p, held, false) {
			return false
		}
	}
	return true
}

// close ends the vote on a plan's stage.
func (w *world) close(p *plan, why closing) {
	w.closing[p] = why
	v := w.vote(p, w.resolve())
	if v.wins() {
		w.pass(p, v)
	} else {
		w.decide(p, v.outcome(), v)
	}
	delete(w.closing, p)
}

// pass lets a plan through its stage.
func (w *world) pass(p *plan, v vote) {
	if p.isLast() {
		w.decide(p, terms.Adopted, v)
		p.agreement = &terms.Agreement{Status: terms.Awaiting}
		w.enter(p, w.resolve())
		return
	}
	p.remember(v)
	w.open(p, p.stage+1)
}

// remember keeps who has consented to this version when a stage is passed. What a capital said last is what counts.
func (p *plan) remember(v vote) {
	for _, c := range p.asked {
		switch v.positions[c] {
		case terms.Consent:
			p.earlier[c] = true
		case terms.Object, terms.Abstain:
			delete(p.earlier, c)
		}
	}
}

// hasSpoken asks whether a capital has taken a position in the present stage.
func (p *plan) hasSpoken(c string) bool { return p.spoke(c) != nil || p.veto(c) != nil }

// hasConsented asks whether a capital has consented to this version: in the present stage or, where it has no position
// there that counts, in an earlier one.
func (p *plan) hasConsented(c string, held holding) bool {
	if p.outcome != terms.Open {
		return p.earlier[c]
	}
	if p.veto(c) != nil && p.isAsked(c) {
		return false
	}
	s := p.spoke(c)
	if s == nil || s.when != nil && !held[hope{consents, p.id, c}] {
		return p.earlier[c]
	}
	return s.position == terms.Consent
}

// silenceSpeaks has the silent members consent when a window ends, where silence is consent.
func (w *world) silenceSpeaks(p *plan) {
	stage := &p.procedure.Stages[p.stage]
	if stage.Silence != terms.SilenceConsent {
		return
	}
	for _, m := range stage.Members {
		if !p.hasSpoken(m) && !w.left[m] {
			p.said = append(p.said, saying{capital: m, position: terms.Consent})
		}
	}
}

func (w *world) decide(p *plan, o terms.Outcome, v vote) {
	delete(w.closing, p)
	p.remember(v)
	p.outcome, p.decidedAt, p.tally = o, w.now, v.tally()
}

// length is how long the agreement on a plan runs; 0 is without end.
func length(p *plan) terms.Duration {
	if p.draft.Lasts > 0 {
		return p.draft.Lasts
	}
	var spans []terms.Duration
	for _, s := range p.text {
		if s.Value.Kind == terms.KindDuration {
			if s.Term == p.draft.LastsTerm {
				return s.Value.Duration
			}
			spans = append(spans, s.Value.Duration)
		}
	}
	if len(spans) == 1 {
		return spans[0]
	}
	return 0
}

// advance settles the deadlines before an instant, or up to and including it, in order of time and then of proposal.
// Windows that end together close together: each is read knowing that the others close too.
func (w *world) advance(to terms.Instant, including bool) {
	for {
		var at terms.Instant
		for _, p := range w.plans {
			if t := p.deadline(); t != 0 && (t < to || including && t == to) && (at == 0 || t < at) {
				at = t
			}
		}
		if at == 0 {
			break
		}
		w.now = at
		var due []*plan
		for _, p := range w.plans {
			if p.deadline() != at {
				continue
			}
			due = append(due, p)
			if p.outcome == terms.Open {
				w.closing[p] = windowEnds
				w.silenceSpeaks(p)
			}
		}
		// All that falls on the instant happens, in the order of proposal, before anything follows from it.
		for _, p := range due {
			if p.outcome == terms.Open {
				w.close(p, windowEnds)
			} else {
				p.agreement.Status = terms.Expired
			}
		}
		w.settle()
		clear(w.closing)
	}
	w.now = to
}

func (p *plan) deadline() terms.Instant {
	switch {
	case p.outcome == terms.Open:
		return p.closes
	case p.agreement != nil && p.agreement.Status == terms.InForce:
		return p.agreement.Until
	}
	return 0
}
