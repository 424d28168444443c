package deals

import "math"

// tree is a k-d tree of points. Its nodes stand in the order in which they are visited, each with the number of the node
// to go on with if nothing of it is of interest.
type tree struct {
	s     *points
	gauge gauge
	nodes []node
	tops  []uint64 // by node: the greatest of each field
	lows  []uint64 // and the least
}

type node struct {
	height   float64 // the greatest of its points
	skip     int32   // the node after those of its box
	from, to int32   // of a leaf: its points
}

// leafPoints is how many points a leaf holds, unless they are all the same.
const leafPoints = 24

// newTree makes a tree of points, and brings them into its order.
func newTree(s *points) *tree {
	t := &tree{s: s, gauge: newGauge(s)}
	if n := s.Len(); n > 0 {
		room := 1
		for leaf := n; leaf > leafPoints; leaf = (leaf + 1) / 2 {
			room = 2*room + 1
		}
		t.nodes = make([]node, 0, room)
		t.tops, t.lows = make([]uint64, 0, room*s.words), make([]uint64, 0, room*s.words)
		most, least := t.box(0, n)
		root := make([]float64, len(s.fields))
		for f := range s.fields {
			root[f] = 1 / float64(max(1, s.of(most, &s.fields[f])-s.of(least, &s.fields[f])))
		}
		t.build(0, n, root)
	}
	return t
}

// box returns the greatest and the least of each field.
func (t *tree) box(from, to int) (most, least []uint64) {
	s := t.s
	both := make([]uint64, 2*s.words)
	most, least = both[:s.words], both[s.words:]
	copy(most, s.at(from))
	copy(least, s.at(from))
	for w := range most {
		high, low := most[w], least[w]
		for i := from*s.words + w; i < to*s.words; i += s.words {
			x := s.v[i]
			high, _ = s.wider(high, x)
			_, low = s.wider(low, x)
		}
		most[w], least[w] = high, low
	}
	return most, least
}

// build adds the nodes of some points and returns the greatest height among them. It halves them along the field in which
// they are furthest apart, as a part of how far all are.
func (t *tree) build(from, to int, root []float64) float64 {
	s := t.s
	most, least := t.box(from, to)
	at := len(t.nodes)
	t.nodes = append(t.nodes, node{from: int32(from), to: int32(to), height: math.Inf(-1)})
	t.tops, t.lows = append(t.tops, most...), append(t.lows, least...)
	widest, by := -1, 0.0
	for f := range s.fields {
		if spread := float64(s.of(most, &s.fields[f])-s.of(least, &s.fields[f])) * root[f]; spread > by {
			widest, by = f, spread
		}
	}
	height := math.Inf(-1)
	switch {
	case widest < 0:
		t.nodes[at].to = t.nodes[at].from + 1 // they are all the same: one stands for all
		height = t.gauge.of(s, s.at(from))
	case to-from <= leafPoints:
		for i := from; i < to; i++ {
			height = max(height, t.gauge.of(s, s.at(i)))
		}
	default:
		t.nodes[at].to = t.nodes[at].from
		mid := (from + to) / 2
		s.halve(from, to, mid, &s.fields[widest])
		height = max(t.build(from, mid, root), t.build(mid, to, root))
	}
	t.nodes[at].height, t.nodes[at].skip = height, int32(len(t.nodes))
	return height
}

// halve puts the points with the greatest values of a field before mid, the others behind it (Hoare, "Algorithm 65: Find",
// Communications of the ACM 4, 1961).
func (s *points) halve(from, to, mid int, f *field) {
	mask := uint64(1)<<(s.width-1) - 1
	key := func(i int) uint64 { return s.v[i*s.words+f.word] >> f.shift & mask }
	left, right := from, to-1
	for left < right {
		a, b, c := key(left), key((left+right)/2), key(right)
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := left, right
		for i <= j {
			for key(i) > pivot {
				i++
			}
			for key(j) < pivot {
				j--
			}
			if i <= j {
				s.Swap(i, j)
				i++
				j--
			}
		}
		if mid <= j {
			right = j
		} else if mid >= i {
			left = i
		} else {
			return
		}
	}
}

