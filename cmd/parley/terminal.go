package main

import (
	"os"

	"golang.org/x/term"

	"github.com/parley-sim/parley/sim/report"
)

// maxWidth is as wide as text is set on a terminal: longer lines are hard to read.
const maxWidth = 100

// terminal returns the file descriptor of a writer or reader that is a terminal.
func terminal(stream any) (fd int, ok bool) {
	f, is := stream.(interface{ Fd() uintptr })
	if !is {
		return 0, false
	}
	fd = int(f.Fd())
	return fd, term.IsTerminal(fd)
}

// width returns how wide text is to be set: as asked for, else as the terminal is, within reason.
func (e *env) width(asked int) int {
	if asked > 0 {
		return asked
	}
	if fd, ok := terminal(e.stdout); ok {
		if w, _, err := term.GetSize(fd); err == nil && w > 0 {
			return min(w, maxWidth)
		}
	}
	return report.DefaultWidth
}

// colour tells whether to use colour: only on a terminal, and not where NO_COLOR is set (https://no-color.org). A flag
// outweighs both.
func (e *env) colour(mode string) bool {
	switch mode {
	case "always":
		return true
	case "never":
		return false
	}
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	_, ok := terminal(e.stdout)
	return ok
}
