package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/agent"
)

// parley check FILE... [--json]
func (e *env) checkCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "check scenario files without playing them",
		ArgsUsage: "FILE...",
		Description: "FILE is a scenario file, the id of a scenario of the library, or - for standard input.\n" +
			"Exit status: 0 if all are valid (warnings do not count), 2 if one is not.",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print an array with an object a file", DisableDefaultText: true}},
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return usagef("check: name a scenario file or more")
			}
			return e.check(c.Args().Slice(), c.Bool("json"))
		},
	}
}

// checked is what check --json prints of a file.
type checked struct {
	File     string    `json:"file"`
	Valid    bool      `json:"valid"`
	Scenario string    `json:"scenario"`
	Errors   []problem `json:"errors"`
	Warnings []problem `json:"warnings"`
}

type problem struct {
	Line   int    `json:"line"` // 0 if the file could not be read
	Column int    `json:"column"`
	Path   string `json:"path"`
	Text   string `json:"text"`
	Hint   string `json:"hint"`
}

func (e *env) check(names []string, asJSON bool) error {
	status := sim.StatusHeld
	all := []checked{}
	// One at a time, so that each file's words come in its turn.
	stdin := false
	for _, name := range names {
		if name == "-" && stdin {
			return usagef("standard input can be read only once")
		}
		stdin = stdin || name == "-"
		right, bad := e.load([]string{name})
		if len(bad) > 0 {
			status = sim.StatusInvalid
			all = append(all, checked{File: name, Errors: problems(bad[0].err), Warnings: []problem{}})
			if !asJSON {
				e.complain(bad)
			}
			continue
		}
		s := right[0].scenario
		if wrong := programsOf(s); len(wrong) > 0 {
			status = sim.StatusInvalid
			all = append(all, checked{File: right[0].file, Scenario: s.ID, Errors: wrong, Warnings: listed(s.Warnings)})
			if !asJSON {
				for _, p := range wrong {
					e.say("%s: %s: %s", right[0].file, p.Path, p.Text)
				}
			}
			continue
		}
		all = append(all, checked{File: right[0].file, Valid: true, Scenario: s.ID, Errors: []problem{}, Warnings: listed(s.Warnings)})
		if asJSON {
			continue
		}
		for _, w := range s.Warnings {
			e.say("warning: %s", w)
		}
		if err := e.print(summary(s) + "\n"); err != nil {
			return err
		}
	}
	if asJSON {
		b, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			return err
		}
		if err := e.print(string(b) + "\n"); err != nil {
			return err
		}
	}
	return ended(status)
}

// programsOf says which of the programs that a scenario names cannot be found. None is run.
func programsOf(s *scenarios.Scenario) []problem {
	var all []problem
	for id, command := range sim.Programs(s) {
		if _, err := agent.Find(command, filepath.Dir(s.File)); err != nil {
			all = append(all, problem{Path: "capitals." + id + ".policy.program", Text: err.Error()})
		}
	}
	slices.SortFunc(all, func(a, b problem) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// problems lists what is wrong with a file.
func problems(err error) []problem {
	var errs *scenarios.Errors
	if errors.As(err, &errs) {
		return listed(errs.Problems)
	}
	return []problem{{Text: err.Error()}}
}

func listed(all []scenarios.Problem) []problem {
	out := []problem{}
	for _, p := range all {
		out = append(out, problem{p.Pos.Line, p.Pos.Column, p.Path, p.Text, p.Hint})
	}
	return out
}

// summary writes "one-month-truce.yaml: 5 capitals, 1 plan, 12 steps, 1 expectation: valid".
func summary(s *scenarios.Scenario) string {
	return fmt.Sprintf("%s: %s, %s, %s, %s: valid", filepath.Base(s.File), counted(len(s.Charter.Capitals), "capital"),
		counted(len(s.Plans), "plan"), counted(len(s.Script), "step"), counted(len(s.Expect), "expectation"))
}

func counted(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
