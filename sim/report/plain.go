package report

import (
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// Name writes a capital by name.
func (w Words) Name(id string) string { return w.w.name(id) }

// List writes capitals by name: "London, Paris and Kyiv"; of many it gives their number.
func (w Words) List(ids []string) string { return w.w.who(ids) }

// Text writes the terms of a text.
func (w Words) Text(settings []terms.Setting) string { return w.w.text(settings) }

// Condition writes a condition with its capitals by name.
func (w Words) Condition(c terms.Condition) string { return w.w.condition(c) }

// Day counts calendar days (UTC), the scenario's first being 1.
func (w Words) Day(at terms.Instant) int { return w.w.day(at) }

// When writes an instant in the middle of a sentence: "day 8 (9 March 2025, 10:00)".
func (w Words) When(at terms.Instant) string { return w.w.when(at) }

// Noun names a move of a capital for a sentence: "Kyiv's consent to truce".
func (w Words) Noun(capital string, v terms.Verb, subject string) string {
	return w.w.noun(capital, v, subject)
}

// Quoted writes what somebody said.
func Quoted(s string) string { return quoted(s) }

// Join writes "a", "a and b", "a, b and c", with the word given for "and".
func Join(items []string, and string) string { return join(items, and) }

// Look is how a line of a [Page] is coloured.
type Look int

// The looks.
const (
	Plain  = Look(plain)
	Bold   = Look(bold)
	Faint  = Look(faint) // what the machines did
	Good   = Look(good)
	Bad    = Look(bad)
	Unsure = Look(unsure)
)

// Page collects lines that are no wider than the options say, as a run's report does.
type Page struct{ p *page }

// NewPage returns an empty page.
func NewPage(o Options) *Page { return &Page{newPage(o)} }

// Blank leaves a line free.
func (p *Page) Blank() { p.p.blank() }

// Para writes text behind a first prefix, and wraps it behind the other.
func (p *Page) Para(l Look, first, rest, text string) { p.p.para(look(l), first, rest, text) }

// Verbatim writes a line of the scenario's own language, which is not wrapped unless it would be too wide.
func (p *Page) Verbatim(l Look, indent, text string) {
	p.p.para(look(l), indent, indent+"    ", strings.TrimSpace(text))
}

// String returns the page.
func (p *Page) String() string { return p.p.b.String() }

// Unbroken keeps words together where a line is wrapped.
func Unbroken(s string) string { return unbroken(s) }
