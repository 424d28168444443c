package sim

import (
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
	last     *entry            // that was asked for last: all capitals come to an entry at about the same time
	entries  map[string]*entry // by all their bytes
	founded  map[*terms.Charter]*terms.Founding
	verified map[[32]byte]bool // by SHA-256 of all that a signature covers, of the signature and of the key
}

// entry is what is known of one of the log. Two are the same only if all their bytes are.
type entry struct {
	content string
	sum     [32]byte // SHA-256 of it
	move    terms.Move
	read    bool // whether move is what it says
}

func newShared() *shared {
	return &shared{entries: map[string]*entry{}, verified: map[[32]byte]bool{}, founded: map[*terms.Charter]*terms.Founding{}}
}

// entry returns what is known of an entry. The caller holds s.mu.
func (s *shared) entry(b []byte) *entry {
	if s.last != nil && s.last.content == string(b) {
		return s.last
	}
	e := s.entries[string(b)]
	if e == nil {
		e = &entry{content: string(b), sum: sha256.Sum256(b)}
		s.entries[e.content] = e
	}
	s.last = e
	return e
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

// decode answers as terms.Move's Decode does.
func (s *shared) decode(b []byte, m *terms.Move) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entry(b)
	if !e.read {
		err = e.move.Decode(b)
		e.read = err == nil
	}
	*m = e.move
	return err
}

// digest answers as sha256.Sum256 does.
func (s *shared) digest(b []byte) [32]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.entry(b).sum
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
