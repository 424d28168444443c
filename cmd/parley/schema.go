package main

import (
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/scenarios"
)

// parley schema
func (e *env) schemaCommand() *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "print the JSON Schema of scenario files",
		Description: "An editor that reads it completes and checks scenario files as you write:\n" +
			"parley schema > parley.json, and as the file's first line\n# yaml-language-server: $schema=parley.json",
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usagef("schema takes no file")
			}
			return e.print(strings.TrimRight(string(scenarios.Schema()), "\n") + "\n")
		},
	}
}
