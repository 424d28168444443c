package power

import (
	"cmp"
	"context"
	"math/big"
	"math/bits"
	"runtime"
	"slices"
	"sort"
	"sync"
)

// series is a game whose quotas are on one weight and on the number of players: for each size of a coalition there is a
// least weight that wins, and no more need be known of a coalition than its size and weight. How many coalitions there are
// of each is the coefficient of the generating function Π (1 + z·x^w): Brams and Affuso, "Power and size: a new paradox",
// 1976; with two rules at once, Algaba, Bilbao, Fernández and López, "Computing power indices in weighted multiple majority
// games", 2003.
type series struct {
	n     int
	most  *limits
	kinds [][]int
	w     []int64 // by player; zero for everybody where only heads count
	total int64
	least []int64 // by size: the least weight that wins; unwinnable if none does
	flat  bool    // least is the same for every size
}

const unwinnable = int64(-1)

// seriesOf tells whether a core is such a game.
func seriesOf(c *core) (*series, bool) {
	s := &series{n: c.n, most: c.most, kinds: c.kinds, w: make([]int64, c.n)}
	weighed := ""
	for _, q := range c.quotas() {
		if q.kind != quota || uniform(q.w) {
			continue
		}
		key := q.weights()
		if weighed != "" && key != weighed {
			return nil, false
		}
		weighed, s.w = key, q.w
	}
	s.total = sum(s.w)
	var marks []int64
	for _, q := range c.quotas() {
		if q.kind == quota && !uniform(q.w) {
			marks = append(marks, q.q)
		}
	}
	marks = append(marks, 0)
	slices.Sort(marks)
	s.flat = true
	for size := range c.n + 1 {
		i := sort.Search(len(marks), func(i int) bool { return winsWith(&c.formula, size, marks[i]) })
		s.least = append(s.least, unwinnable)
		if i < len(marks) {
			s.least[size] = marks[i]
		}
		s.flat = s.flat && s.least[size] == s.least[0]
	}
	return s, true
}

func uniform(w []int64) bool { return len(w) == 0 || slices.Min(w) == slices.Max(w) }

// winsWith evaluates a formula on a coalition of a size and weight.
func winsWith(f *formula, size int, weight int64) bool {
	switch f.kind {
	case quota:
		if uniform(f.w) {
			return int64(size)*f.w[0] >= f.q
		}
		return weight >= f.q
	case allOf, anyOf:
		for i := range f.parts {
			if winsWith(&f.parts[i], size, weight) != (f.kind == allOf) {
				return f.kind == anyOf
			}
		}
		return f.kind == allOf
	}
	return f.kind == always
}

// coefficients are those of the generating function for weights below bound, modulo a prime, each added up with those of
// lighter coalitions. Where it does not go by size there is one row.
type coefficients struct {
	s     *series
	sized bool
	p     uint64
	rows  [][]uint64
}

// light are the coalitions that the coefficients tell apart: the winning ones are counted by what they are, or by what they
// leave over, whichever is lighter.
type light struct {
	*series
	over  bool    // sets are what winning coalitions leave over, and those below the bound win
	below []int64 // by size of the set: the sets that weigh less are counted; 0: none, unbounded: all
	bound int64   // all finite values of below are at most this
	sizes int     // sets of more players are of no interest
}

const unbounded = int64(-1)

// lightest picks the side that needs fewer coefficients.
func (s *series) lightest() *light {
	losing := &light{series: s, below: make([]int64, s.n+1)}
	over := &light{series: s, over: true, below: make([]int64, s.n+1)}
	for size, least := range s.least {
		losing.below[size], over.below[s.n-size] = max(least, 0), s.total-least+1
		switch {
		case least == unwinnable:
			losing.below[size], over.below[s.n-size] = unbounded, 0
		case least <= 0:
			over.below[s.n-size] = unbounded
		default:
			losing.bound, over.bound = max(losing.bound, least), max(over.bound, s.total-least+1)
			losing.sizes, over.sizes = max(losing.sizes, size), max(over.sizes, s.n-size)
		}
	}
	if over.cost() < losing.cost() {
		return over
	}
	return losing
}

