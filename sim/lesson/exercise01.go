package lesson

import "github.com/parley-sim/parley/node/terms"

// Exercise 1: a commit is not a consent.

func truceAdopted(s *sheet) *fault {
	if f := s.frozen(partCapitals, partTerms, partProcedures, partPlans, partPolicies, partHorizon); f != nil {
		return f
	}
	for _, r := range s.plays() {
		if r.is("truce", terms.Adopted) {
			continue
		}
		for _, why := range []struct {
			id   string
			code terms.Refusal
		}{{"not-asked", terms.RefusedNotAllowed}, {"too-early", terms.RefusedUnknown}, {"too-late", terms.RefusedState}} {
			if i := r.refusedMove(terms.VerbConsent, "truce", why.code); i >= 0 {
				m := r.Timeline[i].Move
				return s.fault(why.id, r.moment(i), "day", r.day(m.Time), "who", r.who(i), "reason", m.Reason)
			}
		}
		p := r.plan("truce")
		switch {
		case p.Outcome != terms.Lapsed:
		case len(p.Tally.Consent) == 0:
			return s.fault("nobody", r.moment(r.decided("truce")), "day", r.day(p.DecidedAt))
		default:
			return s.fault("one-missing", r.moment(r.decided("truce")), "day", r.day(p.DecidedAt),
				"who", r.names(p.Tally.Consent), "missing", r.names(p.Tally.Absent))
		}
		return s.notAdopted("not-adopted", &r, "truce")
	}
	return nil
}

// truceWithoutSpectators takes down two machines whose capitals nobody asks.
func truceWithoutSpectators(s *sheet) *fault {
	for _, r := range s.playsText(s.with("{at: 0h, crash: [paris, warsaw]}")) {
		if !r.is("truce", terms.Adopted) {
			return s.notAdopted("quorum", &r, "truce")
		}
	}
	return nil
}
