package power

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// formula is a monotone function of coalitions: quotas joined by all and any. w is indexed by player. A formula is never
// changed once it is made.
type formula struct {
	kind  kind
	parts []formula // of all and any, two or more once simplified
	w     []int64   // of a quota
	q     int64
}

type kind uint8

const (
	quota kind = iota // the weights of the coalition's players sum to q or more
	allOf
	anyOf
	always
	never
)

// formulaOf reads a requirement for n players, of whom its i-th voter is players[i].
func formulaOf(r *terms.Requirement, n int, players []int) formula {
	if r.Join == "" {
		f := formula{w: make([]int64, n), q: int64(r.Quota)}
		for i, w := range r.Weights {
			f.w[players[i]] += int64(w)
		}
		return f
	}
	f := formula{kind: allOf}
	if r.Join == terms.RuleAny {
		f.kind = anyOf
	}
	for i := range r.Parts {
		f.parts = append(f.parts, formulaOf(&r.Parts[i], n, players))
	}
	return f
}

// wins reports whether a coalition wins.
func (f *formula) wins(in []bool) bool {
	switch f.kind {
	case quota:
		var sum int64
		for i, w := range f.w {
			if in[i] {
				sum += w
			}
		}
		return sum >= f.q
	case allOf:
		for i := range f.parts {
			if !f.parts[i].wins(in) {
				return false
			}
		}
		return true
	case anyOf:
		for i := range f.parts {
			if f.parts[i].wins(in) {
				return true
			}
		}
		return false
	}
	return f.kind == always
}

// dual is the game of blocking: a coalition wins it if, in f, all others together lose.
func (f *formula) dual() formula {
	switch f.kind {
	case quota:
		return formula{w: f.w, q: sum(f.w) - f.q + 1}
	case always:
		return formula{kind: never}
	case never:
		return formula{kind: always}
	}
	d := formula{kind: allOf + anyOf - f.kind}
	for i := range f.parts {
		d.parts = append(d.parts, f.parts[i].dual())
	}
	return d
}

func sum(w []int64) int64 {
	var s int64
	for _, x := range w {
		s += x
	}
	return s
}

// simplified returns an equivalent formula without constants, nested joins of the same kind and repetitions. Quotas that
// need all of their players, or only one of them, are written with weights of one; other weights lose their common divisor.
func (f *formula) simplified() formula {
	if f.kind == quota {
		return f.plain()
	}
	if f.kind == always || f.kind == never {
		return *f
	}
	neutral, final := always, never
	if f.kind == anyOf {
		neutral, final = never, always
	}
	out := formula{kind: f.kind}
	seen := map[string]int{} // by weights: of quotas on the same weights one is enough
	var add func(p formula) bool
	add = func(p formula) bool {
		switch p.kind {
		case neutral:
			return true
		case final:
			return false
		case f.kind:
			for i := range p.parts {
				if !add(p.parts[i]) {
					return false
				}
			}
			return true
		case quota:
			key := p.weights()
			if at, ok := seen[key]; ok {
				old := &out.parts[at]
				if f.kind == allOf {
					old.q = max(old.q, p.q)
				} else {
					old.q = min(old.q, p.q)
				}
				return true
			}
			seen[key] = len(out.parts)
		default:
			key := p.key()
			if _, ok := seen[key]; ok {
				return true
			}
			seen[key] = len(out.parts)
		}
		out.parts = append(out.parts, p)
		return true
	}
	for i := range f.parts {
		if !add(f.parts[i].simplified()) {
			return formula{kind: final}
		}
	}
	out.parts = out.merged()
	switch len(out.parts) {
	case 0:
		return formula{kind: neutral}
	case 1:
		return out.parts[0]
	}
	return out
}

// merged joins the parts of an all that each need every one of some players, and the parts of an any that need one.
func (f *formula) merged() []formula {
	var rest []formula
	var one *formula
	for _, p := range f.parts {
		if p.kind != quota || f.kind == allOf && !p.needsEvery() || f.kind == anyOf && !p.needsOne() {
			rest = append(rest, p)
			continue
		}
		if one == nil {
			one = &formula{w: make([]int64, len(p.w))}
		}
		for i, w := range p.w {
			if w > 0 {
				one.w[i] = 1
			}
		}
	}
	if one == nil {
		return rest
	}
	one.q = 1
	if f.kind == allOf {
		one.q = sum(one.w)
	}
	return append(rest, *one)
}

func (f *formula) needsEvery() bool { return f.kind == quota && ones(f.w) && f.q == sum(f.w) }
func (f *formula) needsOne() bool   { return f.kind == quota && ones(f.w) && f.q == 1 }

func ones(w []int64) bool { return !slices.ContainsFunc(w, func(x int64) bool { return x > 1 }) }

