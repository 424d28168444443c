package why

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// Player plays scenarios on real Raft in virtual time, each with its own seed, and returns their reports in the same order:
// nil for one that could not be finished for a technical reason. If whole, the reports have their records and timelines;
// otherwise the plans are enough. played is told of each run as it ends, in any order and from any goroutine.
type Player interface {
	Play(ctx context.Context, all []*scenarios.Scenario, whole bool, played func()) ([]*sim.Report, error)
}

// searcher plays a scenario with changes made to it.
type searcher struct {
	ctx     context.Context
	s       *scenarios.Scenario // pinned
	plan    string
	goal    Goal
	player  Player
	program *sim.Program
	budget  int // runs on real Raft that are left
	tried   *Tried
	tell    *teller
}

// set is a set of changes that was tried.
type trial struct {
	changes []*Change
	view    *terms.PlanView // as it came out; nil if it is no scenario, or could not be played
	real    bool            // on real Raft
	found   bool            // by the search beyond two
}

// faults counts the faults that the changes keep away.
func (t *trial) faults() int {
	n := 0
	for _, c := range t.changes {
		if c.Kind == KindFault {
			n++
		}
	}
	return n
}

func (x *searcher) flips(t *trial) bool { return t.view != nil && x.goal.reached(t.view) }

// variant makes the changes; ok is false if nothing can be founded on what they make.
func (x *searcher) variant(changes []*Change) (s *scenarios.Scenario, p *sim.Program, ok bool) {
	s = apply(x.s, changes...)
	if !slices.ContainsFunc(changes, func(c *Change) bool { return c.inRule }) {
		return s, x.program.With(s), true
	}
	p, err := sim.Compile(s)
	return s, p, err == nil
}

// faulty reports whether a technical fault is in play.
func faulty(s *scenarios.Scenario) bool {
	return slices.ContainsFunc(s.Script, func(step scenarios.Step) bool { return step.Fault != nil })
}

// play plays sets of changes: on the state machine alone where no fault is in play, which is the same, else on real Raft as
// long as the budget lasts, and then on the state machine alone too, which is counted.
func (x *searcher) play(all []*trial) error {
	var real []*trial
	var variants []*scenarios.Scenario
	var quick []*trial
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b *trial) int { return b.faults() - a.faults() }) // first those about faults
	for _, t := range all {
		if !x.needsMachines(t.changes) {
			quick = append(quick, t)
			continue
		}
		s, _, ok := x.variant(t.changes)
		switch {
		case !ok:
			x.tell.done(1)
		case len(real) < x.budget:
			real, variants = append(real, t), append(variants, s)
		default:
			quick = append(quick, t)
			x.tried.Screened++
		}
	}
	if err := x.directly(quick); err != nil {
		return err
	}
	return x.onRaft(real, variants)
}

// needsMachines reports whether a fault is in play once the changes are made.
func (x *searcher) needsMachines(changes []*Change) bool {
	if !faulty(x.s) {
		return false
	}
	if !slices.ContainsFunc(changes, func(c *Change) bool { return c.Kind == KindFault }) {
		return true
	}
	return faulty(apply(x.s, changes...))
}

// onRaft plays on real Raft.
func (x *searcher) onRaft(all []*trial, variants []*scenarios.Scenario) error {
	if len(all) == 0 {
		return nil
	}
	x.budget -= len(all)
	x.tried.Plays += len(all)
	x.tried.RealRuns += len(all)
	reports, err := x.player.Play(x.ctx, variants, false, func() { x.tell.done(1) })
	if err != nil {
		return err
	}
	for i, r := range reports {
		all[i].real, all[i].view = true, nil
		if r == nil {
			x.tried.Failed++
			continue
		}
		all[i].view = fate(r, x.plan)
	}
	return nil
}

// directly plays on the state machine alone, on all processors.
func (x *searcher) directly(all []*trial) error {
	var next atomic.Int64
	var played atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(all)) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(all) || x.ctx.Err() != nil {
					return
				}
				if _, p, ok := x.variant(all[i].changes); ok {
					all[i].view = fate(p.Play(x.s.Seed), x.plan)
					played.Add(1)
				}
				x.tell.done(1)
			}
		})
	}
	group.Wait()
	x.tried.Plays += int(played.Load())
	return x.ctx.Err()
}

