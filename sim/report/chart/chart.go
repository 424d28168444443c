// Package chart draws small pictures of an analysis, each from one description for both places where it is looked at: the
// terminal, as text of a given width, and a page, as inline SVG in one HTML file that needs no network and no script.
//
// A report is a list of sections, and a section is a list of blocks: [Para], [Bars], [Shares], [Scatter] and [Table].
// [Text] writes them for a terminal, [Page] as HTML. Every picture of the page has a title, a description and its figures
// in a table beside it, its colours are told apart by colour-blind readers (the palette of Okabe and Ito, "Color universal
// design", 2008), and it follows the reader's light or dark setting. All texts are taken for somebody else's: they are
// escaped in HTML, and freed of what a terminal would obey.
//
// The package knows nothing of scenarios, rules or runs. It draws by itself since the plotting libraries for Go write
// pictures with fixed colours and without titles for screen readers (gonum.org/v1/plot), or need a script in the page.
package chart

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// The widths of text, in columns.
const (
	DefaultWidth = 80
	minWidth     = 40
)

// Options say how text is written. The zero value is 80 columns without colour.
type Options struct {
	Width  int  // in columns; 0 is DefaultWidth, and less than 40 is 40
	Colour bool // with ANSI escape codes
}

func (o Options) width() int {
	if o.Width <= 0 {
		return DefaultWidth
	}
	return max(o.Width, minWidth)
}

// Section is a part of a report under its heading. An empty heading has none.
type Section struct {
	Heading string
	Blocks  []Block
}

// Block is a part of a section: [Para], [Bars], [Shares], [Scatter] or [Table].
type Block interface {
	text(p *printer)
	html() (name string, data any) // a template of the page, and what it is given
}

// Look is how a paragraph, a bar or a cell stands out. On a page it is a weight or a colour, on a terminal an ANSI code;
// nothing is told by it alone.
type Look uint8

// The looks.
const (
	Plain Look = iota
	Bold
	Faint
	Good
	Bad
	Unsure
)

var lookNames = [...]string{"plain", "bold", "faint", "good", "bad", "unsure"}

// Para is a paragraph. A newline in the text starts a new line.
type Para struct {
	Text string
	Look Look
	Mark string // written before the text, as "-" of a list; further lines are indented to the text
}

// Text writes a report for a terminal. A title comes first unless it is empty. The error is the writer's.
func Text(w io.Writer, o Options, title string, sections ...Section) error {
	p := &printer{width: o.width(), colour: o.Colour}
	if title != "" {
		p.para(Bold, "", "", oneLine(title))
	}
	for _, s := range sections {
		p.gap()
		if s.Heading != "" {
			p.para(Bold, "", "", oneLine(s.Heading))
		}
		for i, b := range s.Blocks {
			if _, para := b.(Para); i > 0 && !para {
				p.gap()
			} else if i > 0 {
				if _, after := s.Blocks[i-1].(Para); !after {
					p.gap()
				}
			}
			b.text(p)
		}
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (x Para) text(p *printer) {
	if x.Text == "" {
		p.gap()
		return
	}
	mark := ""
	if x.Mark != "" {
		mark = oneLine(x.Mark) + " "
	}
	p.para(x.Look, mark, strings.Repeat(" ", columns(mark)), x.Text)
}

func (x Para) html() (string, any) {
	lines := strings.Split(clean(x.Text), "\n")
	return "para", struct {
		Look, Mark string
		Lines      []string
	}{lookNames[x.Look], oneLine(x.Mark), lines}
}

// figure writes a number shortly: whole if it is whole, else with four significant digits or so.
func figure(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "?"
	case v == math.Trunc(v) && math.Abs(v) < 1e9:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case math.Abs(v) >= 1e9:
		return strconv.FormatFloat(v, 'g', 4, 64)
	case math.Abs(v) >= 1000:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case math.Abs(v) >= 0.001:
		return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', 4, 64), "0"), ".")
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// percent writes a share of one: "37.5 %".
func percent(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }

// finite returns v, or 0 for what cannot be drawn.
func finite(v float64) float64 {
	if !drawable(v) {
		return 0
	}
	return v
}

// drawable tells whether a number has a place on an axis: differences of two such numbers do not overflow.
func drawable(v float64) bool { return math.Abs(v) < 1e150 }