// cost is the work of the coefficients by size, in additions, for one prime.
func (l *light) cost() int64 {
	hi, lo := bits.Mul64(uint64(l.n)*uint64(l.sizes+1), uint64(l.bound))
	if hi > 0 || lo > 1<<62 {
		return 1 << 62
	}
	return int64(lo) / 2
}

// primes returns how many primes of 62 bits or more it takes to tell numbers up to 2^n apart.
func primesFor(n int) int { return n/62 + 1 }

// feasible tells whether the coefficients fit into time and memory, by size or without.
func (l *light) feasible(sized bool) bool {
	k := int64(primesFor(l.n))
	if !sized {
		return l.bound <= l.most.words && int64(l.n)*l.bound <= l.most.additions/k
	}
	if int64(l.sizes+1) > l.most.words/max(1, l.bound) {
		return false
	}
	return l.cost() <= l.most.additions/k
}

func (l *light) build(ctx context.Context, sized bool, p uint64) (*coefficients, error) {
	c := &coefficients{s: l.series, sized: sized, p: p}
	rows := 1
	if sized {
		rows = l.sizes + 1
	}
	for range rows {
		c.rows = append(c.rows, make([]uint64, l.bound))
	}
	if l.bound == 0 {
		return c, nil
	}
	c.rows[0][0] = 1
	for i, w := range l.w {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !sized {
			row := c.rows[0]
			for y := len(row) - 1; y >= int(w); y-- {
				row[y] = addMod(row[y], row[y-int(w)], p)
			}
			continue
		}
		for size := min(i+1, l.sizes); size > 0; size-- {
			if w < l.bound {
				addRow(c.rows[size][w:], c.rows[size-1][:l.bound-w], p)
			}
		}
	}
	for _, row := range c.rows {
		for y := 1; y < len(row); y++ {
			row[y] = addMod(row[y], row[y-1], p)
		}
	}
	return c, nil
}

// addMod adds two residues. It does so without a branch, which would be guessed wrongly half of the time.
func addMod(a, b, p uint64) uint64 {
	less, borrow := bits.Sub64(a+b, p, 0)
	return less + p&-borrow
}

func addRow(to, from []uint64, p uint64) {
	to = to[:len(from)]
	for i, b := range from {
		to[i] = addMod(to[i], b, p)
	}
}

// lighter returns the number of sets of a size (any, where sizes are not told apart) that weigh less than y.
func (c *coefficients) lighter(size int, y int64) uint64 {
	if y <= 0 || size < 0 {
		return 0
	}
	return c.rows[size][y-1]
}

// lighterWith is lighter for sets that have a given player of weight w: the coefficients divided by (1 + z·x^w), and
// multiplied by z·x^w.
func (c *coefficients) lighterWith(size int, y, w int64) uint64 {
	var n uint64
	plus := true
	for {
		y -= w
		if c.sized {
			size--
		}
		if y <= 0 || size < 0 {
			return n
		}
		x := c.lighter(size, y)
		if !plus {
			x = (c.p - x) % c.p
		}
		n, plus = addMod(n, x, c.p), !plus
		if w == 0 && !c.sized { // (1 + x^0): half of the sets have the player
			return mulMod(c.lighter(size, y), (c.p+1)/2, c.p)
		}
	}
}

func mulMod(a, b, p uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	_, rest := bits.Div64(hi%p, lo, p)
	return rest
}

