// Package lesson grades exercises: it plays a student's files over seeds that the student is not shown, with variations
// where an exercise has them, and says what the first wrong moment was and why. What an exercise asks and says is in
// scenarios/lessons; what must hold of a student's files is here, in a file for each exercise. It keeps a student's folder,
// too, and never overwrites work in it. It does not know how a scenario is played: its caller brings a [Player].
package lesson

import (
	"context"
	"fmt"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/scenarios/lessons"
	"github.com/parley-sim/parley/sim"
)

// Game is one run of one scenario.
type Game struct {
	File string // for messages; programs are looked for beside it
	Text []byte
	Seed int64
}

// Played is what came of a game.
type Played struct {
	Report *sim.Report // nil: it could not be played, and Err says why
	Err    error
}

// Player plays games, and returns what came of each in the same order.
type Player interface {
	Play(ctx context.Context, games []Game) []Played
}

// Moment is where a run first went wrong.
type Moment struct {
	Game   Game
	At     terms.Instant // scenario time
	Item   int           // the place in the report's timeline, -1 for none
	Report *sim.Report
}

// Result is what became of a question or a check.
type Result struct {
	ID         string
	Text       string // what was asked, or must hold
	Given      string // the answer to a question
	Question   bool
	Held       bool
	Skipped    bool // not looked at, since one before it failed
	Points, Of int
	Feedback   string
	FeedbackID string  // of lesson.yaml; of a question ID=ANSWER
	Moment     *Moment // nil: there is none to look at
	Runs       int     // that were looked at
}

// Grade is what became of an exercise.
type Grade struct {
	Lesson     *lessons.Lesson
	Results    []Result
	Passed     bool
	Points, Of int
	Unanswered []string // questions without an answer: nothing was played then
}

// First returns the first thing that did not hold, nil if there is none.
func (g *Grade) First() *Result {
	for i := range g.Results {
		if !g.Results[i].Held && !g.Results[i].Skipped {
			return &g.Results[i]
		}
	}
	return nil
}

// Options say how an exercise is graded.
type Options struct {
	Seeds  int               // how many seeds each check plays; 0 is DefaultSeeds
	First  map[string]string // the answers that were given first, which the points are for; nil: those of the files
	Folder string            // where the files are, for messages and programs
}

// DefaultSeeds is how many seeds a check plays.
const DefaultSeeds = 5

// InputError is a student's file that cannot be read: nothing was graded.
type InputError struct{ Err error }

func (e *InputError) Error() string { return strings.TrimRight(e.Err.Error(), "\n") }
func (e *InputError) Unwrap() error { return e.Err }

// Do grades a student's files. The error is an [*InputError] for files that cannot be read, and otherwise technical.
func Do(ctx context.Context, l *lessons.Lesson, files map[string][]byte, player Player, o Options) (*Grade, error) {
	if o.Seeds == 0 {
		o.Seeds = DefaultSeeds
	}
	checks := checksOf(l.Number)
	if checks == nil {
		return nil, fmt.Errorf("there are no checks for exercise %d", l.Number)
	}
	g := &Grade{Lesson: l, Of: l.Points()}
	answers, err := readAnswers(l, files, o.Folder)
	if err != nil {
		return nil, err
	}
	s := &sheet{ctx: ctx, lesson: l, files: files, player: player, options: o}
	if err := s.read(); err != nil {
		return nil, err
	}
	for _, q := range l.Questions {
		if answers[q.ID] == "" {
			g.Unanswered = append(g.Unanswered, q.ID)
		}
	}
	if len(g.Unanswered) > 0 {
		return g, nil
	}
	held := true
	for i := range l.Questions {
		r := answered(&l.Questions[i], answers, o.First)
		held = held && r.Held
		g.Results = append(g.Results, r)
	}
	failed := false
	for _, c := range l.Checks {
		r := Result{ID: c.ID, Text: c.Text, Of: c.Points, Skipped: failed}
		if !failed {
			s.runs = 0
			f := checks[c.ID](s)
			if s.err != nil {
				return nil, s.err
			}
			r.Runs = s.runs
			if r.Held = f == nil; r.Held {
				r.Points = c.Points
			} else {
				failed = true
				r.Feedback, r.FeedbackID, r.Moment = f.text, f.id, f.moment
			}
		}
		g.Results = append(g.Results, r)
	}
	for _, r := range g.Results {
		g.Points += r.Points
	}
	g.Passed = held && !failed
	return g, nil
}

// readAnswers reads the predictions.
func readAnswers(l *lessons.Lesson, files map[string][]byte, folder string) (map[string]string, error) {
	var ids []string
	for _, q := range l.Questions {
		ids = append(ids, q.ID)
	}
	name := inFolder(folder, lessons.AnswersFile)
	answers, err := scenarios.ReadAnswers(name, files[lessons.AnswersFile], ids)
	if err != nil {
		return nil, &InputError{err}
	}
	for _, q := range l.Questions {
		a := strings.TrimSpace(answers[q.ID])
		answers[q.ID] = a
		if a == "" {
			continue
		}
		if answers[q.ID], err = understood(&q, a); err != nil {
			return nil, &InputError{fmt.Errorf("%s: %s: %w", name, q.ID, err)}
		}
	}
	return answers, nil
}

// Moment returns where a run first went wrong, nil if none did or it cannot be shown.
func (g *Grade) Moment() *Moment {
	for i := range g.Results {
		if r := &g.Results[i]; !r.Held && r.Moment != nil {
			return r.Moment
		}
	}
	return nil
}
