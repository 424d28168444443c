package sweep

import (
	"math"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// faultKind is a kind of random fault.
type faultKind string

const (
	crashes faultKind = "crashes" // of a capital's machine, which restarts after a while
	cuts    faultKind = "cuts"    // of a line between two capitals, which is healed after a while
)

// faults is the domain of how many faults of a kind a run has: a Poisson process of a rate, in scenario time, over the
// whole conference. A drawn value is the process's own seed; the count is what comes of it.
type faults struct {
	rate    float64 // a second
	lasting scenarios.Span
	kind    faultKind
	horizon terms.Duration
	ids     []string
}

// defaultLasting is how long a fault lasts if the spec does not say.
var defaultLasting = scenarios.Span{Min: terms.Hour, Max: terms.Day}

func faultTarget(k faultKind) target {
	return target{name: string(k), touches: []string{string(k)}, example: "0.1/d", read: func(sp *spec) (domain, error) { return readFaults(sp, k) }}
}

// readFaults reads "0.1/d" and "0.1/d for 6h..2d".
func readFaults(sp *spec, k faultKind) (domain, error) {
	d := faults{kind: k, lasting: defaultLasting, horizon: sp.scenario.Horizon}
	rate, lasting, given := strings.Cut(sp.values, " for ")
	count, unit, is := strings.Cut(strings.TrimSpace(rate), "/")
	per := map[string]terms.Duration{"h": terms.Hour, "d": terms.Day, "w": terms.Week, "day": terms.Day, "hour": terms.Hour, "week": terms.Week}[strings.TrimSpace(unit)]
	n, err := terms.ParseNumber(strings.TrimSpace(count))
	if !is || per == 0 || err != nil {
		return nil, sp.wrong("%q is not a rate: write how many there are in an hour, a day or a week, such as %s=0.1/d or %s=0.1/d for 1h..12h",
			clip(sp.values), k, k)
	}
	if n <= 0 {
		return nil, sp.wrong("a rate is more than 0")
	}
	d.rate = float64(n) / float64(terms.One) / float64(per)
	if d.expected() > maxFaults {
		return nil, sp.wrong("that is %.0f %s in the %s of a run; at most %d can be expected", d.expected(), k, d.horizon, maxFaults)
	}
	if given {
		from, to, ranged := strings.Cut(strings.TrimSpace(lasting), "..")
		if !ranged {
			to = from
		}
		if d.lasting.Min, err = scenarios.ReadDuration(strings.TrimSpace(from)); err == nil {
			d.lasting.Max, err = scenarios.ReadDuration(strings.TrimSpace(to))
		}
		switch {
		case err != nil:
			return nil, sp.wrong("%v", err)
		case d.lasting.Min > d.lasting.Max:
			return nil, sp.wrong("%s is more than %s: write the lesser first", from, to)
		case d.lasting.Min < terms.Minute:
			return nil, sp.wrong("a fault lasts a minute or longer")
		}
	}
	for i := range sp.scenario.Charter.Capitals {
		d.ids = append(d.ids, sp.scenario.Charter.Capitals[i].ID)
	}
	if len(d.ids) < 2 {
		return nil, sp.wrong("the conference has one capital only")
	}
	return d, nil
}

// expected is the mean number of faults of a run.
func (d faults) expected() float64 { return d.rate * float64(d.horizon) }

func (d faults) draw(u uint64) Value  { return Value(u) }
func (d faults) plain() bool          { return true }
func (d faults) write(x Value) string { return count(len(d.happen(x))) }

// bins are counts: from the least that is likely to the greatest, the rest at both ends together.
func (d faults) bins() []string {
	low, width, n := d.classes()
	names := make([]string, n)
	for b := range names {
		from, to := low+b*width, low+(b+1)*width-1
		switch {
		case b == n-1:
			names[b] = count(from) + " or more"
		case b == 0 && to > 0:
			names[b] = "0 to " + count(to)
		case from == to:
			names[b] = count(from)
		default:
			names[b] = count(from) + " to " + count(to)
		}
	}
	return names
}

// classes spreads up to eight classes of counts over two standard deviations (of a Poisson distribution: the root of its
// mean) around the mean.
func (d faults) classes() (low, width, n int) {
	mean := d.expected()
	deviation := math.Sqrt(mean)
	from, to := math.Max(0, math.Floor(mean-2*deviation)), math.Ceil(mean+2*deviation)
	width = int(math.Ceil((to - from + 1) / rangeBins))
	n = int(math.Ceil((to - from + 1) / float64(width)))
	return int(from), width, n
}

func (d faults) bin(x Value) int {
	low, width, n := d.classes()
	return min(max(0, (len(d.happen(x))-low)/width), n-1)
}

// fault is one fault of a run: it begins and ends. Second is "" for a crash.
type fault struct {
	begins, ends  terms.Duration
	first, second string
}

// happen draws the faults of a run. One that would strike what is down or cut already strikes another; if all are, it does
// not happen.
func (d faults) happen(x Value) []fault {
	r := random(x)
	var all []fault
	targets := len(d.ids)
	if d.kind == cuts {
		targets = len(d.ids) * (len(d.ids) - 1) / 2
	}
	busy := map[int]terms.Duration{}
	for t := 0.0; ; {
		t += -math.Log1p(-r.float()) / d.rate // an exponential gap
		if t > float64(d.horizon) || len(all) == 10*maxFaults {
			return all
		}
		f := fault{begins: terms.Duration(t)}
		f.ends = f.begins + d.lasting.Min + terms.Duration(below(r.next(), uint64((d.lasting.Max-d.lasting.Min)/terms.Minute)+1))*terms.Minute
		at := int(below(r.next(), uint64(targets)))
		for tries := 0; tries < targets && busy[at] > f.begins; tries++ {
			at = (at + 1) % targets
		}
		if busy[at] > f.begins {
			continue
		}
		busy[at] = f.ends + 1
		f.first, f.second = d.struck(at)
		all = append(all, f)
	}
}

// struck names the capital, or the two ends of the line, with a number.
func (d faults) struck(at int) (first, second string) {
	if d.kind == crashes {
		return d.ids[at], ""
	}
	for i := range d.ids {
		if rest := len(d.ids) - 1 - i; at < rest {
			return d.ids[i], d.ids[i+1+at]
		} else {
			at -= rest
		}
	}
	return "", "" // not reached: at is below the number of pairs
}

// steps are the faults as steps of a script.
func (f fault) steps() []scenarios.Step {
	begin, end := &scenarios.Fault{Kind: scenarios.FaultCrash}, &scenarios.Fault{Kind: scenarios.FaultRestart}
	if f.second == "" {
		begin.Capitals, end.Capitals = []string{f.first}, []string{f.first}
	} else {
		links := []scenarios.Link{{From: f.first, To: f.second}, {From: f.second, To: f.first}}
		begin.Kind, begin.Links, end.Kind, end.Links = scenarios.FaultCut, links, scenarios.FaultHeal, links
	}
	steps := make([]scenarios.Step, 2)
	for i, at := range []terms.Duration{f.begins, f.ends} {
		x := []*scenarios.Fault{begin, end}[i]
		steps[i] = scenarios.Step{At: &scenarios.Span{Min: at, Max: at}, Fault: x, Text: "at " + at.String() + ": " + x.String()}
	}
	return steps
}
