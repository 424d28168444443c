package power

import (
	"context"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
)

// A truth table is filled from the heavy players down: it is decided of one after the other whether it is in, and of the
// formula only what is still open is looked at further (constraint propagation, as in a search for a satisfying assignment).
// Once only the lightest leafPlayers are left, each quota that is open asks for so much of their weights. Which of their
// coalitions have as much is read off a list of them in the order of their sums, which all quotas with these weights share.
const (
	leafPlayers = 11
	leafWords   = 1 << (leafPlayers - inWord)
	stops       = 32 // every so many places in the order, the coalitions from there on are at hand as bits
	buckets     = 1 << (leafPlayers + 1)
)

type leaf [leafWords]uint64

// residual is what is left open of a formula, in prefix order. A quota is two numbers: that of its weights, and what it still
// needs of them; a join is joinAll or joinAny, and the place where it ends.
type residual []int64

const (
	joinAll = -1
	joinAny = -2
)

// filler fills the table of a formula.
type filler struct {
	n       int
	w, rest [][]int64 // by player, then by number of the weights: of the player, and of it and all lighter ones
	light   []*lightest
	uses    []int // by number of the weights: quotas on them
	root    residual
	answer  answer // of the root, if it is not open
}

// lightest is the coalitions of the leafPlayers lightest players in the order of their sums of some weights.
type lightest struct {
	sums  []int64
	order []uint16
	from  []leaf   // by stop: those from there on
	start []uint16 // by bucket of equal width: the first place whose sum is in it or beyond
	scale float64  // buckets in a unit of weight
}

func newFiller(f *formula, n int) *filler {
	b := &filler{n: n, w: make([][]int64, max(n, leafPlayers)), rest: make([][]int64, max(n, leafPlayers)+1)}
	at, lights := map[string]int64{}, map[string]*lightest{}
	add := func(f *formula) int64 {
		key := f.weights()
		v, known := at[key]
		if known {
			return v
		}
		v = int64(len(b.light))
		at[key] = v
		low := make([]int64, leafPlayers)
		var name []byte
		for i := range b.w {
			var x int64
			if i < n {
				x = f.w[i]
			}
			b.w[i] = append(b.w[i], x)
			if i < leafPlayers {
				low[i] = x
				name = binary.AppendUvarint(name, uint64(x))
			}
		}
		if lights[string(name)] == nil {
			lights[string(name)] = lightestOf(low)
		}
		b.light, b.uses = append(b.light, lights[string(name)]), append(b.uses, 0)
		return v
	}
	var code func(f *formula)
	code = func(f *formula) {
		if f.kind == quota {
			v := add(f)
			b.uses[v]++
			b.root = append(b.root, v, f.q)
			return
		}
		mark := len(b.root)
		kind := int64(joinAll)
		if f.kind == anyOf {
			kind = joinAny
		}
		b.root = append(b.root, kind, 0)
		for i := range f.parts {
			code(&f.parts[i])
		}
		b.root[mark+1] = int64(len(b.root))
	}
	switch f.kind {
	case always:
		b.answer = isWon
	case never:
		b.answer = isLost
	default:
		code(f)
	}
	for i := range b.rest {
		b.rest[i] = make([]int64, len(b.light))
		for v := range b.rest[i] {
			if i > 0 {
				b.rest[i][v] = b.rest[i-1][v] + b.w[i-1][v]
			}
		}
	}
	if b.answer == open { // what asks for nothing, or for more than there is
		d := decider{rest: b.rest[len(b.w)]}
		_, b.answer = d.part(b.root, 0)
		b.root = d.out
	}
	return b
}

func lightestOf(w []int64) *lightest {
	l := &lightest{sums: make([]int64, 1<<leafPlayers), order: make([]uint16, 1<<leafPlayers)}
	sums := make([]int64, 1, 1<<leafPlayers)
	for i, x := range w {
		for _, s := range sums[:1<<i] {
			sums = append(sums, s+x)
		}
	}
	for c := range l.order {
		l.order[c] = uint16(c)
	}
	slices.SortFunc(l.order, func(a, b uint16) int {
		switch x, y := sums[a], sums[b]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return int(a) - int(b)
	})
	l.from = make([]leaf, len(l.order)/stops+1)
	var have leaf
	for i := len(l.order) - 1; i >= 0; i-- {
		c := l.order[i]
		l.sums[i] = sums[c]
		have[c>>inWord] |= 1 << (c & (1<<inWord - 1))
		if i%stops == 0 {
			l.from[i/stops] = have
		}
	}
	l.index()
	return l
}

// index prepares the search for the first place with a sum.
func (l *lightest) index() {
	l.start = make([]uint16, buckets+1)
	l.scale = (buckets - 1) / float64(max(1, l.sums[len(l.sums)-1]))
	at := 0
	for b := range l.start {
		for at < len(l.sums) && int(float64(l.sums[at])*l.scale) < b {
			at++
		}
		l.start[b] = uint16(at)
	}
}

// place is the first in the order with a sum of need or more, which is not above the greatest sum.
func (l *lightest) place(need int64) int {
	at := int(l.start[int(float64(need)*l.scale)])
	for l.sums[at] < need {
		at++
	}
	return at
}

// and leaves of some coalitions those from a place in the order on; or adds them. What they return is as in [leaf].
func (l *lightest) and(at int, to *leaf) uint64 {
	stop := at / stops
	some := to.and(&l.from[stop])
	for _, c := range l.order[stop*stops : at] {
		to[c>>inWord&(leafWords-1)] &^= 1 << (c & (1<<inWord - 1))
	}
	return some
}

func (l *lightest) or(at int, to *leaf) uint64 {
	stop := (at + stops - 1) / stops
	common := to.or(&l.from[stop])
	for _, c := range l.order[at : stop*stops] {
		to[c>>inWord&(leafWords-1)] |= 1 << (c & (1<<inWord - 1))
	}
	return common
}

// filling is one worker's progress.
type filling struct {
	*filler
	code  []residual // by player: what is open once it is decided
	asked []asked    // by weights
	joins []*leaf    // by depth
}

// asked is what was last asked of weights on which there are several quotas, and which coalitions have it.
type asked struct {
	need int64
	have *leaf
}

func (b *filler) start() *filling {
	return &filling{filler: b, code: make([]residual, len(b.w)+1), asked: make([]asked, len(b.light))}
}

// fill writes the words of a block, of the coalitions that are the same in the players from 'players' on.
func (f *filling) fill(words []uint64, from, players int) {
	code, known := f.root, f.answer
	for i := len(f.w) - 1; i >= players && known == open; i-- {
		in := from>>(i-inWord)&1 == 1
		f.code[i], known = f.decide(f.code[i][:0], code, i, in)
		code = f.code[i]
	}
	f.below(words, code, players, known)
}

// below fills the words of all coalitions of the players before one.
func (f *filling) below(words []uint64, code residual, players int, known answer) {
	if known != open {
		var all uint64
		if known == isWon {
			all = ^uint64(0)
		}
		for i := range words {
			words[i] = all
		}
		return
	}
	if players == leafPlayers {
		out, _ := f.leaf(code, 0, 0)
		copy(words, out[:])
		return
	}
	i, half := players-1, len(words)/2
	for side, in := range []bool{false, true} {
		var known answer
		f.code[i], known = f.decide(f.code[i][:0], code, i, in)
		f.below(words[side*half:(side+1)*half], f.code[i], i, known)
	}
}

// decide appends what is left open of a code when a player is in, or not.
func (f *filling) decide(out, code residual, player int, in bool) (residual, answer) {
	d := decider{out: out, rest: f.rest[player]}
	if in {
		d.w = f.w[player]
	}
	_, known := d.part(code, 0)
	return d.out, known
}

type decider struct {
	out     residual
	w, rest []int64 // w is nil if the player is not in
}

// part decides the part of a code at a place, and returns the place after it.
func (d *decider) part(code residual, at int) (int, answer) {
	if v := code[at]; v >= 0 {
		need := code[at+1]
		if d.w != nil {
			need -= d.w[v]
		}
		switch {
		case need <= 0:
			return at + 2, isWon
		case need > d.rest[v]:
			return at + 2, isLost
		}
		d.out = append(d.out, v, need)
		return at + 2, open
	}
	neutral, final := isWon, isLost
	if code[at] == joinAny {
		neutral, final = isLost, isWon
	}
	end, mark, parts := int(code[at+1]), len(d.out), 0
	d.out = append(d.out, code[at], 0)
	for at += 2; at < end; {
		var known answer
		at, known = d.part(code, at)
		if known == final {
			d.out = d.out[:mark]
			return end, final
		}
		if known == open {
			parts++
		}
	}
	switch parts {
	case 0:
		d.out = d.out[:mark]
		return end, neutral
	case 1: // the join falls away, and what is left moves to its place
		left := len(d.out) - mark - 2
		copy(d.out[mark:], d.out[mark+2:])
		d.out = d.out[:mark+left]
		d.out.moved(mark, -2)
		return end, open
	}
	d.out[mark+1] = int64(len(d.out))
	return end, open
}

