package sim

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// runner plays one scenario. All its methods run on one goroutine, the bubble's first; what the machines report comes
// through the journal.
type runner struct {
	scenario *scenarios.Scenario
	options  Options
	seed     int64
	stop     <-chan struct{} // the caller gave up
	alive    *atomic.Uint64  // counts signs of life for the watchdog; nil: nobody watches
	ctx      context.Context // as stop, for what waits; in virtual time it has no end, since nothing may come into a bubble

	world    world
	wires    wires // the world's, watched if somebody wants to
	watch    *watcher
	capitals []*capital  // in the charter's order
	stands   []standing  // how their machines stood at the last look, by place
	led      *capital    // who led at the last look at which somebody did
	pause    *time.Timer // for the next look at the machines; nil before the first
	byID     map[string]*capital
	journal  journal
	shared   *shared
	agenda   agenda
	whens    []*scenarios.Step // when-steps that have not acted yet
	made     int               // how many moves capitals have made

	began   time.Time     // of Raft time
	now     terms.Instant // scenario time
	stalled bool          // a deadline is past that no clock move could be recorded for
	direct  bool          // there is the state machine alone: world, journal and all about machines stay empty
	brief   bool          // with direct: nobody reads the timeline, the record or what was found
	state   *terms.State  // what the record adds up to, as far as anybody has applied it
	report  *Report
	lines   [][]bool // who can hear whom, by place in capitals; nil after a fault, until it is asked for
}

func newRunner(ctx context.Context, s *scenarios.Scenario, seed int64, o Options) *runner {
	r := &runner{
		scenario: s, options: o, seed: seed, ctx: ctx, now: s.Start, began: time.Now(),
		byID:   map[string]*capital{},
		shared: newShared(),
	}
	r.state = terms.New(r.shared.options())
	r.watch = &watcher{began: r.began, tell: o.Watch}
	r.journal.watch = r.watch
	if o.On == Cluster {
		r.world = newCluster(r)
	} else {
		r.world = newNodes(r)
	}
	r.wires = r.world
	if r.watch.watching() {
		r.wires = &seenWires{wires: r.world, w: r.watch, lines: map[line]LineState{}}
	}
	r.report = &Report{Scenario: s, Seed: seed, On: string(o.On)}
	r.journal.applied, r.journal.level = make([]uint64, len(s.Charter.Capitals)), make(chan struct{}, 1)
	r.stands = make([]standing, len(s.Charter.Capitals))
	for i := range s.Charter.Capitals {
		c := newCapital(s, i, seed)
		if o.Signed {
			c.key = keyOf(s.Charter.Conference, c.id)
		}
		r.seat(c)
	}
	return r
}

func (r *runner) seat(c *capital) {
	r.capitals = append(r.capitals, c)
	r.byID[c.id] = c
	if c.votes {
		r.report.Raft.Voters++
	}
}

// run plays the scenario to its end. An error means that it could not be played at all.
func (r *runner) run() (*Report, error) {
	defer r.shutDown()
	if err := r.convene(); err != nil {
		return nil, err
	}
	for r.begin(); r.next(); r.follow() {
		select {
		case <-r.stop:
			return nil, fmt.Errorf("stopped at %s", r.now)
		default:
		}
		if err := r.world.broken(); err != nil {
			return nil, err
		}
		r.getOn()
		r.tellProgress()
	}
	r.finish()
	r.runChecks()
	r.report.RecordHash = hashRecord(r.report.Record)
	if err := r.world.broken(); err != nil {
		return nil, err
	}
	return r.report, nil
}

// getOn gives the watchdog a sign of life.
func (r *runner) getOn() {
	if r.alive != nil {
		r.alive.Add(1)
	}
}

func (r *runner) tellProgress() {
	if r.options.Progress != nil {
		whole := float64(r.scenario.Horizon) / float64(terms.Day)
		r.options.Progress(float64(r.now.Sub(r.scenario.Start))/float64(terms.Day), whole)
	}
}

