package terms

import (
	"crypto/sha256"
	"encoding/binary"
)

// Hash is SHA-256 over the whole state in its canonical encoding: equal on two machines exactly if their states are.
// The first plan that changed since the last call, and those proposed after it, are hashed again: its cost does not grow
// with the plans that are long decided.
func (s *State) Hash() [32]byte {
	plans := s.hashPlans()
	b := append(s.written[:0], "parley state 1\n"...)
	b = append(b, s.founding[:]...)
	b = append(b, s.charterSum[:]...)
	b = binary.AppendVarint(b, int64(s.now))
	b = binary.AppendUvarint(b, s.sequence)
	b = append(b, s.chain[:]...)
	for i := range s.capitals {
		b = appendBool(appendBool(b, s.capitals[i].left), s.capitals[i].expelled)
		b = binary.AppendUvarint(b, uint64(len(s.capitals[i].results)))
	}
	b = append(b, plans[:]...)
	b = appendList(b, s.pledges, appendPledge)
	b = appendList(b, s.motions, appendMotion)
	s.written = b
	return sha256.Sum256(b)
}

// touch marks the plan as changed.
func (s *State) touch(p *plan) {
	p.hashed = false
	s.hashed = min(s.hashed, p.order)
}

// hashPlans returns a hash of all plans: of the last one, with that of all before it.
func (s *State) hashPlans() [32]byte {
	var before [32]byte
	if s.hashed > 0 {
		before = s.plans[s.hashed-1].upTo
	}
	for _, p := range s.plans[s.hashed:] {
		if !p.hashed {
			s.written = appendPlan(s.written[:0], p)
			p.hash, p.hashed = sha256.Sum256(s.written), true
		}
		var pair [2 * len(before)]byte
		copy(pair[copy(pair[:], before[:]):], p.hash[:])
		p.upTo = sha256.Sum256(pair[:])
		before = p.upTo
	}
	s.hashed = len(s.plans)
	return before
}

// appendPlan encodes all that a snapshot holds of a plan. A test counts the fields, so that none is forgotten.
func appendPlan(b []byte, p *plan) []byte {
	b = appendString(appendString(b, p.ID), p.Proposer)
	b = appendDraft(b, &p.Draft)
	b = binary.AppendVarint(b, int64(p.Version))
	b = appendSettings(b, p.Terms)
	b = binary.AppendVarint(b, int64(p.Stage))
	b = binary.AppendVarint(b, int64(p.Opened))
	b = binary.AppendVarint(b, int64(p.Deadline))
	b = appendList(b, p.Answers, func(b []byte, a *answer) []byte {
		return appendBool(appendOptional(append(b, byte(a.Position)), a.If, appendCondition), a.Met)
	})
	b = appendStrings(b, p.Consented)
	b = appendList(b, p.Vetoes, func(b []byte, v *veto) []byte {
		b = appendString(appendStrings(appendString(b, v.Capital), v.Citing), v.Text)
		return binary.AppendVarint(b, int64(v.Version))
	})
	b = appendString(b, string(p.Outcome))
	b = binary.AppendVarint(b, int64(p.DecidedAt))
	b = appendOptional(b, p.Tally, func(b []byte, t *Tally) []byte {
		return appendStrings(appendStrings(appendStrings(appendStrings(b, t.Consent), t.Object), t.Abstain), t.Absent)
	})
	b = appendList(b, p.Because, func(b []byte, r *Reason) []byte {
		return appendString(appendStrings(appendStrings(appendString(b, string(r.Kind)), r.Capitals), r.Terms), r.Text)
	})
	b = appendOptional(b, p.Agreement, func(b []byte, a *Agreement) []byte {
		b = binary.AppendVarint(appendString(b, string(a.Status)), int64(a.Since))
		b = binary.AppendVarint(binary.AppendVarint(b, int64(a.Until)), int64(a.Extensions))
		return binary.AppendVarint(b, int64(a.Violations))
	})
	return appendList(b, p.Extend, func(b []byte, x *asked) []byte {
		return binary.AppendVarint(appendString(b, x.Capital), int64(x.For))
	})
}

func appendPledge(b []byte, p *pledge) []byte {
	b = appendString(appendString(b, p.Capital), p.Term)
	b = appendOptional(b, p.Value, appendValue)
	b = appendOptional(b, p.If, appendCondition)
	return appendBool(b, p.Met)
}