// moved corrects the ends of the joins from a place on.
func (c residual) moved(from int, by int64) {
	for at := from; at < len(c); at += 2 {
		if c[at] < 0 {
			c[at+1] += by
		}
	}
}

// leaf evaluates the part of a code at a place on all coalitions of the lightest players, and returns the place after it.
func (f *filling) leaf(code residual, at, depth int) (*leaf, int) {
	if depth == len(f.joins) {
		f.joins = append(f.joins, new(leaf))
	}
	out := f.joins[depth]
	if v := code[at]; v >= 0 {
		*out = leaf{}
		f.light[v].or(f.light[v].place(code[at+1]), out)
		return out, at + 2
	}
	end := int(code[at+1])
	if code[at] == joinAll {
		*out = full
		f.all(out, code[:end], at+2, depth)
	} else {
		*out = leaf{}
		f.any(out, code[:end], at+2, depth)
	}
	return out, end
}

// ahead is how many quotas are looked up before the first of them is used: each look-up waits for memory, and they wait
// together.
const ahead = 16

// look looks up the quotas that come next in a code: their places in the order of their weights.
func (f *filling) look(code residual, at int, places *[ahead]int) (n int) {
	for n < ahead && at < len(code) && code[at] >= 0 && f.uses[code[at]] == 1 {
		places[n] = f.light[code[at]].place(code[at+1])
		n, at = n+1, at+2
	}
	return n
}

// all leaves in out what is in all parts of a code from a place on; any adds what is in any. They stop when that is clear.
func (f *filling) all(out *leaf, code residual, at, depth int) {
	var places [ahead]int
	for at < len(code) {
		if n := f.look(code, at, &places); n > 0 {
			for _, place := range places[:n] {
				if f.light[code[at]].and(place, out) == 0 {
					return
				}
				at += 2
			}
			continue
		}
		var part *leaf
		if v := code[at]; v < 0 {
			part, at = f.leaf(code, at, depth+1)
		} else {
			part, at = f.ask(v, code[at+1]), at+2
		}
		if out.and(part) == 0 {
			return
		}
	}
}

func (f *filling) any(out *leaf, code residual, at, depth int) {
	var places [ahead]int
	for at < len(code) {
		if n := f.look(code, at, &places); n > 0 {
			for _, place := range places[:n] {
				if f.light[code[at]].or(place, out) == ^uint64(0) {
					return
				}
				at += 2
			}
			continue
		}
		var part *leaf
		if v := code[at]; v < 0 {
			part, at = f.leaf(code, at, depth+1)
		} else {
			part, at = f.ask(v, code[at+1]), at+2
		}
		if out.or(part) == ^uint64(0) {
			return
		}
	}
}

// ask remembers the last answer.
func (f *filling) ask(v, need int64) *leaf {
	a := &f.asked[v]
	if a.have == nil {
		a.have = new(leaf)
	}
	if a.need != need {
		a.need, *a.have = need, leaf{}
		f.light[v].or(f.light[v].place(need), a.have)
	}
	return a.have
}

var full = func() (l leaf) {
	for i := range l {
		l[i] = ^uint64(0)
	}
	return l
}()

// and leaves what is in both, and returns the words of that laid over each other: 0 if there is nothing.
func (l *leaf) and(other *leaf) (some uint64) {
	for i, x := range other {
		l[i] &= x
		some |= l[i]
	}
	return some
}

// or adds what is in the other, and returns what the words have in common: all bits only if everything is in.
func (l *leaf) or(other *leaf) uint64 {
	common := ^uint64(0)
	for i, x := range other {
		l[i] |= x
		common &= l[i]
	}
	return common
}

// tableOf fills the table of a game of at most maxTable players. It is quicker if the lightest come first.
func tableOf(ctx context.Context, f *formula, n int) (*table, error) {
	t := &table{n: n, words: make([]uint64, 1<<max(0, n-inWord))}
	b := newFiller(f, n)
	workers := sync.Pool{New: func() any { return b.start() }}
	err := t.blocks(ctx, func(from, to int) {
		f := workers.Get().(*filling)
		f.fill(t.words[from:to], from, max(leafPlayers, inWord+bits.Len(uint(to-from))-1))
		workers.Put(f)
	})
	if n < inWord {
		t.words[0] &= 1<<(1<<n) - 1
	}
	return t, err
}
