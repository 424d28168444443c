package scenarios

import (
	"fmt"
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// Move reads a move of a capital as a step of a script has it, without at and by: "{consent: truce, if: {...}}". What is
// JSON can be read too. The source's name is for messages. A proposal has no draft: it names a plan.
func (w *Words) Move(source, capital, text string) (terms.Move, error) {
	var s Step
	err := w.read(source, text, func(p *parser, v value) {
		if v.kind != mapping {
			p.wrong(v, "a move is a mapping such as {consent: truce}, not %s", v.show())
			return
		}
		f := fields{value: v, p: p, what: "a move"}
		verb, found := p.verb(f)
		if !found {
			return
		}
		if !isMove(verb) {
			p.wrong(v, "%s is no move: a capital does not break machines and lines", verb)
			return
		}
		keys := slices.Concat([]string{verb, "saying"}, verbKeys[verb])
		if f, found = p.fieldsAmong(v, "a move with "+verb, keys); !found {
			return
		}
		by := &node{kind: scalar, text: capital, pos: v.pos, size: 1, depth: 1}
		f.node = &node{kind: mapping, pos: v.pos, entries: append(slices.Clone(v.entries), entry{"by", v.pos, by})}
		p.move(&s, terms.Verb(verb), f)
	})
	switch {
	case err != nil:
		return terms.Move{}, err
	case !slices.Equal(s.By, []string{capital}):
		return terms.Move{}, fmt.Errorf("%s: a capital moves for itself only", source)
	}
	s.Move.Capital = capital
	return *s.Move, nil
}
