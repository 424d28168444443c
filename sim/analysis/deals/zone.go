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
	zoneLooks = 2_000_000 // deals looked at one by one; of a larger space, as many as below are drawn
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
	if m.combos.IsInt64() && m.combos.Int64() <= zoneLooks {
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
	m    *model
	x, y int
	seen [2]map[[2]int64]bool     // refused and accepted: every spot, until there are too many
	grid [2]map[[2]int64][2]int64 // then the first one in each field of a grid
	thin bool
}

func (v *spots) visit(d *deal) {
	kind := 1
	key := v.m.key(d.scores, &d.holds)
	for j := range v.m.judges {
		if key&v.m.judges[j].wants != 0 {
			kind = 0
			break
		}
	}
	at := [2]int64{d.scores[v.x], d.scores[v.y]}
	if v.thin {
		v.put(kind, at)
		return
	}
	if v.seen[kind][at] = true; len(v.seen[kind]) > zoneSpots {
		v.thin = true
		v.grid = [2]map[[2]int64][2]int64{{}, {}}
		for k := range v.seen {
			for _, at := range sorted(v.seen[k]) {
				v.put(k, at)
			}
		}
	}
}

// put keeps a spot if it is the first in its field.
func (v *spots) put(kind int, at [2]int64) {
	field := at
	for i, j := range [2]int{v.x, v.y} {
		if width := (v.m.high[0][j] - v.m.low[0][j]) / zoneGrid; width > 0 {
			field[i] = (at[i] - v.m.low[0][j]) / width
		}
	}
	if _, there := v.grid[kind][field]; !there {
		v.grid[kind][field] = at
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
		for _, at := range v.grid[kind] {
			seen[at] = true
		}
	}
	var list []Spot
	for _, at := range sorted(seen) {
		list = append(list, Spot{v.m.number(at[0]), v.m.number(at[1])})
	}
	return list
}
