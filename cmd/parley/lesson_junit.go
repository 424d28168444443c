package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"
)

// lessonJUnit writes grades as JUnit XML: a test suite a folder, a test case a question and a check. A folder that could
// not be graded is an error.
func lessonJUnit(w io.Writer, grades []lessonGrade) error {
	all := junit.Testsuites{Name: "parley lessons"}
	for i, g := range grades {
		suite := junit.Testsuite{ID: i, Name: printable(g.Folder), Package: "lessons", Time: "0.000"}
		suite.AddProperty("points", fmt.Sprintf("%d of %d", g.Points, g.Of))
		suite.AddProperty("solution_used", fmt.Sprint(g.SolutionUsed))
		suite.AddProperty("hints", fmt.Sprint(g.Hints))
		class := fmt.Sprintf("exercise-%d", g.Lesson)
		if g.Error != "" {
			suite.AddTestcase(junit.Testcase{Name: "can be graded", Classname: class, Time: "0.000",
				Error: &junit.Result{Message: "not graded", Type: "input", Data: printable(g.Error)}})
		}
		for _, q := range g.Unanswered {
			suite.AddTestcase(junit.Testcase{Name: q, Classname: class + ".question", Time: "0.000",
				Failure: &junit.Result{Message: "not answered", Type: "question"}})
		}
		for _, r := range g.Results {
			c := junit.Testcase{Name: r.ID, Classname: class + "." + r.Kind, Time: "0.000"}
			switch {
			case r.Skipped:
				c.Skipped = &junit.Result{Message: "not looked at: a check before it failed"}
			case !r.Held:
				c.Failure = &junit.Result{Message: "did not hold", Type: r.Kind, Data: printable(r.Feedback)}
			}
			suite.AddTestcase(c)
		}
		all.AddSuite(suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	if err := all.WriteXML(w); err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	return nil
}

// printable leaves out what XML cannot hold.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
