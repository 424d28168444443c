package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"
)

// parley snapshot [--json]
func (e *env) snapshotCommand() *cli.Command {
	return &cli.Command{
		Name: "snapshot", Usage: "have a capital's machine take a snapshot and shorten its log", Category: "a running conference",
		Description: "It is the capital's own business: --as says whose.", Flags: sessionFlags(),
		Action: func(c *cli.Context) error {
			return e.speak(c, func(ctx context.Context, s *session) error {
				a, err := s.own().Snapshot(ctx)
				if err != nil {
					return told(err)
				}
				if c.Bool("json") {
					return e.printJSON(a)
				}
				if !a.Taken {
					return e.print(fmt.Sprintf("%s has nothing new to store.\n", a.Capital))
				}
				return e.print(fmt.Sprintf("%s has taken a snapshot.\n", a.Capital))
			})
		},
	}
}
