package report

import (
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
)

// Step is one item of a run's timeline in the words of the report, for who shows it otherwise than as a text.
type Step struct {
	Item    int    // its place in Report.Timeline
	Machine bool   // it tells of machines, not of politics
	Tone    Tone   // of Text
	Text    string // a sentence
	Then    []Line // what followed, and what belongs to it
}

// Line is a line below a step.
type Line struct {
	Text string
	Tone Tone
	Of   bool // it belongs to the line before it: a tally, or a term of the text
}

// Tone says how a sentence is meant.
type Tone string

// The tones.
const (
	TonePlain  Tone = ""
	ToneGood   Tone = "good"   // something was agreed
	ToneBad    Tone = "bad"    // it was refused, vetoed or broken
	ToneUnsure Tone = "unsure" // it ended without a decision, or waits
)

func (l look) tone() Tone {
	switch l {
	case good:
		return ToneGood
	case bad:
		return ToneBad
	case unsure:
		return ToneUnsure
	}
	return TonePlain
}

// Steps tells the timeline of a run that has a report, item by item.
func Steps(run *Run) []Step {
	r := run.Report
	t := &timeline{words: words{run.Scenario}, r: r, texts: texts{}, rules: map[string]bool{}, programs: sim.Programs(run.Scenario)}
	steps := make([]Step, 0, len(r.Timeline))
	for i := range r.Timeline {
		if s := t.step(&r.Timeline[i]); s.Text != "" {
			s.Item = i
			steps = append(steps, s)
		}
	}
	return steps
}

// step tells one item. A page of its own takes the lines that the timeline sets below it.
func (t *timeline) step(it *sim.Item) Step {
	switch it.Kind {
	case sim.ItemMove:
		if it.Move != nil {
			return t.moveStep(it)
		}
	case sim.ItemEvents:
		s := Step{}
		s.Then = t.then(it.Events)
		if len(s.Then) > 0 {
			s.Text, s.Tone, s.Then = s.Then[0].Text, s.Then[0].Tone, s.Then[1:]
		}
		return s
	case sim.ItemFault:
		text := it.Text
		if it.Fault != nil {
			text = t.fault(it.Fault) + t.failed(it)
		}
		return Step{Machine: true, Text: sentence(text)}
	case sim.ItemNotPlayed:
		return Step{Machine: true, Tone: ToneUnsure, Text: sentence("Not played: " + it.Text)}
	case sim.ItemElection:
		return Step{Machine: true, Text: t.elected(it)}
	case sim.ItemWaiting:
		return Step{Machine: true, Tone: ToneUnsure, Text: oneLine(t.waits(it))}
	case sim.ItemProgram:
		return Step{Machine: true, Tone: ToneBad, Text: t.programFailed(it)}
	case sim.ItemUnsettled:
		return Step{Machine: true, Tone: ToneUnsure, Text: sentence("The machines did not come to rest: " + it.Text)}
	}
	return Step{}
}

func (t *timeline) moveStep(it *sim.Item) Step {
	m, s := it.Move, Step{}
	switch m.Outcome {
	case "refused":
		s.Text, s.Tone = t.refused(m, t.how(it)), ToneBad
	case "unknown":
		s.Text, s.Machine = "It is not known whether "+t.noun(m.Capital, m.Verb, subject(&m.Move))+" was recorded.", true
	default:
		s.Text = ended(t.made([]string{m.Capital}, m) + t.how(it))
		switch m.Verb {
		case terms.VerbVeto, terms.VerbObject, terms.VerbDenounce, terms.VerbReport:
			s.Tone = ToneBad
		case terms.VerbConsent, terms.VerbPledge:
			s.Tone = ToneGood
		}
	}
	s.Text = oneLine(s.Text)
	changes := t.texts.read(m)
	if m.Verb == terms.VerbPropose && m.Draft != nil {
		for _, set := range m.Draft.Terms {
			s.Then = append(s.Then, Line{Text: oneLine(t.text([]terms.Setting{set})), Of: true})
		}
	}
	for _, c := range changes {
		s.Then = append(s.Then, Line{Text: oneLine(t.changed(c)), Of: true})
	}
	s.Then = append(s.Then, t.then(it.Events)...)
	return s
}

// then tells events, each with what belongs to it.
func (t *timeline) then(events []terms.Event) []Line {
	var lines []Line
	for i := range events {
		e := &events[i]
		l, text := t.event(e)
		if text == "" {
			continue
		}
		lines = append(lines, Line{Text: oneLine(text), Tone: l.tone()})
		if i > 0 && e.Kind == terms.EventDecided && events[i-1].Kind == terms.EventStagePassed {
			continue // it has just been told
		}
		if e.Tally != nil && e.Kind != terms.EventStageOpened {
			for _, line := range t.tally(e.Tally) {
				lines = append(lines, Line{Text: line, Of: true})
			}
		}
		for _, reason := range e.Reasons {
			lines = append(lines, Line{Text: sentence(reason.Text), Of: true})
		}
	}
	return lines
}

