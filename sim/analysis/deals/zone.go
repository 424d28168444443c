package deals

import (
	"cmp"
	"context"
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// Zone is the picture of the zone of possible agreement: what deals are worth to two capitals.
type Zone struct {
	X, Y         string // the two capitals that accept the fewest deals
	WalkX, WalkY terms.Number
	Refused      []Spot // deals that somebody refuses
	Accepted     []Spot // deals that all accept
	Thinned      bool   // not every deal has a spot of its own
	Sampled      int    // deals drawn at random; 0: all were looked at
}

// Spot is what a deal is worth to the two.
type Spot struct{ X, Y terms.Number }

const (
	zoneLooks = 10_000_000 // deals looked at one by one; of a larger space, as many as below are drawn
	zoneDraws = 20_000
	zoneSpots = 2_000 // spots of a kind; where there are more, a grid keeps one of those in each field
	zoneGrid  = 48    // fields each way
)

// zone draws the picture. It is nil with fewer than two score sheets.
func (w *work) zone(ctx context.Context) (*Zone, error) {
	m := w.m
	if len(m.sheets) < 2 || w.r.Space.Sign() == 0 {
		return nil, nil
	}
	order := make([]int, len(m.sheets))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return w.r.AcceptedBy[m.sheets[a]].Cmp(&w.r.AcceptedBy[m.sheets[b]].Int)
	})
	x, y := min(order[0], order[1]), max(order[0], order[1])
	z := &Zone{X: m.sheets[x], Y: m.sheets[y], WalkX: m.number(m.walk[x]), WalkY: m.number(m.walk[y])}
	v := &spots{m: m, x: x, y: y, seen: [2]map[[2]int64]bool{{}, {}}}
	if w.walked > 0 && w.walked <= zoneLooks {
		if err := m.each(ctx, v); err != nil {
			return nil, err
		}
	} else {
		s := m.sampler(w.o.Seed)
		for range zoneDraws {
			if d, ok := s.draw(); ok {
				z.Sampled++
				v.visit(d)
			}
		}
	}
	z.Refused, z.Accepted, z.Thinned = v.list(0), v.list(1), v.thin
	return z, nil
}

// spots is the visitor that collects spots.
type spots struct {
	m      *model
	x, y   int
	seen   [2]map[[2]int64]bool // refused and accepted: every spot, until there are too many
	grid   [2][]gridSpot        // then the first one in each field of a grid
	across int                  // fields in a row
	width  [2]int64             // of a field
	thin   bool
}

type gridSpot struct {
	there bool
	at    [2]int64
}

func (v *spots) visit(d *deal) {
	kind := 1
	if !v.m.accepted(v.m.key(d.scores, &d.holds)) {
		kind = 0
	}
	at := [2]int64{d.scores[v.x], d.scores[v.y]}
	if v.thin {
		v.put(kind, at)
		return
	}
	if v.seen[kind][at] = true; len(v.seen[kind]) > zoneSpots {
		v.thinOut()
	}
}

// thinOut lays the grid over the spots so far.
func (v *spots) thinOut() {
	v.thin = true
	var fields [2]int
	for i, j := range [2]int{v.x, v.y} {
		spread := v.m.high[0][j] - v.m.low[0][j]
		v.width[i] = max(1, spread/zoneGrid)
		fields[i] = int(spread/v.width[i]) + 1
	}
	v.across = fields[0]
	for k := range v.seen {
		v.grid[k] = make([]gridSpot, fields[0]*fields[1])
		for _, at := range sorted(v.seen[k]) {
			v.put(k, at)
		}
	}
}

// put keeps a spot if it is the first in its field.
func (v *spots) put(kind int, at [2]int64) {
	x, y := (at[0]-v.m.low[0][v.x])/v.width[0], (at[1]-v.m.low[0][v.y])/v.width[1]
	if g := &v.grid[kind][int(y)*v.across+int(x)]; !g.there {
		*g = gridSpot{true, at}
	}
}

func sorted(seen map[[2]int64]bool) [][2]int64 {
	all := make([][2]int64, 0, len(seen))
	for at := range seen {
		all = append(all, at)
	}
	slices.SortFunc(all, func(a, b [2]int64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return all
}

func (v *spots) list(kind int) []Spot {
	seen := v.seen[kind]
	if v.thin {
		seen = map[[2]int64]bool{}
		for _, g := range v.grid[kind] {
			if g.there {
				seen[g.at] = true
			}
		}
	}
	var list []Spot
	for _, at := range sorted(seen) {
		list = append(list, Spot{v.m.number(at[0]), v.m.number(at[1])})
	}
	return list
}
