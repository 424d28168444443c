package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/analysis/power"
	"github.com/parley-sim/parley/sim/report/chart"
)

// analyzeOptions is what parley analyze was asked for.
type analyzeOptions struct {
	file            string
	plan, procedure string
	json            bool
	html            string // a file; "" for none
	seed            *int64 // nil: the scenario's own
	samples         int
	width           int
	color           string
}

// maxSamples bounds --samples.
const maxSamples = 100_000_000

// parley analyze FILE [--plan P | --procedure P] [--json] [--html F] [--seed N] [--samples N] [--width N] [--color auto|always|never]
func (e *env) analyzeCommand() *cli.Command {
	return &cli.Command{
		Name:      "analyze",
		Usage:     "say who holds the power under a scenario's rules, and which deals could pass",
		ArgsUsage: "FILE",
		Description: "FILE is a scenario file, the id of a scenario of the library, or - for standard input.\n" +
			"Nothing is played. Each stage's rule is read as a simple game, in which the members of a\n" +
			"coalition consent and all others object: who can block alone, who makes no difference,\n" +
			"Banzhaf and Shapley-Shubik indices, the smallest coalitions that can block. They are exact;\n" +
			"where a rule is too large for that, they are estimates and are marked so.\n" +
			"Where capitals have score sheets, it goes on to the deals: who accepts which, how many\n" +
			"pass the rule of the last stage (of the plan named by --plan, else of the first), the\n" +
			"Pareto frontier, the Nash and the egalitarian point, and what empties the zone of\n" +
			"possible agreement, if it is empty.\n" +
			"Exit status: 0 it is analysed, 2 the file or the usage is wrong.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "plan", Usage: "look at the stages of plan `P` only"},
			&cli.StringFlag{Name: "procedure", Usage: "look at procedure `P` only, whatever plans take it"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON", DisableDefaultText: true},
			&cli.StringFlag{Name: "html", Usage: "write a page with the pictures to file `F`"},
			&cli.Int64Flag{Name: "seed", Usage: "draw samples with seed `N`, where there are any", DefaultText: "the scenario's"},
			&cli.IntFlag{Name: "samples", Usage: "draw `N` samples for an estimate", Value: power.DefaultSamples},
			&cli.IntFlag{Name: "width", Usage: "set text `N` columns wide", DefaultText: "the terminal's, or 80"},
			&cli.StringFlag{Name: "color", Usage: "use colour: `WHEN` is auto, always or never", Value: "auto"},
		},
		Action: func(c *cli.Context) error {
			o := analyzeOptions{file: c.Args().First(), plan: c.String("plan"), procedure: c.String("procedure"), json: c.Bool("json"),
				html: c.String("html"), samples: c.Int("samples"), width: c.Int("width"), color: c.String("color")}
			if c.IsSet("seed") {
				seed := c.Int64("seed")
				o.seed = &seed
			}
			if err := o.validate(c.NArg(), c.IsSet("width")); err != nil {
				return err
			}
			return e.analyze(c.Context, &o)
		},
	}
}

// validate says what is wrong with the options.
func (o *analyzeOptions) validate(files int, width bool) error {
	switch {
	case files != 1:
		return usagef("analyze: name one scenario file; parley scenarios lists the library")
	case o.plan != "" && o.procedure != "":
		return usagef("analyze: --plan and --procedure exclude each other")
	case o.samples < 1 || o.samples > maxSamples:
		return usagef("analyze: --samples takes 1 to %d, not %d", maxSamples, o.samples)
	case width && o.width < 1:
		return usagef("analyze: --width takes a number of columns, not %d", o.width)
	case !slices.Contains([]string{"auto", "always", "never"}, o.color):
		return usagef("analyze: --color takes auto, always or never, not %q", o.color)
	}
	return nil
}

// choice finds the plan or procedure that was asked for.
func (o *analyzeOptions) choice(s *scenarios.Scenario) (power.Choice, error) {
	if o.plan != "" && s.Plan(o.plan) == nil {
		var known []string
		for i := range s.Plans {
			known = append(known, s.Plans[i].ID)
		}
		return power.Choice{}, usagef("analyze: %s has no plan %q%s", s.ID, o.plan, nearest(o.plan, known, "plans"))
	}
	if o.procedure != "" && s.Charter.Procedure(o.procedure) == nil {
		var known []string
		for i := range s.Charter.Procedures {
			known = append(known, s.Charter.Procedures[i].Name)
		}
		return power.Choice{}, usagef("analyze: %s has no procedure %q%s", s.ID, o.procedure, nearest(o.procedure, known, "procedures"))
	}
	return power.Choice{Plan: o.plan, Procedure: o.procedure}, nil
}

// nearest names the known words.
func nearest(written string, known []string, what string) string {
	if len(known) == 0 {
		return "; it has no " + what
	}
	text := "; its " + what + ": "
	for i, k := range known {
		if i > 0 {
			text += ", "
		}
		text += k
	}
	return text
}

// analyze reads the file, analyses it, and writes what was asked for.
func (e *env) analyze(ctx context.Context, o *analyzeOptions) error {
	sources, bad := e.load([]string{o.file})
	if len(bad) > 0 {
		e.complain(bad)
		return usagef("nothing was analysed")
	}
	s := sources[0].scenario
	choice, err := o.choice(s)
	if err != nil {
		return err
	}
	for _, w := range s.Warnings {
		if strings.HasPrefix(w.Path, "procedures.") { // what is about the rules, such as a member without a weight
			e.say("warning: %s", w)
		}
	}
	seed := s.Seed
	if o.seed != nil {
		seed = *o.seed
	}
	rules, err := power.Scenario(ctx, s, choice, power.Options{Seed: seed, Samples: o.samples, Lasting: func(what string, d time.Duration) {
		e.say("analyze: counting out %s; this takes about %.0f seconds", what, d.Seconds())
	}})
	if err != nil {
		return err
	}
	bargain, err := e.dealsOf(ctx, s, choice, seed)
	if err != nil {
		return err
	}
	out := rules.JSON()
	if bargain != nil {
		out["deals"] = bargain
	}
	title := s.Title
	if title == "" {
		title = s.ID
	}
	if o.html != "" {
		if err := writePage(o.html, title, append(rules.Sections(true), dealSections(bargain)...)); err != nil {
			return err
		}
	}
	if o.json {
		b, err := json.MarshalIndent(out, "", "  ")
		if err != nil {
			return err
		}
		return e.print(string(b) + "\n")
	}
	var b bytes.Buffer
	if err := chart.Text(&b, chart.Options{Width: e.width(o.width), Colour: e.colour(o.color)}, title, append(rules.Sections(false), dealSections(bargain)...)...); err != nil {
		return err
	}
	return e.print(b.String())
}

// writePage writes an HTML page to a file, whole or not at all.
func writePage(name, title string, sections []chart.Section) error {
	var b bytes.Buffer
	if err := chart.Page(&b, title, sections...); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".parley-*.html")
	if err != nil {
		return usagef("write the page: %v", err)
	}
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write the page %s: %w", name, err)
	}
	return nil
}
