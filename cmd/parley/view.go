package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report/page"
	"github.com/parley-sim/parley/sim/trace"
)

// viewOptions is what parley view was asked for.
type viewOptions struct {
	names   []string
	seed    *int64
	against *int64 // a second seed to play with; nil: none
	html    string // "": a temporary file
	at      page.Moment
	noOpen  bool
}

// parley view FILE|TRACE [FILE|TRACE] [--seed N] [--against N] [--at M] [--html F] [--no-open]
func (e *env) viewCommand() *cli.Command {
	return &cli.Command{
		Name:      "view",
		Usage:     "show a run, or two side by side, as a page in the browser",
		ArgsUsage: "FILE|TRACE [FILE|TRACE]  |  --data DIR",
		Description: "FILE is a scenario, which is played, or a scenario of the library; TRACE is what parley run --trace\n" +
			"wrote, which is only read. Two stand side by side, with the first difference marked; so do two\n" +
			"seeds of one scenario: parley view FILE --against 2. The page is one file and needs no network.\n" +
			"Of a running conference, named by --data or as for parley status, it serves the page to browsers\n" +
			"of this machine until Ctrl-C. Exit status: 0 it was written; 2 the input or the usage is wrong; 3 a run could not be finished.",
		Flags: append([]cli.Flag{
			&cli.Int64Flag{Name: "seed", Usage: "play with seed `N` instead of the scenario's own", DefaultText: "the scenario's"},
			&cli.Int64Flag{Name: "against", Usage: "play a second time, with seed `N`, and compare", DefaultText: "no second run"},
			&cli.StringFlag{Name: "at", Usage: "open at `M`: an item of the timeline, from 1, or an instant such as 2025-03-08T21:05:00Z", DefaultText: "the end"},
			&cli.StringFlag{Name: "html", Usage: "write the page to file `F`", DefaultText: "a temporary file"},
			&cli.BoolFlag{Name: "no-open", Usage: "do not open a browser; print the page's path", DisableDefaultText: true},
		}, speakerFlags()...),
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 && (c.IsSet("data") || c.IsSet("api") || c.IsSet("context")) {
				return e.viewLive(c)
			}
			o := viewOptions{names: c.Args().Slice(), html: c.String("html"), noOpen: c.Bool("no-open")}
			for name, to := range map[string]**int64{"seed": &o.seed, "against": &o.against} {
				if c.IsSet(name) {
					n := c.Int64(name)
					*to = &n
				}
			}
			var err error
			if o.at, err = momentOf(c.String("at")); err != nil {
				return err
			}
			switch {
			case len(o.names) == 0:
				return usagef("view: name a scenario or a trace; parley scenarios lists the library")
			case len(o.names) > 2:
				return usagef("view: it shows one run, or two side by side, not %d", len(o.names))
			case len(o.names) == 2 && o.against != nil:
				return usagef("view: --against plays one scenario twice, and here are two")
			}
			return e.viewRuns(c.Context, &o)
		},
	}
}

// viewLive serves the page of a running conference until it is interrupted.
func (e *env) viewLive(c *cli.Context) error {
	if c.IsSet("at") || c.IsSet("seed") || c.IsSet("against") || c.IsSet("html") {
		return usagef("view: --at, --seed, --against and --html are for runs, not for a running conference")
	}
	who, err := speakerOf(c)
	if err != nil {
		return err
	}
	s := &session{wait: defaultWait, fresh: node.Local}
	if err := s.begin(who); err != nil {
		return err
	}
	defer s.close()
	ctx, _, end := interruptible(c.Context)
	defer end()
	short, cancel := context.WithTimeout(ctx, defaultWait)
	charter, err := s.charter(short)
	cancel()
	if err != nil {
		return err
	}
	p, err := startLivePage(ctx, s.lookout(charter))
	if err != nil {
		return told(err)
	}
	defer p.close()
	if err := e.print(p.address + "\n"); err != nil {
		return err
	}
	if !c.Bool("no-open") {
		openInBrowser(ctx, p.address)
	}
	<-ctx.Done()
	return nil
}

// momentOf reads --at.
func momentOf(text string) (page.Moment, error) {
	if text == "" {
		return page.Moment{}, nil
	}
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return page.Moment{Item: n}, nil
	}
	at, err := terms.ParseInstant(text)
	if err != nil {
		return page.Moment{}, usagef("view: --at takes an item of the timeline, from 1, or an instant such as 2025-03-08T21:05:00Z, not %q", text)
	}
	return page.Moment{Time: at}, nil
}

