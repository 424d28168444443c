package sweep

import (
	"fmt"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report/chart"
)

// Report describes the summary for a terminal or a page: the political outcomes first, then the machines.
func (s *Summary) Report() []chart.Section {
	sections := []chart.Section{s.head()}
	for i := range s.Plans {
		sections = append(sections, s.planSection(&s.Plans[i]))
	}
	if len(s.Expectations) > 0 {
		sections = append(sections, chart.Section{Heading: "What was expected", Blocks: []chart.Block{
			s.shares("The scenario's expectations", s.Played, s.Expectations, map[string]chart.Look{
				string(Held): chart.Good, string(NotHeld): chart.Bad, string(Unjudged): chart.Unsure})}})
	}
	return append(sections, s.machinesSection())
}

// Title names the sweep.
func (s *Summary) Title() string { return "Sweep of " + s.Scenario }

func (s *Summary) head() chart.Section {
	on := "on real Raft in virtual time"
	if s.On == onDirect {
		on = "on the state machine alone"
	}
	atLeast := ""
	if s.AtLeast {
		atLeast = "at least "
	}
	text := fmt.Sprintf("%s %s, with %s%s different inputs, drawn from seed %d.", amount(s.Played, "run"), on, atLeast, thousands(s.Distinct), s.Seed)
	if s.Shard != "" {
		text = fmt.Sprintf("Shard %s: %s of %s. ", s.Shard, thousands(s.Played), amount(s.Runs, "run")) + text
	}
	blocks := []chart.Block{chart.Para{Text: text}}
	varied := make([]string, len(s.Inputs))
	for i, in := range s.Inputs {
		if varied[i] = in.Name; in.Name != "seed" {
			varied[i] += " = " + in.Values
		}
	}
	const most = 12
	if len(varied) > most {
		varied = append(varied[:most], fmt.Sprintf("%d more", len(varied)-most))
	}
	blocks = append(blocks, chart.Para{Text: "Varied: " + strings.Join(varied, "; ") + "."})
	if s.NotPlayed > 0 {
		blocks = append(blocks, chart.Para{Look: chart.Unsure, Text: fmt.Sprintf("%s of the script not played in each run: there were no machines and "+
			"lines for faults to strike. Without --direct they are.", amount(s.NotPlayed, "step"))})
	}
	return chart.Section{Blocks: blocks}
}

// looks are how outcomes stand out.
func outcomeLooks() map[string]chart.Look {
	return map[string]chart.Look{string(terms.Adopted): chart.Good, string(terms.Vetoed): chart.Bad, string(terms.Rejected): chart.Bad,
		string(terms.Lapsed): chart.Unsure, string(terms.Withdrawn): chart.Unsure, string(terms.Open): chart.Unsure,
		string(NeverProposed): chart.Faint}
}

func (s *Summary) shares(title string, of int, all []OutcomeShare, looks map[string]chart.Look) chart.Block {
	b := chart.Bars{Title: title, Max: 1, Interval: s.Interval}
	for _, o := range all {
		b.Rows = append(b.Rows, chart.Bar{Label: o.Outcome, Value: o.Share.Share, Low: o.Low, High: o.High, Look: looks[o.Outcome],
			Text: percent(o.Share.Share), Note: fmt.Sprintf("%s to %s, %s of %s", percentDigits(o.Low), percent(o.High), thousands(o.Runs), thousands(of))})
	}
	return b
}

func (s *Summary) planSection(p *PlanSummary) chart.Section {
	sec := chart.Section{Heading: "The plan " + p.ID}
	if p.Unknown > 0 {
		sec.Blocks = append(sec.Blocks, chart.Para{Look: chart.Unsure, Text: fmt.Sprintf("In %s the outcome is unknown, for a technical reason: "+
			"the machines could not record what the parties decided. The shares are of the other %s.", amount(p.Unknown, "run"), thousands(p.Known))})
	}
	if p.Known > 0 {
		sec.Blocks = append(sec.Blocks, s.shares("How it ended", p.Known, p.Outcomes, outcomeLooks()))
	}
	sec.Blocks = append(sec.Blocks, s.changed(p)...)
	if p.Time != nil {
		sec.Blocks = append(sec.Blocks, p.Time.blocks()...)
	}
	sec.Blocks = append(sec.Blocks, p.blocked()...)
	return chart.Section{Heading: sec.Heading, Blocks: append(sec.Blocks, s.dependence(p.Depends, p)...)}
}

