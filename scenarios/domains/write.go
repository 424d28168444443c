package domains

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/parley-sim/parley/scenarios"
)

// Scenario is a domain as a scenario file.
type Scenario struct {
	ID     string
	Text   []byte // the file
	Names  []Name // what has another name there
	Factor string // points a unit of utility
}

// term is an issue as a term.
type term struct {
	id, def string
	title   string
	keys    []string // of a score sheet, by value
	values  []string // of a plan, by value
}

// Scenario writes the domain as a scenario that opens with the first party's favourite deal; the others answer by their
// score sheets. id is the scenario's; "" makes one of the domain's name. The text is one that the parser takes.
func (d *Domain) Scenario(id string) (*Scenario, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	n := &names{}
	var none names
	if id == "" {
		id = none.id("scenario", d.Name)
	} else {
		id = none.id("scenario", id)
	}
	s := d.scale()
	w := &writer{d: d, s: s, id: id}
	for i := range d.Issues {
		w.terms = append(w.terms, d.term(&d.Issues[i], n))
	}
	for i := range d.Profiles {
		w.capitals = append(w.capitals, n.id("party", d.Profiles[i].Name))
		w.biased = w.biased || d.Profiles[i].Bias != nil
	}
	w.names = n.Map
	if w.biased {
		w.constant = n.id("issue", "constant")
		w.names = n.Map
	}
	w.write()
	text := []byte(w.b.String())
	if _, err := scenarios.Parse(id+".yaml", text); err != nil {
		return nil, fmt.Errorf("the domain cannot be written as a scenario: %w", err)
	}
	return &Scenario{ID: id, Text: text, Names: w.names, Factor: decimal(s.factor)}, nil
}

// term makes a term of an issue: a quantity where its values are numbers in equal steps, else a choice.
func (d *Domain) term(is *Issue, n *names) term {
	t := term{id: n.id("issue", is.Name), title: is.Name}
	if len(is.Values) == 1 {
		t.def = "{quantity: 0..0, step: 1" // a choice has two options or more
		t.keys, t.values = []string{"0"}, []string{"0"}
		t.title += ": " + is.Values[0]
		d.lose(is.Name, "the issue has one value only, %q: it is a quantity that is always 0", clip(is.Values[0]))
		return t
	}
	if def, ok := is.quantity(); ok {
		t.def = def
		for _, x := range is.Number {
			t.keys = append(t.keys, decimal(x))
		}
		t.values = t.keys
		return t
	}
	options := n.options(t.id, is.Values)
	var quoted []string
	for _, o := range options {
		quoted = append(quoted, word(o))
	}
	t.def, t.keys, t.values = "{choice: ["+strings.Join(quoted, ", ")+"]", options, quoted
	return t
}

// quantity writes the issue as a quantity, if six decimal places and thirteen digits will do for its values.
func (is *Issue) quantity() (string, bool) {
	if len(is.Number) < 2 {
		return "", false
	}
	for _, x := range is.Number {
		places, exact := x.FloatPrec()
		if !exact || places > 6 || new(big.Rat).Abs(x).Cmp(big.NewRat(1_000_000_000_000, 1)) > 0 {
			return "", false
		}
	}
	low, high := is.Number[0], is.Number[len(is.Number)-1]
	return fmt.Sprintf("{quantity: %s..%s, step: %s", decimal(low), decimal(high), decimal(new(big.Rat).Sub(is.Number[1], low))), true
}

