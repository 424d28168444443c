package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node/api"
)

// parley chair CAPITAL [--json]
func (e *env) chairCommand() *cli.Command {
	return &cli.Command{
		Name: "chair", Usage: "hand Raft's leadership over to a capital", ArgsUsage: "CAPITAL", Category: "a running conference",
		Description: "It is no political matter: whoever leads decides nothing. Exit status: 0 handed over; 2 the capital\n" +
			"cannot lead; 3 it is not known whether it does.",
		Flags: sessionFlags(),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usagef("chair: name the capital that is to lead")
			}
			return e.speak(c, func(ctx context.Context, s *session) error {
				a, err := s.handOver(ctx, c.Args().First())
				if err != nil {
					return told(err)
				}
				if c.Bool("json") {
					return e.printJSON(a)
				}
				if a.From == a.Leader {
					return e.print(a.Leader + " leads already.\n")
				}
				return e.print(fmt.Sprintf("%s leads now; it was %s.\n", a.Leader, a.From))
			})
		},
	}
}

// handOver goes to one capital after the other until one knows who leads.
func (s *session) handOver(ctx context.Context, to string) (api.Leader, error) {
	var failed error
	for _, p := range s.peers {
		a, err := s.client(p).Lead(ctx, to)
		var problem *api.Problem
		if err == nil || errors.As(err, &problem) && problem.Status < 500 || ctx.Err() != nil {
			return a, err
		}
		failed = errors.Join(failed, err)
	}
	return api.Leader{}, failed
}
