package deals

import (
	"context"
	"math/big"
	"slices"

	"github.com/parley-sim/parley/scenarios"
)

// Options are what an analysis is asked for. The zero value is what [Analyze] needs.
type Options struct {
	Plan string // whose last stage decides, and whose terms are part of the space; "" is the first of the file

	Procedure string // whose last stage decides, where no plan is named

	Seed  int64 // of the sample, where a space is too large for exact counts
	Most  int   // deals in a list; 0 is DefaultMost
	Limit int   // combinations of values up to which every deal is looked at; 0 is DefaultLimit

	effort *effort // nil: fullEffort
}

// The defaults of [Options].
const (
	DefaultMost  = 10_000
	DefaultLimit = 50_000_000
)

// effort bounds the work where a space is too large to be gone through. Bounds are counts of steps, not times, so the
// answer does not depend on the machine.
type effort struct {
	states  int         // partial deals held at once while counting
	front   frontLimits // of the frontier
	samples int         // deals drawn
	climbs  int         // hill climbs: a third of them for each measure
	moves   int         // deals looked at while climbing
	ties    int         // steps in the search for deals as good as the best
	open    int         // steps in the search for what opens an empty zone
}

var fullEffort = effort{
	states: 400_000, front: frontLimits{combos: 3_000_000, points: 60_000, work: 300_000_000},
	samples: 300_000, climbs: 60, moves: 400_000, ties: 4_000_000, open: 4_000_000,
}

// Analyze works out what is known of a scenario's deals. It returns [ErrNoSheets] where no capital has a score sheet, and
// other errors for what cannot be analysed; the context's if it ends.
func Analyze(ctx context.Context, s *scenarios.Scenario, o Options) (*Result, error) {
	if o.Most == 0 {
		o.Most = DefaultMost
	}
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if o.effort == nil {
		full := fullEffort
		o.effort = &full
	}
	m, err := newModel(s, &o)
	if err != nil {
		return nil, err
	}
	r := m.result()
	w := &work{m: m, r: r, o: &o}
	if w.front, err = m.frontier(ctx, o.effort.front); err != nil {
		return nil, err
	}
	if m.space.BitLen() < 63 && m.combos.IsInt64() && m.combos.Int64() <= int64(o.Limit) {
		err = w.all(ctx)
	} else {
		err = w.large(ctx)
	}
	if err != nil {
		return nil, err
	}
	// A sample without an agreement proves nothing about the zone.
	if r.Unanimous.Sign() == 0 && r.Space.Sign() > 0 && r.Estimate == nil {
		if r.OpenedBy, err = m.openings(ctx, &w.closest, o.effort.open); err != nil {
			return nil, err
		}
		r.MoreOpenings = w.closest.more
	}
	if r.Zone, err = w.zone(ctx); err != nil {
		return nil, err
	}
	r.Exact = r.Estimate == nil && r.Counts.Pareto.Exact && r.Counts.Nash.Exact && r.Counts.Egalitarian.Exact && r.Counts.GreatestSum.Exact
	return r, nil
}

// result is one with what is known without counting.
func (m *model) result() *Result {
	r := &Result{m: m, AcceptedBy: map[string]*Count{}, AcceptedByAllBut: map[string]*Count{}, RefusedByOnly: map[string]*Count{}, Links: len(m.links),
		Pareto: []Deal{}, Nash: []Deal{}, Egalitarian: []Deal{}, GreatestSum: []Deal{}, Unscored: m.unscored, Notes: m.notes}
	if g := m.game; g != nil {
		stage := &g.proc.Stages[g.stage]
		r.Plan, r.Stage, r.Rule = g.plan, stage.Name, stage.Rule.String()
	}
	for i := range m.axes {
		t := Term{ID: m.axes[i].term.ID, Values: &Count{}}
		for k := range m.axes[i].classes {
			t.Values.Add(&t.Values.Int, m.axes[i].classes[k].weight)
		}
		r.Terms = append(r.Terms, t)
	}
	slices.SortFunc(r.Terms, func(a, b Term) int { return m.place(a.ID) - m.place(b.ID) })
	for j, id := range m.sheets {
		p := Party{Capital: id, WalkAway: m.number(m.walk[j]), Least: m.number(m.low[0][j]), Greatest: m.number(m.high[0][j])}
		for _, t := range r.Terms {
			if !slices.ContainsFunc(m.s.Parties[m.party(id)].Scores, func(s scenarios.Score) bool { return s.Term == t.ID }) {
				p.Silent = append(p.Silent, t.ID)
			}
		}
		r.Parties = append(r.Parties, p)
	}
	return r
}

// work fills a result.
type work struct {
	m       *model
	r       *Result
	o       *Options
	front   *front
	closest blockers
}

// all goes through every deal.
func (w *work) all(ctx context.Context) error {
	c := newCount(w.m, w.o.Most)
	if err := w.m.each(ctx, c); err != nil {
		return err
	}
	c.tally.done()
	w.counts(c.tally, nil)
	w.lists(c.bests, true)
	w.pareto(nil)
	return nil
}

// large counts without going through every deal.
func (w *work) large(ctx context.Context) error {
	m := w.m
	t, whole, err := m.merged(ctx, w.o.effort.states)
	if err != nil {
		return err
	}
	var f *found
	if !whole || !w.front.whole {
		var drawn int
		var sample *tally
		if sample, f, drawn, err = m.search(ctx, w.o); err != nil {
			return err
		}
		if !whole {
			t = sample
			w.estimate(t, drawn)
		}
	}
	if whole {
		w.counts(t, nil)
	}
	if w.front.whole {
		if err := w.fromFrontier(ctx); err != nil {
			return err
		}
	} else {
		w.lists(f.bests, false)
	}
	w.pareto(f)
	return nil
}

// counts writes the figures of a tally; scale, if it is given, turns what was counted of a sample into an estimate.
func (w *work) counts(t *tally, scale func(*big.Int) *Count) {
	if scale == nil {
		scale = func(n *big.Int) *Count { return &Count{*new(big.Int).Set(n)} }
	}
	r, m := w.r, w.m
	r.Space, r.Unanimous, r.Admissible = scale(&t.space), scale(&t.unanimous), scale(&t.admissible)
	if m.game != nil {
		r.Passing = scale(&t.passing)
		if len(m.unscored) > 0 {
			r.IfTheyDid = scale(&t.could)
		}
	}
	for j := range m.judges {
		for _, id := range m.judges[j].capitals {
			r.AcceptedBy[id] = scale(&t.accepted[j])
			alone := &t.alone[j]
			if len(m.judges[j].capitals) > 1 { // where one of them refuses, the others do too
				alone = new(big.Int)
			}
			r.RefusedByOnly[id] = scale(alone)
			r.AcceptedByAllBut[id] = scale(new(big.Int).Add(&t.unanimous, alone))
		}
	}
	w.closest = t.closest
}
