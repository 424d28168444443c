package deals

import (
	"context"
	"encoding/binary"
	"math"
	"math/big"
)

// merged counts the deals of a space that is too large to go through one by one. It adds one axis after the other to
// partial deals, and merges those that nothing can tell apart any more: same lines, same score of each sheet, where a score
// that the rest of the deal can no longer lift to the walk-away, or lower below it, counts as never or always enough. It
// returns false if more than most would have to be held.
func (m *model) merged(ctx context.Context, most int) (*tally, bool, error) {
	t := newTally(m)
	var all flags
	for i := range all {
		all[i] = ^uint64(0)
	}
	states := map[string]*partial{"": {scores: make([]int64, len(m.sheets)), holds: all, n: big.NewInt(1)}}
	relevant := m.relevant()
	for at := range m.axes {
		next := make(map[string]*partial, len(states))
		var key []byte
		steps := 0
		for _, s := range states {
			for k := range m.axes[at].classes {
				if steps++; steps&0xfff == 0 && ctx.Err() != nil {
					return nil, false, ctx.Err()
				}
				c := &m.axes[at].classes[k]
				x := partial{scores: make([]int64, len(s.scores)), holds: s.holds, n: new(big.Int).Mul(s.n, c.weight)}
				x.holds.and(&c.holds)
				if m.barred(at, &x.holds) {
					continue
				}
				x.holds.and(&relevant[at])
				for j := range s.scores {
					x.scores[j] = m.clamped(at+1, j, s.scores[j], c.points[j])
				}
				key = x.key(key[:0])
				if y, there := next[string(key)]; there {
					y.n.Add(y.n, x.n)
					continue
				}
				if len(next) == most {
					return nil, false, nil
				}
				next[string(key)] = &x
			}
		}
		states = next
	}
	for _, s := range states {
		t.fold(m.key(s.scores, &s.holds), s.n)
	}
	return t, true, nil
}

// partial is a deal up to some axis, and how many there are that nothing tells from it.
type partial struct {
	scores []int64
	holds  flags
	n      *big.Int
}

func (s *partial) key(to []byte) []byte {
	for _, x := range s.scores {
		to = binary.LittleEndian.AppendUint64(to, uint64(x))
	}
	for _, x := range s.holds {
		to = binary.LittleEndian.AppendUint64(to, x)
	}
	return to
}

// Scores that are settled: enough for the walk-away, or not, whatever follows.
const (
	always   = math.MaxInt64
	hopeless = math.MinInt64
)

// clamped adds points to a score; at is the first axis that has no value yet.
func (m *model) clamped(at, sheet int, score, points int64) int64 {
	if score == always || score == hopeless {
		return score
	}
	score += points
	switch {
	case score+m.low[at][sheet] >= m.walk[sheet]:
		return always
	case score+m.high[at][sheet] < m.walk[sheet]:
		return hopeless
	}
	return score
}

// relevant says for each axis which lines still matter once it has its value: those of conditions and of reserved terms
// always, those of links until they have been judged.
func (m *model) relevant() []flags {
	all := make([]flags, len(m.axes))
	for at := range all {
		keep := func(l int) { all[at][l>>6] |= 1 << (l & 63) }
		for _, c := range m.conditions {
			if c.kind == redLine || c.kind == need {
				keep(c.line)
			}
		}
		if m.game != nil {
			for _, r := range m.game.maybe {
				keep(r.line)
			}
		}
		for _, l := range m.links {
			if max(m.lines[l.when].last, m.lines[l.then].last) > at {
				keep(l.when)
				keep(l.then)
			}
		}
	}
	return all
}