// singles plays every change by itself.
func (x *searcher) singles(changes []*Change) ([]*trial, error) {
	all := make([]*trial, len(changes))
	for i, c := range changes {
		all[i] = &trial{changes: []*Change{c}}
		x.tried.By[c.Kind]++
	}
	x.tried.Singles = len(all)
	x.tell.more(len(all))
	return all, x.play(all)
}

// pairs plays all pairs of the changes that do not flip alone and can be made together.
func (x *searcher) pairs(singles []*trial) ([]*trial, error) {
	var all []*trial
	for i, a := range singles {
		if x.flips(a) || a.view == nil {
			continue
		}
		for _, b := range singles[i+1:] {
			if !x.flips(b) && b.view != nil && !conflict(a.changes[0], b.changes[0]) {
				all = append(all, &trial{changes: []*Change{a.changes[0], b.changes[0]}})
			}
		}
	}
	x.tried.Pairs = len(all)
	x.tell.more(len(all))
	return all, x.play(all)
}

// smallest lists the trials that flip, without those that go further than another one that flips too.
func (x *searcher) smallest(all []*trial) []*trial {
	var flips []*trial
	for _, t := range all {
		if x.flips(t) {
			flips = append(flips, t)
		}
	}
	var kept []*trial
	for _, t := range flips {
		if !slices.ContainsFunc(flips, func(u *trial) bool { return u != t && within(u.changes, t.changes) && !within(t.changes, u.changes) }) {
			kept = append(kept, t)
		}
	}
	return kept
}

// within reports whether each of one set's changes goes no further than one of the other's, one or two of each.
func within(a, b []*Change) bool {
	if len(a) == 1 {
		return a[0].within(b[0])
	}
	return a[0].within(b[0]) && a[1].within(b[1]) || a[0].within(b[1]) && a[1].within(b[0])
}

// within reports whether a change goes no further than another: it is the same, an earlier step of the same edit, or an edit
// of a part of what the other edits.
func (c *Change) within(o *Change) bool {
	if c == o || c.family != "" && c.family == o.family && c.step <= o.step {
		return true
	}
	for _, own := range c.slots {
		for _, other := range o.slots {
			if len(own) > len(other) && strings.HasPrefix(own, other) {
				return true
			}
		}
	}
	return false
}

// confirm plays flips that were found on the state machine alone on real Raft, and returns those that flip there too.
func (x *searcher) confirm(all []*trial) ([]*trial, error) {
	var again []*trial
	var variants []*scenarios.Scenario
	for _, t := range all {
		if !t.real {
			s, _, _ := x.variant(t.changes)
			again, variants = append(again, t), append(variants, s)
		}
	}
	x.tell.more(len(again))
	x.budget += len(again) // what is claimed is always played
	if err := x.onRaft(again, variants); err != nil {
		return nil, err
	}
	kept := slices.DeleteFunc(slices.Clone(all), func(t *trial) bool { return !x.flips(t) })
	x.tried.Dropped += len(all) - len(kept)
	return kept, nil
}

// How the search beyond two goes about it.
const (
	orders   = 12     // in which changes are left out, for each beginning
	maxPlays = 20_000 // of the search, on the state machine alone
)

