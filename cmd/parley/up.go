package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/terms"
)

// upOptions is what parley up was asked for.
type upOptions struct {
	scenario string // "": the conference that is in the folder
	data     string // "": a folder below dataHome, or with dev one that is removed at the end
	dev      bool
	detach   bool
	noPage   bool
	chaos    bool
	logLevel string
}

// dataHome is where conferences are kept that were brought up without --data.
const dataHome = "parley-data"

// parley up [SCENARIO] [--data DIR] [--dev] [--detach] [--no-page] [--chaos]
func (e *env) upCommand() *cli.Command {
	return &cli.Command{
		Name:      "up",
		Usage:     "bring up the capitals of a scenario on this machine",
		ArgsUsage: "[SCENARIO]",
		Description: "SCENARIO is a scenario of the library or a file; its capitals meet, and nothing of its script is\n" +
			"played. Each is a process that keeps its record in DIR, on ports of this machine alone.\n" +
			"Ctrl-C stops them, and parley up --data DIR resumes the conference where it stood. A capital\n" +
			"that is killed stays down. Its log is DIR/CAPITAL/node.log, of up to 8 MiB; three older ones are\n" +
			"kept. Exit status: 0 it was asked to end; 2 what it was asked for is wrong; 3 a capital could not\n" +
			"run, or the record could not be written.",
		Flags: []cli.Flag{
			dataFlag("the conference's folder `DIR`, made if need be; default " + dataHome + "/ID"),
			&cli.BoolFlag{Name: "dev", Usage: "keep everything in one process and in memory: nothing stays", DisableDefaultText: true},
			&cli.BoolFlag{Name: "detach", Aliases: []string{"d"}, Usage: "return once the record can be written; parley down stops the capitals. Capitals that\n" +
				"run already are left alone, so it also brings back those that are down", DisableDefaultText: true},
			chaosFlag(),
			&cli.BoolFlag{Name: "no-page", Usage: "serve no page of the conference on this machine", DisableDefaultText: true},
			&cli.StringFlag{Name: "log-level", Usage: "have the capitals log what is at least `L`", Value: "info"},
		},
		Action: func(c *cli.Context) error {
			o := upOptions{c.Args().First(), c.String("data"), c.Bool("dev"), c.Bool("detach"), c.Bool("no-page"), c.Bool("chaos"), c.String("log-level")}
			if c.NArg() > 1 {
				return usagef("up: it takes one scenario, not %d", c.NArg())
			}
			return e.up(c.Context, &o)
		},
	}
}

// running are the capitals that parley up has brought up.
type running interface {
	// fallen returns how a capital ended by itself, "" if it did not.
	fallen(capital string) string

	// allEnded returns a channel that is closed when none is left.
	allEnded() <-chan struct{}

	// stop ends all of them, at once if kill is closed meanwhile, and waits for that.
	stop(kill <-chan struct{}) error
}

func (e *env) up(ctx context.Context, o *upOptions) (err error) {
	if o.dev && o.detach {
		return usagef("up: --dev keeps everything in this process, which --detach would end")
	}
	if _, err := e.logger(o.logLevel, "console"); err != nil {
		return err
	}
	ctx, again, end := interruptible(ctx)
	defer end()
	c, err := e.convene(o)
	if err != nil {
		return err
	}
	if o.dev && o.data == "" {
		defer func() { err = errors.Join(err, os.RemoveAll(c.folder)) }()
	}
	lock, err := lockFile(c.upLock())
	if held := (*heldError)(nil); errors.As(err, &held) {
		return fmt.Errorf("%s is run already, by process %d; parley down --data %s stops it", c.charter.Conference, held.pid, c.folder)
	}
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	capitals, err := e.start(ctx, c, o)
	if err != nil {
		return err
	}
	stays := false
	defer func() {
		if !stays {
			err = errors.Join(err, capitals.stop(again))
		}
	}()
	delegates, err := c.delegates()
	if err != nil {
		return err
	}
	defer dismiss(delegates)
	if err := awaitWritable(ctx, delegates); err != nil {
		return err
	}
	address := ""
	if !o.noPage && !o.detach {
		var end func()
		address, end = e.pageOf(ctx, c.configs[0], c.charter, c.folder)
		defer end()
	}
	text, err := introduce(c, o, address)
	if err == nil {
		err = e.print(text)
	}
	if err != nil {
		return err
	}
	if o.detach {
		stays = true
		return nil
	}
	return e.live(ctx, c, o, delegates, capitals)
}

// convene finds the conference's folder, or makes it.
func (e *env) convene(o *upOptions) (*conference, error) {
	if o.scenario == "" {
		switch {
		case o.data == "":
			return nil, usagef("up: name a scenario, or the folder of a conference with --data; parley scenarios lists the library")
		case !isConference(o.data):
			return nil, usagef("up: %s holds no conference; name the scenario too, and it is made", o.data)
		}
		return e.reopen(o.data, nil, o)
	}
	charter, text, err := e.charterOf(o.scenario)
	if err != nil {
		return nil, err
	}
	folder := o.data
	switch {
	case folder == "" && o.dev:
		home, err := os.MkdirTemp(memoryFolder(), "parley-"+charter.Conference+"-*")
		if err != nil {
			return nil, err
		}
		folder = home
	case folder == "":
		folder = filepath.Join(dataHome, charter.Conference)
	}
	if isConference(folder) {
		return e.reopen(folder, charter, o)
	}
	places, err := placesFor(charter, "")
	if err != nil {
		return nil, err
	}
	return createConference(folder, charter, text, places, o.chaos)
}

