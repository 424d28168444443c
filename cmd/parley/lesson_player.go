package main

import (
	"context"
	"errors"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/lesson"
)

// lessonPlayer plays the games of an exercise in worker processes.
type lessonPlayer struct {
	pool     *pool
	programs bool // the student's program may be run
}

// Play plays games, and returns what came of each in the same order.
func (p *lessonPlayer) Play(ctx context.Context, games []lesson.Game) []lesson.Played {
	jobs := make([]job, len(games))
	for i, g := range games {
		jobs[i] = job{File: g.File, Text: g.Text, Seed: &games[i].Seed, On: onVirtual, Programs: p.programs}
	}
	results := p.pool.play(ctx, jobs, func(int, *frame) {})
	all := make([]lesson.Played, len(games))
	for i, r := range results {
		switch {
		case ctx.Err() != nil:
			all[i].Err = ctx.Err()
		case r.Error != "":
			all[i].Err = errors.New(r.Error)
		default:
			all[i].Report = r.Report
			all[i].Report.Scenario, all[i].Err = scenarios.Parse(games[i].File, games[i].Text)
		}
	}
	return all
}
