package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

// runOptions is what parley run was asked for.
type runOptions struct {
	files    []string
	seed     *int64 // nil: each scenario's own
	on       string
	json     bool
	junit    string // a file; "" for none
	trace    string // a file; "" for none
	html     string // a file; "" for none
	replays  int    // 0: play once and do not compare
	quiet    bool
	programs bool // those that the scenarios name may be run
	width    int
	color    string
}

// What --on takes.
const (
	onVirtual = string(sim.Virtual)
	onWall    = string(sim.Wall)
	onCluster = string(sim.Cluster)
	onDirect  = string(sim.Direct)
)

var worlds = []string{onVirtual, onWall, onCluster, onDirect}

// maxReplays bounds --replays.
const maxReplays = 1_000_000

// parley run FILE... [--seed N] [--on virtual|wall|cluster|direct] [--json] [--junit F] [--trace F] [--html F] [--replays N] [--quiet] [--width N]
// [--color auto|always|never]
func (e *env) runCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "play scenarios and report what was agreed, and why",
		ArgsUsage: "FILE...",
		Description: "FILE is a scenario file, the id of a scenario of the library, or - for standard input.\n" +
			"Exit status: 0 every expectation and check held; 1 one did not; 2 the input or the\n" +
			"usage is wrong, and nothing was played; 3 the outcome is unknown for a technical\n" +
			"reason, such as no quorum. Of several runs a 1 counts before a 3, and that before a 0.",
		Flags: []cli.Flag{
			&cli.Int64Flag{Name: "seed", Usage: "play with seed `N` instead of the scenario's own", DefaultText: "the scenario's"},
			&cli.StringFlag{Name: "on", Usage: "play on `B`: virtual (virtual time), wall (real time), cluster (real processes) or direct (the state machine alone)", Value: onVirtual},
			&cli.BoolFlag{Name: "json", Usage: "print JSON: an object, or an array for several files", DisableDefaultText: true},
			&cli.StringFlag{Name: "junit", Usage: "write JUnit XML to file `F`"},
			&cli.StringFlag{Name: "trace", Usage: "write every message between machines, and the whole run, to file `F` as JSON lines:\n" +
				"parley view opens it"},
			&cli.StringFlag{Name: "html", Usage: "write a page that shows the run to file `F`; two scenarios stand side by side"},
			&cli.IntFlag{Name: "replays", Usage: "play `N` times with the same seed and compare", DefaultText: "once"},
			&cli.BoolFlag{Name: "allow-programs", Usage: "run the programs that the scenario names as capitals (policy: {program: ...})", DisableDefaultText: true},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print one line a scenario, and what failed", DisableDefaultText: true},
			&cli.IntFlag{Name: "width", Usage: "set text `N` columns wide", DefaultText: "the terminal's, or 80"},
			&cli.StringFlag{Name: "color", Usage: "use colour: `WHEN` is auto, always or never", Value: "auto"},
		},
		Action: func(c *cli.Context) error {
			o := runOptions{files: c.Args().Slice(), on: c.String("on"), json: c.Bool("json"), junit: c.String("junit"),
				trace: c.String("trace"), html: c.String("html"), replays: c.Int("replays"), quiet: c.Bool("quiet"), programs: c.Bool("allow-programs"), width: c.Int("width"),
				color: c.String("color")}
			if c.IsSet("seed") {
				seed := c.Int64("seed")
				o.seed = &seed
			}
			if err := o.validate(c.IsSet("replays"), c.IsSet("width")); err != nil {
				return err
			}
			return e.play(c.Context, &o)
		},
	}
}

// validate says what is wrong with the options.
func (o *runOptions) validate(replays, width bool) error {
	switch {
	case len(o.files) == 0:
		return usagef("run: name a scenario file or more; parley scenarios lists the library")
	case !slices.Contains(worlds, o.on):
		return usagef("run: --on takes virtual, wall, cluster or direct, not %q%s", o.on, didYouMean(o.on, worlds))
	case o.on == onCluster && o.trace != "":
		return usagef("run: --trace shows the messages on simulated wires; those of --on %s cannot be seen", o.on)
	case o.on == onDirect && o.trace != "":
		return usagef("run: --trace shows the messages between machines; with --on direct there are none")
	case o.html != "" && len(o.files) > 2:
		return usagef("run: --html shows one run, or two side by side; there are %d files", len(o.files))
	case replays && (o.replays < 1 || o.replays > maxReplays):
		return usagef("run: --replays takes 1 to %d, not %d", maxReplays, o.replays)
	case width && o.width < 1:
		return usagef("run: --width takes a number of columns, not %d", o.width)
	case !slices.Contains([]string{"auto", "always", "never"}, o.color):
		return usagef("run: --color takes auto, always or never, not %q", o.color)
	}
	return nil
}

