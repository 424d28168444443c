package why

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

// finder lists the changes that could flip a plan's outcome.
type finder struct {
	s       *scenarios.Scenario // pinned
	h       *history
	words   report.Words
	goal    Goal
	view    *terms.PlanView // of the plan
	plans   []string        // the plan, and those that its fate hangs on
	pledges []string        // the terms whose pledges its fate hangs on
	places  *scenarios.Places
	play    func(*scenarios.Scenario) (*sim.Report, error) // with its record
	changes []*Change

	ctx     context.Context
	tell    *teller
	walks   int // runs that it took to find the lengths and times that matter
	moments int // times of moves and answers that were looked at
	bounded int // lengths and times of which not all that matter could be found
}

// find lists the changes in an order that is the same every time.
func (f *finder) find() ([]*Change, error) {
	f.link()
	f.positions()
	f.values()
	f.amendments()
	f.rules()
	f.procedures()
	f.horizon()
	f.conditions()
	f.makePledges()
	f.requirements()
	f.policies()
	f.otherMoves()
	f.faults()
	times := f.times()
	f.moments = len(times)
	if err := f.turn(append(f.windows(), times...)); err != nil {
		return nil, err
	}
	return f.changes, nil
}

func (f *finder) add(c *Change) {
	c.Capitals, c.Terms = orEmpty(c.Capitals), orEmpty(c.Terms)
	if c.shape == "" {
		c.shape = c.Text
	}
	f.changes = append(f.changes, c)
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// of fills a capital's name into a shape.
func (f *finder) of(c *Change, shape, capital string) *Change {
	c.shape, c.Text = shape, strings.Replace(shape, "%s", f.words.Name(capital), 1)
	c.Capitals = []string{capital}
	return c
}

// link finds the plans and the pledges that the plan's fate hangs on: by what it requires, by conditions of consents and
// pledges, and by steps that wait.
func (f *finder) link() {
	f.plans = []string{f.view.ID}
	for changed := true; changed; {
		n := len(f.plans) + len(f.pledges)
		for _, id := range f.plans {
			if p := f.s.Plan(id); p != nil {
				f.follow(p.Draft.Requires)
			}
		}
		for i := range f.s.Script {
			step := &f.s.Script[i]
			if step.Move == nil || !slices.Contains(f.plans, step.Move.Plan) && !slices.Contains(f.pledges, step.Move.Term) {
				continue
			}
			if step.When != nil {
				f.follow([]terms.Condition{*step.When})
			}
			if step.Move.If != nil {
				f.follow([]terms.Condition{*step.Move.If})
			}
		}
		for i := range f.s.Parties {
			if p := f.s.Parties[i].Policy; p != nil {
				for _, j := range p.Joins {
					if slices.Contains(f.pledges, j.Term) {
						f.follow(j.Requires)
					}
				}
			}
		}
		changed = len(f.plans)+len(f.pledges) > n
	}
}

func (f *finder) follow(all []terms.Condition) {
	add := func(list *[]string, id string) {
		if id != "" && !slices.Contains(*list, id) {
			*list = append(*list, id)
		}
	}
	for _, c := range all {
		f.follow(c.All)
		f.follow(c.Any)
		add(&f.plans, c.Plan)
		add(&f.plans, c.To)
		add(&f.pledges, c.Pledged)
	}
}

// day writes when something happens, short: "day 6".
func (f *finder) day(at terms.Instant) string { return fmt.Sprintf("day %d", f.words.Day(at)) }

// version names a version where the plan had several: "version 3 of settlement".
func (f *finder) version(r *round) string {
	for _, o := range f.h.of(r.plan) {
		if o.version != r.version {
			return fmt.Sprintf("version %d of %s", r.version, r.plan)
		}
	}
	return r.plan
}

// inStage says in which stage, where there are several.
func (f *finder) inStage(r *round) string {
	if p := f.procedureOf(r.plan); p != nil && len(p.Stages) > 1 {
		return " in stage " + r.stage
	}
	return ""
}

func (f *finder) procedureOf(plan string) *terms.Procedure {
	if p := f.s.Plan(plan); p != nil {
		return f.s.Charter.Procedure(p.Draft.Procedure)
	}
	return nil
}

// The ways in which a change is written.
const (
	replaces = "replace"
	adds     = "add"
	removes  = "remove"
)

// at returns where something stands in the file. Numbers in the path are places in lists.
func (f *finder) at(how, write string, path ...string) Where {
	pos, _ := f.places.At(path...)
	return Where{File: f.s.File, Line: pos.Line, Path: pathText(path), How: how, Write: write}
}

func pathText(path []string) string {
	var b strings.Builder
	for i, p := range path {
		if _, err := strconv.Atoi(p); err == nil {
			b.WriteString("[" + p + "]")
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(p)
	}
	return b.String()
}

// step says where a step stands, and what takes its place.
func (f *finder) stepAt(how string, step int, write ...string) Where {
	return Where{File: f.s.File, Line: f.s.Script[step].Pos.Line, Path: fmt.Sprintf("script[%d]", step), How: how,
		Write: strings.Join(write, "\n")}
}

// scriptEnd says where a step is added.
func (f *finder) scriptEnd(d terms.Duration, by string, m terms.Move) Where {
	return f.scriptEndStep(&scenarios.Step{At: &scenarios.Span{Min: d, Max: d}, Move: &m, By: []string{by}})
}

func (f *finder) scriptEndStep(s *scenarios.Step) Where {
	w := Where{File: f.s.File, Path: fmt.Sprintf("script[%d]", len(f.s.Script)), How: adds, Write: stepYAML(s)}
	if n := len(f.s.Script); n > 0 {
		w.Line = f.s.Script[n-1].Pos.Line
	}
	return w
}

// instead says how a step reads once one of its capitals does something else in it, or nothing (nil).
func (f *finder) instead(step int, capital string, own *terms.Move) Where {
	s := f.s.Script[step]
	var lines []string
	if rest := slices.DeleteFunc(slices.Clone(s.By), func(id string) bool { return id == capital }); len(rest) > 0 {
		others := s
		others.By = rest
		lines = append(lines, stepYAML(&others))
	}
	if own != nil {
		one := s
		one.By, one.Move = []string{capital}, own
		lines = append(lines, stepYAML(&one))
	}
	how := replaces
	if len(lines) == 0 {
		how, lines = removes, []string{stepYAML(&s)}
	}
	return f.stepAt(how, step, lines...)
}

// offset counts from the start.
func (f *finder) offset(at terms.Instant) terms.Duration { return at.Sub(f.s.Start) }

func (f *finder) party(capital string) *scenarios.Party {
	for i := range f.s.Parties {
		if f.s.Parties[i].Capital == capital {
			return &f.s.Parties[i]
		}
	}
	return nil
}

func (f *finder) hasPolicy(capital string) bool {
	p := f.party(capital)
	return p != nil && p.Policy != nil
}
