package lesson

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Style says how a grade is written.
type Style struct {
	Width  int // in columns
	Colour bool
}

// Text writes a grade for the student: predictions first, then what was played, and the feedback on each that failed.
func Text(g *Grade, o Style) string {
	p := &paper{Style: o}
	p.line(bold, fmt.Sprintf("Exercise %d: %s", g.Lesson.Number, g.Lesson.Title))
	if len(g.Unanswered) > 0 {
		p.line(plain, "")
		p.para("", "", fmt.Sprintf("Predict first. There is no answer yet to %s in answers.yaml. Nothing was played.",
			strings.Join(g.Unanswered, ", ")))
		return p.b.String()
	}
	for _, questions := range []bool{true, false} {
		p.line(plain, "")
		p.line(bold, map[bool]string{true: "What you predicted", false: "What was played"}[questions])
		for i := range g.Results {
			if g.Results[i].Question == questions {
				p.result(&g.Results[i])
			}
		}
	}
	p.line(plain, "")
	switch {
	case g.Passed:
		p.line(good, fmt.Sprintf("Passed, with %d of %d points.", g.Points, g.Of))
	default:
		p.line(bad, fmt.Sprintf("Not passed yet: %d of %d points.", g.Points, g.Of))
	}
	return p.b.String()
}

// result writes one line, and what there is to say about it.
func (p *paper) result(r *Result) {
	mark, l := "✓", good
	switch {
	case r.Skipped:
		mark, l = "–", faint
	case !r.Held:
		mark, l = "✗", bad
	}
	text := r.Text
	if r.Question {
		text = fmt.Sprintf("%s: %s", r.ID, r.Given)
	}
	if r.Skipped {
		text += " (not looked at yet)"
	} else if r.Runs > 0 && r.Held {
		text += fmt.Sprintf(" (%d runs)", r.Runs)
	}
	points := fmt.Sprintf("%d/%d", r.Points, r.Of)
	lines := strings.Split(ansi.Wrap(text, p.width()-6-len(points)-1, ""), "\n")
	for i, line := range lines {
		prefix, end := "    ", ""
		if i == 0 {
			prefix = "  " + mark + " "
			end = strings.Repeat(" ", max(1, p.width()-4-ansi.StringWidth(line)-len(points))) + points
		}
		p.line(l, prefix+line+end)
	}
	if r.Feedback != "" {
		for _, part := range strings.Split(r.Feedback, "\n\n") {
			p.para("    ", "    ", part)
		}
	}
}

type look int

const (
	plain look = iota
	bold
	good
	bad
	faint
)

// paper collects lines.
type paper struct {
	Style
	b strings.Builder
}

func (p *paper) width() int { return max(p.Width, 40) }

func (p *paper) line(l look, text string) {
	text = strings.TrimRight(text, " ")
	if p.Colour && l != plain && text != "" {
		text = map[look]ansi.Style{bold: ansi.NewStyle(ansi.AttrBold), good: ansi.NewStyle(ansi.AttrGreenForegroundColor),
			bad:   ansi.NewStyle(ansi.AttrBold, ansi.AttrRedForegroundColor),
			faint: ansi.NewStyle(ansi.AttrFaint)}[l].Styled(text)
	}
	p.b.WriteString(text + "\n")
}

func (p *paper) para(first, rest, text string) {
	prefix := first
	text = strings.Join(strings.Fields(text), " ")
	for _, line := range strings.Split(ansi.Wrap(text, p.width()-len(rest), ""), "\n") {
		p.line(plain, prefix+strings.TrimSpace(line))
		prefix = rest
	}
}

// Wrap sets a text in lines of the style's width.
func Wrap(text string, o Style) string { return ansi.Wrap(text, max(o.Width, 40), "") }