type writer struct {
	b        strings.Builder
	d        *Domain
	s        *scaled
	id       string
	terms    []term
	capitals []string
	names    []Name
	biased   bool
	constant string // the id of the term that holds what every deal is worth besides
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

func (w *writer) write() {
	w.comments()
	w.line("scenario: %s", word(w.id))
	w.line("title: %s", quote(w.title()))
	w.line("about: %s", quote(fmt.Sprintf("Imported from %s, %s. %s The script only opens: %s proposes the deal that is best for itself, and the others answer "+
		"by their score sheets, giving way in time from what they like best to their walk-away.",
		w.d.Format.Title(), files(w.d.Files), w.s.about(), display(w.d.Profiles[0].Name))))
	w.line("sources:")
	w.line("  - %s", quote(w.d.Format.Title()+": "+files(w.d.Files)))
	w.line("horizon: 30d\n\ncapitals:")
	for i := range w.d.Profiles {
		w.capital(i)
	}
	w.line("\nterms:")
	for _, t := range w.terms {
		w.line("  %s: %s, title: %s}", word(t.id), t.def, quote(display(t.title)))
	}
	if w.biased {
		w.line("  %s: {quantity: 0..0, step: 1, title: What every deal is worth besides}", word(w.constant))
	}
	var members []string
	for _, c := range w.capitals {
		members = append(members, word(c))
	}
	w.line("\nprocedures:\n  agreement:\n    stages:")
	w.line("      - {name: agreement, members: [%s], rule: {unanimous: true}, window: 30d}", strings.Join(members, ", "))
	w.line("\nplans:\n  deal:\n    title: The opening offer\n    procedure: agreement\n    terms:")
	for i, t := range w.terms {
		best := 0
		if u := w.d.Profiles[0].Utility[i]; len(u) > 0 {
			best = bestOf(u)
		}
		w.line("      %s: %s", word(t.id), t.values[best])
	}
	if w.biased {
		w.line("      %s: 0", word(w.constant))
	}
	w.line("\nscript:\n  - {at: 0h, propose: deal, by: %s}", word(w.capitals[0]))
}

// maxComments bounds the names that are listed in the file; the report lists all.
const maxComments = 200

// comments says at the head of the file what was changed.
func (w *writer) comments() {
	w.line("# Imported by parley import from %s: %s.", w.d.Format.Title(), comment(files(w.d.Files)))
	if len(w.d.Lost) > 0 {
		w.line("#\n# What could not be carried over:")
		for _, l := range w.d.Lost {
			w.line("#   - %s: %s", comment(l.Where), comment(l.Text))
		}
	}
	if len(w.names) > 0 {
		w.line("#\n# What has another name here:")
		for i, n := range w.names {
			if i == maxComments {
				w.line("#   - and %d more", len(w.names)-i)
				break
			}
			w.line("#   - %s %s is %s", n.What, comment(quote(n.From)), comment(n.To))
		}
	}
	w.line("")
}

func (w *writer) title() string {
	if w.d.Name == "" {
		return w.d.Format.Title() + " domain"
	}
	return display(w.d.Name)
}

func (w *writer) capital(i int) {
	p := &w.d.Profiles[i]
	w.line("  %s:", word(w.capitals[i]))
	w.line("    name: %s", quote(display(p.Name)))
	w.line("    policy: {replies_in: 6h..24h, concession: {linear: true}}")
	w.line("    scores:")
	for j, t := range w.terms {
		var parts []string
		for k, points := range w.s.points[i][j] {
			parts = append(parts, key(t.keys[k])+": "+points)
		}
		w.line("      %s: {%s}", word(t.id), strings.Join(parts, ", "))
	}
	if w.s.bias[i] != "" {
		w.line("      %s: {0: %s}", word(w.constant), w.s.bias[i])
	}
	if w.s.walk[i] != "" {
		w.line("    walk_away: %s", w.s.walk[i])
	}
}

func files(names []string) string {
	const few = 6
	if len(names) > few {
		return fmt.Sprintf("%s and %d more files", strings.Join(names[:few], ", "), len(names)-few)
	}
	return strings.Join(names, ", ")
}

// quote writes a text as YAML in double quotes; JSON's are the same.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(b))
}

// word writes an id or an option, in quotes if YAML could read something else in it.
func word(s string) string {
	plain := len(s) > 0 && s[0] >= 'a' && s[0] <= 'z'
	for _, r := range s {
		plain = plain && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	}
	switch s {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		plain = false
	}
	if plain {
		return s
	}
	return quote(s)
}

// key is word for the key of a score: a number needs no quotes.
func key(s string) string {
	if strings.Trim(s, "0123456789") == "" {
		return s
	}
	return word(s)
}

// display is a text as one line without what a terminal would obey.
func display(s string) string {
	var n names
	o := n.options("", []string{s})[0]
	if r := []rune(o); len(r) > 200 {
		o = string(r[:200]) + "…"
	}
	return o
}

// comment is a text that ends no comment.
func comment(s string) string { return display(s) }
