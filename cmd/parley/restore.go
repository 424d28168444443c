package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/host"
)

// restored is what restore --json prints.
type restored struct {
	File string `json:"file"`
	node.BackupInfo
	Capitals []restoredCapital `json:"capitals"`
}

type restoredCapital struct {
	ID       string `json:"id"`
	Data     string `json:"data"`
	Replaced string `json:"replaced,omitempty"` // where the record before it is now
}

// parley restore FILE --data DIR [--as ID] [--force] [--json]
func (e *env) restoreCommand() *cli.Command {
	return &cli.Command{
		Name: "restore", Usage: "put a backup into the data folders of capitals that are stopped", ArgsUsage: "FILE",
		Category: "a running conference",
		Description: "It restores all capitals whose folders are in --data, or the one that --as names. Restore every\n" +
			"capital of the conference from the same backup: one that knows a later record would win. A\n" +
			"record that is there is kept beside the new one. Exit status: 0 restored; 2 nothing was changed.",
		Flags: append(speakerFlags(),
			&cli.BoolFlag{Name: "force", Usage: "put a record that is there aside", DisableDefaultText: true},
			&cli.BoolFlag{Name: "json", Usage: "print JSON", DisableDefaultText: true}),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usagef("restore: name one backup")
			}
			who, err := speakerOf(c)
			if err != nil {
				return err
			}
			if who.Data == "" {
				return usagef("restore: say where the capitals' folders are: --data DIR")
			}
			configs, err := configsIn(who.Data)
			if err != nil {
				return err
			}
			if c.IsSet("as") { // whoever usually speaks here does not restrict it
				var one []*host.Config
				for _, x := range configs {
					if x.Capital == who.As {
						one = append(one, x)
					}
				}
				if len(one) == 0 {
					return usagef("%s has no capital %q", who.Data, who.As)
				}
				configs = one
			}
			return e.restore(c, c.Args().First(), configs)
		},
	}
}

func (e *env) restore(c *cli.Context, file string, configs []*host.Config) error {
	f, err := os.Open(file)
	if err != nil {
		return usagef("restore: %v", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	info, replaced, err := host.Restore(configs, f, c.Bool("force"))
	if err != nil && len(replaced) == 0 {
		hint := ""
		if strings.Contains(err.Error(), host.ErrHasRecord.Error()) {
			hint = "; --force puts it aside"
		}
		return usagef("restore: %v%s", err, hint)
	}
	if err != nil {
		return fmt.Errorf("restore: %w; restore again", err)
	}
	out := restored{File: file, BackupInfo: info, Capitals: []restoredCapital{}}
	var b strings.Builder
	fmt.Fprintf(&b, "Restored: %s\n", backupWords(&info))
	for _, x := range configs {
		out.Capitals = append(out.Capitals, restoredCapital{x.Capital, x.DataFolder(), replaced[x.Capital]})
		fmt.Fprintf(&b, "  %s: %s", x.Capital, x.DataFolder())
		if old := replaced[x.Capital]; old != "" {
			fmt.Fprintf(&b, " (the record before it is in %s)", old)
		}
		b.WriteByte('\n')
	}
	if c.Bool("json") {
		return e.printJSON(out)
	}
	return e.print(b.String())
}
