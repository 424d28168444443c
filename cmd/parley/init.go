package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/terms"
)

// parley init SCENARIO [--hosts FILE] -o DIR
func (e *env) initCommand() *cli.Command {
	return &cli.Command{
		Name:      "init",
		Usage:     "write the folders of a conference's capitals, to be brought to their machines",
		ArgsUsage: "SCENARIO",
		Description: "SCENARIO is a scenario of the library or a file. In DIR each capital gets a folder with its\n" +
			"settings, its own keys and certificate, the conference's CA certificate and its charter.\n" +
			"FILE has a line for each capital:\n\n" + hostsHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "hosts", Usage: "where the capitals run: `FILE`", DefaultText: "on this machine"},
			&cli.StringFlag{Name: "o", Usage: "write to the new folder `DIR`"},
			chaosFlag(),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usagef("init: name one scenario; parley scenarios lists the library")
			}
			return e.init(c.Args().First(), c.String("hosts"), c.String("o"), c.Bool("chaos"))
		},
	}
}

// chaosFlag is the flag that lets faults be inflicted on a conference.
func chaosFlag() cli.Flag {
	return &cli.BoolFlag{Name: "chaos", Usage: "let capitals cut and delay what they send, for simulations", DisableDefaultText: true}
}

func (e *env) init(scenario, hosts, folder string, chaos bool) error {
	if folder == "" {
		return usagef("init: name the folder to write: -o DIR")
	}
	charter, text, err := e.charterOf(scenario)
	if err != nil {
		return err
	}
	if isConference(folder) {
		return usagef("init: %s: %v", folder, host.ErrExists)
	}
	places, err := placesFor(charter, hosts)
	if err != nil {
		return err
	}
	c, err := createConference(folder, charter, text, places, chaos)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "wrote %s: the folders of %s\n\n", folder, counted(len(c.configs), "capital"))
	rows := [][]string{{"CAPITAL", "RAFT", "API", "FOLDER"}}
	for _, config := range c.configs {
		rows = append(rows, []string{config.Capital, config.Raft.Address(), "https://" + config.API.Address(), c.capitalFolder(config.Capital)})
	}
	b.WriteString(table(rows))
	fmt.Fprintf(&b, "\nBring each folder to its machine, for nobody else to read, and start it there:\n"+
		"  parley node --config %s\nKeep %s: with it new certificates are issued.\n",
		filepath.Join(c.configs[0].Capital, host.ConfigFile), filepath.Join(folder, "ca"))
	return e.print(b.String())
}

// charterOf reads the charter of a scenario, and the text that it was read from.
func (e *env) charterOf(scenario string) (charter *terms.Charter, text []byte, err error) {
	right, bad := e.load([]string{scenario})
	if len(bad) > 0 {
		return nil, nil, usagef("%s", strings.TrimRight(bad[0].err.Error(), "\n"))
	}
	return &right[0].scenario.Charter, right[0].text, nil
}

// placesFor reads where the capitals run; without a file it is this machine.
func placesFor(charter *terms.Charter, file string) (map[string]host.Place, error) {
	ids := make([]string, len(charter.Capitals))
	for i := range charter.Capitals {
		ids[i] = charter.Capitals[i].ID
	}
	if file == "" {
		return host.Loopback(ids)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, usagef("%v", err)
	}
	defer func() { _ = f.Close() }()
	return parseHosts(file, f, ids)
}
