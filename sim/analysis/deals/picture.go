package deals

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"sort"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report/chart"
)

func float(n terms.Number) float64 { return float64(n) / float64(terms.One) }

// picture draws the zone of possible agreement.
func (w words) picture() []chart.Block {
	r, z := w.r, w.r.Zone
	if z == nil {
		return nil
	}
	s := chart.Scatter{X: "points of " + w.name(z.X), Y: "points of " + w.name(z.Y)}
	s.Title = "What deals are worth to " + w.name(z.X) + " and " + w.name(z.Y)
	spots := func(all []Spot) []chart.Point {
		var points []chart.Point
		for _, x := range all {
			points = append(points, chart.Point{X: float(x.X), Y: float(x.Y)})
		}
		return points
	}
	of := func(list []Deal) []chart.Point {
		var all []Spot
		for _, d := range list {
			all = append(all, Spot{d.Scores.of(z.X), d.Scores.of(z.Y)})
		}
		slices.SortFunc(all, func(a, b Spot) int { return int(min(1, max(-1, a.X-b.X)))*2 + int(min(1, max(-1, a.Y-b.Y))) })
		return spots(slices.Compact(all))
	}
	add := func(name string, points []chart.Point) {
		if len(points) > 0 {
			s.Series = append(s.Series, chart.Series{Name: name, Points: points})
		}
	}
	add("refused by somebody", spots(z.Refused))
	add("accepted by all", spots(z.Accepted))
	frontier := "Pareto frontier"
	switch {
	case !r.Counts.Pareto.Exact:
		frontier += ", as far as it was found"
	case r.Counts.Pareto.Listed != nil:
		frontier += fmt.Sprintf(", %s of its deals", grouped(big.NewInt(int64(*r.Counts.Pareto.Listed))))
	}
	add(frontier, of(r.Pareto))
	add("egalitarian point", of(r.Egalitarian))
	add("Nash point", of(r.Nash))
	s.Lines = []chart.Line{{Upright: true, At: float(z.WalkX), Label: fmt.Sprintf("%s walks away below %s", w.name(z.X), z.WalkX)},
		{At: float(z.WalkY), Label: fmt.Sprintf("%s walks away below %s", w.name(z.Y), z.WalkY)}}
	s.Zone = &chart.Zone{Label: "neither walks away", FromX: float(z.WalkX), FromY: float(z.WalkY), ToX: math.Inf(1), ToY: math.Inf(1)}
	var about []string
	if len(r.Parties) > 2 {
		about = append(about, "These two accept the fewest deals.")
	}
	about = append(about, "Deals worth the same to both are one mark")
	switch {
	case z.Sampled > 0:
		about[len(about)-1] += fmt.Sprintf("; %d deals drawn at random are shown.", z.Sampled)
	case z.Thinned:
		about[len(about)-1] += ", and of those close together one is shown."
	default:
		about[len(about)-1] += "."
	}
	s.About = strings.Join(about, " ")
	return []chart.Block{s}
}

func (s Scores) of(capital string) terms.Number {
	for _, w := range s {
		if w.Capital == capital {
			return w.Score
		}
	}
	return 0
}

