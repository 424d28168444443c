package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/sim"
)

// env is what a subcommand may use of the world outside.
type env struct {
	self   string   // how this program was called
	args   []string // with what
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// run carries out one command line and returns the exit status: see [sim.Status].
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	e := &env{self: "parley", stdin: stdin, stdout: stdout, stderr: stderr}
	if len(args) > 0 {
		e.self = args[0]
		args = args[1:]
	}
	e.args = args
	if len(args) == 1 && args[0] == workerCommand {
		return int(serve(ctx, stdin, stdout, stderr))
	}
	app := e.app()
	arranged, err := arrange(app, args)
	if err == nil {
		err = app.RunContext(ctx, append([]string{"parley"}, arranged...))
	}
	return int(e.status(err))
}

// app describes the command line.
func (e *env) app() *cli.App {
	app := &cli.App{
		Name:  "parley",
		Usage: "play ceasefire negotiations and see whether the parties agree",
		UsageText: "parley run one-month-truce          play a scenario of the library\n" +
			"parley view one-month-truce         show it in the browser\n" +
			"parley scenarios                    list the library\n" +
			"parley check my.yaml                check a scenario of your own",
		Commands: []*cli.Command{e.runCommand(), e.checkCommand(), e.schemaCommand(), e.scenariosCommand(), e.analyzeCommand(), e.importCommand(), e.benchCommand(), e.versionCommand(), e.lessonCommand(),
			e.viewCommand(),
			e.upCommand(), e.downCommand(), e.nodeCommand(), e.initCommand()},
		Flags: []cli.Flag{&cli.BoolFlag{Name: "version", Usage: "print the version", DisableDefaultText: true}},
		Action: func(c *cli.Context) error {
			if c.Bool("version") {
				return e.printVersion()
			}
			cli.HelpPrinter(e.stderr, cli.AppHelpTemplate, c.App)
			return usagef("say what to do: parley run, check, schema or scenarios")
		},
		Reader: e.stdin, Writer: e.stdout, ErrWriter: e.stderr,
		HideVersion: true,
		// A value may have a comma in it, such as --set observers=[london, paris].
		DisableSliceFlagSeparator: true,
		// Without these two, cli would print its own words for a mistake, and end the process by itself.
		OnUsageError:   func(_ *cli.Context, err error, _ bool) error { return usagef("%v", err) },
		ExitErrHandler: func(*cli.Context, error) {},
	}
	app.Commands = append(app.Commands, e.sweepCommand())
	app.Commands = append(app.Commands, e.whyCommand())
	app.Commands = append(app.Commands, e.verbCommands()...)
	app.Commands = append(app.Commands, e.conferenceCommands()...)
	for _, c := range app.Commands {
		c.OnUsageError, c.HideHelpCommand = app.OnUsageError, true
	}
	return app
}

// usageError is a mistake in the command line or in a file: exit status 2.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// statusError ends a command with a status, without more words: what there was to say is said.
type statusError sim.Status

func (s statusError) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// ended returns the error for a status, nil for success.
func ended(s sim.Status) error {
	if s == sim.StatusHeld {
		return nil
	}
	return statusError(s)
}

// status turns a command's error into an exit status, and says what is wrong on standard error.
func (e *env) status(err error) sim.Status {
	var status statusError
	var usage *usageError
	var missing *notFound
	switch {
	case err == nil:
		return sim.StatusHeld
	case errors.As(err, &status):
		return sim.Status(status)
	case errors.As(err, &usage):
		e.say("parley: %s", usage.text)
		return sim.StatusInvalid
	case errors.As(err, &missing):
		e.say("parley: %s", missing.text)
		return sim.StatusFailed
	case errors.Is(err, context.Canceled):
		e.say("parley: interrupted")
		return sim.StatusUnknown
	}
	e.say("parley: %v", err)
	return sim.StatusUnknown
}

// say writes a line to standard error. If that fails there is nobody left to tell.
func (e *env) say(format string, args ...any) {
	_, _ = fmt.Fprintln(e.stderr, strings.TrimRight(fmt.Sprintf(format, args...), "\n"))
}

// print writes to standard output.
func (e *env) print(text string) error {
	if _, err := io.WriteString(e.stdout, text); err != nil {
		return fmt.Errorf("write to standard output: %w", err)
	}
	return nil
}

// executable returns the path of this program, for its worker processes.
func executable() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program's own file, to start its workers: %w", err)
	}
	return path, nil
}
