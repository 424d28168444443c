package deals

import (
	"cmp"
	"math/big"
	"math/bits"
	"slices"
)

// tally counts deals by key, in bounded memory: what it has counted is folded into the figures whenever it grows too large.
type tally struct {
	m     *model
	few   []uint64          // by key, if keys are short
	many  map[uint64]uint64 // by key, else
	space big.Int

	accepted, alone []big.Int // by judge: deals that it accepts, and that all but it accept
	unanimous       big.Int
	passing, could  big.Int // could: with the consent of members of whom nothing is known
	admissible      big.Int // deals that violate no red line and no need of a capital with a sheet

	closest blockers
}

// blockers are the smallest sets of conditions that some deal violates and nothing besides: without one of these sets
// the deal would be accepted by all.
type blockers struct {
	size int      // 0: some deal is accepted by all
	sets []uint64 // some of them more than once, until settle
	next int      // the length at which they are settled
	more bool     // there are more than were kept
}

const (
	shortKey   = 16
	maxKeys    = 1 << 18
	maxClosest = 32      // sets of conditions that are written out
	maxSets    = 1 << 24 // and kept, to be counted: more than ten million deals can have
)

func newTally(m *model) *tally {
	t := &tally{m: m, accepted: make([]big.Int, len(m.judges)), alone: make([]big.Int, len(m.judges))}
	t.closest.size = 65
	if len(m.conditions)+m.game.reservedBits() <= shortKey {
		t.few = make([]uint64, 1<<(len(m.conditions)+m.game.reservedBits()))
	} else {
		t.many = make(map[uint64]uint64)
	}
	return t
}

// add counts deals with a key.
func (t *tally) add(key, n uint64) {
	if t.few != nil {
		t.few[key] += n
		return
	}
	if t.many[key] += n; len(t.many) > maxKeys {
		t.done()
	}
}

// done folds what was counted into the figures.
func (t *tally) done() {
	var n big.Int
	for key, count := range t.few {
		if count > 0 {
			t.fold(uint64(key), n.SetUint64(count))
			t.few[key] = 0
		}
	}
	for key, count := range t.many {
		t.fold(key, n.SetUint64(count))
	}
	clear(t.many)
}

// fold adds n deals with a key to the figures.
func (t *tally) fold(key uint64, n *big.Int) {
	m := t.m
	t.space.Add(&t.space, n)
	against := -1
	refusals := 0
	for j := range m.judges {
		if key&m.judges[j].wants == 0 {
			t.accepted[j].Add(&t.accepted[j], n)
			continue
		}
		refusals++
		against = j
	}
	switch refusals {
	case 0:
		t.unanimous.Add(&t.unanimous, n)
	case 1:
		t.alone[against].Add(&t.alone[against], n)
	}
	if key&m.strict == 0 {
		t.admissible.Add(&t.admissible, n)
	}
	if m.game != nil {
		objecting, consenting := m.game.passes(key)
		if objecting {
			t.passing.Add(&t.passing, n)
		}
		if consenting {
			t.could.Add(&t.could, n)
		}
	}
	t.closest.see(key & (1<<len(m.conditions) - 1))
}

// see notes which conditions a deal violates.
func (b *blockers) see(violated uint64) {
	n := bits.OnesCount64(violated)
	if n > b.size {
		return
	}
	if n < b.size {
		*b = blockers{size: n, next: maxClosest}
	}
	b.sets = append(b.sets, violated)
	if len(b.sets) >= b.next {
		b.settle()
		if len(b.sets) > maxSets {
			b.sets, b.more = b.sets[:maxSets], true
		}
		b.next = max(maxClosest, 2*len(b.sets))
	}
}

// settle drops what is twice, and puts the sets in the order in which their conditions stand: of two of one size the one
// that has the first condition that the other lacks.
func (b *blockers) settle() {
	slices.SortFunc(b.sets, func(x, y uint64) int { return cmp.Compare(bits.Reverse64(y), bits.Reverse64(x)) })
	b.sets = slices.Compact(b.sets)
}
