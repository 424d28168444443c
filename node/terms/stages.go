package terms

import "slices"

// How a stage came to its end: the Detail of EventStagePassed.
const (
	closeWon    = "when-won"
	closeSpoken = "all-spoken"
	closeCall   = "call"
	closeWindow = "window"
)

// openStage puts the plan at a stage, without positions.
func (s *State) openStage(p *plan, stage int) {
	p.Stage, p.Opened, p.Deadline = stage, s.now, 0
	if w := p.stage().Window; w > 0 {
		p.Deadline = s.now.after(w)
	}
	s.resetStage(p)
	members := make([]string, 0, len(p.ballot.voters))
	for _, v := range p.ballot.voters {
		members = append(members, v.ID)
	}
	s.emitFor(p, Event{Kind: EventStageOpened, Capitals: members, Until: p.Deadline})
}

// resetStage clears the positions of the plan's stage and binds its rule to the text as it now is.
func (s *State) resetStage(p *plan) {
	s.forget(p)
	ballot, err := s.ballot(p.procedure, p.Stage, p.Terms)
	if err != nil { // checkStages made sure of it before the text was taken
		panic("terms: a stage that was checked cannot decide: " + err.Error())
	}
	p.ballot = ballot
	p.Answers = make([]answer, len(ballot.voters))
	s.touch(p)
}

// forget takes the stage's conditional consents out of the count of conditions.
func (s *State) forget(p *plan) {
	for i := range p.Answers {
		if p.Answers[i].If != nil {
			s.conditional--
		}
	}
	p.Answers = nil
}

// authorConsents counts proposing or amending as the author's consent, where the author is asked.
func (s *State) authorConsents(p *plan, who string) {
	if v := p.voter(who); v >= 0 {
		s.answer(p, v, answer{Position: Consent})
	}
}

// resolve brings the state to rest after a move or a deadline: conditions are resolved, and plans whose stage is won move
// on, until nothing more follows.
func (s *State) resolve() {
	for {
		s.resolveConditions()
		if !s.step() {
			return
		}
	}
}

// step makes the first thing happen that follows from the state, if anything does.
func (s *State) step() bool {
	for _, p := range s.open {
		if p.stage().Decides == AtClose {
			if s.allSpoken(p) {
				s.close(p, closeSpoken)
				return true
			}
			continue
		}
		s.scratch = p.positions(s.scratch[:0])
		if p.ballot.won(s.scratch, p.stage().Silence == SilenceConsent) {
			s.pass(p, s.scratch, closeWon)
			return true
		}
	}
	for _, p := range s.live {
		if p.Agreement.Status == Awaiting && s.required(p) {
			s.enterIntoForce(p)
			return true
		}
	}
	return false
}

// allSpoken reports whether every voter of the stage has a position that counts.
func (s *State) allSpoken(p *plan) bool {
	s.scratch = p.positions(s.scratch[:0])
	return !slices.Contains(s.scratch, Absent)
}

// pass takes the plan past its stage.
func (s *State) pass(p *plan, pos []Position, how string) {
	t := p.ballot.tally(pos)
	s.emitFor(p, Event{Kind: EventStagePassed, Capitals: t.Consent, Detail: how, Tally: &t})
	if p.lastStage() {
		s.decide(p, Adopted, pos, []Reason{s.whyWon(p, pos)})
		return
	}
	s.keepConsents(p, pos)
	s.openStage(p, p.Stage+1)
}

// keepConsents remembers who consented to this version before the stage's positions go: a capital that took another
// position since is struck out.
func (s *State) keepConsents(p *plan, pos []Position) {
	for i, v := range p.ballot.voters {
		at := slices.Index(p.Consented, v.ID)
		switch {
		case pos[i] == Consent && at < 0:
			p.Consented = append(p.Consented, v.ID)
		case pos[i] != Consent && pos[i] != Absent && at >= 0:
			p.Consented = slices.Delete(p.Consented, at, at+1)
		}
	}
}