// dominates reports whether a point of the tree dominates p: it is no less in any field, and not the same.
func (t *tree) dominates(p []uint64) bool {
	if len(t.nodes) == 0 {
		return false
	}
	s, guard, words := t.s, t.s.guard, t.s.words
	height := t.gauge.of(s, p) + t.gauge.step
	var top [maxConditions]uint64
	ceiling := t.ceiling(p, t.nodes[0].height-height, top[:words])
	for at := 0; at < len(t.nodes); {
		n := &t.nodes[at]
		if n.height < height || !reaches(t.tops[at*words:(at+1)*words], p, guard) || !reaches(ceiling, t.lows[at*words:(at+1)*words], guard) {
			at = int(n.skip)
			continue
		}
		at++
		for v := s.v[int(n.from)*words : int(n.to)*words]; len(v) > 0; v = v[words:] {
			if reaches(v, p, guard) && !same(v, p) {
				return true
			}
		}
	}
	return false
}

// ceiling writes the greatest fields that a point can have that dominates p, if its gauge is greater by so much at most
// than the least one that it needs: what it has more of a field than p cannot weigh more.
func (t *tree) ceiling(p []uint64, room float64, to []uint64) []uint64 {
	s := t.s
	most := uint64(1)<<(s.width-1) - 1
	for i := range s.fields {
		f := &s.fields[i]
		x := s.of(p, f)
		if more := max(0, room/t.gauge.weight[i]) + 2; more < float64(most-x) {
			x += uint64(more)
		} else {
			x = most
		}
		to[f.word] |= x << f.shift
	}
	return to
}

func same(a, b []uint64) bool {
	for w, x := range b {
		if a[w] != x {
			return false
		}
	}
	return true
}

// gauge is a sum of the fields with positive weights. A point that dominates another has a greater one, by the least weight
// or more. The weights are those that make the sum differ least among the points: if the sheets oppose each other so that
// what one gains others lose, it hardly differs at all, and rules nearly every box out. It is only ever used to rule
// boxes out, with room for rounding.
type gauge struct {
	weight []float64 // by field
	step   float64   // what one more of any field adds at least, less what rounding can take away; it may be negative
}

func newGauge(s *points) gauge {
	n := len(s.fields)
	g := gauge{weight: make([]float64, n)}
	const sample = 4096
	stride := max(1, s.Len()/sample)
	mean, spread, greatest := make([]float64, n), make([]float64, n), make([]float64, n)
	taken := 0.0
	for i := 0; i < s.Len(); i += stride {
		taken++
		for f := range n {
			mean[f] += float64(s.of(s.at(i), &s.fields[f]))
		}
	}
	together := make([][]float64, n)
	for f := range n {
		mean[f] /= taken
		together[f] = make([]float64, n)
		greatest[f] = math.Ldexp(1, int(s.width))
	}
	off := make([]float64, n)
	for i := 0; i < s.Len(); i += stride {
		for f := range n {
			off[f] = float64(s.of(s.at(i), &s.fields[f])) - mean[f]
		}
		for f := range n {
			for h := range n {
				together[f][h] += off[f] * off[h]
			}
		}
	}
	for f := range n {
		spread[f] = math.Sqrt(together[f][f] / taken)
		g.weight[f] = 1 / max(spread[f], 1e-3)
	}
	if w := flattest(together, spread, taken); w != nil {
		g.weight = w
	}
	least, room := math.Inf(1), 0.0
	for f, w := range g.weight {
		least = min(least, w)
		room += w * greatest[f]
	}
	g.step = least - room*0x1p-50*float64(n+1)
	return g
}

// flattest returns the weights with which a sum differs least, nil if they are not all positive: the least of w'Rw with
// the weights' sum given, where R says how the fields go together. A little is added to R, since it may well be singular.
func flattest(together [][]float64, spread []float64, taken float64) []float64 {
	n := len(together)
	const little = 1e-9
	row := make([][]float64, n)
	for f := range row {
		row[f] = make([]float64, n+1)
		for h := range n {
			if spread[f] == 0 || spread[h] == 0 {
				return nil
			}
			row[f][h] = together[f][h] / (taken * spread[f] * spread[h])
		}
		row[f][f] += little
		row[f][n] = 1
	}
	for c := range n { // Gauss and Jordan: R is positive definite, so no pivot is zero
		for f := range n {
			if f == c {
				continue
			}
			x := row[f][c] / row[c][c]
			for h := c; h <= n; h++ {
				row[f][h] -= x * row[c][h]
			}
		}
	}
	w := make([]float64, n)
	greatest := 0.0
	for f := range n {
		w[f] = row[f][n] / row[f][f] / spread[f]
		greatest = max(greatest, w[f])
	}
	for f := range n {
		if w[f] /= greatest; !(w[f]*spread[f] > 1e-6*spread[0]) {
			return nil
		}
	}
	return w
}

func (g *gauge) of(s *points, p []uint64) float64 {
	sum := 0.0
	for f := range s.fields {
		sum += g.weight[f] * float64(s.of(p, &s.fields[f]))
	}
	return sum
}
