package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/analysis/why"
	"github.com/parley-sim/parley/sim/report"
)

// whyOptions is what parley why was asked for.
type whyOptions struct {
	file  string
	json  bool
	width int
	color string
	seed  *int64 // nil: the scenario's own
	why.Options
}

// parley why FILE [--plan P] [--to OUTCOME] [--max-changes N] [--limit N] [--plays N] [--seed N] [--json] [--width N]
// [--color auto|always|never]
func (e *env) whyCommand() *cli.Command {
	return &cli.Command{
		Name:      "why",
		Usage:     "say why a plan came out as it did, and which smallest changes flip it",
		ArgsUsage: "FILE",
		Description: "FILE is a scenario file, the id of a scenario of the library, or - for standard input.\n" +
			"Without --plan it explains the plans that were not adopted, wait for what they require\n" +
			"or collapsed; all, if there are none. A flip turns not adopted into adopted, awaiting\n" +
			"into in force, collapsed into kept, and in force (or expired) into anything less; --to\n" +
			"asks for another ending. All single changes and all pairs are tried; if none flips, a\n" +
			"search looks for larger sets. Each flip is played again on real Raft before it is\n" +
			"listed.\n" +
			"Exit status: 0 answered; 2 the input or the usage is wrong; 3 the scenario could not be\n" +
			"played to the end, or its outcome is unknown for a technical reason and nothing that\n" +
			"was tried settles it.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "plan", Usage: "explain plan `P` alone", DefaultText: "those that did not come about"},
			&cli.StringFlag{Name: "to", Usage: "look for what brings about `OUTCOME`: adopted, vetoed, rejected, lapsed, withdrawn, open, awaiting, in-force, expired or collapsed", DefaultText: "what flips it"},
			&cli.IntFlag{Name: "max-changes", Usage: "look for up to `N` changes together; one and two are exhaustive", Value: why.DefaultMaxChanges},
			&cli.IntFlag{Name: "limit", Usage: "list at most `N` flips, alike ones counted once", Value: why.DefaultLimit},
			&cli.IntFlag{Name: "plays", Usage: "search with at most `N` runs on real Raft, where a technical fault takes that to tell", Value: why.DefaultPlays},
			&cli.Int64Flag{Name: "seed", Usage: "play with seed `N` instead of the scenario's own", DefaultText: "the scenario's"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON: an array of plans, with --plan an object", DisableDefaultText: true},
			&cli.IntFlag{Name: "width", Usage: "set text `N` columns wide", DefaultText: "the terminal's, or 80"},
			&cli.StringFlag{Name: "color", Usage: "use colour: `WHEN` is auto, always or never", Value: "auto"},
		},
		Action: func(c *cli.Context) error {
			o := whyOptions{json: c.Bool("json"), width: c.Int("width"), color: c.String("color"), Options: why.Options{Plan: c.String("plan"),
				To: c.String("to"), MaxChanges: c.Int("max-changes"), Limit: c.Int("limit"), Plays: c.Int("plays")}}
			if c.IsSet("seed") {
				seed := c.Int64("seed")
				o.seed = &seed
			}
			if err := o.validate(c); err != nil {
				return err
			}
			return e.why(c.Context, &o)
		},
	}
}

func (o *whyOptions) validate(c *cli.Context) error {
	switch args := c.Args().Slice(); {
	case len(args) != 1:
		return usagef("why: name one scenario file; parley scenarios lists the library")
	case o.MaxChanges < 1 || o.MaxChanges > 50:
		return usagef("why: --max-changes takes 1 to 50, not %d", o.MaxChanges)
	case o.Limit < 1 || o.Limit > 10_000:
		return usagef("why: --limit takes 1 to 10000, not %d", o.Limit)
	case o.Plays < 1 || o.Plays > 1_000_000:
		return usagef("why: --plays takes 1 to 1000000, not %d", o.Plays)
	case c.IsSet("to") && !slices.Contains(why.Goals(), o.To):
		return usagef("why: --to takes an outcome or an agreement's status, not %q%s", o.To, didYouMean(o.To, why.Goals()))
	case c.IsSet("width") && o.width < 1:
		return usagef("why: --width takes a number of columns, not %d", o.width)
	case !slices.Contains([]string{"auto", "always", "never"}, o.color):
		return usagef("why: --color takes auto, always or never, not %q", o.color)
	}
	o.file = c.Args().First()
	return nil
}

