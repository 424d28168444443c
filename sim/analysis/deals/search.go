package deals

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// Where a space is too large for exact counts, a sample estimates them, and a search looks for the points. Both draw from
// the seed, so the same seed gives the same answer.

// sampler draws deals.
type sampler struct {
	m    *model
	rng  *rand.Rand
	upTo [][]float64 // by axis and class: the weight of the classes up to it
	all  flags
	deal deal
}

func (m *model) sampler(seed int64) *sampler {
	s := &sampler{m: m, rng: rand.New(rand.NewPCG(uint64(seed), 0x6465616c73))}
	for i := range s.all {
		s.all[i] = ^uint64(0)
	}
	for at := range m.axes {
		var row []float64
		sum := 0.0
		for k := range m.axes[at].classes {
			w, _ := m.axes[at].classes[k].weight.Float64()
			sum += w
			row = append(row, sum)
		}
		s.upTo = append(s.upTo, row)
	}
	s.deal = deal{choice: make([]int, len(m.axes)), scores: make([]int64, len(m.sheets))}
	return s
}

// draw makes a deal at random, each as likely as any other; ok is false if a link forbids it.
func (s *sampler) draw() (d *deal, ok bool) {
	for at, row := range s.upTo {
		x := s.rng.Float64() * row[len(row)-1]
		s.deal.choice[at] = min(sort.SearchFloat64s(row, x), len(row)-1)
	}
	return &s.deal, s.m.value(&s.deal)
}

// value fills in what a combination of classes is worth; it returns false if a link forbids it.
func (m *model) value(d *deal) bool {
	clear(d.scores)
	for i := range d.holds {
		d.holds[i] = ^uint64(0)
	}
	for at, k := range d.choice {
		c := &m.axes[at].classes[k]
		d.holds.and(&c.holds)
		for j, p := range c.points {
			d.scores[j] += p
		}
		if m.barred(at, &d.holds) {
			return false
		}
	}
	return true
}

// found is what a search has come across.
type found struct {
	m     *model
	bests *bests
	walks uint64
	front []spot // those that none found so far dominates
	full  bool
	seen  map[string]bool
}

// spot is a deal that a search keeps.
type spot struct {
	scores []int64
	choice []int
}

// maxSeen bounds the bytes of the deals that a search remembers, so as not to list one twice.
const maxSeen = 64 << 20

// maxSpots bounds the frontier that a search keeps.
const maxSpots = 300

func (f *found) visit(d *deal) {
	key := f.m.key(d.scores, &d.holds)
	if key&f.m.strict != 0 {
		return
	}
	name := make([]byte, 0, 2*len(d.choice))
	for _, k := range d.choice {
		name = append(name, byte(k), byte(k>>8), byte(k>>16))
	}
	if f.seen[string(name)] {
		return
	}
	if len(f.seen) < maxSeen/(len(name)+64) {
		f.seen[string(name)] = true
	}
	f.bests.see(d, key&f.walks == 0)
	for i := range f.front {
		if atLeast(f.front[i].scores, d.scores) {
			if slices.Equal(f.front[i].scores, d.scores) {
				continue
			}
			return
		}
	}
	f.front = slices.DeleteFunc(f.front, func(s spot) bool { return atLeast(d.scores, s.scores) && !slices.Equal(d.scores, s.scores) })
	if len(f.front) == maxSpots {
		f.full = true
		return
	}
	f.front = append(f.front, spot{slices.Clone(d.scores), slices.Clone(d.choice)})
}

// search samples the space into a tally, and climbs from random deals and from the best of the sample. drawn counts the
// deals drawn, those that links forbid among them.
func (m *model) search(ctx context.Context, o *Options) (t *tally, f *found, drawn int, err error) {
	s := m.sampler(o.Seed)
	t = newTally(m)
	f = &found{m: m, bests: newBests(m, o.Most), walks: 1<<len(m.sheets) - 1, seen: map[string]bool{}}
	for drawn = 0; drawn < o.effort.samples; drawn++ {
		if drawn&0xfff == 0 && ctx.Err() != nil {
			return nil, nil, 0, ctx.Err()
		}
		d, ok := s.draw()
		if !ok {
			continue
		}
		t.add(m.key(d.scores, &d.holds), 1)
		d.weight = 1
		f.visit(d)
	}
	t.done()
	left := o.effort.moves
	for i := range o.effort.climbs {
		start, ok := s.draw()
		from := slices.Clone(start.choice)
		for _, best := range []*ties{&f.bests.leasts, &f.bests.products, &f.bests.sums} {
			if i < 3 && len(best.list) > 0 {
				from, ok = slices.Clone(best.list[0]), true
			}
		}
		if ok {
			m.climb(ctx, from, i%3, f, &left)
		}
	}
	return t, f, drawn, ctx.Err()
}

// climb changes one term at a time for the better, by one of three measures: the sum, the least surplus, the product.
func (m *model) climb(ctx context.Context, from []int, measure int, f *found, left *int) {
	d := &deal{choice: from, scores: make([]int64, len(m.sheets)), weight: 1}
	worth := func() float64 {
		if !m.value(d) {
			return math.Inf(-1)
		}
		f.visit(d)
		key := m.key(d.scores, &d.holds)
		penalty := 0.0
		if key&m.strict != 0 {
			penalty = 1e30
		}
		sum, least, product := 0.0, math.Inf(1), 0.0
		for j, s := range d.scores {
			surplus := float64(s - m.walk[j])
			sum += float64(s)
			least = min(least, surplus)
			if surplus > 0 {
				product += math.Log(surplus)
			} else {
				product += surplus*1e6 - 1e3
			}
		}
		return [...]float64{sum, least + sum*1e-9, product}[measure] - penalty
	}
	best := worth()
	for improved := true; improved && *left > 0 && ctx.Err() == nil; {
		improved = false
		for at := range d.choice {
			was := d.choice[at]
			for k := range m.axes[at].classes {
				if k == was {
					continue
				}
				*left--
				d.choice[at] = k
				if w := worth(); w > best {
					best, was, improved = w, k, true
				}
			}
			d.choice[at] = was
		}
	}
}
