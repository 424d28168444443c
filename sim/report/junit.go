package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/parley-sim/parley/sim"
)

// JUnit writes the runs as JUnit XML: a test suite a scenario, a test case an expectation and a check. What did not hold
// is a failure; what cannot be known for a technical reason (no quorum was left, a run was not finished) is an error.
// An error is the writer's.
func JUnit(w io.Writer, runs []Run) error {
	all := junit.Testsuites{Name: "parley"}
	var total time.Duration
	for i := range runs {
		suite := suiteOf(&runs[i])
		suite.ID = i
		all.AddSuite(suite)
		if r := runs[i].Report; r != nil {
			total += r.WallTime
		}
	}
	all.Time = junitSeconds(total)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	if err := all.WriteXML(w); err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	return nil
}

func suiteOf(run *Run) junit.Testsuite {
	s := run.Scenario
	suite := junit.Testsuite{Name: xmlText(s.ID), Package: "scenarios", File: xmlText(s.File), Time: junitSeconds(0)}
	suite.AddProperty("seed", fmt.Sprint(run.Seed))
	suite.AddProperty("on", run.On)
	add := func(kind, name string, failure, problem *junit.Result) {
		suite.AddTestcase(junit.Testcase{Name: xmlText(name), Classname: xmlText(s.ID + "." + kind), Time: junitSeconds(0),
			Failure: failure, Error: problem})
	}
	r := run.Report
	if r == nil {
		add("run", "is played to the end", nil, junitResult("technical", errorText(run.Err)))
		return suite
	}
	suite.Time = junitSeconds(r.WallTime)
	suite.AddProperty("record_hash", fmt.Sprintf("%x", r.RecordHash))
	suite.AddProperty("trace_hash", fmt.Sprintf("%016x", r.TraceHash))
	for _, f := range r.Findings {
		switch {
		case f.Held:
			add("expect", f.Text, nil, nil)
		case r.NoQuorum:
			add("expect", f.Text, nil, junitResult("no-quorum", "unknown, for want of a quorum; found: "+f.Found))
		default:
			add("expect", f.Text, junitResult("expectation", "found: "+f.Found), nil)
		}
	}
	if r.NoQuorum && len(r.Findings) == 0 {
		add("run", "has an outcome", nil, junitResult("no-quorum", "unknown, for want of a quorum"))
	}
	for _, c := range r.Checks {
		var failure *junit.Result
		if !c.Held {
			failure = junitResult("check", c.Detail)
		}
		add("check", c.Name, failure, nil)
	}
	if p := run.Replays; p != nil {
		addReplays(add, p)
	}
	return suite
}

func addReplays(add func(kind, name string, failure, problem *junit.Result), p *Replays) {
	var failure, problem *junit.Result
	if !p.Same() {
		failure = junitResult("replay", fmt.Sprintf("%d replays gave %d different records", p.Count, p.RecordHashes))
	} else if p.Worst == sim.StatusFailed {
		failure = junitResult("replay", "an expectation or a check did not hold in a replay")
	}
	if failure == nil && p.Failed > 0 {
		problem = junitResult("technical", fmt.Sprintf("%d replays were not finished", p.Failed))
	}
	add("replay", "every replay gives the same record", failure, problem)
}

func junitResult(kind, text string) *junit.Result {
	text = xmlText(text)
	first, _, _ := strings.Cut(text, "\n")
	return &junit.Result{Type: kind, Message: first, Data: text}
}

func junitSeconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// xmlText leaves out what XML 1.0 cannot hold: the encoder checks attributes, but not the sections of text.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r >= ' ' && r != utf8.RuneError && r != 0xfffe && r != 0xffff:
			return r
		}
		return -1
	}, s)
}
