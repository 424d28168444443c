package why

import (
	"cmp"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// dial is a length or a time that the scenario has, and could have had otherwise.
type dial struct {
	first, last terms.Duration // what it can be
	low, high   terms.Duration // what it is: the same, unless it is drawn
	ends        bool           // the last one is worth trying whatever it comes to by itself
	inRule      bool
	own         func(*terms.Move) bool // the move whose time it is; nil: none
	made, early int                    // of own and of others as it was: see course
	edit        func(d terms.Duration) func(*draft)
	tell        func(d terms.Duration, direction string, step int) *Change
}

// middle is what it is, or the middle of what is drawn from.
func (d *dial) middle() terms.Duration { return d.low + (d.high-d.low)/2 }

// shift is how far a value is from what the dial can be already.
func (d *dial) shift(v terms.Duration) terms.Duration { return max(v-d.high, d.low-v, 0) }

// turn adds the values of the dials that something political comes of: of each cell in which the plans' fate is another one
// than it was, and than in those nearer, the value that is nearest.
func (f *finder) turn(dials []*dial) error {
	w, err := f.walker()
	if err != nil {
		return err
	}
	was, err := w.course(&Change{edit: func(*draft) {}}, nil)
	if errors.Is(err, sim.ErrNotIdeal) {
		f.bounded += len(dials)
		return f.guess()
	}
	if err != nil {
		return err
	}
	w.setUnit(was)
	for _, d := range dials {
		if d.own != nil {
			d.early = was.early
			for i := range f.h.moves {
				if m := &f.h.moves[i]; !m.Result.Refused && d.own(&m.Move) {
					d.made++
				}
			}
		}
	}
	walks := make([]walked, len(dials))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(dials)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(dials); i = int(next.Add(1)) - 1 {
				walks[i] = w.walk(dials[i])
				f.tell.done(1)
			}
		})
	}
	f.tell.more(len(dials))
	group.Wait()
	f.walks += int(w.plays.Load())
	for i, d := range dials {
		if walks[i].err != nil && !errors.Is(walks[i].err, sim.ErrNotIdeal) {
			return walks[i].err
		}
		if !walks[i].whole {
			f.bounded++
		}
		f.settings(d, walks[i].cells, was.fate)
	}
	return f.ctx.Err()
}

// settings adds the values of one dial, the nearest first, those above before those below.
func (f *finder) settings(d *dial, cells []cell, was string) {
	type setting struct {
		value terms.Duration
		fate  string
	}
	var above, below []setting
	middle := d.middle()
	for _, c := range cells {
		v := min(max(c.first, middle), c.last)
		switch s := (setting{v, c.fate}); {
		case v == d.low && v == d.high:
		case v >= middle:
			above = append(above, s)
		default:
			below = append(below, s)
		}
	}
	slices.SortStableFunc(below, func(a, b setting) int { return cmp.Compare(b.value, a.value) })
	for direction, side := range []([]setting){above, below} {
		seen, n, tried := []string{was, void}, 0, d.high
		for _, s := range side {
			if !slices.Contains(seen, s.fate) {
				n++
				seen, tried = append(seen, s.fate), s.value
				f.addSetting(d, s.value, direction, n)
			}
		}
		if direction == 0 && d.ends && tried != d.last {
			f.addSetting(d, d.last, direction, n+1)
		}
	}
}

func (f *finder) addSetting(d *dial, v terms.Duration, direction, step int) {
	c := d.tell(v, []string{"+", "-"}[direction], step)
	c.Shift, c.inRule, c.edit = d.shift(v), d.inRule, d.edit(v)
	f.add(c)
}

// walker returns what walks along the dials.
func (f *finder) walker() (*walker, error) {
	s := f.took()
	program, err := sim.Compile(s)
	if err != nil {
		return nil, err
	}
	return &walker{f: f, s: s, program: program, unit: terms.Minute}, nil
}

// setUnit goes by seconds where the run did not go by whole minutes.
func (w *walker) setUnit(was *course) {
	if slices.ContainsFunc(was.times, func(t terms.Instant) bool { return t.Sub(w.s.Start)%terms.Minute != 0 }) {
		w.unit = 1
	}
}

// playChange plays a change without messages.
func (w *walker) playChange(c *Change) (*sim.Report, error) {
	w.plays.Add(1)
	s := apply(w.s, c)
	p := w.program.With(s)
	if c.inRule {
		var err error
		if p, err = sim.Compile(s); err != nil {
			return nil, err
		}
	}
	if !faulty(s) {
		return p.PlayWhole(s.Seed), nil
	}
	return p.PlayIdeal(s.Seed)
}

// guess adds windows where it takes real Raft to tell what comes of a length: those that just let in or shut out a move of
// the run as it was, or of one without a window.
func (f *finder) guess() error {
	var failed error
	f.eachStage(func(at ruleAt, proc *terms.Procedure, stage *terms.Stage) {
		rounds := f.roundsOf(at, proc)
		if stage.Window == 0 || failed != nil || len(rounds) == 0 {
			return
		}
		longer, err := f.longer(at, stage, rounds)
		if err != nil {
			failed = err
			return
		}
		b := bend{f: f, at: at, proc: proc, stage: stage}
		d := f.windowDial(&b, rounds)
		for i, w := range longer {
			if w == 0 {
				w = d.last
			}
			f.addSetting(d, w, 0, i+1)
		}
		for i, w := range f.shorter(stage, rounds) {
			f.addSetting(d, w, 1, i+1)
		}
	})
	return failed
}

// roundsOf lists the rounds of a stage.
func (f *finder) roundsOf(at ruleAt, proc *terms.Procedure) []*round {
	return slices.DeleteFunc(slices.Clone(f.h.rounds), func(r *round) bool {
		p := f.procedureOf(r.plan)
		return p == nil || p.Name != proc.Name || r.place != at.stage || !slices.Contains(f.plans, r.plan)
	})
}

// exactly returns a span of one length.
func exactly(d terms.Duration) scenarios.Span { return scenarios.Span{Min: d, Max: d} }