// census counts the winning coalitions, by size if sized.
func (l *light) census(ctx context.Context, sized bool) (*census, error) {
	rows := len(l.kinds) + 1 // the first is that of all sets
	wide := 1
	if sized {
		wide = l.n + 1
	}
	k := primesFor(l.n)
	primes := bigPrimes(k)
	residues := make([][]uint64, k) // by prime: rows times sizes
	errs := make([]error, k)
	limit := runtime.GOMAXPROCS(0)
	if int64(limit)*int64(wide)*l.bound > l.most.words {
		limit = 1
	}
	var wg sync.WaitGroup
	tokens := make(chan struct{}, limit)
	for i, p := range primes {
		tokens <- struct{}{}
		wg.Go(func() {
			defer func() { <-tokens }()
			residues[i], errs[i] = l.residues(ctx, sized, p, rows, wide)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	sets := chinese(residues, primes)
	return l.assemble(sets, sized, wide), nil
}

// residues counts the sets below their bounds, modulo p: in all, and those that have a player of each kind.
func (l *light) residues(ctx context.Context, sized bool, p uint64, rows, wide int) ([]uint64, error) {
	c, err := l.build(ctx, sized, p)
	if err != nil {
		return nil, err
	}
	out := make([]uint64, rows*wide)
	for size := range wide {
		y := l.below[size]
		if y <= 0 { // none or all: no need to look
			continue
		}
		out[size] = c.lighter(size, y)
		for k, players := range l.kinds {
			out[(k+1)*wide+size] = c.lighterWith(size, y, l.w[players[0]])
		}
	}
	return out, nil
}

// assemble turns the counts of light sets into those of winning coalitions.
func (l *light) assemble(sets []*big.Int, sized bool, wide int) *census {
	out := &census{method: "generating function"}
	if !sized {
		every, half := new(big.Int).Lsh(big.NewInt(1), uint(l.n)), new(big.Int).Lsh(big.NewInt(1), uint(l.n-1))
		out.winning = l.winning(sets[0], every, l.below[0])
		for k := range l.kinds {
			with := l.winning(sets[k+1], half, l.below[0])
			if l.over { // the winning coalitions that a set with the player leaves over are those without
				with.Sub(out.winning, with)
			}
			out.with = append(out.with, with)
		}
		return out
	}
	every, has := choose(l.n), append([]*big.Int{new(big.Int)}, choose(max(0, l.n-1))...)
	out.sizes = make([]*big.Int, wide)
	out.withSizes = make([][]*big.Int, len(l.kinds))
	for k := range l.kinds {
		out.withSizes[k] = make([]*big.Int, wide)
	}
	for size := range wide {
		set := size
		if l.over {
			set = l.n - size
		}
		out.sizes[size] = l.winning(sets[set], every[set], l.below[set])
		for k := range l.kinds {
			with := l.winning(sets[(k+1)*wide+set], has[set], l.below[set])
			if l.over {
				with.Sub(out.sizes[size], with)
			}
			out.withSizes[k][size] = with
		}
	}
	out.sum()
	return out
}

// winning returns how many of so many sets stand for winning coalitions, if the lighter ones were counted.
func (l *light) winning(lighter, every *big.Int, below int64) *big.Int {
	n := new(big.Int)
	switch {
	case below == unbounded:
		n.Set(every)
	case below > 0:
		n.Set(lighter)
	}
	if l.over {
		return n
	}
	return n.Sub(every, n)
}

// bigPrimes returns the k largest primes below 2^63.
func bigPrimes(k int) []uint64 {
	var all []uint64
	for p := uint64(1)<<63 - 1; len(all) < k; p -= 2 {
		if new(big.Int).SetUint64(p).ProbablyPrime(0) { // exact below 2^64
			all = append(all, p)
		}
	}
	return all
}

// byPrimes returns the numbers that count gives modulo each of k large primes. Each call has a table of so many words for
// itself, which is used again; no more tables are in memory than the bounds allow.
func byPrimes(k int, words int64, most *limits, count func(p uint64, table []uint64) ([]uint64, error)) ([]*big.Int, error) {
	primes := bigPrimes(k)
	residues, errs := make([][]uint64, k), make([]error, k)
	limit := max(1, min(int64(runtime.GOMAXPROCS(0)), most.cells/max(1, words)))
	tables := make(chan []uint64, limit)
	for range limit {
		tables <- nil
	}
	var wg sync.WaitGroup
	for i, p := range primes {
		table := <-tables
		wg.Go(func() {
			if table == nil {
				table = make([]uint64, words)
			}
			residues[i], errs[i] = count(p, table)
			tables <- table
		})
	}
	wg.Wait()
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	return chinese(residues, primes), nil
}

// chinese finds the numbers that have these residues, by prime.
func chinese(residues [][]uint64, primes []uint64) []*big.Int {
	product := big.NewInt(1)
	out := make([]*big.Int, len(residues[0]))
	for i := range out {
		out[i] = new(big.Int)
	}
	for k, p := range primes {
		bp := new(big.Int).SetUint64(p)
		inverse := new(big.Int).ModInverse(new(big.Int).Mod(product, bp), bp).Uint64()
		var x, y big.Int
		for i, n := range out {
			have := x.Mod(n, bp).Uint64()
			step := mulMod(addMod(residues[k][i], (p-have)%p, p), inverse, p)
			n.Add(n, y.Mul(product, x.SetUint64(step)))
		}
		product.Mul(product, bp)
	}
	return out
}

// minimalWinning counts the winning coalitions that lose without any one of their players, which is so if they lose without
// their lightest. Players are taken from heavy to light, so that everybody who comes later is lighter. It returns nil if
// that would take too long.
func (s *series) minimalWinning(ctx context.Context) (*big.Int, error) {
	bound, sizes := int64(1), 0
	for size, least := range s.least {
		if least != unwinnable {
			bound = max(bound, least)
		}
		if size > 0 && s.least[size-1] != 0 && least != unwinnable {
			sizes = max(sizes, size)
		}
	}
	sized := !s.flat
	rows := 1
	if sized {
		rows = sizes + 1
	}
	k := int64(primesFor(s.n))
	if int64(rows) > s.most.words/2/bound || int64(s.n)*int64(rows)*2 > s.most.additions/k/bound {
		return nil, nil
	}
	order := make([]int64, s.n)
	copy(order, s.w)
	slices.SortFunc(order, func(a, b int64) int { return cmp.Compare(b, a) })
	primes := bigPrimes(int(k))
	residues := make([][]uint64, k)
	errs := make([]error, k)
	var wg sync.WaitGroup
	for i, p := range primes {
		wg.Go(func() {
			n, err := s.minimalMod(ctx, order, p, rows, bound, sized)
			residues[i], errs[i] = []uint64{n}, err
		})
		if i%2 == 1 {
			wg.Wait() // two tables at a time
		}
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return chinese(residues, primes)[0], nil
}

func (s *series) minimalMod(ctx context.Context, order []int64, p uint64, rows int, bound int64, sized bool) (uint64, error) {
	// A row's last place is for all sets of the bound's weight or more.
	table := make([][]uint64, rows)
	for i := range table {
		table[i] = make([]uint64, bound+1)
	}
	table[0][0] = 1
	var n uint64
	if s.least[0] == 0 { // nobody is needed
		return 1, nil
	}
	for j, w := range order {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		for size := 1; size <= j+1; size++ { // of a coalition whose lightest is j
			row, from := 0, s.least[size]
			if sized {
				row = size - 1
			}
			if sized && size >= rows {
				break
			}
			to := s.least[size-1] // losing without j
			if from == unwinnable {
				continue
			}
			if from = max(0, from-w); to == unwinnable {
				to = bound + 1
			}
			for y := from; y < to; y++ {
				n = addMod(n, table[row][y], p)
			}
			if !sized {
				break
			}
		}
		if !sized {
			shift(table[0], table[0], w, p)
			continue
		}
		for size := min(j+1, rows-1); size > 0; size-- {
			shift(table[size], table[size-1], w, p)
		}
	}
	return n, nil
}

// shift adds the sets of one row, with one more player, to another row or to itself.
func shift(to, from []uint64, w int64, p uint64) {
	last := int64(len(from) - 1)
	if w == 0 {
		for y := range from {
			to[y] = addMod(to[y], from[y], p)
		}
		return
	}
	for y := last; y >= 0; y-- {
		at := min(y+w, last)
		to[at] = addMod(to[at], from[y], p)
	}
}

// seriesCensus counts a core by generating functions. What cannot be counted so is left out of the census; nil says that
// nothing can.
func seriesCensus(ctx context.Context, c *core) (*census, error) {
	s, ok := seriesOf(c)
	if !ok {
		return nil, nil
	}
	l := s.lightest()
	sized := l.feasible(true)
	if !sized && !(s.flat && l.feasible(false)) {
		return nil, nil
	}
	if sized {
		c.most.announce(float64(l.cost()) * float64(primesFor(c.n)))
	}
	return l.census(ctx, sized)
}
