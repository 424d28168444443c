package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/lesson"
)

// lessonGrade is what lesson check --json prints, and report --json a list of.
type lessonGrade struct {
	Folder       string         `json:"folder"`
	Lesson       int            `json:"lesson"` // 0 where the folder cannot be read
	Title        string         `json:"title"`
	Passed       bool           `json:"passed"`
	Points       int            `json:"points"`
	Of           int            `json:"of"`
	Checks       int            `json:"checks"`
	Hints        int            `json:"hints"`
	SolutionUsed bool           `json:"solution_used"`
	PassedAt     *time.Time     `json:"passed_at"`
	Unanswered   []string       `json:"unanswered"`
	Results      []lessonResult `json:"results"`
	Page         string         `json:"page,omitempty"`
	Error        string         `json:"error,omitempty"` // the folder could not be graded: nothing else is known then
}

type lessonResult struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"` // question or check
	Held     bool   `json:"held"`
	Skipped  bool   `json:"skipped,omitempty"`
	Given    string `json:"given,omitempty"`
	Points   int    `json:"points"`
	Of       int    `json:"of"`
	Runs     int    `json:"runs,omitempty"`
	Feedback string `json:"feedback,omitempty"`
}

// graded makes a lessonGrade. f and g may be nil where err says why.
func graded(f *lesson.Folder, g *lesson.Grade, err error) lessonGrade {
	out := lessonGrade{Unanswered: []string{}, Results: []lessonResult{}}
	if f != nil {
		out.Folder, out.Lesson, out.Title, out.Of = f.Dir, f.Lesson.Number, f.Lesson.Title, f.Lesson.Points()
		out.Checks, out.Hints, out.SolutionUsed, out.PassedAt = f.State.Checks, f.State.Hints, f.State.SolutionUsed, f.State.PassedAt
	}
	if err != nil {
		out.Error = strings.TrimRight(err.Error(), "\n")
	}
	if g == nil {
		return out
	}
	out.Passed, out.Points = g.Passed, g.Points
	out.Unanswered = append(out.Unanswered, g.Unanswered...)
	for _, r := range g.Results {
		kind := "check"
		if r.Question {
			kind = "question"
		}
		out.Results = append(out.Results, lessonResult{r.ID, kind, r.Held, r.Skipped, r.Given, r.Points, r.Of, r.Runs, r.Feedback})
	}
	return out
}

// report grades many folders and changes none of them. Its exit status is 1 if one is not passed, and 2 if one could not
// be read; those that could are reported all the same.
func (l *lessonCmd) report(ctx context.Context, dirs []string) error {
	if len(dirs) == 0 {
		return usagef("lesson report: name the folders, such as class/*/lesson-*")
	}
	var junit *os.File
	if name := l.c.String("junit"); name != "" {
		var err error
		if junit, err = os.Create(name); err != nil {
			return usagef("lesson report: %v", err)
		}
		defer func() { _ = junit.Close() }()
	}
	status := sim.StatusHeld
	all := []lessonGrade{}
	for _, dir := range dirs {
		f, err := lesson.Open(dir)
		var g *lesson.Grade
		if err == nil {
			g, err = l.grade(ctx, f, l.c.Bool("allow-programs"))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		one := graded(f, g, err)
		one.Folder = dir
		all = append(all, one)
		var input *lesson.InputError
		switch {
		case errors.As(err, &input):
			status = sim.StatusInvalid
		case err != nil && status != sim.StatusInvalid:
			status = sim.StatusUnknown
		case err == nil && !g.Passed && status == sim.StatusHeld:
			status = sim.StatusFailed
		}
	}
	if junit != nil {
		if err := lessonJUnit(junit, all); err != nil {
			return err
		}
	}
	var err error
	if l.c.Bool("json") {
		err = l.printJSON(all)
	} else {
		err = l.print(lessonTable(all))
	}
	if err != nil {
		return err
	}
	return ended(status)
}

// lessonTable writes a line a folder.
func lessonTable(all []lessonGrade) string {
	wide := len("folder")
	for _, g := range all {
		wide = max(wide, len(g.Folder))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%-*s  no  points  checks  hints  result\n", wide, "folder")
	for _, g := range all {
		result := "passed"
		switch {
		case g.Error != "":
			result = "not graded: " + strings.Join(strings.Fields(g.Error), " ")
		case len(g.Unanswered) > 0:
			result = "predictions missing"
		case !g.Passed:
			result = "not passed"
		}
		if g.SolutionUsed {
			result += ", solution used"
		}
		fmt.Fprintf(&b, "%-*s  %2d  %3d/%-2d  %6d  %5d  %s\n", wide, g.Folder, g.Lesson, g.Points, g.Of, g.Checks, g.Hints, result)
	}
	return b.String()
}