// begin puts everything on the agenda that is known before the run.
func (r *runner) begin() {
	r.schedule()
	r.follow()
}

// schedule puts the script and the dated expectations on the agenda.
func (r *runner) schedule() {
	s := r.scenario
	for i := range s.Script {
		step := &s.Script[i]
		if step.When != nil {
			r.whens = append(r.whens, step)
			continue
		}
		at := s.Start.Add(r.draw(*step.At, "at", i))
		r.agenda.add(at, classScript, func() { r.act(step) })
	}
	r.report.Findings = make([]Finding, len(s.Expect))
	for i := range s.Expect {
		if e := &s.Expect[i]; e.At != nil {
			at := s.Start.Add(r.draw(*e.At, "expect", i))
			r.agenda.add(at, classExpectation, func() { r.report.Findings[i] = r.examine(e) })
		}
	}
}

// next makes the next thing happen, and reports whether there was one before the horizon.
func (r *runner) next() bool {
	at, class, any := r.agenda.peek()
	deadline, due := r.state.NextDeadline()
	if due && !r.stalled && (!any || deadline < at || deadline == at && class > classDeadline) {
		if deadline > r.scenario.End() {
			return any && at <= r.scenario.End() && r.happen()
		}
		r.goTo(deadline)
		r.tickClock()
		return true
	}
	return any && at <= r.scenario.End() && r.happen()
}

// happen takes the next event off the agenda.
func (r *runner) happen() bool {
	e := r.agenda.pop()
	r.goTo(e.at)
	e.do()
	return true
}

// goTo sets scenario time, which never goes back.
func (r *runner) goTo(at terms.Instant) {
	if !r.brief {
		r.report.Due = append(r.report.Due, at)
	}
	if at > r.now {
		r.now = at
		r.watch.see(Sighting{Kind: SeenTime, Time: at})
	}
}

// follow brings about what follows from an event: waiting moves are tried again, when-steps whose condition holds are put
// on the agenda, and policies look at what their capitals have applied.
func (r *runner) follow() {
	if !r.direct {
		r.collect()
		r.retry()
		if r.stalled {
			r.tickClock()
		}
	}
	r.fireWhens()
	r.consultPolicies()
}

// fireWhens puts the when-steps on the agenda whose condition holds now.
func (r *runner) fireWhens() {
	waiting := r.whens[:0]
	for _, step := range r.whens {
		if !r.state.Holds(*step.When) {
			waiting = append(waiting, step)
			continue
		}
		at := r.now.Add(r.draw(step.After, "after", step.Pos.Line))
		r.agenda.add(at, classScript, func() { r.act(step) })
	}
	r.whens = waiting
}

// act carries out a step of the script.
func (r *runner) act(step *scenarios.Step) {
	if step.Fault != nil && r.direct {
		r.notPlayed(step.Fault, step.Text)
		return
	}
	if step.Fault != nil {
		r.inflict(step.Fault, step.Text)
		if !step.NoSettle {
			r.settle()
		}
		return
	}
	for _, id := range step.By {
		c := r.byID[id]
		if r.direct {
			m := r.fill(step.Move, c)
			r.record(c, &m, false)
			continue
		}
		r.enqueue(c, r.fill(step.Move, c), false)
		r.pump(c, !step.NoSettle)
		if !step.NoSettle {
			r.settle()
		}
	}
}

// fill completes a scripted move: a proposal gets its draft, an answer the version that its capital sees.
func (r *runner) fill(template *terms.Move, c *capital) terms.Move {
	m := *template
	switch m.Verb {
	case terms.VerbPropose:
		if p := r.scenario.Plan(m.Plan); p != nil {
			draft := p.Draft
			m.Draft = &draft
		}
	case terms.VerbConsent, terms.VerbObject, terms.VerbAbstain, terms.VerbVeto, terms.VerbAmend:
		if m.Version == 0 {
			m.Version = c.sees(m.Plan)
		}
	}
	return m
}
