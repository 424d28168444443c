package terms

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
)

// Hash is SHA-256 over the whole state in its canonical encoding: equal on two machines exactly if their states are.
// Plans that did not change since the last call are not encoded again.
func (s *State) Hash() [32]byte {
	b := make([]byte, 0, 256+64*len(s.capitals)+32*len(s.plans))
	b = append(b, "parley state 1\n"...)
	b = append(b, s.founding[:]...)
	b = binary.AppendVarint(b, int64(s.now))
	b = binary.AppendUvarint(b, s.sequence)
	b = append(b, s.chain[:]...)
	for i := range s.capitals {
		b = appendBool(b, s.capitals[i].left)
		b = binary.AppendUvarint(b, uint64(len(s.capitals[i].results)))
	}
	b = binary.AppendUvarint(b, uint64(len(s.plans)))
	for _, p := range s.plans {
		h := p.sum()
		b = append(b, h[:]...)
	}
	b = appendList(b, s.pledges, appendPledge)
	return sha256.Sum256(b)
}

// sum is the plan's own hash. A plan is hashed by its JSON, which has one form: it is structs, lists and scalars only.
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
