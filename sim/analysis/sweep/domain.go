package sweep

import (
	"math/bits"
	"strconv"
)

// Value is what an input has in one run: its place among the choices of a domain, or a count of its units.
type Value int64

// domain is what an input can be.
type domain interface {
	// draw returns a value by a random 64-bit number.
	draw(u uint64) Value

	// write writes a value as a scenario file would.
	write(x Value) string

	// plain tells that what write writes is a JSON number or true or false.
	plain() bool

	// bins names the classes into which values are sorted for counting, known before any value is drawn; nil if values
	// cannot be sorted, as seeds.
	bins() []string

	// bin is the class of a value.
	bin(x Value) int
}

// below maps a random number to 0..n-1, evenly but for less than n in 2^64 (the high half of the product: Lemire, "Fast
// random integer generation in an interval", 2019).
func below(u, n uint64) uint64 {
	high, _ := bits.Mul64(u, n)
	return high
}

// seeds is the domain of a run's own seed: whole numbers that JSON carries exactly.
type seeds struct{}

func (seeds) draw(u uint64) Value  { return Value(u >> 11) }
func (seeds) write(x Value) string { return strconv.FormatInt(int64(x), 10) }
func (seeds) plain() bool          { return true }
func (seeds) bins() []string       { return nil }
func (seeds) bin(Value) int        { return 0 }

// choices is a list of values, each as likely.
type choices struct {
	labels  []string
	numbers []int64 // of numbers and durations, in the same order
	bare    bool    // labels are JSON as they stand
}

// maxBins is into how many classes values are sorted at most.
const maxBins = 12

// number is the value in its unit.
func (d choices) number(x Value) int64 { return d.numbers[x] }

func (d choices) draw(u uint64) Value  { return Value(below(u, uint64(len(d.labels)))) }
func (d choices) write(x Value) string { return d.labels[x] }
func (d choices) plain() bool          { return d.bare }
func (d choices) bin(x Value) int {
	if len(d.labels) <= maxBins {
		return int(x)
	}
	return int(x) * maxBins / len(d.labels)
}

func (d choices) bins() []string {
	if len(d.labels) <= maxBins {
		return d.labels
	}
	names := make([]string, maxBins)
	for b := range names {
		first := (b*len(d.labels) + maxBins - 1) / maxBins
		last := ((b+1)*len(d.labels)+maxBins-1)/maxBins - 1
		names[b] = d.labels[first]
		if last > first {
			names[b] += " to " + d.labels[last]
		}
	}
	return names
}

// steps are the numbers from low to high in steps of a unit, each as likely.
type steps struct {
	low, unit int64
	count     uint64
	form      form
}

// rangeBins is into how many classes of equal width a range is sorted.
const rangeBins = 8

func newSteps(low, high, unit int64, f form) steps {
	return steps{low: low, unit: unit, count: uint64((high-low)/unit) + 1, form: f}
}

func (d steps) draw(u uint64) Value  { return Value(below(u, d.count)) }
func (d steps) number(x Value) int64 { return d.low + int64(x)*d.unit }
func (d steps) write(x Value) string { return d.form.write(d.number(x)) }
func (d steps) plain() bool          { return d.form.bare }
func (d steps) classes() uint64 {
	if d.count <= maxBins {
		return d.count
	}
	return rangeBins
}

func (d steps) bin(x Value) int { return int(uint64(x) * d.classes() / d.count) }
func (d steps) bins() []string {
	n := d.classes()
	names := make([]string, n)
	for b := range n {
		first, last := (b*d.count+n-1)/n, ((b+1)*d.count+n-1)/n-1
		names[b] = d.write(Value(first))
		if last > first {
			names[b] += " to " + d.write(Value(last))
		}
	}
	return names
}
