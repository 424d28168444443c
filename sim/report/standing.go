package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// wordsOf writes the things of a conference for which there is no scenario file.
func wordsOf(charter *terms.Charter) words {
	return words{&scenarios.Scenario{ID: charter.Conference, Start: charter.Start, Charter: *charter}}
}

// Standing writes how the plans and the pledges of a running conference stand, in the words of a run's report. An error is
// the writer's.
func Standing(w io.Writer, charter *terms.Charter, plans []terms.PlanView, pledges []terms.PledgeView, o Options) error {
	p, words := newPage(o), wordsOf(charter)
	for i := range plans {
		v := &plans[i]
		text := fmt.Sprintf("%s: %s", v.ID, strings.ToUpper(string(v.Outcome)))
		if v.Outcome == terms.Open {
			text += fmt.Sprintf(", in stage %s, version %d", v.Stage, v.Version)
			if v.Closes != 0 {
				text += "; the stage closes on " + words.when(v.Closes)
			}
		} else {
			text += fmt.Sprintf(" on %s, in stage %s, version %d", words.when(v.DecidedAt), v.Stage, v.Version)
		}
		p.para(outcomeLook(v.Outcome), gutter, gutter+step, text+".")
		if v.Outcome == terms.Open && len(v.Terms) > 0 {
			p.para(plain, gutter+step, gutter+step+step, "Text: "+words.text(v.Terms)+".")
		}
		p.planDetails(words, v)
	}
	if len(plans) == 0 {
		p.para(plain, gutter, gutter, "No plan has been proposed.")
	}
	p.pledges(words, pledges)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// PlanJSON returns how a plan stands for encoding/json, as in a run's JSON.
func PlanJSON(v *terms.PlanView) any { return planObject(v) }

// Noun names a move for a sentence: "Kyiv's consent to truce".
func Noun(charter *terms.Charter, m *terms.Move) string {
	return wordsOf(charter).noun(m.Capital, m.Verb, subject(m))
}

// Events says what followed from a move, one sentence each.
func Events(charter *terms.Charter, events []terms.Event) []string {
	t := &timeline{page: newPage(Options{}), words: wordsOf(charter), r: &sim.Report{}, rules: map[string]bool{}}
	var lines []string
	for i := range events {
		if _, text := t.event(&events[i]); text != "" {
			lines = append(lines, oneLine(text))
		}
	}
	return lines
}

// Clean takes out of a text what a terminal would obey rather than show, and folds it into one line.
func Clean(s string) string { return oneLine(s) }

// Recorder writes the record of a running conference for a person to read, a move at a time, as it grows.
type Recorder struct {
	w io.Writer
	o Options
	t *timeline
}

// NewRecorder returns a recorder that writes to w.
func NewRecorder(w io.Writer, charter *terms.Charter, o Options) *Recorder {
	return &Recorder{w: w, o: o, t: &timeline{words: wordsOf(charter), r: &sim.Report{}, texts: texts{}, rules: map[string]bool{}}}
}

// Write writes a move, with its place in the record, its scenario time, and what followed from it.
func (r *Recorder) Write(e *terms.Entry) error {
	t := r.t
	t.page = newPage(r.o)
	m := &sim.Played{Move: e.Move, Outcome: "recorded", Code: e.Result.Code, Reason: e.Result.Reason}
	look, text := plain, ""
	switch {
	case e.Result.Refused:
		m.Outcome = "refused"
		look, text = bad, t.refused(m, "")
	case e.Move.Verb == terms.VerbCharter:
		text = "The conference is founded."
		if c := e.Move.Charter; c != nil {
			text = fmt.Sprintf("The conference %s is founded by %s.", c.Conference, counted(len(c.Capitals), "capital"))
		}
	default:
		text = ended(t.made([]string{m.Capital}, m))
	}
	first := fmt.Sprintf("%5d  %s  ", e.Result.Sequence, e.Move.Time.Time().Format("2006-01-02 15:04"))
	indent := strings.Repeat(" ", len(first))
	t.para(look, first, indent, text)
	for _, c := range t.texts.read(m) {
		t.para(plain, indent+step, indent+step+step, t.changed(c))
	}
	if m.Verb == terms.VerbPropose && m.Draft != nil && len(m.Draft.Terms) > 0 {
		t.para(plain, indent+step, indent+step+step, t.text(m.Draft.Terms))
	}
	for i := range e.Result.Events {
		if l, text := t.event(&e.Result.Events[i]); text != "" {
			t.para(l, indent+arrow, indent+step, text)
		}
	}
	return r.flush()
}

// Machine writes a sentence about machines, which is no politics.
func (r *Recorder) Machine(text string) error {
	r.t.page = newPage(r.o)
	r.t.para(faint, gutterMachine, gutterMachine+step, sentence(text))
	return r.flush()
}

func (r *Recorder) flush() error {
	_, err := io.WriteString(r.w, r.t.b.String())
	return err
}
