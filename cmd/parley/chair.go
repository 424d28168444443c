package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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

// handOver goes from one capital to the one that it takes for the leader, and tries again while nobody is known to lead.
func (s *session) handOver(ctx context.Context, to string) (api.Leader, error) {
	var failed error
	next, hops := s.peers[0], 0
	for turn := 1; ; turn++ {
		a, err := s.client(next).Lead(ctx, to)
		var problem *api.Problem
		switch known := errors.As(err, &problem); {
		case err == nil:
			return a, nil
		case known && problem.Code == api.CodeNotLeader:
			i := slices.IndexFunc(s.peers, func(p peer) bool { return p.capital == problem.Leader })
			if i >= 0 && hops < len(s.peers) {
				next, hops = s.peers[i], hops+1
				continue
			}
		case known && problem.Status < 500:
			return a, err
		}
		if ctx.Err() == nil {
			failed = err
		}
		next, hops = s.peers[turn%len(s.peers)], 0
		if turn%len(s.peers) > 0 {
			continue
		}
		timer := time.NewTimer(handOverPause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return api.Leader{}, errors.Join(failed, context.Cause(ctx))
		}
	}
}

// handOverPause is how long to wait after all capitals were asked.
const handOverPause = 100 * time.Millisecond
