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

	distrust bool // ideal machines came to something else than real Raft
}

// set is a set of changes that was tried.
type trial struct {
	changes []*Change
	view    *terms.PlanView // as it came out; nil if it is no scenario, or could not be played
	real    bool            // on real Raft
	unsure  bool            // it takes real Raft to tell
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

// play plays sets of changes: without messages where that comes to the same (see alone), else on real Raft as long as the
// budget lasts, and then on the state machine alone, which is counted.
func (x *searcher) play(all []*trial) error {
	if err := x.directly(all, x.alone); err != nil {
		return err
	}
	unsure := slices.DeleteFunc(slices.Clone(all), func(t *trial) bool { return !t.unsure })
	slices.SortStableFunc(unsure, func(a, b *trial) int { return b.faults() - a.faults() }) // first those about faults
	now := unsure[:min(len(unsure), x.budget)]
	variants := make([]*scenarios.Scenario, len(now))
	for i, t := range now {
		variants[i], _, _ = x.variant(t.changes)
	}
	x.tell.more(len(unsure))
	x.tried.Screened += len(unsure) - len(now)
	if err := x.directly(unsure[len(now):], func(_ *scenarios.Scenario, p *sim.Program) (*sim.Report, error) { return p.Play(x.s.Seed), nil }); err != nil {
		return err
	}
	return x.onRaft(now, variants)
}

// alone plays without messages: on the state machine alone where no technical fault is in play, on ideal machines where one
// is. Both come to what real Raft does. The error says that it takes real Raft to tell.
func (x *searcher) alone(s *scenarios.Scenario, p *sim.Program) (*sim.Report, error) {
	switch {
	case !faulty(s):
		return p.Play(x.s.Seed), nil
	case x.distrust:
		return nil, sim.ErrNotIdeal
	}
	return p.PlayIdeal(x.s.Seed)
}

// checks is how many single changes with a fault in play are played on real Raft too, and compared.
const checks = 24

// trust compares what ideal machines came to with real Raft: in the run as it is and, of the single changes, in some from
// all over. If it is not the same, ideal machines are not asked any more.
func (x *searcher) trust(base *terms.PlanView, singles []*trial) error {
	if !faulty(x.s) {
		return nil
	}
	r, err := x.alone(x.s, x.program)
	if err != nil {
		return nil // nor were they asked
	}
	x.distrust = !sameEnding(fate(r, x.plan), base)
	var own, again []*trial
	var variants []*scenarios.Scenario
	for _, t := range singles {
		if s, _, ok := x.variant(t.changes); ok && !t.real && t.view != nil && faulty(s) {
			own, variants, again = append(own, t), append(variants, s), append(again, &trial{changes: t.changes})
		}
	}
	step := max(1, (len(own)+checks-1)/checks)
	own, again, variants = every(step, own), every(step, again), every(step, variants)
	x.tell.more(len(again))
	x.budget += len(again)
	if err := x.onRaft(again, variants); err != nil {
		return err
	}
	for i, t := range again {
		x.distrust = x.distrust || t.view != nil && !sameEnding(t.view, own[i].view)
	}
	if !x.distrust {
		return nil
	}
	x.tell.more(len(singles))
	return x.play(singles)
}

// every lists one of so many items.
func every[T any](step int, all []T) []T {
	var kept []T
	for i := 0; i < len(all); i += step {
		kept = append(kept, all[i])
	}
	return kept
}

// sameEnding reports whether a plan came out the same way at the same time.
func sameEnding(a, b *terms.PlanView) bool {
	return a.Outcome == b.Outcome && a.Version == b.Version && a.DecidedAt == b.DecidedAt && standingOf(a) == standingOf(b)
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

// directly plays without messages, on all processors, and marks those of which it takes real Raft to tell.
func (x *searcher) directly(all []*trial, how func(*scenarios.Scenario, *sim.Program) (*sim.Report, error)) error {
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
				t := all[i]
				t.unsure, t.view = false, nil
				if s, p, ok := x.variant(t.changes); ok {
					if r, err := how(s, p); err != nil {
						t.unsure = true
					} else {
						t.view = fate(r, x.plan)
						played.Add(1)
					}
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
// flips. It plays without messages, and a set it returns has no change that can be left out there.
func (x *searcher) beyond(singles []*trial, beginnings [][]*Change) ([]*trial, error) {
	var found []*trial
	plays := 0
	try := func(changes []*Change) bool {
		if plays++; plays > maxPlays || x.ctx.Err() != nil {
			return false
		}
		s, p, ok := x.variant(changes)
		if !ok {
			return false
		}
		x.tried.Larger++
		x.tried.Plays++
		return x.goal.reached(x.quick(s, p))
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
	s, p, ok := x.variant(set)
	if !ok {
		return nil
	}
	return x.quick(s, p)
}

// quick plays without messages, on the state machine alone where it would take real Raft to tell.
func (x *searcher) quick(s *scenarios.Scenario, p *sim.Program) *terms.PlanView {
	r, err := x.alone(s, p)
	if err != nil {
		r = p.Play(x.s.Seed)
	}
	return fate(r, x.plan)
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
