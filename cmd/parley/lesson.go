package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/scenarios/lessons"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/lesson"
)

// lessonWords are what parley lesson does, by the first word.
func lessonWords() []string {
	return []string{"list", "start", "check", "hint", "solution", "brief", "notes", "report"}
}

// parley lesson [list]
// parley lesson start N [DIR] [--missing|--again] [--instructor]
// parley lesson check|hint|solution|brief|notes [DIR|N]
// parley lesson report DIR... [--json|--junit F]
func (e *env) lessonCommand() *cli.Command {
	return &cli.Command{
		Name:      "lesson",
		Usage:     "exercises: start one, have it checked, get a hint",
		ArgsUsage: "[start N [DIR] | check [DIR] | hint [DIR] | solution [DIR] | brief [DIR] | notes N | report DIR...]",
		Description: "parley lesson                    list the exercises\n" +
			"parley lesson start 1            write the files of exercise 1 into a folder of its own\n" +
			"parley lesson check              play them over seeds that you do not see, and grade them\n" +
			"parley lesson hint               one more hint\n" +
			"parley lesson solution           the solution; the folder notes that it was used\n" +
			"parley lesson notes 1            for the instructor: purpose, time, debriefing\n" +
			"parley lesson report class/*     grade many folders, for a class\n\n" +
			"DIR is by default the folder that you are in, or the only exercise in it.\n" +
			"Exit status: 0 passed, or done; 1 a check did not hold; 2 wrong folder, file or usage;\n" +
			"3 it could not be played for a technical reason.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "missing", Usage: "start: write only the files that are missing", DisableDefaultText: true},
			&cli.BoolFlag{Name: "again", Usage: "start: put the folder aside and begin anew", DisableDefaultText: true},
			&cli.BoolFlag{Name: "instructor", Usage: "start: write the instructor's notes too", DisableDefaultText: true},
			&cli.BoolFlag{Name: "json", Usage: "print JSON", DisableDefaultText: true},
			&cli.BoolFlag{Name: "allow-programs", Usage: "report: run the programs of the students", DisableDefaultText: true},
			&cli.StringFlag{Name: "junit", Usage: "report: write JUnit XML to file `F`"},
			&cli.IntFlag{Name: "width", Usage: "set text `N` columns wide", DefaultText: "the terminal's, or 80"},
			&cli.StringFlag{Name: "color", Usage: "use colour: `WHEN` is auto, always or never", Value: "auto"},
		},
		Action: func(c *cli.Context) error {
			l := &lessonCmd{e, c, lesson.Style{Width: e.width(c.Int("width")), Colour: e.colour(c.String("color"))}}
			err := l.do(c.Context, c.Args().Slice())
			var input *lesson.InputError
			if errors.As(err, &input) {
				return usagef("lesson: %v", input)
			}
			return err
		},
	}
}

// lessonCmd is one parley lesson.
type lessonCmd struct {
	*env
	c     *cli.Context
	style lesson.Style
}

func (l *lessonCmd) do(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return l.list()
	}
	word, rest := args[0], args[1:]
	if word != "report" && word != "start" && len(rest) > 1 {
		return usagef("lesson %s takes one folder", word)
	}
	switch word {
	case "list":
		return l.list()
	case "start":
		return l.start(rest)
	case "check":
		return l.check(ctx, rest)
	case "hint":
		return l.hint(rest)
	case "solution":
		return l.solution(rest)
	case "brief", "notes":
		return l.show(word, rest)
	case "report":
		return l.report(ctx, rest)
	}
	if _, err := strconv.Atoi(word); err == nil {
		return usagef("say what to do with exercise %s: parley lesson start %s", word, word)
	}
	return usagef("lesson: there is no %q%s", word, didYouMean(word, lessonWords()))
}

// lessonListing is a line of the list.
type lessonListing struct {
	Number  int    `json:"number"`
	ID      string `json:"id"`
	Title   string `json:"title"`
	Teaches string `json:"teaches"`
	Minutes int    `json:"minutes"`
	Points  int    `json:"points"`
	Folder  string `json:"folder"`
}

func (l *lessonCmd) list() error {
	all, err := lessons.All()
	if err != nil {
		return err
	}
	list := []lessonListing{}
	for _, x := range all {
		list = append(list, lessonListing{x.Number, x.ID, x.Title, x.Teaches, x.Minutes, x.Points(), x.Folder()})
	}
	if l.c.Bool("json") {
		return l.printJSON(list)
	}
	var b strings.Builder
	for _, x := range list {
		fmt.Fprintf(&b, "%2d  %-62s %3d min\n    %s\n", x.Number, x.Title, x.Minutes, x.Teaches)
	}
	b.WriteString("\nparley lesson start 1 begins with the first.\n")
	return l.print(b.String())
}

func (l *lessonCmd) printJSON(v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return l.print(string(b) + "\n")
}