// beyond looks for larger sets: it begins with many changes at once, and leaves one after the other out as long as the rest
// flips. It plays on the state machine alone, and a set it returns has no change that can be left out there.
func (x *searcher) beyond(singles []*trial, beginnings [][]*Change) ([]*trial, error) {
	var found []*trial
	plays := 0
	try := func(changes []*Change) bool {
		if plays++; plays > maxPlays || x.ctx.Err() != nil {
			return false
		}
		_, p, ok := x.variant(changes)
		if !ok {
			return false
		}
		x.tried.Larger++
		x.tried.Plays++
		return x.goal.reached(fate(p.Play(x.s.Seed), x.plan))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	seen := map[string]bool{}
	for _, all := range beginnings {
		if !try(all) {
			continue
		}
		for n := range orders {
			order := slices.Clone(all)
			switch n {
			case 0:
			case 1:
				slices.Reverse(order)
			default:
				rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			}
			set := leaveOut(order, try)
			set = weaken(set, singles, try)
			if key := keyOf(set); !seen[key] {
				seen[key] = true
				found = append(found, &trial{changes: set, found: true, view: x.outcome(set)})
			}
		}
	}
	return found, x.ctx.Err()
}

func (x *searcher) outcome(set []*Change) *terms.PlanView {
	_, p, ok := x.variant(set)
	if !ok {
		return nil
	}
	return fate(p.Play(x.s.Seed), x.plan)
}

// strongest lists the changes of some kinds that can be made together, of each family the strongest step, which comes last.
func strongest(singles []*trial, some ...Kind) []*Change {
	var set []*Change
	for i := len(singles) - 1; i >= 0; i-- {
		c := singles[i].changes[0]
		if slices.Contains(some, c.Kind) && singles[i].view != nil && !slices.ContainsFunc(set, func(o *Change) bool { return conflict(c, o) }) {
			set = append(set, c)
		}
	}
	slices.Reverse(set)
	return set
}

// spoken are the kinds that say what capitals do with a text, all else being as it is.
var spoken = []Kind{KindPosition, KindVeto, KindCondition}

// beginnings lists sets of changes to begin with: all of one kind, all of several, all.
func beginnings(singles []*trial) [][]*Change {
	kinds := func(some ...Kind) []*Change { return strongest(singles, some...) }
	all := [][]*Change{kinds(spoken...)}
	for _, k := range Kinds() {
		all = append(all, kinds(k))
	}
	all = append(all, kinds(KindPosition, KindVeto, KindCondition, KindWindow, KindMove, KindPledge, KindRequirement),
		kinds(KindPolicy, KindPledge, KindRequirement, KindValue), kinds(KindRule, KindRequirement), kinds(Kinds()...))
	return slices.DeleteFunc(all, func(s []*Change) bool { return len(s) < 3 })
}

// leaveOut leaves out one change after the other as long as the rest flips, in chunks of half the size each time, and ends
// with a set of which each change is needed.
func leaveOut(set []*Change, flips func([]*Change) bool) []*Change {
	for size := len(set) / 2; size >= 1; {
		smaller := false
		for i := 0; i < len(set); {
			rest := slices.Concat(set[:i], set[min(i+size, len(set)):])
			if len(rest) > 0 && flips(rest) {
				set, smaller = rest, true
				continue
			}
			i += size
		}
		if size == 1 && !smaller {
			break
		}
		if size > 1 {
			size /= 2
		}
	}
	return set
}

// weaken takes for each change of a family the weakest step that still flips.
func weaken(set []*Change, singles []*trial, flips func([]*Change) bool) []*Change {
	set = slices.Clone(set)
	for i, c := range set {
		if c.family == "" {
			continue
		}
		for _, t := range singles {
			w := t.changes[0]
			if w.family != c.family || w.step >= c.step {
				continue
			}
			set[i] = w
			if flips(set) {
				break
			}
			set[i] = c
		}
	}
	slices.SortStableFunc(set, func(a, b *Change) int { return slices.Index(order(singles), a) - slices.Index(order(singles), b) })
	return set
}

func order(singles []*trial) []*Change {
	all := make([]*Change, len(singles))
	for i, t := range singles {
		all[i] = t.changes[0]
	}
	return all
}

func keyOf(set []*Change) string {
	key := ""
	for _, c := range set {
		key += c.slots[0] + c.Text + "\x00"
	}
	return key
}

// teller tells how much is played. Its methods may be called by several goroutines.
type teller struct {
	mu     sync.Mutex
	n, all int
	report func(done, all int)
}

func (t *teller) more(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all += n
}

func (t *teller) done(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n += n
	if t.report != nil {
		t.report(t.n, t.all)
	}
}