// Ending is what a run came to, in the words of the report.
type Ending struct {
	Plans    []PlanEnding
	Pledges  []string
	Machines []string // the technical side; nothing in it is a decision of the parties
	Verdict  string   // the one line that says how the run ended
}

// PlanEnding is what became of one plan.
type PlanEnding struct {
	ID      string
	Title   string
	Outcome string // of [terms.Outcome], or "never proposed"
	Tone    Tone
	Text    string   // the sentence
	Because []string // political: reasons, agreement
	Tally   []string // who stands where, one line a position
	Machine []string // why it stands as it does for technical reasons
}

// EndingOf tells what a run with a report came to.
func EndingOf(run *Run) Ending {
	r, w := run.Report, words{run.Scenario}
	var e Ending
	for i := range r.Plans {
		v := &r.Plans[i]
		lines, tally := linesOf(func(p *page) { p.plan(w, v) }), w.tally(&v.Tally)
		one := PlanEnding{ID: v.ID, Title: oneLine(v.Title), Outcome: outcomeWords(v), Tone: outcomeLook(v.Outcome).tone()}
		for j, line := range lines {
			switch {
			case j == 0:
				one.Text = line.text
			case slices.Contains(tally, line.text):
				one.Tally = append(one.Tally, line.text)
			case line.machine:
				one.Machine = append(one.Machine, line.text)
			default:
				one.Because = append(one.Because, line.text)
			}
		}
		e.Plans = append(e.Plans, one)
	}
	for _, line := range linesOf(func(p *page) { p.pledges(w, r.Pledges) }) {
		e.Pledges = append(e.Pledges, line.text)
	}
	for _, line := range linesOf(func(p *page) { p.machines(w, run) }) {
		e.Machines = append(e.Machines, line.text)
	}
	for _, line := range linesOf(func(p *page) { p.verdict(run) }) {
		e.Verdict = line.text
	}
	return e
}

type toldLine struct {
	text    string
	machine bool
}

// linesOf returns the lines that something writes to a page, unwrapped and without the page's columns.
func linesOf(write func(*page)) []toldLine {
	p := newPage(Options{Width: 1 << 20})
	write(p)
	var lines []toldLine
	for _, line := range strings.Split(p.b.String(), "\n") {
		text := strings.TrimSpace(strings.TrimPrefix(line, gutterMachine))
		if text != "" {
			lines = append(lines, toldLine{text, strings.HasPrefix(line, gutterMachine)})
		}
	}
	return lines
}

// Words writes the things of a scenario as the report does.
type Words struct{ w words }

// WordsOf returns the words of a conference.
func WordsOf(charter *terms.Charter) Words { return Words{wordsOf(charter)} }

// Value writes what a text gives a term: "yes", "10000 people", "London and Paris".
func (w Words) Value(term string, v terms.Value) string { return oneLine(w.w.value(term, v)) }

// Rule writes a rule with its capitals by name.
func (w Words) Rule(r terms.Rule) string { return oneLine(w.w.rule(r)) }

// ByName replaces ids of capitals in a sentence of the state machine by names.
func (w Words) ByName(s string) string { return oneLine(w.w.byName(s)) }

// Agreement says what became of an adopted plan.
func (w Words) Agreement(v *terms.PlanView) string {
	if v.Agreement == nil {
		return ""
	}
	return oneLine(w.w.agreement(v))
}

// Move tells a move of the record in one sentence.
func (w Words) Move(e *terms.Entry) string {
	m := &sim.Played{Move: e.Move, Outcome: "recorded", Code: e.Result.Code, Reason: e.Result.Reason}
	switch {
	case e.Move.Verb == terms.VerbCharter:
		return "The conference is founded."
	case e.Move.Verb == terms.VerbClock:
		return "Time passes: the deadlines up to now are settled."
	case e.Result.Refused:
		return oneLine(w.w.refused(m, ""))
	}
	return oneLine(ended(w.w.made([]string{m.Capital}, m)))
}

// Paragraphs splits a text of a scenario at its empty lines, cleaned of control characters.
func Paragraphs(s string) []string { return paragraphs(s) }

// Teller tells what happens in a running conference, as it happens.
type Teller struct{ t *timeline }

// NewTeller returns a teller of a conference.
func NewTeller(charter *terms.Charter) *Teller {
	return &Teller{&timeline{words: wordsOf(charter), r: &sim.Report{}, texts: texts{}, rules: map[string]bool{}}}
}

// Step tells one item. The items come in order.
func (t *Teller) Step(item *sim.Item) Step { return t.t.step(item) }
