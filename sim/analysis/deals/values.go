package deals

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// domain is the values that a term can take in a deal, numbered from 0. Numbers stand for values until they are shown, so
// a quantity with a million million steps takes no memory.
type domain struct {
	term *terms.Term
	size uint64
	list []terms.Value // the values, or, if nil, Min + i*Step
	out  bool          // one more number, the last: the deal leaves the term out
	each *big.Int      // how many values one number stands for, where it isn't one: see sets
	note string
}

// at returns the value of a number; ok is false where the term is left out of the deal.
func (d *domain) at(i uint64) (v terms.Value, ok bool) {
	if d.out && i == d.size-1 {
		return terms.Value{}, false
	}
	if d.list != nil {
		return d.list[i], true
	}
	return terms.Quantity(d.term.Min + terms.Number(i)*d.term.Step), true
}

// maxSetNamed bounds the capitals of a set that a file names one by one, and so the subsets that are told apart.
const maxSetNamed = 16

// newDomain lists the values of a term. named are the values that the file names for it.
func newDomain(t *terms.Term, charter *terms.Charter, named []terms.Value, out bool) (*domain, error) {
	d := &domain{term: t, out: out}
	switch t.Kind {
	case terms.KindFlag:
		d.list = []terms.Value{terms.Flag(false), terms.Flag(true)}
	case terms.KindChoice:
		for _, o := range t.Options {
			d.list = append(d.list, terms.Choice(o))
		}
	case terms.KindQuantity:
		if t.Step > 0 {
			d.size = uint64(t.Max-t.Min)/uint64(t.Step) + 1
			break
		}
		d.list = between(named, int64(t.Min), int64(t.Max),
			func(v terms.Value) int64 { return int64(v.Quantity) }, func(n int64) terms.Value { return terms.Quantity(terms.Number(n)) })
		d.note = fmt.Sprintf("%s has no step: %d values stand for all (its ends, those that the file names, and one between each two)", t.ID, len(d.list))
	case terms.KindDuration:
		if len(t.Durations) > 0 {
			for _, v := range t.Durations {
				d.list = append(d.list, terms.Span(v))
			}
			break
		}
		longest := terms.Day
		for _, v := range named {
			longest = max(longest, v.Duration+terms.Day)
		}
		d.list = between(named, 0, int64(longest),
			func(v terms.Value) int64 { return int64(v.Duration) }, func(n int64) terms.Value { return terms.Span(terms.Duration(n)) })
		d.note = fmt.Sprintf("%s can be any length: %d stand for all (those that the file names, one between each two, one shorter and one longer)", t.ID, len(d.list))
	case terms.KindSet:
		if err := d.subsets(charter, named); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("%s is of a kind without values, %q", t.ID, t.Kind)
	}
	if d.list != nil {
		d.size = uint64(len(d.list))
	}
	if out {
		d.size++
	}
	return d, nil
}

// between lists the named values, the ends and one value between each two.
func between(named []terms.Value, low, high int64, number func(terms.Value) int64, value func(int64) terms.Value) []terms.Value {
	points := []int64{low, high}
	for _, v := range named {
		if n := number(v); n > low && n < high {
			points = append(points, n)
		}
	}
	slices.Sort(points)
	points = slices.Compact(points)
	var list []terms.Value
	for i, p := range points {
		if i > 0 && p-points[i-1] > 1 {
			list = append(list, value(points[i-1]+(p-points[i-1])/2))
		}
		list = append(list, value(p))
	}
	return list
}

// subsets lists the subsets of the capitals that a set can have. A test asks whether certain capitals are in it, so if
// there are many, those that no test names are in no number: each number stands for all ways to add some of them.
func (d *domain) subsets(charter *terms.Charter, named []terms.Value) error {
	members := d.term.Members
	if len(members) == 0 {
		for i := range charter.Capitals {
			members = append(members, charter.Capitals[i].ID)
		}
	}
	if len(members) > maxSetNamed {
		var asked []string
		for _, v := range named {
			asked = append(asked, v.Set...)
		}
		slices.Sort(asked)
		asked = slices.Compact(asked)
		if len(asked) > maxSetNamed {
			return fmt.Errorf("%s: score sheets, red lines, needs, links and plans name %d capitals of the set; at most %d can be told apart",
				d.term.ID, len(asked), maxSetNamed)
		}
		d.each = new(big.Int).Lsh(big.NewInt(1), uint(len(members)-len(asked)))
		d.note = fmt.Sprintf("%s: the %d capitals that nobody asks about are left out where deals are shown, and counted", d.term.ID, len(members)-len(asked))
		members = asked
	}
	for bits := range uint64(1) << len(members) {
		var in []string
		for i, id := range members {
			if bits>>i&1 == 1 {
				in = append(in, id)
			}
		}
		d.list = append(d.list, terms.Set(in...))
	}
	return nil
}

// span is a range of value numbers, both ends included.
type span struct{ from, to uint64 }

// segments parts the numbers into ranges within which no test tells two values apart, going by the values that tests name.
func (d *domain) segments(named []terms.Value) []span {
	if d.list != nil || d.size == 0 {
		all := make([]span, d.size)
		for i := range all {
			all[i] = span{uint64(i), uint64(i)}
		}
		return all
	}
	steps := d.size
	if d.out {
		steps--
	}
	cuts := []uint64{0}
	if d.out {
		cuts = append(cuts, steps)
	}
	for _, v := range named {
		// A bound may lie between two steps: both sides of the step below it begin a range.
		off := v.Quantity - d.term.Min
		if off < 0 {
			continue
		}
		for i := uint64(off) / uint64(d.term.Step); i <= uint64(off)/uint64(d.term.Step)+1; i++ {
			if i < steps {
				cuts = append(cuts, i)
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	all := make([]span, len(cuts))
	for i, c := range cuts {
		to := d.size - 1
		if i+1 < len(cuts) {
			to = cuts[i+1] - 1
		}
		all[i] = span{c, to}
	}
	return all
}