// points lists what is singled out.
func (w words) points() []chart.Block {
	r := w.r
	if len(r.Pareto) == 0 && len(r.GreatestSum) == 0 {
		return []chart.Block{chart.Para{Text: "Nothing: every deal crosses a red line or leaves a need unmet of a capital with a score sheet."}}
	}
	var blocks []chart.Block
	if r.Admissible.Cmp(&r.Space.Int) < 0 {
		blocks = append(blocks, chart.Para{Text: fmt.Sprintf("Among the %s%s that keep the red lines and needs of those with score sheets.", w.about(), deals(&r.Admissible.Int))})
	}
	if len(r.Nash) == 0 {
		text := "Nash point: none, since no deal is worth their walk-aways to all."
		if !r.Counts.Nash.Exact {
			text = "Nash point: the search has found no deal that is worth their walk-aways to all."
		}
		blocks = append(blocks, chart.Para{Text: text})
	} else {
		blocks = append(blocks, w.list("Nash point: the product of surpluses is "+r.Nash[0].Product.String(), r.Nash, r.Counts.Nash)...)
	}
	blocks = append(blocks, w.list("Egalitarian point: the least surplus is "+r.Egalitarian[0].Least.String(), r.Egalitarian, r.Counts.Egalitarian)...)
	blocks = append(blocks, w.list("Greatest sum of scores: "+r.GreatestSum[0].Sum.String(), r.GreatestSum, r.Counts.GreatestSum)...)
	n := deals(&r.Counts.Pareto.Deals.Int)
	if !r.Counts.Pareto.Exact {
		n += " found"
	}
	if u := r.Counts.Pareto.Unanimous; u != nil && r.Counts.Pareto.Deals.Cmp(&u.Int) > 0 && len(r.Pareto) > 1 {
		n += ", " + grouped(&u.Int) + " of them accepted by all"
	}
	// Those that all accept come first: they are what there is to talk about.
	frontier := slices.Clone(r.Pareto)
	slices.SortStableFunc(frontier, func(a, b Deal) int { return len(a.Refused) - len(b.Refused) })
	return append(blocks, w.list("Pareto frontier: "+n, frontier, r.Counts.Pareto)...)
}

// list writes a heading and the first deals of a list.
func (w words) list(heading string, list []Deal, of List) []chart.Block {
	found := ""
	if !of.Exact {
		found = " (the best found)"
	}
	blocks := []chart.Block{chart.Para{Look: chart.Bold, Text: heading + found}}
	rows, told := 0, new(big.Int)
	var last []int
	for _, d := range list {
		if last != nil && slices.Equal(last, d.choice) {
			continue // another of the values that nothing tells apart: the row of the first speaks of all
		}
		if rows++; rows > shown {
			break
		}
		last = d.choice
		text, n := w.class(d)
		told.Add(told, n)
		text += " (" + w.scores(d.Scores) + ")"
		if len(d.Refused) > 0 {
			text += ", refused by " + w.names(d.Refused)
		}
		blocks = append(blocks, chart.Para{Mark: "-", Text: text})
	}
	if told.Sub(&of.Deals.Int, told).Sign() > 0 {
		blocks = append(blocks, chart.Para{Mark: "-", Text: "and " + grouped(told) + " more"})
	}
	return blocks
}

// class writes the terms of a deal, with ranges for the values that nothing tells apart, and counts the deals meant.
func (w words) class(d Deal) (string, *big.Int) {
	m, n := w.r.m, big.NewInt(1)
	many := map[string]string{}
	for i, k := range d.choice {
		c := &m.axes[i].classes[k]
		n.Mul(n, c.weight)
		if c.count == 1 {
			continue
		}
		var ranges []string
		for _, s := range joinedSpans(c.spans) {
			from, set := m.axes[i].at(s.from)
			to, sets := m.axes[i].at(s.to)
			switch {
			case s.from == s.to:
				ranges = append(ranges, w.value(from, set))
			case set && sets && (from.Kind == terms.KindQuantity || from.Kind == terms.KindDuration && sort.SliceIsSorted(m.axes[i].list, func(a, b int) bool { return m.axes[i].list[a].Duration < m.axes[i].list[b].Duration })):
				ranges = append(ranges, w.value(from, true)+" to "+w.value(to, true))
			default:
				for at := s.from; at <= s.to && len(ranges) <= shown; at++ {
					v, ok := m.axes[i].at(at)
					ranges = append(ranges, w.value(v, ok))
				}
			}
		}
		if len(ranges) > shown {
			ranges = append(ranges[:shown-1], "…")
		}
		many[m.axes[i].term.ID] = strings.Join(ranges, " or ")
	}
	return w.textWith(d.Terms, many), n
}

// joinedSpans joins spans that follow one another.
func joinedSpans(all []span) []span {
	var out []span
	for _, s := range all {
		if n := len(out); n > 0 && out[n-1].to+1 == s.from {
			out[n-1].to = s.to
			continue
		}
		out = append(out, s)
	}
	return out
}

func (w words) scores(s Scores) string {
	var parts []string
	for _, x := range s {
		parts = append(parts, strings.ReplaceAll(w.name(x.Capital), " ", "\u00a0")+"\u00a0"+x.Score.String())
	}
	return strings.Join(parts, ", ")
}
