package report

import (
	"fmt"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// side is the capitals that take one position.
type side struct {
	label string
	who   []string
}

// sides lists the positions that somebody takes.
func sides(t *terms.Tally) []side {
	var some []side
	for _, s := range [...]side{{"consent", t.Consent}, {"object", t.Object}, {"abstain", t.Abstain}, {"absent", t.Absent}} {
		if len(s.who) > 0 {
			some = append(some, s)
		}
	}
	return some
}

// tally writes who stands where, one line a position. Of a large body it gives the counts, and the names of the smaller
// sides only.
func (w words) tally(t *terms.Tally) []string {
	some := sides(t)
	total, largest := 0, 0
	for i, s := range some {
		total += len(s.who)
		if len(s.who) > len(some[largest].who) {
			largest = i
		}
	}
	if total == 0 {
		return nil
	}
	var lines []string
	if total <= few {
		for _, s := range some {
			lines = append(lines, fmt.Sprintf("%s %d: %s", s.label, len(s.who), w.list(s.who)))
		}
		return lines
	}
	counts := make([]string, len(some))
	for i, s := range some {
		counts[i] = fmt.Sprintf("%s %d", s.label, len(s.who))
	}
	lines = append(lines, strings.Join(counts, ", "))
	for i, s := range some {
		// The silent are named only where they are the few.
		if i != largest && (len(s.who) <= 3*few || s.label == "object") {
			lines = append(lines, s.label+": "+w.list(s.who))
		}
	}
	return lines
}
