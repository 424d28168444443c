package lesson_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/scenarios/lessons"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/lesson"
)

// inProcess plays games in the test's own process.
type inProcess struct{}

func (inProcess) Play(ctx context.Context, games []lesson.Game) []lesson.Played {
	all := make([]lesson.Played, len(games))
	for i, g := range games {
		s, err := scenarios.Parse(g.File, g.Text)
		if err != nil {
			all[i].Err = err
			continue
		}
		all[i].Report, all[i].Err = sim.Play(ctx, s, sim.Options{Seed: &g.Seed, Programs: true})
	}
	return all
}

func all(t *testing.T) []*lessons.Lesson {
	t.Helper()
	list, err := lessons.All()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func grade(t *testing.T, l *lessons.Lesson, files map[string][]byte, seeds int) *lesson.Grade {
	t.Helper()
	folder := t.TempDir()
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := exec.LookPath("python3"); err != nil && l.Number == 12 {
		t.Skip("NOT RUN: exercise 12 needs python3")
	}
	g, err := lesson.Do(t.Context(), l, files, inProcess{}, lesson.Options{Seeds: seeds, Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestUnsolved: what a student begins with fails its check, with all predictions right.
func TestUnsolved(t *testing.T) {
	for _, l := range all(t) {
		t.Run(l.ID, func(t *testing.T) {
			if g := grade(t, l, l.Files, 1); g.Passed || len(g.Unanswered) != len(l.Questions) {
				t.Errorf("without any answer: passed %t, unanswered %v", g.Passed, g.Unanswered)
			}
			files, err := l.Solution()
			if err != nil {
				t.Fatal(err)
			}
			for name, b := range l.Files {
				if name != lessons.AnswersFile {
					files[name] = b
				}
			}
			g := grade(t, l, files, 1)
			if g.Passed || g.First() == nil || g.First().Question {
				t.Errorf("the files as they were given pass: %+v", g.Results)
			} else if g.First().Feedback == "" {
				t.Error("there is no feedback on the files as they were given")
			}
		})
	}
}

// TestSolved: the solution passes over a hundred seeds.
func TestSolved(t *testing.T) {
	for _, l := range all(t) {
		t.Run(l.ID, func(t *testing.T) {
			files, err := l.Solution()
			if err != nil {
				t.Fatal(err)
			}
			g := grade(t, l, files, solvedSeeds)
			for _, r := range g.Results {
				if !r.Held {
					t.Errorf("%s: %s: %s", r.ID, r.FeedbackID, r.Feedback)
				}
			}
			if !g.Passed || g.Points != g.Of {
				t.Errorf("passed %t with %d of %d points", g.Passed, g.Points, g.Of)
			}
		})
	}
}

var unfilled = regexp.MustCompile(`\{[a-z]+\}`)

// TestWrongAnswers: each wrong answer that was foreseen gets the feedback meant for it, and every feedback is meant for some.
func TestWrongAnswers(t *testing.T) {
	for _, l := range all(t) {
		t.Run(l.ID, func(t *testing.T) {
			meant := map[string]bool{}
			if len(l.Wrong) < 3 {
				t.Errorf("only %d wrong answers were foreseen", len(l.Wrong))
			}
			for _, w := range l.Wrong {
				meant[w.Feedback] = true
				files, err := l.WrongFiles(&w)
				if err != nil {
					t.Fatal(err)
				}
				if l.Number == 13 && !livelocks {
					continue
				}
				g := grade(t, l, files, wrongSeeds)
				first := g.First()
				switch {
				case g.Passed || first == nil:
					t.Errorf("%s passes", w.Name)
				case first.FeedbackID != w.Feedback:
					t.Errorf("%s: got %s (%s), want %s", w.Name, first.FeedbackID, first.Feedback, w.Feedback)
				case first.Feedback == "" || unfilled.MatchString(first.Feedback):
					t.Errorf("%s: feedback %q", w.Name, first.Feedback)
				}
			}
			for id := range l.Feedback {
				if !meant[id] {
					t.Errorf("no wrong answer was listed for the feedback %s", id)
				}
			}
		})
	}
}

// TestBriefsFitTheScreen: 80 columns and 24 lines, the line of the prompt included.
func TestBriefsFitTheScreen(t *testing.T) {
	for _, l := range all(t) {
		lines := strings.Split(strings.TrimRight(l.Brief, "\n"), "\n")
		if len(lines) > 20 { // below them: an empty line, where the files are, and the prompt
			t.Errorf("%s: the brief has %d lines", l.ID, len(lines))
		}
		for i, line := range lines {
			if n := len([]rune(line)); n > 80 {
				t.Errorf("%s: line %d of the brief has %d characters", l.ID, i+1, n)
			}
		}
		if n := len([]rune(l.Teaches)); n > 76 {
			t.Errorf("%s: what it teaches takes %d characters", l.ID, n)
		}
		if l.Points() != 10 {
			t.Errorf("%s gives %d points, not 10", l.ID, l.Points())
		}
		for _, part := range []string{"Purpose", "Time", "How to debrief", "Common misunderstandings"} {
			if !strings.Contains(l.Notes, part) {
				t.Errorf("%s: the notes do not have %q", l.ID, part)
			}
		}
		if len(l.Hints) < 2 || l.Minutes == 0 || l.Teaches == "" {
			t.Errorf("%s: %d hints, %d minutes, teaches %q", l.ID, len(l.Hints), l.Minutes, l.Teaches)
		}
		for _, q := range l.Questions {
			if q.Answer == "" || q.Why == "" || len(q.Feedback) == 0 {
				t.Errorf("%s: question %s has no answer, no reason or no feedback", l.ID, q.ID)
			}
			for a := range q.Feedback {
				known := a == "*" || len(q.Options) == 0
				for _, o := range q.Options {
					known = known || o.Is == a && a != q.Answer
				}
				if !known {
					t.Errorf("%s: question %s has feedback on %q, which nobody can answer", l.ID, q.ID, a)
				}
			}
			for _, o := range q.Options {
				if o.Is != q.Answer && q.Feedback[o.Is] == "" && q.Feedback["*"] == "" {
					t.Errorf("%s: question %s says nothing to the answer %s", l.ID, q.ID, o.Is)
				}
			}
		}
	}
	if n := len(all(t)); n < 13 {
		t.Errorf("there are %d exercises", n)
	}
}
