package scenarios

import (
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// Words reads values, conditions and names as a scenario file writes them, for programs that have a conference's charter
// and no file. Its errors are [*Errors], as of a file.
type Words struct {
	charter *terms.Charter
	plans   []Plan
}

// NewWords returns the words of a conference. plans are those that a condition may name.
func NewWords(charter *terms.Charter, plans []Plan) *Words { return &Words{charter, plans} }

// parser returns one for a text, and the text as a tree. The source's name is for messages.
func (w *Words) parser(source, text string) (*parser, value) {
	s := &Scenario{File: source, Start: w.charter.Start, Charter: *w.charter, Plans: w.plans}
	p := &parser{file: source, scenario: s, roles: map[string]terms.Role{}, broken: map[Position]bool{}, groups: map[string][]string{}}
	for i := range s.Charter.Capitals {
		c := &s.Charter.Capitals[i]
		p.roles[c.ID] = c.Role
		if c.Role != terms.Observer {
			p.everyone = append(p.everyone, c.ID)
		}
	}
	for _, g := range s.Charter.Groups {
		p.groups[g.Name] = g.Capitals
	}
	v := value{node: &node{pos: Position{1, 1}}, key: Position{1, 1}}
	p.guard(func() {
		if p.readable([]byte(text)) {
			text = normalized([]byte(text))
			p.lines = strings.Split(text, "\n")
			if root := p.syntax(text); root != nil {
				v = value{node: root, key: root.pos}
			}
		}
	})
	return p, v
}

// guard calls f, and makes a problem of a panic: see parser.read.
func (p *parser) guard(f func()) {
	defer func() {
		switch r := recover(); r.(type) {
		case nil:
		case enough:
			p.more = true
		default:
			p.problems = append(p.problems, p.at(Position{1, 1}, "", "", "this could not be read"))
		}
	}()
	f()
}

// read reads a text with f.
func (w *Words) read(source, text string, f func(p *parser, v value)) error {
	p, v := w.parser(source, text)
	if len(p.problems) == 0 {
		p.guard(func() { f(p, v) })
	}
	if len(p.problems) > 0 {
		return &Errors{Problems: sorted(p.problems), More: p.more}
	}
	return nil
}

// Value reads a value of a term, such as "un", "30d" or "[london, paris]". The source's name, such as "--set", is for
// messages.
func (w *Words) Value(source, term, text string) (terms.Value, error) {
	t, err := w.term(source, term)
	if err != nil {
		return terms.Value{}, err
	}
	var found terms.Value
	err = w.read(source, text, func(p *parser, v value) { found, _ = p.termValue(t, v, true) })
	return found, err
}

// Condition reads a condition, such as "{pledged: {force: {by_at_least: 5}}}". pledge says that it is a pledge's, which has
// no plan at hand.
func (w *Words) Condition(source, text string, pledge bool) (terms.Condition, error) {
	h := atHand
	if pledge {
		h = noHand
	}
	var found terms.Condition
	err := w.read(source, text, func(p *parser, v value) { found, _ = p.condition(v, h) })
	return found, err
}

// Term returns the id of a term that the conference has.
func (w *Words) Term(source, id string) (string, error) {
	t, err := w.term(source, id)
	if err != nil {
		return "", err
	}
	return t.ID, nil
}

func (w *Words) term(source, id string) (*terms.Term, error) {
	if t := w.charter.Term(id); t != nil {
		return t, nil
	}
	var known []string
	for i := range w.charter.Terms {
		known = append(known, w.charter.Terms[i].ID)
	}
	return nil, unknownWord(source, id, "term", known)
}

// Capital returns the id of a capital of the conference.
func (w *Words) Capital(source, id string) (string, error) {
	if w.charter.Capital(id) != nil {
		return id, nil
	}
	var known []string
	for i := range w.charter.Capitals {
		known = append(known, w.charter.Capitals[i].ID)
	}
	return "", unknownWord(source, id, "capital", known)
}

// unknownWord is the error for a word that is not among the known ones.
func unknownWord(source, word, what string, known []string) error {
	p := &parser{}
	return &Errors{Problems: []Problem{{File: source, Pos: Position{1, 1}, Text: notKnown(word, what, known), Hint: p.hint(word, known)}}}
}

// ReadDuration reads a length of scenario time, such as 30d or 1d12h.
func ReadDuration(text string) (terms.Duration, error) { return parseDuration(text) }

// ReadInstant reads a point of scenario time: RFC 3339, or a day.
func ReadInstant(text string) (terms.Instant, error) { return parseInstant(text) }
