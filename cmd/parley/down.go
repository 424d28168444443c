package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node/host"
)

// parley down --data DIR
func (e *env) downCommand() *cli.Command {
	return &cli.Command{
		Name:  "down",
		Usage: "stop the capitals that parley up started",
		Description: "It stops what runs of the conference in DIR on this machine, and waits until it has ended.\n" +
			"Its record stays: parley up --data DIR resumes it.",
		Flags: []cli.Flag{dataFlag("the folder of the conference: `DIR`")},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usagef("down: it takes no arguments; name the conference's folder with --data")
			}
			if c.String("data") == "" {
				return usagef("down: name the conference's folder: --data DIR")
			}
			return e.down(c.Context, c.String("data"))
		},
	}
}

// dataFlag is the flag for the folder of a conference.
func dataFlag(usage string) cli.Flag {
	return &cli.StringFlag{Name: "data", Usage: usage, EnvVars: []string{"PARLEY_DATA"}}
}

func (e *env) down(ctx context.Context, folder string) error {
	c, err := openConference(folder)
	if err != nil {
		return err
	}
	// First who watches over the capitals, and stops them itself; then those that nobody watches over.
	above, killed, err := stopHolder(ctx, c.upLock())
	if err != nil {
		return err
	}
	if killed {
		e.say("parley: process %d, which ran the conference, had to be killed", above)
	}
	stopped := make([]string, len(c.configs))
	err = atOnce(indices(c.configs), func(i int) error {
		id := c.configs[i].Capital
		pid, killed, err := stopHolder(ctx, c.nodeLock(id))
		if err != nil {
			return fmt.Errorf("stop %s: %w", id, err)
		}
		if killed {
			e.say("parley: %s, process %d, had to be killed", id, pid)
		}
		if pid != 0 {
			stopped[i] = id
		}
		return nil
	})
	if err != nil {
		return err
	}
	var names []string
	for _, name := range stopped {
		if name != "" {
			names = append(names, name)
		}
	}
	switch {
	case above == 0 && len(names) == 0:
		return e.print("nothing of " + c.charter.Conference + " was running\n")
	case above != 0:
		return e.print("stopped " + c.charter.Conference + "\n")
	}
	return e.print("stopped " + strings.Join(names, ", ") + "\n")
}

func indices(list []*host.Config) []int {
	out := make([]int, len(list))
	for i := range out {
		out[i] = i
	}
	return out
}