// plain simplifies a quota.
func (f *formula) plain() formula {
	total, least := sum(f.w), int64(0)
	for _, w := range f.w {
		if w > 0 && (least == 0 || w < least) {
			least = w
		}
	}
	switch {
	case f.q <= 0:
		return formula{kind: always}
	case f.q > total:
		return formula{kind: never}
	case f.q > total-least || f.q <= least:
		one := formula{w: make([]int64, len(f.w)), q: 1}
		for i, w := range f.w {
			if w > 0 {
				one.w[i] = 1
			}
		}
		if f.q > least {
			one.q = sum(one.w)
		}
		return one
	}
	var g int64
	for _, w := range f.w {
		g = gcd(g, w)
	}
	out := formula{w: make([]int64, len(f.w)), q: (f.q + g - 1) / g}
	for i, w := range f.w {
		out.w[i] = w / g
	}
	return out
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// weights is the same for quotas of the same weights.
func (f *formula) weights() string {
	var b []byte
	for _, w := range f.w {
		b = binary.AppendUvarint(b, uint64(w))
	}
	return string(b)
}

// key is the same for formulas that are written alike.
func (f *formula) key() string {
	if f.kind == quota {
		return string(binary.AppendVarint([]byte(f.weights()), f.q))
	}
	keys := make([]string, len(f.parts))
	for i := range f.parts {
		keys[i] = f.parts[i].key()
	}
	sort.Strings(keys)
	return fmt.Sprint(f.kind) + "(" + strings.Join(keys, ",") + ")"
}

// on restricts the formula to some players, the others being outside; those in 'in' are inside every coalition.
func (f *formula) on(keep, in []int) formula {
	if f.kind == quota {
		out := formula{w: make([]int64, len(keep)), q: f.q}
		for i, p := range keep {
			out.w[i] = f.w[p]
		}
		for _, p := range in {
			out.q -= f.w[p]
		}
		return out
	}
	out := formula{kind: f.kind}
	for i := range f.parts {
		out.parts = append(out.parts, f.parts[i].on(keep, in))
	}
	return out
}

// quotas lists the formula's quotas, from left to right.
func (f *formula) quotas() []*formula {
	if f.kind == quota {
		return []*formula{f}
	}
	var all []*formula
	for i := range f.parts {
		all = append(all, f.parts[i].quotas()...)
	}
	return all
}

// core is a game without the players about whom there is nothing to count: those who hold a veto (every winning coalition
// has them) and the dummies that the rule does not mention. What is left is a game of its own.
type core struct {
	formula // of the players in play; always, never, or simplified
	most    *limits
	n       int     // how many players are in play
	players []int   // which they are
	vetoes  []int   // who was taken out as needed by all
	dummies []int   // who was taken out as needed by nobody
	kinds   [][]int // the players in play, by interchangeable kind: same weight in every quota; numbered as in formula
}

// coreOf takes the vetoes and dummies out of a game of n players.
func coreOf(f formula, n int, most *limits) core {
	c := core{most: most, formula: f.simplified()}
	for i := range n {
		c.players = append(c.players, i)
	}
	for {
		in := c.needed()
		if len(in) == 0 {
			break
		}
		c.take(in, &c.vetoes, in)
	}
	if c.kind != never {
		counts := make([]bool, len(c.players))
		for _, q := range c.quotas() {
			if q.kind != quota {
				continue
			}
			for i, w := range q.w {
				counts[i] = counts[i] || w > 0
			}
		}
		var out []int
		for i := range counts {
			if !counts[i] {
				out = append(out, i)
			}
		}
		c.take(out, &c.dummies, nil)
	}
	c.n = len(c.players)
	slices.Sort(c.vetoes)
	c.kinds = kindsOf(&c.formula, c.n)
	return c
}

// needed lists the players without whom all others lose.
func (c *core) needed() []int {
	if c.kind == always || c.kind == never {
		return nil
	}
	c.n = len(c.players)
	s := newSample(c)
	for i := range c.n {
		s.add(i, 1)
	}
	var in []int
	for i := range c.n {
		if !s.tree.wins(s.sums, s.ofs[i], -1) {
			in = append(in, i)
		}
	}
	return in
}

// take moves players out of the game, into coalitions if they are given as in too.
func (c *core) take(out []int, to *[]int, in []int) {
	var keep, left []int
	for i, p := range c.players {
		if slices.Contains(out, i) {
			*to = append(*to, p)
		} else {
			keep, left = append(keep, i), append(left, p)
		}
	}
	f := c.formula.on(keep, in)
	c.formula, c.players = f.simplified(), left
}

// kindsOf sorts players by kind: those of the same weight in every quota are interchangeable.
func kindsOf(f *formula, n int) [][]int {
	var kinds [][]int
	var quotas []*formula
	if f.kind != always && f.kind != never {
		quotas = f.quotas()
	}
	at := map[string]int{}
	for i := range n {
		var key []byte
		for _, q := range quotas {
			key = binary.AppendUvarint(key, uint64(q.w[i]))
		}
		k, ok := at[string(key)]
		if !ok {
			k = len(kinds)
			at[string(key)] = k
			kinds = append(kinds, nil)
		}
		kinds[k] = append(kinds[k], i)
	}
	return kinds
}