// why plays the scenario, and explains the plans that were asked for.
func (e *env) why(ctx context.Context, o *whyOptions) error {
	sources, bad := e.load([]string{o.file})
	if len(bad) > 0 {
		e.complain(bad)
		return statusError(sim.StatusInvalid)
	}
	s := sources[0].scenario
	if o.Seed = s.Seed; o.seed != nil {
		o.Seed = *o.seed
	}
	if err := knownPlan(s, o.Plan); err != nil {
		return err
	}
	path, err := executable()
	if err != nil {
		return err
	}
	player := &workers{pool: pool{path: path, self: e.self, patience: patience}, file: sources[0].file}
	base, err := why.Base(ctx, s, o.Seed, player)
	if err != nil {
		return err
	}
	asked := o.Plan != ""
	plans := []string{o.Plan}
	if !asked {
		plans = why.Default(base)
	}
	o.Places = scenarios.Locate(sources[0].file, sources[0].text)
	bar := e.newProgress(len(plans))
	var answers []*why.Answer
	status := sim.StatusHeld
	for i, id := range plans {
		o.Options.Plan = id
		o.Progress = func(done, whole int) { bar.at(i, float64(done)/float64(max(whole, 1))) }
		a, err := why.Explain(ctx, s, base, player, o.Options)
		if err != nil {
			bar.done()
			return err
		}
		if a.Unknown && len(a.Flips) == 0 {
			status = sim.StatusUnknown
		}
		answers = append(answers, a)
	}
	bar.done()
	if err := e.answer(o, s, answers, asked); err != nil {
		return err
	}
	return ended(status)
}

// knownPlan says what is wrong with --plan.
func knownPlan(s *scenarios.Scenario, id string) error {
	var known []string
	for i := range s.Plans {
		known = append(known, s.Plans[i].ID)
	}
	switch {
	case len(known) == 0:
		return usagef("why: %s has no plan, so there is nothing to explain", s.ID)
	case id != "" && !slices.Contains(known, id):
		hint := didYouMean(id, known)
		if !strings.Contains(hint, "did you mean") {
			hint = "; it has " + report.Join(known, "and")
		}
		return usagef("why: %s has no plan %q%s", s.ID, id, hint)
	}
	return nil
}

// answer writes the answers to standard output.
func (e *env) answer(o *whyOptions, s *scenarios.Scenario, answers []*why.Answer, one bool) error {
	var b bytes.Buffer
	if !o.json {
		if err := why.Text(&b, s, answers, report.Options{Width: e.width(o.width), Colour: e.colour(o.color)}); err != nil {
			return err
		}
		return e.print(b.String())
	}
	var all any = answers
	if one {
		all = answers[0]
	}
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(all); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return e.print(b.String())
}

// workers plays scenarios in worker processes: it is a [why.Player].
type workers struct {
	pool pool
	file string
}

// Play plays the scenarios, as many at a time as there are processors.
func (w *workers) Play(ctx context.Context, all []*scenarios.Scenario, whole bool, played func()) ([]*sim.Report, error) {
	jobs := make([]job, len(all))
	for i, s := range all {
		jobs[i] = job{File: w.file, Edited: s, On: onVirtual, Seed: &s.Seed, Whole: whole, Lean: !whole}
	}
	results := w.pool.play(ctx, jobs, func(_ int, f *frame) {
		if f.Progress == 1 {
			played()
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	reports := make([]*sim.Report, len(all))
	failed := 0
	for i := range results {
		if reports[i] = results[i].Report; reports[i] == nil {
			failed++
		}
	}
	if failed == len(all) && failed > 0 {
		return nil, fmt.Errorf("%w: %s", sim.ErrTechnical, results[0].Error)
	}
	return reports, nil
}