// play reads all files, plays them if all are right, and writes what was asked for.
func (e *env) play(ctx context.Context, o *runOptions) error {
	sources, bad := e.load(o.files)
	if len(bad) > 0 {
		e.complain(bad)
		if len(bad) < len(o.files) {
			e.say("parley: nothing was played")
		}
		return statusError(sim.StatusInvalid)
	}
	if err := o.mayRun(sources); err != nil {
		return err
	}
	for i := range sources {
		m := sources[i].scenario.Machines
		if m.SettleWithin = 0; o.on == onCluster && m != (scenarios.Machines{}) {
			e.say("parley: %s: machines: sets nothing on a cluster, whose machines have Parley's own settings", sources[i].file)
		}
	}
	outputs, err := o.open()
	if err != nil {
		return err
	}
	runs, err := e.playAll(ctx, o, sources, outputs)
	if runs != nil { // else nothing was played; a trace or page that could not be written takes nothing from the report
		err = errors.Join(err, e.write(o, runs, outputs.junit))
	}
	if err = errors.Join(err, outputs.close()); err != nil {
		return err
	}
	return ended(report.Status(runs))
}

// mayRun refuses scenarios that name programs, unless that was allowed: a scenario is data, and whoever plays one that he was
// sent should not run somebody's program by it.
func (o *runOptions) mayRun(sources []source) error {
	for i := range sources {
		for id, command := range sim.Programs(sources[i].scenario) {
			switch {
			case !o.programs:
				return usagef("run: %s has %s played by a program: %s. Nothing was played. If you trust it, add --allow-programs",
					sources[i].file, id, strings.Join(command, " "))
			case o.on == onCluster:
				return usagef("run: programs play on --on virtual, wall or direct; %s names one", sources[i].file)
			}
		}
	}
	return nil
}

// outputs are the files that a run writes beside its report. They are made before anything is played, so that a wrong name
// is found in time. A nil one was not asked for.
type outputs struct{ junit, trace, html *os.File }

func (o *runOptions) open() (*outputs, error) {
	out := &outputs{}
	for _, f := range []struct {
		name string
		to   **os.File
	}{{o.junit, &out.junit}, {o.trace, &out.trace}, {o.html, &out.html}} {
		if f.name == "" {
			continue
		}
		file, err := os.Create(f.name)
		if err != nil {
			return nil, errors.Join(usagef("run: %v", err), out.close())
		}
		*f.to = file
	}
	return out, nil
}

func (o *outputs) close() error {
	var errs []error
	for _, f := range []*os.File{o.junit, o.trace, o.html} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// write writes the report to standard output, and JUnit XML to its file.
func (e *env) write(o *runOptions, runs []report.Run, junit *os.File) error {
	var b bytes.Buffer
	if o.json {
		if err := report.JSON(&b, runs); err != nil {
			return err
		}
	} else {
		style := report.Options{Width: e.width(o.width), Colour: e.colour(o.color), Quiet: o.quiet}
		for i := range runs {
			if i > 0 && !o.quiet {
				b.WriteString("\n\n")
			}
			if err := report.Text(&b, &runs[i], style); err != nil {
				return err
			}
		}
	}
	for i := range runs {
		if trouble := report.Trouble(&runs[i]); trouble != "" {
			e.say("parley: %s", trouble)
		}
	}
	if o.junit != "" {
		w := bufio.NewWriter(junit)
		if err := errors.Join(report.JUnit(w, runs), w.Flush()); err != nil {
			return fmt.Errorf("write %s: %w", o.junit, err)
		}
	}
	return e.print(b.String())
}
