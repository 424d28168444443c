package page

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

// filmOf makes a run's film. It trusts nothing in the run but its scenario: a trace is somebody's file.
func filmOf(run *Run) filmRun {
	s := run.Scenario
	f := header(&s.Charter, s.ID)
	f.Title, f.About = titleOf(run), report.Paragraphs(s.About)
	f.Seed, f.On, f.Failed = run.Seed, report.Clean(run.On), report.Clean(run.Failed)
	f.StartsAt, f.EndsAt = int64(s.Start), int64(s.Start)
	if f.About == nil {
		f.About = []string{}
	}
	f.Messages = messagesOf(run.Messages, f.places())
	r := run.Report
	if r == nil {
		return f
	}
	f.EndsAt, f.RaftEnd, f.Still = int64(r.EndedAt), ms(max(r.RaftTime, 0)), len(run.Sightings) == 0
	places := f.places()
	machine := newMachines(places, r.Record)
	for i := range run.Sightings {
		machine.take(&run.Sightings[i], &f.happenings)
	}
	f.steps(run, places)
	politics := newPolitics(places)
	for i := range r.Record {
		politics.take(&r.Record[i], &f.happenings)
	}
	f.record(r.Record, machine.first, places)
	if f.Still {
		f.stand()
	}
	f.ending(run)
	return f
}

// header makes a film of a conference in which nothing has happened yet.
func header(charter *terms.Charter, id string) filmRun {
	w := report.WordsOf(charter)
	f := filmRun{ID: id, Capitals: []filmCapital{}, Terms: []filmTerm{}, Stages: []filmStage{}, About: []string{},
		happenings: happenings{Clock: [][2]float64{}, Roles: [][4]float64{}, Follows: [][3]float64{}, Lines: []filmLine{}, Reach: []filmReach{},
			Stored: [][3]float64{}, Applied: [][3]float64{}, Steps: []filmStep{}, Record: []filmEntry{}, Plans: []planFrame{}, Pledges: []pledges{}}}
	for i := range charter.Capitals {
		c := &charter.Capitals[i]
		f.Capitals = append(f.Capitals, filmCapital{c.ID, report.Clean(charter.Name(c.ID)), string(c.Role), c.Votes()})
	}
	places := f.places()
	for i := range charter.Terms {
		t := &charter.Terms[i]
		f.Terms = append(f.Terms, filmTerm{t.ID, report.Clean(t.Title), placesIn(places, t.ReservedTo)})
	}
	for i := range charter.Procedures {
		p := &charter.Procedures[i]
		for j := range p.Stages {
			stage := &p.Stages[j]
			one := filmStage{Procedure: p.Name, Name: stage.Name, Members: placesIn(places, stage.Members), Rule: w.Rule(stage.Rule),
				Silence: stage.Silence == terms.SilenceConsent, AtClose: stage.Decides == terms.AtClose}
			if stage.Window > 0 {
				one.Window = stage.Window.String()
			}
			f.Stages = append(f.Stages, one)
		}
	}
	return f
}

func (f *filmRun) places() map[string]int {
	places := make(map[string]int, len(f.Capitals))
	for i := range f.Capitals {
		places[f.Capitals[i].ID] = i
	}
	return places
}

func titleOf(run *Run) string {
	if title := report.Clean(run.Scenario.Title); title != "" {
		return title
	}
	return run.Scenario.ID
}

// steps tells the timeline, in order of Raft time: what a step left under way may have come to pass after later ones.
func (f *filmRun) steps(run *Run, places map[string]int) {
	r := run.Report
	for _, told := range report.Steps(run.forReport()) {
		item := &r.Timeline[told.Item]
		f.Steps = append(f.Steps, stepOf(item, &told, places))
	}
	slices.SortStableFunc(f.Steps, func(a, b filmStep) int { return cmp.Compare(a.T, b.T) })
}

