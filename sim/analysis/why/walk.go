package why

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/policy"
)

// cell is a stretch of an axis along which everything happens in the same order, so that nothing political differs but when
// it happens.
type cell struct {
	first, last terms.Duration
	fate        string // what became of the plans and pledges
}

// maxWalk bounds the cells of one walk; beyond it goes by six hours.
const maxWalk = 1500

// walker plays a scenario at one length after the other. Replies take as long as they did in the run as it was: a policy
// draws anew when a text comes to it at another time, and with every minute otherwise.
type walker struct {
	f       *finder
	s       *scenarios.Scenario
	program *sim.Program
	unit    terms.Duration // all times are multiples of it
	plays   atomic.Int64
}

// walked is what came of a walk.
type walked struct {
	cells []cell
	whole bool // the whole of it could be told
	err   error
}

// walk lists the cells of a dial from its first value to its last. It goes from the beginning of one to the beginning of the
// next. How the times of a run depend on the dial is seen by playing two values beside each other: each time stays, or moves
// along, by as much or, after several windows, by several times as much. So it can be told when the order changes next, and
// there all is played again.
func (w *walker) walk(d *dial) walked {
	out := walked{whole: true}
	var next *course
	for v, n := d.first, 0; v <= d.last; n++ {
		if w.f.ctx.Err() != nil {
			return walked{err: w.f.ctx.Err()}
		}
		here := next
		if here == nil {
			if here, out.err = w.at(d, v); out.err != nil {
				return walked{err: out.err}
			}
		}
		next = nil
		step := w.unit
		if v+w.unit <= d.last {
			if next, out.err = w.at(d, v+w.unit); out.err != nil {
				return walked{err: out.err}
			}
			var told bool
			if step, told = here.until(next, w.unit); !told {
				out.whole = false
			}
		}
		if n > maxWalk {
			out.whole, step = false, max(step, 6*terms.Hour)
		}
		last := min(v+step-w.unit, d.last)
		if n := len(out.cells); n > 0 && out.cells[n-1].fate == here.fate {
			out.cells[n-1].last = last
		} else {
			out.cells = append(out.cells, cell{v, last, here.fate})
		}
		if step != w.unit {
			next = nil
		}
		v += step
	}
	return out
}

func (w *walker) at(d *dial, v terms.Duration) (*course, error) {
	c, err := w.course(&Change{edit: d.edit(v), inRule: d.inRule}, d.own)
	if err == nil && d.own != nil && (c.made < d.made || c.early > d.early) {
		c.fate = void
	}
	return c, err
}

// course is how a run went.
type course struct {
	order string          // what happened, without the times
	fate  string          // what became of what the plan hangs on
	made  int             // how often the dial's own move was recorded
	early int             // moves that were refused since their plan had not been proposed
	times []terms.Instant // all times that an order is about: those at which something was due, and the ends of windows and agreements
}

// void is the fate where it is not the same move at another time any more: it is refused, or others are since it is the
// proposal and they come before it. That a capital does not make a move is a change of its own.
const void = ""

// course plays a change. own picks the dial's own moves, nil none.
func (w *walker) course(c *Change, own func(*terms.Move) bool) (*course, error) {
	r, err := w.playChange(c)
	if err != nil {
		return nil, err
	}
	here := &course{times: slices.Clone(r.Due)}
	here.times = append(here.times, w.s.Start.Add(w.s.Horizon))
	var order, what strings.Builder
	fmt.Fprint(&order, len(r.Due), " ")
	for i := range r.Record {
		m, result := &r.Record[i].Move, &r.Record[i].Result
		switch {
		case result.Code == terms.RefusedUnknown:
			here.early++
		case !result.Refused && own != nil && own(m):
			here.made++
		}
		fmt.Fprint(&order, m.Capital, m.Verb, m.Plan, m.Term, m.Version, result.Code, " ")
		for j := range result.Events {
			e := &result.Events[j]
			fmt.Fprint(&order, e.Kind, e.Plan, e.Stage, e.Version, " ")
			if e.Until != 0 {
				here.times = append(here.times, e.Until)
			}
			if slices.Contains(w.f.plans, e.Plan) && weighty(e.Kind) {
				fmt.Fprint(&what, e.Kind, e.Plan, e.Stage, e.Version, e.Detail, closedBy(e.Reasons), w.f.tallied(e.Plan, e.Stage, e.Tally), "\n")
			}
		}
	}
	for _, id := range w.f.plans {
		v := fate(r, id)
		fmt.Fprint(&what, id, v.Outcome, v.Version, v.Stage, endingOf(v).Agreement, w.f.tallied(id, v.Stage, &v.Tally), "\n")
	}
	var pledged []string
	for i := range r.Pledges {
		if p := &r.Pledges[i]; slices.Contains(w.f.pledges, p.Term) {
			pledged = append(pledged, fmt.Sprint(p.Term, p.Capital, p.Counts))
		}
	}
	slices.Sort(pledged)
	fmt.Fprint(&what, pledged)
	here.order, here.fate = order.String(), what.String()
	return here, nil
}

