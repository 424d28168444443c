package main

import (
	"fmt"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

// parley version
func (e *env) versionCommand() *cli.Command {
	return &cli.Command{
		Name:   "version",
		Usage:  "print the version",
		Action: func(*cli.Context) error { return e.printVersion() },
	}
}

func (e *env) printVersion() error {
	version, revision, golang := "unknown", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version, golang = info.Main.Version, " "+info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return e.print(fmt.Sprintf("parley %s%s%s\n", version, revision, golang))
}
