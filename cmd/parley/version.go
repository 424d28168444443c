package main

import (
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

func (e *env) printVersion() error { return e.print("parley " + versionText() + "\n") }

// versionText is the program's version, as far as its build tells.
func versionText() string {
	version, revision, golang := "unknown", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version, golang = info.Main.Version, " "+info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return version + revision + golang
}
