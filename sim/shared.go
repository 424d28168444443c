package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"github.com/parley-sim/parley/node/signature"
	"github.com/parley-sim/parley/node/terms"
)

// shared is work that all capitals of a process would do alike, done once: reading an entry of the log, hashing one,
// checking a signature, and making a charter ready. All are pure functions of what they are given, so no capital can tell.
type shared struct {
	mu       sync.Mutex
	last     []byte                // the entry that was hashed last
	lastSum  [32]byte              // its hash
	moves    map[string]terms.Move // by the whole entry
	digests  map[string][32]byte   // by the whole entry
	founded  map[*terms.Charter]*terms.Founding
	verified map[[32]byte]bool // by SHA-256 of all that a signature covers, of the signature and of the key
}

func newShared() *shared {
	return &shared{moves: map[string]terms.Move{}, digests: map[string][32]byte{}, verified: map[[32]byte]bool{},
		founded: map[*terms.Charter]*terms.Founding{}}
}

func (s *shared) options() terms.Options { return terms.Options{Verify: s.verify, Prepare: s.prepare} }

// prepare answers as terms.Prepare does. All that read the founding move with decode have the same charter.
func (s *shared) prepare(c *terms.Charter) (*terms.Founding, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.founded[c]; f != nil {
		return f, nil
	}
	f, err := terms.Prepare(c)
	if err == nil {
		s.founded[c] = f
	}
	return f, err
}

// decode answers as terms.DecodeMove does.
func (s *shared) decode(b []byte) (terms.Move, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, known := s.moves[string(b)]; known {
		return m, nil
	}
	m, err := terms.DecodeMove(b)
	if err == nil {
		s.moves[string(b)] = m
	}
	return m, err
}

// digest answers as sha256.Sum256 does. Two entries are the same only if all their bytes are.
func (s *shared) digest(b []byte) [32]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil && bytes.Equal(b, s.last) { // all capitals apply an entry at about the same time
		return s.lastSum
	}
	sum, known := s.digests[string(b)]
	if !known {
		sum = sha256.Sum256(b)
		s.digests[string(b)] = sum
	}
	s.last, s.lastSum = b, sum
	return sum
}

// verify answers as signature.Verify does.
func (s *shared) verify(m *terms.Move, key []byte) bool {
	digest := m.Digest()
	b := make([]byte, 0, 256)
	b = append(b, digest[:]...)
	b = binary.AppendVarint(b, int64(m.Time))
	b = append(append(b, key...), m.Signature...)
	id := sha256.Sum256(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	ok, known := s.verified[id]
	if !known {
		ok = signature.Verify(m, key)
		s.verified[id] = ok
	}
	return ok
}
