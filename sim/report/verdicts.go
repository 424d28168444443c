package report

import (
	"fmt"
	"strings"

	"github.com/parley-sim/parley/sim"
)

// findings writes what became of the expectations.
func (p *page) findings(r *sim.Report) {
	if len(r.Findings) == 0 {
		p.para(plain, gutter, gutter, "The scenario expects nothing but that the checks hold.")
	}
	for i := range r.Findings {
		p.finding(r, &r.Findings[i])
	}
}

func (p *page) finding(r *sim.Report, f *sim.Finding) {
	const pad = "          "
	mark, l := "held", good
	if !f.Held {
		mark, l = "FAILED", bad
		if r.NoQuorum || f.Unjudged {
			mark, l = "UNKNOWN", unsure
		}
	}
	p.para(l, fmt.Sprintf("  %-8s", mark), pad, oneLine(f.Text))
	if f.Found != "" && !f.Held {
		p.para(plain, pad, pad, "found: "+oneLine(f.Found))
	}
}

// checks writes one line if all checks held, else one more for each that did not.
func (p *page) checks(r *sim.Report) {
	const pad = "          "
	held, failed := make([]string, 0, len(r.Checks)), 0
	for _, c := range r.Checks {
		if c.Held {
			held = append(held, fmt.Sprintf("%s looked at %d", c.Name, c.LookedAt))
			continue
		}
		failed++
		text := fmt.Sprintf("check %s (looked at %d)", c.Name, c.LookedAt)
		if c.Detail != "" {
			text += ": " + oneLine(c.Detail)
		}
		p.para(bad, "  FAILED  ", pad, text)
	}
	if len(held) > 0 {
		p.para(plain, "  held    ", pad, counted(len(held), "check")+": "+strings.Join(held, ", ")+".")
	}
	if len(held)+failed == 0 {
		p.para(plain, gutter, gutter, "Nothing was checked.")
	}
}

// failures writes only what did not hold, under the scenario's id.
func (p *page) failures(run *Run) {
	if run.Status() == sim.StatusHeld {
		return
	}
	r := run.Report
	for i := range r.Findings {
		if !r.Findings[i].Held {
			p.finding(r, &r.Findings[i])
		}
	}
	if !r.ChecksHeld() {
		failed := *r
		failed.Checks = nil
		for _, c := range r.Checks {
			if !c.Held {
				failed.Checks = append(failed.Checks, c)
			}
		}
		p.checks(&failed)
	}
}