// weighty reports whether an event bears on what becomes of a plan.
func weighty(k terms.EventKind) bool {
	switch k {
	case terms.EventVersion, terms.EventStagePassed, terms.EventDecided, terms.EventInForce, terms.EventExtended, terms.EventExpired,
		terms.EventCollapsed, terms.EventViolation:
		return true
	}
	return false
}

// closedBy tells whether the window, a call or the last to speak closed a stage.
func closedBy(all []terms.Reason) string {
	for i := range all {
		if all[i].Kind == terms.ReasonWindow {
			return strings.Join(strings.Fields(all[i].Text)[:2], " ")
		}
	}
	return ""
}

// tallied writes the positions of those on whom the rule of a stage can depend.
func (f *finder) tallied(plan, stage string, t *terms.Tally) string {
	if t == nil {
		return ""
	}
	var named []string // nil: all
	if proc := f.procedureOf(plan); proc != nil {
		if i := slices.IndexFunc(proc.Stages, func(s terms.Stage) bool { return s.Name == stage }); i >= 0 {
			if ids, all := namedIn(&proc.Stages[i].Rule); !all {
				named = slices.Clone(ids)
				for j := range f.s.Charter.Terms {
					named = append(named, f.s.Charter.Terms[j].ReservedTo...)
				}
			}
		}
	}
	write := func(ids []string) string {
		ids = slices.Sorted(slices.Values(ids))
		return fmt.Sprint(slices.DeleteFunc(ids, func(id string) bool { return named != nil && !slices.Contains(named, id) }))
	}
	return write(t.Consent) + write(t.Object) + write(t.Abstain)
}

// namedIn lists the capitals that a rule names; all says that it asks about every member.
func namedIn(r *terms.Rule) (ids []string, all bool) {
	switch r.Kind {
	case terms.RuleConsentOf, terms.RuleNoObjectionFrom:
		return r.Capitals, false
	case terms.RuleAll, terms.RuleAny:
		for i := range r.Rules {
			own, every := namedIn(&r.Rules[i])
			ids, all = append(ids, own...), all || every
		}
		return ids, all
	}
	return nil, true
}

// mostWindows is how many windows can follow each other whose lengths all change: by so many times as much a time moves.
const mostWindows = 64

// until returns how much further along the axis the order stays as it is in c; next is the course one unit further. It is
// false if a time does not move as times do.
func (c *course) until(next *course, unit terms.Duration) (terms.Duration, bool) {
	if c.order != next.order || len(c.times) != len(next.times) {
		return unit, true
	}
	moves := make([]moving, len(c.times))
	for i, t := range c.times {
		by := next.times[i].Sub(t)
		if by < 0 || by%unit != 0 || by > mostWindows*unit {
			return unit, false
		}
		moves[i] = moving{t, by / unit}
	}
	slices.SortFunc(moves, func(a, b moving) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.speed, b.speed)) })
	moves = slices.Compact(moves)
	least := terms.Duration(1) << 60
	for _, a := range moves {
		if a.speed == 0 {
			continue
		}
		for _, b := range moves {
			if b.speed >= a.speed || b.at < a.at {
				continue
			}
			gap, closing := b.at.Sub(a.at), a.speed-b.speed
			step := gap / closing / unit * unit
			if step*closing != gap || step == 0 { // it does not end in a tie, which is an order of its own
				step += unit
			}
			least = min(least, step)
		}
	}
	return least, true
}

// moving is a time, and by how many units it moves where the axis does by one.
type moving struct {
	at    terms.Instant
	speed terms.Duration
}

// took returns the scenario with all replies of its policies as long as they were: by what each drew when the text came to
// it, and where it never did by a draw that does not depend on when.
func (f *finder) took() *scenarios.Scenario {
	s := *f.s
	s.Parties = slices.Clone(s.Parties)
	for i := range s.Parties {
		p := &s.Parties[i]
		if p.Policy == nil {
			continue
		}
		own := *p.Policy
		own.Took = map[scenarios.Matter]terms.Duration{}
		drawn := policy.New(f.s, &f.s.Parties[i], f.s.Seed)
		for _, r := range f.h.rounds {
			m := scenarios.Matter{Plan: r.plan, Version: r.version, Stage: r.stage}
			if _, known := own.Took[m]; !known {
				own.Took[m] = drawn.Delay(policy.Task{Matter: policy.Matter{Plan: r.plan, Version: r.version, Stage: r.stage, Opened: r.opened}})
			}
		}
		p.Policy = &own
	}
	return &s
}
