package chart

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// printer collects lines of at most width columns.
type printer struct {
	b      strings.Builder
	width  int
	colour bool
	blank  bool // the last line is blank
}

func (l Look) style() ansi.Style {
	switch l {
	case Bold:
		return ansi.NewStyle(ansi.AttrBold)
	case Faint:
		return ansi.NewStyle(ansi.AttrFaint)
	case Good:
		return ansi.NewStyle(ansi.AttrGreenForegroundColor)
	case Bad:
		return ansi.NewStyle(ansi.AttrBold, ansi.AttrRedForegroundColor)
	case Unsure:
		return ansi.NewStyle(ansi.AttrYellowForegroundColor)
	}
	return ansi.NewStyle()
}

// seriesStyles are the terminal's colours for the parts of a picture, in the order of the page's palette.
var seriesStyles = [...]ansi.Style{
	ansi.NewStyle(ansi.AttrBlueForegroundColor), ansi.NewStyle(ansi.AttrYellowForegroundColor),
	ansi.NewStyle(ansi.AttrGreenForegroundColor), ansi.NewStyle(ansi.AttrRedForegroundColor),
	ansi.NewStyle(ansi.AttrMagentaForegroundColor), ansi.NewStyle(ansi.AttrCyanForegroundColor),
	ansi.NewStyle(ansi.AttrWhiteForegroundColor), ansi.NewStyle(ansi.AttrBrightBlackForegroundColor),
}

// part colours a piece of a line as the i-th part of a picture.
func (p *printer) part(i int, s string) string {
	if !p.colour || s == "" {
		return s
	}
	return seriesStyles[i%len(seriesStyles)].Styled(s)
}

func (p *printer) styled(l Look, s string) string {
	if !p.colour || l == Plain || s == "" {
		return s
	}
	return l.style().Styled(s)
}

// gap leaves one line free, unless one is or nothing was written yet.
func (p *printer) gap() {
	if p.b.Len() > 0 && !p.blank {
		p.b.WriteByte('\n')
		p.blank = true
	}
}

// line writes a line that is known to fit.
func (p *printer) line(s string) {
	p.b.WriteString(strings.TrimRight(s, " "))
	p.b.WriteByte('\n')
	p.blank = false
}

// para writes text behind a first prefix and wraps it behind the other. The prefixes are not wrapped.
func (p *printer) para(l Look, first, rest, text string) {
	prefix := first
	for _, line := range wrap(text, p.width-max(columns(first), columns(rest))) {
		p.line(p.styled(l, strings.TrimRight(prefix+line, " ")))
		prefix = rest
	}
}

// columns is how wide a text is on a terminal.
func columns(s string) int { return ansi.StringWidth(s) }

// pad fills a text up to n columns, or cuts it there and says so with an ellipsis.
func pad(s string, n int, right bool) string {
	if columns(s) > n {
		s = ansi.Truncate(s, n, "…")
	}
	fill := strings.Repeat(" ", max(0, n-columns(s)))
	if right {
		return fill + s
	}
	return s + fill
}

// wrap breaks text into lines of at most width columns, between words where it can. There is always one line.
func wrap(text string, width int) []string {
	lines := strings.Split(ansi.Wrap(clean(text), max(width, 8), ""), "\n")
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(strings.Trim(line, " "), "\u00a0", " ")
	}
	return lines
}

// clean takes out what a terminal would obey rather than show: control characters, and the marks that turn the direction
// of text around.
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
	}, strings.ToValidUTF8(s, "�"))
	return strings.TrimRight(s, "\n ")
}

// oneLine folds a text of several lines into one.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }
