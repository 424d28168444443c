package terms

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
)

// Hash is SHA-256 over the whole state in its canonical encoding: equal on two machines exactly if their states are.
// The first plan that changed since the last call, and those proposed after it, are hashed again: its cost does not grow
// with the plans that are long decided.
func (s *State) Hash() [32]byte {
	b := make([]byte, 0, 256+64*len(s.capitals))
	b = append(b, "parley state 1\n"...)
	b = append(b, s.founding[:]...)
	b = binary.AppendVarint(b, int64(s.now))
	b = binary.AppendUvarint(b, s.sequence)
	b = append(b, s.chain[:]...)
	for i := range s.capitals {
		b = appendBool(b, s.capitals[i].left)
		b = binary.AppendUvarint(b, uint64(len(s.capitals[i].results)))
	}
	plans := s.hashPlans()
	b = append(b, plans[:]...)
	b = appendList(b, s.pledges, appendPledge)
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
		own := p.sum()
		p.upTo = sha256.Sum256(append(before[:], own[:]...))
		before = p.upTo
	}
	s.hashed = len(s.plans)
	return before
}

// sum is the plan's own hash, of its JSON, which has one form: it is structs, lists and scalars only.
func (p *plan) sum() [32]byte {
	if !p.hashed {
		b, err := json.Marshal(p)
		if err != nil { // no field of a plan can fail to encode
			panic("terms: a plan cannot be encoded: " + err.Error())
		}
		p.hash, p.hashed = sha256.Sum256(b), true
	}
	return p.hash
}

func appendPledge(b []byte, p *pledge) []byte {
	b = appendString(appendString(b, p.Capital), p.Term)
	b = appendOptional(b, p.Value, appendValue)
	b = appendOptional(b, p.If, appendCondition)
	return appendBool(b, p.Met)
}