// viewRuns gathers the runs, writes the page and opens it.
func (e *env) viewRuns(ctx context.Context, o *viewOptions) error {
	runs, err := e.gatherRuns(ctx, o)
	if err != nil {
		return err
	}
	if len(runs) > 2 {
		return usagef("view: these are %d runs; it shows one, or two side by side", len(runs))
	}
	path, err := writeViewed(o, runs)
	if err != nil {
		return err
	}
	address := "file://" + filepath.ToSlash(path)
	if fragment := o.at.Fragment(); fragment != "" {
		address += "#" + fragment
	}
	if !o.noOpen && openInBrowser(ctx, address) {
		return e.print("opened " + path + "\n")
	}
	return e.print(path + "\n")
}

// writeViewed writes the page and returns its absolute path.
func writeViewed(o *viewOptions, runs []*page.Run) (path string, err error) {
	var f *os.File
	if o.html == "" {
		f, err = os.CreateTemp("", "parley-"+runs[0].Scenario.ID+"-*.html")
	} else if f, err = os.Create(o.html); err != nil {
		return "", usagef("view: %v", err)
	}
	if err != nil {
		return "", fmt.Errorf("write the page: %w", err)
	}
	if err = errors.Join(page.Write(f, page.Options{At: o.at}, runs...), f.Close()); err != nil {
		return "", err
	}
	return filepath.Abs(f.Name())
}

// gatherRuns reads the traces and plays the scenarios, in the order in which they were named.
func (e *env) gatherRuns(ctx context.Context, o *viewOptions) ([]*page.Run, error) {
	var all []*page.Run
	for i, name := range o.names {
		runs, err := e.readTrace(name)
		if err != nil {
			return nil, err
		}
		if runs == nil {
			seeds := []*int64{o.seed}
			if o.against != nil {
				seeds = append(seeds, o.against)
			}
			if runs, err = e.playToView(ctx, name, seeds); err != nil {
				return nil, err
			}
		} else if o.seed != nil || o.against != nil {
			return nil, usagef("view: %s is a trace, which was played already: --seed and --against play a scenario", name)
		}
		if len(runs) > 1 && len(o.names) > 1 {
			return nil, usagef("view: %s holds %d runs already; name it alone", o.names[i], len(runs))
		}
		all = append(all, runs...)
	}
	return all, nil
}

// readTrace reads a trace; it returns nothing for a file that is none.
func (e *env) readTrace(name string) ([]*page.Run, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil // a scenario of the library, or the parser says what is wrong
	}
	defer func() { _ = f.Close() }()
	beginning := make([]byte, 64)
	n, _ := io.ReadFull(f, beginning) // a short file is none
	if !trace.IsTrace(beginning[:n]) && filepath.Ext(name) != ".jsonl" && filepath.Ext(name) != ".trace" {
		return nil, nil
	}
	runs, err := readPageRuns(name, f)
	if err != nil {
		return nil, usagef("view: %v", err)
	}
	return runs, nil
}

// playToView plays a scenario with each of some seeds.
func (e *env) playToView(ctx context.Context, name string, seeds []*int64) ([]*page.Run, error) {
	sources, bad := e.load([]string{name})
	if len(bad) > 0 {
		e.complain(bad)
		return nil, usagef("view: nothing was played")
	}
	var jobs []job
	for _, seed := range seeds {
		jobs = append(jobs, job{File: sources[0].file, Text: sources[0].text, Seed: seed, On: onVirtual})
	}
	return e.playForPage(ctx, jobs)
}

// playForPage plays jobs and returns all that was seen of each. A job that could not be played is an error.
func (e *env) playForPage(ctx context.Context, jobs []job) ([]*page.Run, error) {
	path, err := executable()
	if err != nil {
		return nil, err
	}
	for i := range jobs {
		jobs[i].Brief, jobs[i].Trace = true, true
	}
	spool := &spool{}
	defer spool.remove()
	results := (&pool{path: path, self: e.self, patience: patience}).play(ctx, jobs, func(i int, f *frame) {
		if len(f.Trace) > 0 {
			spool.add(i, f.Trace)
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i := range results {
		if results[i].Error != "" {
			return nil, fmt.Errorf("%s: not played to the end, for a technical reason: %s", jobs[i].File, results[i].Error)
		}
	}
	return spool.runs(len(jobs))
}

// openPatience is how long the program that opens a browser may take: it returns when the browser has the address.
const openPatience = 10 * time.Second

// openInBrowser asks the system to show an address, and reports whether there was anybody to ask.
func openInBrowser(ctx context.Context, address string) bool {
	var command []string
	switch runtime.GOOS {
	case "darwin":
		command = []string{"open", address}
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler", address}
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return false
		}
		command = []string{"xdg-open", address}
	}
	ctx, cancel := context.WithTimeout(ctx, openPatience)
	defer cancel()
	return exec.CommandContext(ctx, command[0], command[1:]...).Run() == nil
}