// changed says what the machines did to the outcome.
func (s *Summary) changed(p *PlanSummary) []chart.Block {
	if s.On == onDirect {
		return nil
	}
	if len(p.Changed) == 0 {
		return []chart.Block{chart.Para{Look: chart.Faint, Text: "Machines and lines changed no outcome: on the state machine alone the same inputs end in the same way."}}
	}
	blocks := []chart.Block{chart.Para{Look: chart.Unsure, Text: fmt.Sprintf("Machines and lines, not the parties, made the difference in %s of %s (%s; %s to %s): "+
		"on the state machine alone the same inputs end otherwise.", thousands(p.Machines.Runs), amount(p.Known+p.Unknown, "run"),
		percent(p.Machines.Share), percentDigits(p.Machines.Low), percent(p.Machines.High))}}
	for _, c := range p.Changed {
		blocks = append(blocks, chart.Para{Mark: "- ", Text: fmt.Sprintf("%s, and would have been %s: %s", c.Outcome, c.WithoutFaults, amount(c.Runs, "run"))})
	}
	return blocks
}

func (t *TimeSummary) blocks() []chart.Block {
	b := chart.Bars{Title: "Time to agreement, from the start",
		About: fmt.Sprintf("Half of the %s in %s or less; four fifths between %s and %s; the first after %s, the last after %s.",
			amount(t.Runs, "agreement"), t.about(t.Median), t.about(t.P10), t.about(t.P90), t.about(t.Least), t.about(t.Most))}
	if t.Least == t.Most {
		b.About = fmt.Sprintf("All of the %s after %s.", amount(t.Runs, "agreement"), t.about(t.Most))
	}
	for _, x := range t.Histogram {
		b.Rows = append(b.Rows, chart.Bar{Label: x.From.String() + " to " + x.To.String(), Value: float64(x.Runs), Text: thousands(x.Runs)})
	}
	return []chart.Block{b}
}

// about writes a time to the hour, or to the minute if it is short.
func (t *TimeSummary) about(d terms.Duration) string {
	unit := terms.Minute
	if d >= 2*terms.Day {
		unit = terms.Hour
	}
	return ((d + unit/2) / unit * unit).String()
}

// whoTitle says of which runs the blockers are.
func (p *PlanSummary) whoTitle() string {
	title := "Who kept it from being won, of the runs in which it was not adopted"
	if p.Machines.Runs > 0 {
		title += " (but for those that machines decided)"
	}
	return title
}

func (p *PlanSummary) blocked() []chart.Block {
	if len(p.Blocked) == 0 {
		return nil
	}
	b := chart.Bars{Title: p.whoTitle(), Max: 1, Interval: "95 % Wilson interval"}
	const most = 12
	for _, x := range p.Blocked[:min(len(p.Blocked), most)] {
		var how []string
		for _, k := range []struct {
			n    int
			what string
		}{{x.Veto, "veto"}, {x.Objection, "objection"}, {x.Missing, "no consent"}} {
			if k.n > 0 {
				how = append(how, fmt.Sprintf("%s %s", k.what, thousands(k.n)))
			}
		}
		b.Rows = append(b.Rows, chart.Bar{Label: x.Capital, Value: x.Share.Share, Low: x.Low, High: x.High, Text: percent(x.Share.Share),
			Note: strings.Join(how, ", ")})
	}
	blocks := []chart.Block{b}
	for _, x := range p.Blocked {
		if cited := sorted(x.Terms); len(cited) > 0 {
			blocks = append(blocks, chart.Para{Text: "Vetoes of " + x.Capital + " cite " + strings.Join(cited, ", ") + "."})
		}
	}
	if len(p.Together) > 1 {
		var sets []string
		for _, t := range p.Together[:min(len(p.Together), 3)] {
			sets = append(sets, fmt.Sprintf("%s (%s)", strings.Join(t.Capitals, " + "), thousands(t.Runs)))
		}
		blocks = append(blocks, chart.Para{Text: "Most often in one run: " + strings.Join(sets, ", ") + "."})
	}
	return blocks
}

// sorted lists counted words, the most frequent first: "force (31)".
func sorted(counts map[string]int) []string {
	var words []string
	for len(counts) > len(words) {
		best := ""
		for w := range counts {
			written := false
			for _, x := range words {
				written = written || x == w
			}
			if !written && (best == "" || counts[w] > counts[best] || counts[w] == counts[best] && w < best) {
				best = w
			}
		}
		words = append(words, best)
	}
	for i, w := range words {
		words[i] = fmt.Sprintf("%s (%s)", w, thousands(counts[w]))
	}
	return words
}

