package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/parley-sim/parley/sim"
)

// Options say how text is written. The zero value is 80 columns without colour.
type Options struct {
	Width  int  // in columns; 0 is DefaultWidth, and less than 40 is 40
	Colour bool // with ANSI escape codes
	Quiet  bool // only what failed, and one line a scenario
}

// Text writes a run for a person to read: first what it was about, then what happened day by day, and at the end what
// came of it. Lines that start with "~" tell of machines, all others of politics. No line is longer than the width.
// An error is the writer's.
func Text(w io.Writer, run *Run, o Options) error {
	p := newPage(o)
	switch {
	case run.Report == nil:
		p.verdict(run)
	case o.Quiet:
		p.failures(run)
		p.verdict(run)
	default:
		p.head(run)
		p.timeline(run.Report)
		p.ending(run)
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// head writes what the scenario is about.
func (p *page) head(run *Run) {
	s := run.Scenario
	title := s.Title
	if title == "" {
		title = s.ID
	}
	p.para(bold, "", "", oneLine(title))
	p.para(faint, "", "", fmt.Sprintf("%s · seed %d · %s time", s.ID, run.Seed, run.On))
	if about := paragraphs(s.About); len(about) > 0 {
		for _, text := range about {
			p.blank()
			p.para(plain, "", "", text)
		}
	}
}

// paragraphs splits a text at its empty lines; the other ends of lines are those of a file, not of the text.
func paragraphs(s string) []string {
	var all []string
	for _, part := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if part = oneLine(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// verdict writes the one line that says how the run ended: "held: one-month-truce: truce adopted; 6 checks held".
func (p *page) verdict(run *Run) {
	status := run.Status()
	word := map[sim.Status]string{sim.StatusHeld: "held", sim.StatusFailed: "FAILED", sim.StatusUnknown: "UNKNOWN"}[status]
	l := map[sim.Status]look{sim.StatusHeld: good, sim.StatusFailed: bad, sim.StatusUnknown: unsure}[status]
	mark, indent := word+"  ", strings.Repeat(" ", len(word)+2)
	text := run.Scenario.ID + ": "
	if run.Report == nil {
		p.para(l, mark, indent, text+"not played to the end, for a technical reason: "+headline(run.Err.Error()))
		return
	}
	r := run.Report
	var parts []string
	for i := range r.Plans {
		parts = append(parts, r.Plans[i].ID+" "+outcomeWords(&r.Plans[i]))
	}
	if n := len(r.Findings); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d expectations held", heldFindings(r), n))
	}
	if !r.ChecksHeld() {
		parts = append(parts, "a check failed")
	}
	if p := run.Replays; p != nil {
		part := fmt.Sprintf("%s, %d with the same record", counted(p.Count, "replay"), p.SameRecord)
		if p.TraceHashes > 0 { // else the messages were not seen
			part += fmt.Sprintf(", %d with the same messages between machines", p.SameTrace)
		}
		parts = append(parts, part)
		if p.Failed > 0 {
			parts = append(parts, counted(p.Failed, "replay")+" not finished")
		}
	}
	if r.NoQuorum {
		parts = append(parts, "no quorum at the end")
	}
	p.para(l, mark, indent, text+strings.Join(parts, "; "))
}

func heldFindings(r *sim.Report) int {
	n := 0
	for _, f := range r.Findings {
		if f.Held {
			n++
		}
	}
	return n
}

// Trouble says what kept the player itself from playing a run or one of its replays to the end; "" if nothing did. It is
// for standard error, whatever form the report has.
func Trouble(run *Run) string {
	switch {
	case run.Err != nil:
		return fmt.Sprintf("%s: not played to the end, for a technical reason: %s", run.Scenario.ID, abridged(run.Err.Error()))
	case run.Replays != nil && run.Replays.Failed > 0:
		return fmt.Sprintf("%s: %s not played to the end, for a technical reason: %s", run.Scenario.ID,
			counted(run.Replays.Failed, "replay"), abridged(run.Replays.Why))
	}
	return ""
}

// headline is the first line of a trouble: what follows are the stacks of goroutines, thousands of lines for a run that is
// stuck.
func headline(why string) string {
	line, _, _ := strings.Cut(why, "\n")
	return line
}

// abridged keeps of a trouble what a person can look through: its headline and the first of the goroutines.
func abridged(why string) string {
	const most = 40
	lines := strings.Split(strings.TrimRight(why, "\n"), "\n")
	if len(lines) <= most {
		return why
	}
	return fmt.Sprintf("%s\n... and %d lines more", strings.Join(lines[:most], "\n"), len(lines)-most)
}