func (l *lessonCmd) start(args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return usagef("say which exercise: parley lesson start N [DIR]")
	}
	x, err := lesson.Find(args[0])
	if err != nil {
		return err
	}
	dir := x.Folder()
	if len(args) == 2 {
		dir = args[1]
	}
	existing := lesson.Refuse
	switch {
	case l.c.Bool("missing") && l.c.Bool("again"):
		return usagef("lesson start: --missing or --again, not both")
	case l.c.Bool("missing"):
		existing = lesson.Missing
	case l.c.Bool("again"):
		existing = lesson.Aside
	}
	wrote, aside, err := lesson.Start(x, dir, existing, time.Now())
	if err != nil {
		return err
	}
	if l.c.Bool("instructor") {
		if err := os.WriteFile(filepath.Join(dir, "notes.md"), []byte(x.Notes), 0o644); err != nil {
			return usagef("lesson: %v", err)
		}
		wrote = append(wrote, "notes.md")
	}
	text := fmt.Sprintf("Exercise %d: %s\n\n%s\n", x.Number, x.Title, x.Brief)
	if aside != "" {
		text += fmt.Sprintf("What was there is in %s.\n", aside)
	}
	if len(wrote) == 0 {
		text += fmt.Sprintf("Nothing was missing in %s.\n", dir)
	} else {
		text += fmt.Sprintf("In %s: %s\n", dir, strings.Join(wrote, ", "))
	}
	return l.print(text)
}

// folder opens the folder that is meant: the one named, or the one of the exercise with that number; else the one that we
// are in, or the only exercise in it.
func (l *lessonCmd) folder(args []string) (*lesson.Folder, error) {
	if len(args) > 0 {
		dir := args[0]
		if _, err := os.Stat(dir); err != nil {
			if _, e := strconv.Atoi(dir); e == nil {
				x, err := lesson.Find(dir)
				if err != nil {
					return nil, err
				}
				dir = x.Folder()
			}
		}
		return lesson.Open(dir)
	}
	if _, err := os.Stat(lesson.StateFile); err == nil {
		return lesson.Open(".")
	}
	found, err := filepath.Glob(filepath.Join("*", lesson.StateFile))
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, usagef("there is no exercise in this folder; parley lesson start 1 begins one, and parley lesson check DIR names one elsewhere")
	case len(found) > 1:
		var dirs []string
		for _, f := range found {
			dirs = append(dirs, filepath.Dir(f))
		}
		return nil, usagef("there is more than one exercise here; name one: %s", strings.Join(dirs, ", "))
	}
	return lesson.Open(filepath.Dir(found[0]))
}

func (l *lessonCmd) check(ctx context.Context, args []string) error {
	f, err := l.folder(args)
	if err != nil {
		return err
	}
	g, err := l.grade(ctx, f, true)
	if err != nil {
		return err
	}
	f.Record(g, time.Now())
	if err := f.Save(); err != nil {
		return usagef("lesson: %v", err)
	}
	shown, err := l.lessonPage(ctx, f, g)
	if err != nil {
		return err
	}
	if l.c.Bool("json") {
		out := graded(f, g, nil)
		out.Page = shown
		err = l.printJSON(out)
	} else {
		text := lesson.Text(g, l.style)
		if shown != "" {
			text += "To look at that moment, open " + shown + "\n"
		}
		if !g.Passed && len(g.Unanswered) == 0 {
			text += "For help: parley lesson hint\n"
		}
		err = l.print(text)
	}
	if err == nil && !g.Passed {
		return ended(sim.StatusFailed)
	}
	return err
}

// grade plays and grades a folder. Whoever has an exercise checked has the program in it run; report asks first.
func (l *lessonCmd) grade(ctx context.Context, f *lesson.Folder, programs bool) (*lesson.Grade, error) {
	files, err := f.Files()
	if err != nil {
		return nil, err
	}
	path, err := executable()
	if err != nil {
		return nil, err
	}
	player := &lessonPlayer{&pool{path: path, self: l.self, patience: patience}, programs}
	return lesson.Do(ctx, f.Lesson, files, player, lesson.Options{First: f.State.FirstAnswers, Folder: f.Dir})
}

func (l *lessonCmd) hint(args []string) error {
	f, err := l.folder(args)
	if err != nil {
		return err
	}
	hints := f.Lesson.Hints
	if f.State.Hints < len(hints) {
		f.State.Hints++
		if err := f.Save(); err != nil {
			return usagef("lesson: %v", err)
		}
	}
	n := f.State.Hints
	text := fmt.Sprintf("Hint %d of %d: %s", n, len(hints), hints[n-1])
	if n == len(hints) {
		text += "\nThat was the last one. parley lesson solution shows the solution."
	}
	return l.print(lesson.Wrap(text, l.style) + "\n")
}

func (l *lessonCmd) solution(args []string) error {
	f, err := l.folder(args)
	if err != nil {
		return err
	}
	dir, err := f.WriteSolution()
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "The solution of exercise %d is in %s. Your own files are as they were.\n", f.Lesson.Number, dir)
	fmt.Fprintf(&b, "That it was used is noted in %s and in the report for the class.\n", filepath.Join(f.Dir, lesson.StateFile))
	for _, q := range f.Lesson.Questions {
		fmt.Fprintf(&b, "\n%s\n", lesson.Wrap(fmt.Sprintf("%s: %s. %s", q.ID, q.Answer, q.Why), l.style))
	}
	return l.print(b.String())
}

// show prints an exercise's brief or the instructor's notes, by the exercise's number or a folder.
func (l *lessonCmd) show(what string, args []string) error {
	var x *lessons.Lesson
	var err error
	if len(args) == 1 {
		if _, e := os.Stat(filepath.Join(args[0], lesson.StateFile)); errors.Is(e, fs.ErrNotExist) {
			x, err = lesson.Find(args[0])
		}
	}
	if x == nil && err == nil {
		var f *lesson.Folder
		if f, err = l.folder(args); err == nil {
			x = f.Lesson
		}
	}
	if err != nil {
		return err
	}
	text := x.Brief
	if what == "notes" {
		text = x.Notes
	}
	return l.print(fmt.Sprintf("Exercise %d: %s\n\n%s", x.Number, x.Title, text))
}
