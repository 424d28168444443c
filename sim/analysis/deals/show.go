package deals

import (
	"cmp"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// values returns the first values of a combination of classes, in the charter's order.
func (m *model) values(choice []int) Text {
	at := make([]uint64, len(choice))
	for i, k := range choice {
		at[i] = m.axes[i].classes[k].spans[0].from
	}
	return m.text(at)
}

// text returns the values with these numbers, in the charter's order.
func (m *model) text(at []uint64) Text {
	all := make(Text, 0, len(at))
	for _, i := range m.shown {
		if v, ok := m.axes[i].at(at[i]); ok {
			all = append(all, terms.Setting{Term: m.axes[i].term.ID, Value: v})
		}
	}
	return all
}

// place is a term's place in the charter.
func (m *model) place(id string) int {
	return slices.IndexFunc(m.s.Charter.Terms, func(t terms.Term) bool { return t.ID == id })
}

// show makes a deal of values and scores.
func (m *model) show(text Text, scores []int64) Deal {
	d := Deal{Terms: text}
	for j, id := range m.sheets {
		d.Scores = append(d.Scores, Worth{id, terms.Number(scores[j]) * m.unit})
	}
	return d
}

// expand lists the deals that combinations of classes stand for, at most so many, ordered by the values of their terms.
func (m *model) expand(choices [][]int, most int) []Deal {
	d := &deal{scores: make([]int64, len(m.sheets))}
	type numbered struct {
		at []uint64
		Deal
	}
	var all []numbered
	for _, choice := range choices {
		d.choice = choice
		m.value(d)
		refused := m.refused(m.key(d.scores, &d.holds))
		m.eachValue(choice, func(at []uint64) bool {
			if len(all) == most {
				return false
			}
			x := m.show(m.text(at), d.scores)
			x.Refused, x.choice = refused, choice
			all = append(all, numbered{slices.Clone(at), x})
			return true
		})
	}
	slices.SortFunc(all, func(a, b numbered) int {
		for _, i := range m.shown {
			if c := cmp.Compare(a.at[i], b.at[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	list := make([]Deal, len(all))
	for i := range all {
		list[i] = all[i].Deal
	}
	return list
}

// eachValue goes through the values of a combination of classes, until f returns false.
func (m *model) eachValue(choice []int, f func(at []uint64) bool) {
	at := make([]uint64, len(choice))
	var walk func(i int) bool
	walk = func(i int) bool {
		if i == len(choice) {
			return f(at)
		}
		for _, s := range m.axes[i].classes[choice[i]].spans {
			for n := s.from; ; n++ {
				if at[i] = n; !walk(i + 1) {
					return false
				}
				if n == s.to {
					break
				}
			}
		}
		return true
	}
	walk(0)
}

// refused lists the capitals that refuse deals with a key.
func (m *model) refused(key uint64) []string {
	var all []string
	for j := range m.judges {
		if key&m.judges[j].wants != 0 {
			all = append(all, m.judges[j].capitals...)
		}
	}
	return all
}

func inWords(tests []terms.Test) string {
	words := make([]string, len(tests))
	for i, t := range tests {
		words[i] = t.String()
	}
	return strings.Join(words, " and ")
}
