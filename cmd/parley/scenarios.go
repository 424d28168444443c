package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/scenarios"
)

// parley scenarios [ID] [--json]
func (e *env) scenariosCommand() *cli.Command {
	return &cli.Command{
		Name:        "scenarios",
		Usage:       "list the scenarios of the library, or print one",
		ArgsUsage:   "[ID]",
		Description: "With an ID it prints the scenario's file: parley scenarios one-month-truce > my.yaml",
		Flags:       []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print an array with an object a scenario", DisableDefaultText: true}},
		Action: func(c *cli.Context) error {
			switch c.NArg() {
			case 0:
				return e.list(c.Bool("json"))
			case 1:
				return e.show(strings.TrimSuffix(c.Args().First(), ".yaml"))
			}
			return usagef("scenarios prints one scenario at a time")
		},
	}
}

// listing is a line of the library.
type listing struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	About    string   `json:"about"`
	Capitals []string `json:"capitals"`
}

func (e *env) list(asJSON bool) error {
	all := []listing{}
	wide := 0
	for _, id := range scenarios.Library() {
		s, err := library(id)
		if err != nil {
			return err
		}
		l := listing{ID: s.ID, Title: s.Title, About: s.About, Capitals: []string{}}
		for i := range s.Charter.Capitals {
			l.Capitals = append(l.Capitals, s.Charter.Capitals[i].ID)
		}
		all = append(all, l)
		wide = max(wide, len(id))
	}
	if asJSON {
		b, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			return err
		}
		return e.print(string(b) + "\n")
	}
	var b strings.Builder
	for _, l := range all {
		fmt.Fprintf(&b, "%-*s  %3d capitals  %s\n", wide, l.ID, len(l.Capitals), l.Title)
	}
	return e.print(b.String())
}

// library reads a scenario of the library.
func library(id string) (*scenarios.Scenario, error) {
	file, text, err := scenarios.Open(id)
	if err != nil {
		return nil, err
	}
	return scenarios.Parse(file, text)
}

func (e *env) show(id string) error {
	if !slices.Contains(scenarios.Library(), id) {
		return usagef("there is no scenario %q in the library%s", id, didYouMean(id, scenarios.Library()))
	}
	_, text, err := scenarios.Open(id)
	if err != nil {
		return err
	}
	return e.print(string(text))
}
