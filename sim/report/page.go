package report

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// The widths of text, in columns.
const (
	DefaultWidth = 80
	minWidth     = 40
)

// look is how a line is coloured.
type look int

const (
	plain look = iota
	bold
	faint // what the machines did
	good
	bad
	unsure
)

// style returns the look's escape codes.
func (l look) style() ansi.Style {
	switch l {
	case bold:
		return ansi.NewStyle(ansi.AttrBold)
	case faint:
		return ansi.NewStyle(ansi.AttrFaint)
	case good:
		return ansi.NewStyle(ansi.AttrGreenForegroundColor)
	case bad:
		return ansi.NewStyle(ansi.AttrBold, ansi.AttrRedForegroundColor)
	case unsure:
		return ansi.NewStyle(ansi.AttrYellowForegroundColor)
	}
	return ansi.NewStyle()
}

// page collects lines of at most width columns.
type page struct {
	b      strings.Builder
	width  int
	colour bool
}

func newPage(o Options) *page {
	if o.Width <= 0 {
		o.Width = DefaultWidth
	}
	return &page{width: max(o.Width, minWidth), colour: o.Colour}
}

// blank leaves a line free.
func (p *page) blank() { p.b.WriteByte('\n') }

// para writes text behind a first prefix and wraps it behind the other. The prefixes are columns of the page's own and
// are not wrapped. A newline in the text starts a new line.
func (p *page) para(l look, first, rest, text string) {
	prefix := first
	for _, line := range wrap(text, p.width-max(ansi.StringWidth(first), ansi.StringWidth(rest))) {
		p.line(l, prefix+line)
		prefix = rest
	}
}

// line writes one line that is known to fit.
func (p *page) line(l look, s string) {
	s = strings.TrimRight(s, " ")
	if p.colour && l != plain && s != "" {
		s = l.style().Styled(s)
	}
	p.b.WriteString(s)
	p.b.WriteByte('\n')
}

// wrap breaks text into lines of at most width columns, between words where it can; words that a no-break space joins stay
// together. There is always one line.
func wrap(text string, width int) []string {
	lines := strings.Split(ansi.Wrap(clean(text), width, ""), "\n")
	for i, line := range lines {
		lines[i] = strings.NewReplacer("\u00a0", " ", "\u2011", "-").Replace(strings.Trim(line, " "))
	}
	return lines
}

// clean takes out what a terminal would obey rather than show: control characters, and the marks that turn the direction
// of text around. A scenario is somebody else's file.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f,
			r == '\u2028', r == '\u2029':
			return -1
		}
		return r
	}, s)
	return strings.TrimRight(s, "\n ")
}

// oneLine folds a text of several lines into one.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }
