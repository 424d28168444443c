package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/parley-sim/parley/scenarios"
)

// source is a scenario file that was read and found right.
type source struct {
	file     string
	text     []byte
	scenario *scenarios.Scenario
}

// wrong is a scenario file that could not be read, or is wrong.
type wrong struct {
	name string
	err  error
}

// load reads scenarios: files, scenarios of the library, or "-" for standard input. All are read, whatever is wrong with
// some of them; the order of both lists is that of the names.
func (e *env) load(names []string) (right []source, bad []wrong) {
	read := false
	for _, name := range names {
		file, text, err := name, []byte(nil), error(nil)
		switch {
		case name == "-" && read:
			err = fmt.Errorf("standard input can be read only once")
		case name == "-":
			read = true
			if text, err = io.ReadAll(io.LimitReader(e.stdin, scenarios.MaxSize+1)); err != nil {
				err = fmt.Errorf("read standard input: %w", err)
			}
		default:
			file, text, err = scenarios.Open(name)
		}
		var s *scenarios.Scenario
		if err == nil {
			s, err = scenarios.Parse(file, text)
		}
		if err != nil {
			bad = append(bad, wrong{name, err})
			continue
		}
		right = append(right, source{file, text, s})
	}
	return right, bad
}

// complain writes what is wrong with files to standard error.
func (e *env) complain(bad []wrong) {
	for _, b := range bad {
		e.say("%s", strings.TrimRight(b.err.Error(), "\n"))
	}
}
