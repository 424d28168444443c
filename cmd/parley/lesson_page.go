package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/parley-sim/parley/sim/lesson"
	"github.com/parley-sim/parley/sim/report/page"
)

// lessonPage writes the page of the run in which something first went wrong, opened at that moment, into the exercise's
// folder, and returns its path; "" where there is no such moment. It plays the run once more, with every message.
func (l *lessonCmd) lessonPage(ctx context.Context, f *lesson.Folder, g *lesson.Grade) (string, error) {
	m := g.Moment()
	if m == nil {
		return "", nil
	}
	runs, err := l.playForPage(ctx, []job{{File: m.Game.File, Text: m.Game.Text, Seed: &m.Game.Seed, On: onVirtual, Programs: true}})
	if err != nil {
		return "", err
	}
	at := page.Moment{Time: m.At}
	if m.Item >= 0 && len(runs) == 1 && len(runs[0].Report.Timeline) == len(m.Report.Timeline) {
		at = page.Moment{Item: m.Item + 1}
	}
	path, err := filepath.Abs(filepath.Join(f.Dir, lesson.PageFile))
	if err != nil {
		return "", err
	}
	file, err := os.Create(path)
	if err != nil {
		return "", usagef("lesson: %v", err)
	}
	if err := errors.Join(page.Write(file, page.Options{At: at}, runs...), file.Close()); err != nil {
		return "", err
	}
	return path, nil
}