// memoryFolder returns where files are kept in memory on this system, "" for where temporary files are.
func memoryFolder() string {
	const shared = "/dev/shm"
	if info, err := os.Stat(shared); os.Getenv("TMPDIR") == "" && err == nil && info.IsDir() {
		return shared
	}
	return ""
}

// reopen opens the folder of a conference, which must be that of the charter if one is given.
func (e *env) reopen(folder string, charter *terms.Charter, o *upOptions) (*conference, error) {
	c, err := openConference(folder)
	if err != nil {
		return nil, err
	}
	if charter != nil {
		if err := c.isOf(charter); err != nil {
			return nil, err
		}
	}
	for _, config := range c.configs {
		if _, err := os.Stat(config.DataFolder()); o.dev && err == nil {
			return nil, usagef("up: %s holds a record, and --dev would begin another one in memory; leave out --dev, or name a new folder", folder)
		}
		if o.chaos && !config.Chaos {
			return nil, usagef("up: --chaos is decided when a conference is made, and that in %s was made without it", folder)
		}
	}
	return c, nil
}

// start brings the capitals up: as processes, or in this one.
func (e *env) start(ctx context.Context, c *conference, o *upOptions) (running, error) {
	if o.dev {
		return startInProcess(ctx, c)
	}
	delegates, err := c.delegates()
	if err != nil {
		return nil, err
	}
	defer dismiss(delegates)
	var idle []*host.Config
	for _, d := range delegates {
		pid, err := c.runs(ctx, d)
		switch {
		case err != nil:
			return nil, err
		case pid == 0:
			idle = append(idle, d.config)
		case !o.detach:
			return nil, fmt.Errorf("%s is run already, by process %d; parley down --data %s stops it", d.config.Capital, pid, c.folder)
		}
	}
	return e.startProcesses(ctx, c, idle, o)
}

// A process that was killed has its locks until the system has cleared it away, which takes a while on a busy machine.
const (
	clearedAway = 3 * time.Second        // after which a process that does not answer is taken for one that is paused
	oneAnswer   = 500 * time.Millisecond // for a try to have it answer
)

// runs returns the process that runs a capital, 0 if none does, or if it ends within a moment.
func (c *conference) runs(ctx context.Context, d *delegate) (pid int, err error) {
	for end := time.Now().Add(clearedAway); ; {
		pid, err = lockHolder(c.nodeLock(d.config.Capital))
		if err != nil || pid == 0 || time.Now().After(end) {
			return pid, err
		}
		asked, cancel := context.WithTimeout(ctx, oneAnswer)
		_, err = d.client.Status(asked)
		cancel()
		if err == nil || pauseFor(ctx, 20*time.Millisecond) != nil {
			return pid, ctx.Err()
		}
	}
}

// introduce writes the table of the capitals, and what to do next. address is that of the page, "" if there is none.
func introduce(c *conference, o *upOptions, address string) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, the record can be written\n\n", c.charter.Conference, counted(len(c.configs), "capital"))
	rows := [][]string{{"CAPITAL", "ROLE", "PID", "API", "RAFT", "DATA"}}
	for _, config := range c.configs {
		pid, data := os.Getpid(), "in memory"
		if !o.dev {
			var err error
			if pid, err = lockHolder(c.nodeLock(config.Capital)); err != nil {
				return "", err
			}
			data = relative(config.DataFolder())
		}
		rows = append(rows, []string{config.Capital, cmp.Or(string(c.role(config.Capital)), "admitted"), fmt.Sprint(pid),
			config.API.Address(), config.Raft.Address(), data})
	}
	b.WriteString(table(rows))
	folder := relative(c.folder)
	fmt.Fprintf(&b, "\nMake moves with --data %s, or after: export PARLEY_DATA=%s\n", folder, folder)
	if address != "" {
		fmt.Fprintf(&b, "Watch it in a browser of this machine: %s\n", address)
	}
	if o.detach {
		fmt.Fprintf(&b, "Watch it with: parley view --data %s\n", folder)
		fmt.Fprintf(&b, "Stop it with: parley down --data %s\n", folder)
	}
	b.WriteByte('\n')
	return b.String(), nil
}

// relative shortens a path if that makes it clearer.
func relative(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	short, err := filepath.Rel(here, absolute)
	if err != nil || strings.HasPrefix(short, "..") {
		return absolute
	}
	return short
}

// table sets rows in columns, without blanks at the ends of lines.
func table(rows [][]string) string {
	var wide []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], ansi.StringWidth(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", wide[i]-ansi.StringWidth(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
