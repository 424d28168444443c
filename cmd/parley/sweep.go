package main

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/sim/analysis/sweep"
)

// sweepOptions is what parley sweep was asked for.
type sweepOptions struct {
	files   []string
	runs    int
	vary    []string
	direct  bool
	seed    int64
	workers int
	resume  bool
	shard   sweep.Shard
	out     sweepOutput
}

// sweepOutput is where a sweep's results and its summary go.
type sweepOutput struct {
	file  string // of the results; "" for none
	json  bool
	html  string // a file; "" for none
	width int
	color string
}

const (
	defaultRuns = 1000
	maxWorkers  = 1024
	mergeWord   = "merge"
)

// parley sweep FILE [--runs N] [--vary SPEC]... [--direct] [--seed N] [--workers N] [--out F] [--resume] [--shard i/n] [--json]
// [--html F] [--width N] [--color auto|always|never]
//
// parley sweep merge F... [--out F] [--json] [--html F] [--width N] [--color auto|always|never]
func (e *env) sweepCommand() *cli.Command {
	return &cli.Command{
		Name:      "sweep",
		Usage:     "play a scenario many times with other inputs: how sure is its outcome?",
		ArgsUsage: "FILE  |  merge RESULTS...",
		Description: "SPEC says what varies, and between what:\n" +
			"  seed                      each run has a seed of its own (without any --vary)\n" +
			"  moscow.walk_away=40..80   a number between two bounds\n" +
			"  kyiv.replies_in=6h..48h   how long all of its replies of a run take\n" +
			"  moscow.red_lines=on,off   one of a list; red_lines.2 is the second one alone\n" +
			"  moscow.needs=on,off       in the same way\n" +
			"  moscow.concession=0.2..5  the exponent; concession.initial, concession.over\n" +
			"  moscow.otherwise=consent,abstain\n" +
			"  force=un,coalition        a term, in every plan that sets it; PLAN.TERM: in one\n" +
			"  crashes=0.1/d for 1h..1d  random crashes: how many a day in the whole\n" +
			"                            conference, and for how long\n" +
			"  cuts=0.2/d for 1h..1d     random cuts of lines between two capitals\n" +
			"A group instead of a capital, or no name, varies every capital that has it, each\n" +
			"by itself. Every run's inputs follow from --seed and its number alone. --shard 2/8\n" +
			"plays the second of eight parts, on any machine; sweep merge puts the parts\n" +
			"together and gives what the whole sweep would.\n" +
			"Exit status: 0 done; 1 a check did not hold in some run; 2 the input or the usage\n" +
			"is wrong; 3 interrupted, or some run could not be finished.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "runs", Usage: "play `N` runs", Value: defaultRuns},
			&cli.StringSliceFlag{Name: "vary", Usage: "vary `SPEC`; give it once for each", DefaultText: "seed"},
			&cli.BoolFlag{Name: "direct", Usage: "play on the state machine alone, without Raft: far faster, and no faults", DisableDefaultText: true},
			&cli.Int64Flag{Name: "seed", Usage: "draw the inputs from `N`", Value: 1},
			&cli.IntFlag{Name: "workers", Usage: "play `N` runs at a time", DefaultText: "one a processor"},
			&cli.StringFlag{Name: "out", Usage: "write every run's inputs and outcome to `F`, which ends with .jsonl or .csv"},
			&cli.BoolFlag{Name: "resume", Usage: "go on with --out where it stands", DisableDefaultText: true},
			&cli.StringFlag{Name: "shard", Usage: "play the `I/N`-th part only, such as 2/8"},
			&cli.BoolFlag{Name: "json", Usage: "print the summary as JSON", DisableDefaultText: true},
			&cli.StringFlag{Name: "html", Usage: "write the summary with its pictures to `F`"},
			&cli.IntFlag{Name: "width", Usage: "set text `N` columns wide", DefaultText: "the terminal's, or 80"},
			&cli.StringFlag{Name: "color", Usage: "use colour: `WHEN` is auto, always or never", Value: "auto"},
		},
		Action: func(c *cli.Context) error {
			o := sweepOptions{files: c.Args().Slice(), runs: c.Int("runs"), vary: c.StringSlice("vary"), direct: c.Bool("direct"),
				seed: c.Int64("seed"), workers: c.Int("workers"), resume: c.Bool("resume"),
				out: sweepOutput{c.String("out"), c.Bool("json"), c.String("html"), c.Int("width"), c.String("color")}}
			if err := o.validate(c); err != nil {
				return err
			}
			if o.files[0] == mergeWord {
				return e.mergeSweep(c.Context, &o)
			}
			return e.sweep(c.Context, &o)
		},
	}
}

