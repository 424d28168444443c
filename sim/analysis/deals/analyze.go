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

	// Progress, if it is not nil, hears how much of a long search for the frontier is done, 0 to 1. Several goroutines call it.
	Progress func(part float64)

	effort *effort // nil: fullEffort
}

// The defaults of [Options].
const (
	DefaultMost  = 10_000
	DefaultLimit = 50_000_000
)

// effort bounds the work. Bounds are counts of steps, not times, so the answer does not depend on the machine.
type effort struct {
	whole   int         // deals of a space of which everything is exact, whatever it takes
	block   int         // bytes of the scores of partial deals held at once where everything is
	crowd   int         // partial deals of which a sample is looked at before all
	gates   int         // states held to tell how few deals the links leave of a vast space
	states  int         // partial deals held at once while counting
	front   frontLimits // of the frontier of a larger space
	quick   frontLimits // and of one of those
	samples int         // deals drawn
	climbs  int         // hill climbs: a third of them for each measure
	moves   int         // deals looked at while climbing
	ties    int         // steps in the search for deals as good as the best
	open    int         // steps in the search for what opens an empty zone
}

var fullEffort = effort{
	whole: 10_000_000, block: 512 << 20, crowd: 1 << 16, gates: 1_000_000,
	quick:  frontLimits{combos: 100_000, points: 3_000, work: 3_000_000},
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
	walked := m.space.BitLen() < 63 && m.combos.IsInt64() && m.combos.Int64() <= int64(o.Limit)
	if !walked && len(m.links) > 0 {
		walked = w.thinned(ctx)
	}
	limits := o.effort.front
	if walked && (m.gate != nil || m.combos.Int64() <= int64(o.effort.whole)) {
		limits = o.effort.quick // where they do not do, the sieve does
	}
	if w.front, err = m.frontier(ctx, limits); err != nil {
		return nil, err
	}
	if walked {
		err = w.all(ctx)
	} else {
		err = w.large(ctx)
	}
	if err != nil {
		return nil, err
	}
	// A sample without an agreement proves nothing about the zone.
	if r.Unanimous.Sign() == 0 && r.Space.Sign() > 0 && r.Estimate == nil {
		if err := w.openings(ctx, walked); err != nil {
			return nil, err
		}
	}
	if r.Zone, err = w.zone(ctx); err != nil {
		return nil, err
	}
	for l, list := range map[*List][]Deal{&r.Counts.Pareto: r.Pareto, &r.Counts.Nash: r.Nash, &r.Counts.Egalitarian: r.Egalitarian, &r.Counts.GreatestSum: r.GreatestSum} {
		if n := len(list); l.Deals.Cmp(big.NewInt(int64(n))) > 0 {
			l.Listed = &n
		}
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
	walked  int // deals that were gone through one by one, those that nothing tells apart as one; 0 if they were not
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
	w.walked = c.seen
	if !w.front.whole && c.seen <= w.o.effort.whole {
		return w.sifted(ctx)
	}
	var f *found
	if !w.front.whole {
		var err error
		if _, f, _, err = w.m.search(ctx, w.o); err != nil {
			return err
		}
	}
	return w.pareto(ctx, f)
}

// thinned reports whether the links leave so few deals of a vast space that they can be gone through.
func (w *work) thinned(ctx context.Context) bool {
	var order []int
	for _, p := range w.m.parts() {
		order = append(order, p.axes...)
	}
	g, n, ok := newGate(ctx, w.m, order, w.o.effort.gates)
	if !ok || n > uint64(w.o.effort.whole) {
		return false
	}
	w.m.gate = g
	return true
}

// sifted finds the frontier whatever it takes, and writes it.
func (w *work) sifted(ctx context.Context) error {
	s := newSieve(w.m, w.o.effort, w.o.Progress)
	if err := s.run(ctx); err != nil {
		return err
	}
	e := newEfficient(w)
	if err := s.each(ctx, e); err != nil {
		return err
	}
	e.write()
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
	return w.pareto(ctx, f)
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