// stand gives a run without machines a time of its own for what happened: that of the scenario.
func (f *filmRun) stand() {
	since := func(at int64) ms {
		const most = int64(math.MaxInt64 / time.Second)
		return ms(time.Duration(min(max(at-f.StartsAt, 0), most)) * time.Second)
	}
	for i := range f.Steps {
		f.Steps[i].T = since(f.Steps[i].At)
	}
	last := ms(0)
	for i := range f.Record {
		last = max(last, since(f.Record[i].At))
		f.Record[i].T = last
	}
	f.RaftEnd = since(f.EndsAt)
	slices.SortStableFunc(f.Steps, func(a, b filmStep) int { return cmp.Compare(a.T, b.T) })
}

func stepOf(item *sim.Item, told *report.Step, places map[string]int) filmStep {
	s := filmStep{Item: told.Item + 1, T: ms(max(item.RaftAt, 0)), At: int64(item.At), Kind: string(item.Kind), Machine: told.Machine,
		Tone: told.Tone, Text: told.Text}
	for _, line := range told.Then {
		s.Then = append(s.Then, filmThen(line))
	}
	who := []string{item.Capital}
	if m := item.Move; m != nil {
		who = []string{m.Capital}
		s.Plan, s.Verb, s.Refused, s.Index = m.Plan, string(m.Verb), m.Outcome == "refused", m.Index
	}
	if item.Fault != nil {
		who = item.Fault.Capitals
		s.Verb = string(item.Fault.Kind)
		for _, l := range item.Fault.Links {
			who = append(slices.Clip(who), l.From, l.To)
		}
	}
	s.Who = placesIn(places, who)
	slices.Sort(s.Who)
	s.Who = slices.Compact(s.Who)
	for i := range item.Events {
		if e := &item.Events[i]; e.Kind == terms.EventDecided {
			s.Decided, s.Plan = e.Detail, e.Plan
		}
	}
	return s
}

// record lists the moves, each with the time at which the first capital applied it. One that nobody is known to have
// applied gets the time of the one before.
func (f *filmRun) record(entries []terms.Entry, first []time.Duration, places map[string]int) {
	w := report.WordsOf(&terms.Charter{})
	var last time.Duration
	for i := range entries {
		e := &entries[i]
		if e.Move.Charter != nil {
			w = report.WordsOf(e.Move.Charter)
		}
		if i < len(first) && first[i] >= 0 {
			last = max(last, first[i])
		}
		f.Record = append(f.Record, entryOf(w, e, last, places))
	}
}

func entryOf(w report.Words, e *terms.Entry, at time.Duration, places map[string]int) filmEntry {
	return filmEntry{T: ms(at), At: int64(e.Move.Time), Index: e.Index, Term: e.RaftTerm, Who: placeIn(places, e.Move.Capital),
		Verb: string(e.Move.Verb), Plan: e.Move.Plan, Text: w.Move(e), Refused: e.Result.Refused}
}

func (f *filmRun) ending(run *Run) {
	r, told := run.Report, report.EndingOf(run.forReport())
	e := &filmEnding{Plans: []filmPlanEnding{}, Pledges: list(told.Pledges), Machines: list(told.Machines), Findings: []filmFinding{},
		Checks: []filmCheck{}, Verdict: told.Verdict, NoQuorum: r.NoQuorum, Status: int(r.Status())}
	for _, p := range told.Plans {
		e.Plans = append(e.Plans, filmPlanEnding{p.ID, p.Title, p.Outcome, p.Tone, p.Text, list(p.Because), list(p.Tally), list(p.Machine)})
	}
	for _, x := range r.Findings {
		e.Findings = append(e.Findings, filmFinding{report.Clean(x.Text), x.Held, report.Clean(x.Found)})
	}
	for _, c := range r.Checks {
		e.Checks = append(e.Checks, filmCheck{report.Clean(c.Name), c.Held, c.LookedAt, report.Clean(c.Detail)})
	}
	f.Ending = e
}

// forReport returns the run as package report takes it.
func (run *Run) forReport() *report.Run {
	return &report.Run{Scenario: run.Scenario, Seed: run.Seed, On: run.On, Report: run.Report}
}

func list(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.ReplaceAll(l, "\u00a0", " ")
	}
	return out
}