// validate says what is wrong with the options.
func (o *sweepOptions) validate(c *cli.Context) (err error) {
	switch {
	case len(o.files) == 0:
		return usagef("sweep: name a scenario file, or merge and the results of shards; parley scenarios lists the library")
	case c.IsSet("width") && o.out.width < 1:
		return usagef("sweep: --width takes a number of columns, not %d", o.out.width)
	case !slices.Contains([]string{"auto", "always", "never"}, o.out.color):
		return usagef("sweep: --color takes auto, always or never, not %q", o.out.color)
	}
	if _, known := sweep.FormatOf(o.out.file); o.out.file != "" && !known {
		return usagef("sweep: --out takes a file that ends with .jsonl or .csv, not %s", o.out.file)
	}
	if o.files[0] == mergeWord {
		return o.validateMerge(c)
	}
	switch {
	case len(o.files) > 1:
		return usagef("sweep: it takes one scenario, and %d are named", len(o.files))
	case o.runs < 2 || o.runs > sweep.MaxRuns:
		return usagef("sweep: --runs takes 2 to %d, not %d", sweep.MaxRuns, o.runs)
	case c.IsSet("workers") && (o.workers < 1 || o.workers > maxWorkers):
		return usagef("sweep: --workers takes 1 to %d, not %d", maxWorkers, o.workers)
	case o.resume && o.out.file == "":
		return usagef("sweep: --resume goes on with a results file: name it with --out")
	}
	if o.workers == 0 {
		o.workers = runtime.NumCPU()
	}
	if c.IsSet("shard") {
		if o.shard, err = sweep.ParseShard(c.String("shard")); err != nil {
			return usagef("sweep: --shard: %v", err)
		}
		if o.shard.Count(o.runs) == 0 {
			return usagef("sweep: --shard: a sweep of %d runs leaves none for shard %s", o.runs, o.shard)
		}
	}
	return nil
}

func (o *sweepOptions) validateMerge(c *cli.Context) error {
	if len(o.files) == 1 {
		return usagef("sweep: name the results files to merge")
	}
	for _, flag := range []string{"runs", "vary", "direct", "seed", "workers", "shard", "resume"} {
		if c.IsSet(flag) {
			return usagef("sweep: merge takes no --%s: the results say it", flag)
		}
	}
	return nil
}

// sweep plays a sweep, or goes on with one, and writes its summary.
func (e *env) sweep(ctx context.Context, o *sweepOptions) error {
	sources, bad := e.load(o.files)
	if len(bad) > 0 {
		e.complain(bad)
		return statusError(2)
	}
	w, err := sweep.New(sweep.Config{Version: versionText(), Text: string(sources[0].text), Vary: o.vary, Seed: o.seed, Runs: o.runs,
		Direct: o.direct}, sources[0].scenario)
	if err != nil {
		return usagef("sweep: %v", err)
	}
	sum := w.NewSum(o.shard)
	results, next, err := openResults(w, o, sum.Add)
	if err != nil {
		return err
	}
	page, err := createPage(o.out.html)
	if err != nil {
		return errors.Join(err, results.close())
	}
	err = errors.Join(e.playSweep(ctx, w, o, next, func(r *sweep.Result) error {
		sum.Add(r)
		return results.write(w, r)
	}), results.close())
	if err != nil {
		if ctx.Err() != nil && o.out.file != "" {
			e.say("parley: %d of %d runs are in %s; the same command with --resume goes on", sum.Played(), o.shard.Count(o.runs), o.out.file)
		}
		return errors.Join(err, page.discard())
	}
	return e.finishSweep(&o.out, sum.Summary(), page)
}

// playSweep plays the runs from next on.
func (e *env) playSweep(ctx context.Context, w *sweep.Sweep, o *sweepOptions, next int, emit func(*sweep.Result) error) error {
	total, done := o.shard.Count(o.runs), o.shard.Count(next-1)
	if done == total {
		return nil
	}
	bar, before, began := e.newProgress(1), done, time.Now()
	told := func(r *sweep.Result) error {
		done++
		if done%16 == 0 || done == total {
			bar.at(0, float64(done)/float64(total))
		}
		return emit(r)
	}
	players, size, err := e.players(w, o)
	if err != nil {
		return err
	}
	err = w.PlayAll(ctx, o.shard, next, size, players, told)
	bar.done()
	if _, watched := terminal(e.stderr); watched && err == nil {
		took := time.Since(began)
		e.say("%d runs in %.1f s: %.0f a second", done-before, took.Seconds(), float64(done-before)/took.Seconds())
	}
	return err
}

// finishSweep writes the summary, and tells by the exit status what went wrong in the runs.
func (e *env) finishSweep(o *sweepOutput, s *sweep.Summary, page *pageFile) error {
	if err := errors.Join(e.writeSweep(o, s), page.write(s)); err != nil {
		return err
	}
	for _, t := range s.Technical {
		switch sweep.Technical(t.Outcome) {
		case sweep.CheckFailed:
			e.say("parley: in %d runs a check did not hold: that is a fault of Parley; please report it", t.Runs)
			return statusError(1)
		case sweep.Unfinished:
			e.say("parley: %d runs could not be played to their end", t.Runs)
			return statusError(3)
		}
	}
	return nil
}
