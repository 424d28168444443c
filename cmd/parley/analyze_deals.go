package main

import (
	"context"
	"errors"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/analysis/deals"
	"github.com/parley-sim/parley/sim/analysis/power"
	"github.com/parley-sim/parley/sim/report/chart"
)

// dealsOf analyses the deals of a scenario; nil where no capital has a score sheet. A long search shows how far it is.
func (e *env) dealsOf(ctx context.Context, s *scenarios.Scenario, c power.Choice, seed int64) (*deals.Result, error) {
	bar := e.newProgress(1).named("comparing deals")
	defer bar.done()
	r, err := deals.Analyze(ctx, s, deals.Options{Plan: c.Plan, Procedure: c.Procedure, Seed: seed,
		Progress: func(part float64) { bar.at(0, part) }})
	switch {
	case errors.Is(err, deals.ErrNoSheets):
		return nil, nil
	case err != nil && ctx.Err() == nil:
		return nil, usagef("%s: the deals cannot be analysed: %v", s.File, err)
	}
	return r, err
}

// dealSections are a report's sections on deals, none where there is nothing to say.
func dealSections(r *deals.Result) []chart.Section {
	if r == nil {
		return nil
	}
	return r.Sections()
}