// close ends the stage's vote.
func (s *State) close(p *plan, how string) {
	pos := p.positions(nil)
	outcome := p.ballot.OutcomeAtClose(pos)
	if outcome == Adopted {
		s.pass(p, pos, how)
		return
	}
	s.decide(p, outcome, pos, append(s.whyNot(p, pos, outcome), whyClosed(p, how, s.now)))
}

// call ends the stage's vote before its window does.
func (s *State) call(p *plan) {
	p.closing = closeCall
	s.resolveConditions() // linked plans may be taken to be adopted together, as when windows end
	p.closing = ""
	s.close(p, closeCall)
}

// silenceSpeaks has the silent members of a stage consent whose window ends, where silence is consent.
func (s *State) silenceSpeaks(p *plan) {
	if p.stage().Silence != SilenceConsent {
		return
	}
	for i, v := range p.ballot.voters {
		if c := &s.capitals[s.index[v.ID]]; v.Member && !p.spoken(i) && !c.left && !c.expelled {
			s.answer(p, i, answer{Position: Consent})
		}
	}
}

// decide settles the plan's outcome.
func (s *State) decide(p *plan, o Outcome, pos []Position, why []Reason) {
	s.keepConsents(p, pos)
	t := p.ballot.tally(pos)
	p.Outcome, p.DecidedAt, p.Tally, p.Because = o, s.now, &t, why
	s.forget(p)
	s.touch(p)
	remove(&s.open, p)
	s.emitFor(p, Event{Kind: EventDecided, Detail: string(o), Tally: &t, Reasons: why})
	if o != Adopted {
		return
	}
	p.Agreement = &Agreement{Status: Awaiting}
	insert(&s.live, p)
	if s.required(p) {
		s.enterIntoForce(p)
	}
}

// settle lets the deadlines before t (inclusive: up to and including t) take their effect, in order of time and then of
// proposal.
func (s *State) settle(t Instant, inclusive bool) {
	for {
		at, any := s.NextDeadline()
		if !any || at > t || at == t && !inclusive {
			return
		}
		s.now = at
		for _, p := range s.open {
			p.closing = ""
			if p.Deadline == at {
				p.closing = closeWindow
				s.silenceSpeaks(p)
			}
		}
		s.resolveConditions() // linked plans that close together may be taken to be adopted together
		for _, p := range s.due(at) {
			if p.closing != "" {
				p.closing = ""
				s.close(p, closeWindow)
				s.resolveConditions()
			} else {
				s.expire(p)
			}
		}
		s.resolve()
	}
}

// NextDeadline returns the earliest deadline that is not settled yet: the end of a stage's window or of an agreement.
func (s *State) NextDeadline() (Instant, bool) {
	var next Instant
	found := false
	consider := func(at Instant) {
		if at != 0 && (!found || at < next) {
			next, found = at, true
		}
	}
	for _, p := range s.open {
		consider(p.Deadline)
	}
	for _, p := range s.live {
		if p.ends() {
			consider(p.Agreement.Until)
		}
	}
	return next, found
}

// due lists the plans whose stage closes or whose agreement ends at the instant, in the order of proposal.
func (s *State) due(at Instant) []*plan {
	var due []*plan
	for _, p := range s.open {
		if p.closing != "" {
			due = append(due, p)
		}
	}
	for _, p := range s.live {
		if p.ends() && p.Agreement.Until == at {
			due = append(due, p)
		}
	}
	slices.SortFunc(due, func(a, b *plan) int { return a.order - b.order })
	return due
}

// after returns the instant d later as a deadline. Zero stands for no deadline, so a deadline at the very second of
// 1970-01-01T00:00:00Z falls one second later.
func (i Instant) after(d Duration) Instant {
	if at := i.Add(d); at != 0 {
		return at
	}
	return 1
}