// dependence says on which inputs an outcome depends. p is nil for the technical outcome.
func (s *Summary) dependence(all []Dependence, p *PlanSummary) []chart.Block {
	if len(all) == 0 {
		return nil
	}
	b := chart.Bars{Title: "On which input the outcome depends", Max: 1,
		About: fmt.Sprintf("How much of the doubt about the outcome goes when the input is known: %s. Each input alone; p from %d permutations.",
			s.Measure, s.Permutations)}
	const most = 12
	for _, d := range all[:min(len(all), most)] {
		bar := chart.Bar{Label: d.Input, Value: d.Value, Text: percent(d.Value), Note: fmt.Sprintf("p %s", pValue(d.P, s.Permutations))}
		if !d.Clear {
			bar.Look, bar.Note = chart.Faint, bar.Note+", may be chance"
		}
		b.Rows = append(b.Rows, bar)
	}
	blocks := []chart.Block{b}
	if p == nil {
		return blocks
	}
	if d := all[0]; !d.Clear {
		return append(blocks, chart.Para{Text: "None of them is clearly more than chance."})
	} else if by := s.byClass(d.Input, p); by != nil {
		blocks = append(blocks, *by)
	}
	return blocks
}

// byClass shows what share was adopted by the values of an input; nil if none or all was.
func (s *Summary) byClass(input string, p *PlanSummary) *chart.Bars {
	b := &chart.Bars{Title: "Adopted, by " + input, Max: 1, Interval: s.Interval}
	adopted := 0
	for i := range s.Inputs {
		if s.Inputs[i].Name != input {
			continue
		}
		for _, c := range s.Inputs[i].Bins {
			x, is := c.Adopted[p.ID]
			if !is || c.Runs == 0 {
				continue
			}
			adopted += x.Runs
			b.Rows = append(b.Rows, chart.Bar{Label: c.Label, Value: x.Share, Low: x.Low, High: x.High, Text: percent(x.Share),
				Note: fmt.Sprintf("%s of %s", thousands(x.Runs), thousands(c.Runs)), Look: chart.Good})
		}
	}
	if adopted == 0 || adopted == p.Known {
		return nil
	}
	return b
}

func (s *Summary) machinesSection() chart.Section {
	if s.On == onDirect {
		return chart.Section{}
	}
	words := map[string]chart.Look{string(Recorded): chart.Good, string(Delayed): chart.Unsure, string(Unrecorded): chart.Bad,
		string(NoQuorum): chart.Bad, string(CheckFailed): chart.Bad, string(Unfinished): chart.Bad}
	sec := chart.Section{Heading: "The machines", Blocks: []chart.Block{s.shares("Technical outcomes, which are no party's decision", s.Played, s.Technical, words),
		chart.Para{Look: chart.Faint, Text: technicalWords(s.Technical)}}}
	sec.Blocks = append(sec.Blocks, s.dependence(s.Machines, nil)...)
	return sec
}

// technicalWords explains the technical outcomes that were seen.
func technicalWords(all []OutcomeShare) string {
	what := map[string]string{
		string(Recorded):    "recorded: every move was, at once",
		string(Delayed):     "delayed: moves had to wait, and all were recorded in the end",
		string(Unrecorded):  "unrecorded: some moves never were",
		string(NoQuorum):    "no-quorum: at the end no majority was connected",
		string(CheckFailed): "check-failed: a check did not hold, which is a fault of Parley",
		string(Unfinished):  "unfinished: the run could not be played to its end",
	}
	var words []string
	for _, o := range all {
		words = append(words, what[o.Outcome])
	}
	return strings.Join(words, "; ") + "."
}

// percent writes 0.4375 as "43.8 %".
func percent(x float64) string       { return percentDigits(x) + " %" }
func percentDigits(x float64) string { return fmt.Sprintf("%.1f", 100*x) }

// pValue writes a p-value; one that no permutation reached is said to be at most what it is.
func pValue(p float64, permutations int) string {
	if p <= 1/float64(permutations+1) {
		return fmt.Sprintf("≤ %.3f", p)
	}
	return fmt.Sprintf("%.3f", p)
}

// thousands writes 12345 as "12,345".
func thousands(n int) string {
	s := count(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func amount(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(n) + " " + what + "s"
}
