package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/sim"
)

// conferenceCommands are those that read or look after a running conference.
func (e *env) conferenceCommands() []*cli.Command {
	return []*cli.Command{e.statusCommand(), e.plansCommand(), e.planCommand(), e.recordCommand(), e.leaderCommand(),
		e.chairCommand(), e.admitCommand(), e.expelCommand(), e.snapshotCommand(), e.backupCommand(), e.restoreCommand(),
		e.rotateCommand(), e.contextCommand()}
}

// parley leader [--json]
func (e *env) leaderCommand() *cli.Command {
	return &cli.Command{
		Name: "leader", Usage: "print the capital whose machine leads", Category: "a running conference", Flags: readFlags(),
		Description: "Exit status: 0 if one leads, 3 if none is known to.",
		Action: func(c *cli.Context) error {
			return e.speak(c, func(ctx context.Context, s *session) error {
				st := s.status(ctx)
				var err error
				switch {
				case c.Bool("json"):
					err = e.printJSON(map[string]any{"leader": st.Leader, "raft_term": st.RaftTerm})
				case st.Leader != "":
					err = e.print(st.Leader + "\n")
				default:
					e.say("nobody leads, as far as the capitals that answer know")
				}
				if err == nil && st.Leader == "" {
					return statusError(sim.StatusUnknown)
				}
				return err
			})
		},
	}
}
