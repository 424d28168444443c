package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report"
)

// parley record [--follow] [--from N] [--json]
func (e *env) recordCommand() *cli.Command {
	return &cli.Command{
		Name: "record", Usage: "print the moves in the record, refused ones included", Category: "a running conference",
		Description: "With --follow it goes on until Ctrl-C, and goes over to another capital when one ends.\n" +
			"With --json it prints a line of JSON a move.",
		Flags: textFlags(readFlags(
			&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Usage: "print moves as they are made", DisableDefaultText: true},
			&cli.Uint64Flag{Name: "from", Usage: "begin with the `N`th move", Value: 1})),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usagef("record takes nothing but flags")
			}
			return e.speak(c, func(ctx context.Context, s *session) error {
				write, machine, err := e.recorder(ctx, c, s)
				if err != nil {
					return err
				}
				from := max(c.Uint64("from"), 1)
				if c.Bool("follow") {
					return s.follow(c.Context, from, write, machine) // for as long as it is wanted
				}
				for from > 0 {
					page, err := s.anyone().Record(ctx, from, 0, s.fresh)
					if err != nil {
						return told(err)
					}
					for i := range page.Entries {
						if err := write(&page.Entries[i]); err != nil {
							return err
						}
					}
					from = page.Next
				}
				return nil
			})
		},
	}
}

// recorder returns what writes a move, and what writes a sentence about machines.
func (e *env) recorder(ctx context.Context, c *cli.Context, s *session) (write func(*terms.Entry) error, machine func(string) error, err error) {
	if c.Bool("json") {
		write = func(entry *terms.Entry) error {
			b, err := json.Marshal(entry)
			if err != nil {
				return err
			}
			return e.print(string(b) + "\n")
		}
		return write, func(string) error { return nil }, nil
	}
	charter, err := s.charter(ctx)
	if err != nil {
		return nil, nil, err
	}
	r := report.NewRecorder(e.stdout, charter, e.style(c))
	return r.Write, r.Machine, nil
}

// follow writes moves as they are made, until ctx ends, which is no error.
func (s *session) follow(ctx context.Context, from uint64, write func(*terms.Entry) error, machine func(string) error) error {
	leader, raftTerm := "", uint64(0)
	for event, err := range s.anyone().Follow(ctx, from-1) {
		switch {
		case ctx.Err() != nil || errors.Is(err, context.Canceled):
			return nil
		case err != nil:
			return told(err)
		case event.Move != nil:
			err = write(event.Move)
		case event.Raft != nil && event.Raft.Kind == node.EventLeader && (event.Raft.Leader != leader || event.Raft.RaftTerm != raftTerm):
			leader, raftTerm = event.Raft.Leader, event.Raft.RaftTerm
			if leader != "" {
				err = machine(fmt.Sprintf("%s's machine leads (Raft term %d).", leader, raftTerm))
			} else {
				err = machine("No machine leads.")
			}
		case event.Gap != nil:
			err = machine(gapInWords(event.Gap))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// gapInWords says which elections the reader is not told of.
func gapInWords(g *api.RaftGap) string {
	if g.Cause == api.GapRestarted {
		return fmt.Sprintf("%s's machine was restarted: who led in between is not known here.", g.Capital)
	}
	return fmt.Sprintf("%d Raft events of %s's machine are missing here.", g.Missed, g.Capital)
}
