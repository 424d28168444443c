package sweep

import "github.com/parley-sim/parley/node/terms"

// times counts lengths of time in cells of equal width, so that any number of runs takes the same memory.
type times struct {
	width terms.Duration // of a cell
	cells []int
	n     int
}

// maxCells bounds a times: with a horizon of 30 days a cell is 40 s.
const maxCells = 1 << 16

func newTimes(horizon terms.Duration) times {
	width := max(1, (horizon+maxCells-1)/maxCells)
	return times{width: width, cells: make([]int, horizon/width+1)}
}

func (t *times) add(d terms.Duration) {
	t.cells[min(max(0, int(d/t.width)), len(t.cells)-1)]++
	t.n++
}

// quantile returns the least time that a part q of all does not exceed (the inverse of the empirical distribution, type 1
// of Hyndman and Fan, "Sample quantiles in statistical packages", 1996), to the width of a cell.
func (t *times) quantile(q float64) terms.Duration {
	need := max(1, int(q*float64(t.n)+0.999999999))
	seen := 0
	for i, c := range t.cells {
		if seen += c; seen >= need {
			return terms.Duration(i) * t.width
		}
	}
	return 0
}

// niceWidths are the widths that a histogram may have.
var niceWidths = []terms.Duration{
	terms.Minute, 5 * terms.Minute, 15 * terms.Minute, 30 * terms.Minute, terms.Hour, 2 * terms.Hour, 3 * terms.Hour, 6 * terms.Hour,
	12 * terms.Hour, terms.Day, 2 * terms.Day, 3 * terms.Day, 5 * terms.Day, terms.Week, 10 * terms.Day, 2 * terms.Week, 4 * terms.Week,
	12 * terms.Week, 52 * terms.Week, 520 * terms.Week, 5200 * terms.Week, 52000 * terms.Week,
}

// Bar is one bar of a histogram.
type Bar struct {
	From terms.Duration `json:"from"`
	To   terms.Duration `json:"to"` // not included
	Runs int            `json:"runs"`
}

// maxBars is how many bars a histogram has at most.
const maxBars = 16

// histogram sorts the times into bars of a round width, from the first that has any to the last.
func (t *times) histogram() []Bar {
	if t.n == 0 {
		return nil
	}
	first, last := t.quantile(0), t.quantile(1)
	width := niceWidths[len(niceWidths)-1]
	for i := len(niceWidths) - 1; i >= 0; i-- {
		if w := niceWidths[i]; w >= t.width && int(last/w)-int(first/w) < maxBars {
			width = w
		}
	}
	from := first / width
	bars := make([]Bar, last/width-from+1)
	for i := range bars {
		at := terms.Duration(i) + from
		bars[i] = Bar{From: at * width, To: (at + 1) * width}
	}
	for i, c := range t.cells {
		if c > 0 {
			bars[terms.Duration(i)*t.width/width-from].Runs += c
		}
	}
	return bars
}
