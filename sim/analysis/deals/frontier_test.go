package deals

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/sim/report/chart"
)

// opposed writes a scenario whose sheets are at odds: what the values of a term are worth to all sums up to about the same,
// give or take noise. A link speaks of all terms, if they are linked, and takes nothing out.
func opposed(rng *rand.Rand, terms, options, sheets, size, noise int, linked bool) string {
	points := make([][][]int, sheets) // by sheet, term and option
	for c := range points {
		points[c] = make([][]int, terms)
		for t := range points[c] {
			points[c][t] = make([]int, options)
		}
	}
	for t := range terms {
		for o := range options {
			left := 0
			for c := range sheets {
				x := rng.IntN(2*size+1) - size
				if c == sheets-1 {
					x = -left
					if noise > 0 {
						x += rng.IntN(2*noise+1) - noise
					}
				}
				left += x
				points[c][t][o] = x
			}
		}
	}
	var b strings.Builder
	b.WriteString("scenario: opposed\nterms:\n")
	var all, every []string
	for o := range options {
		all = append(all, fmt.Sprintf("o%d", o))
	}
	for t := range terms {
		fmt.Fprintf(&b, "  t%d: {choice: [%s]}\n", t, strings.Join(all, ", "))
		every = append(every, fmt.Sprintf("t%d: o0", t))
	}
	b.WriteString("capitals:\n")
	for c := range sheets {
		var rows []string
		for t := range terms {
			var row []string
			for o := range options {
				row = append(row, fmt.Sprintf("o%d: %d", o, points[c][t][o]))
			}
			rows = append(rows, fmt.Sprintf("t%d: {%s}", t, strings.Join(row, ", ")))
		}
		fmt.Fprintf(&b, "  c%d: {scores: {%s}, walk_away: %d}\n", c, strings.Join(rows, ", "), -size)
	}
	b.WriteString("procedures: {p: {stages: [{rule: {share: 60%, of: members}}]}}\nplans: {p: {terms: {}}}\n")
	if linked {
		fmt.Fprintf(&b, "deals: {require: [{if: {%s}, then: {t0: o0}}]}\n", strings.Join(every, ", "))
	}
	return b.String()
}

// TestMaximaAgainstNaive compares the points that no other dominates with those found by comparing each with each, for any
// number of sheets, and scores from one bit to many.
func TestMaximaAgainstNaive(t *testing.T) {
	dominated, kept, wide := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		sheets, n := rapid.IntRange(1, 8).Draw(t, "sheets"), rapid.IntRange(1, 150).Draw(t, "points")
		size := rapid.SampledFrom([]int64{1, 3, 50, 1 << 20, 1 << 45}).Draw(t, "size")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		flat := rapid.Bool().Draw(t, "flat") // the scores of most points have the same sum
		m := &model{sheets: make([]string, sheets), axes: make([]axis, 1)}
		for range n {
			c := class{points: make([]int64, sheets)}
			var sum int64
			for j := range sheets {
				c.points[j] = rng.Int64N(2*size+1) - size
				if flat && j == sheets-1 && rng.IntN(8) > 0 {
					c.points[j] = -sum
				}
				sum += c.points[j]
			}
			m.axes[0].classes = append(m.axes[0].classes, c)
		}
		m.bounds()
		all := &points{packing: m.pack(), crowd: rapid.SampledFrom([]int{1, 1000}).Draw(t, "crowd")}
		alive := newBitset(n)
		for i := range n {
			all.add(all.classes[0][i*all.words:(i+1)*all.words], uint32(i))
			alive.set(i)
		}
		if all.words > 1 {
			wide++
		}
		var looked atomic.Int64
		if err := all.maxima(context.Background(), alive, func(n int) { looked.Add(int64(n)) }); err != nil {
			t.Fatal(err)
		}
		if looked.Load() != int64(n) {
			t.Fatalf("looked at %d of %d points", looked.Load(), n)
		}
		classes := m.axes[0].classes
		for i := range classes {
			worse := slices.ContainsFunc(classes, func(c class) bool {
				return atLeast(c.points, classes[i].points) && !slices.Equal(c.points, classes[i].points)
			})
			if alive.has(i) == worse {
				t.Fatalf("point %d %v: dominated %v, should be %v", i, classes[i].points, !alive.has(i), worse)
			}
			if worse {
				dominated++
			} else {
				kept++
			}
		}
	})
	if dominated < 500 || kept < 500 || wide < 10 {
		t.Errorf("%d points are dominated, %d are not, %d sets of more than a word: too few of some kind", dominated, kept, wide)
	}
}

// linkedGrid is a random scenario of two to six sheets, with links and red lines that join some terms or all.
func linkedGrid(rng *rand.Rand) string {
	terms, sheets := 2+rng.IntN(4), 2+rng.IntN(5)
	src := grid(terms, 2+rng.IntN(3), sheets, func() int { return rng.IntN(2 + rng.IntN(12)) })
	test := func() string {
		a, b := rng.IntN(terms), rng.IntN(terms)
		if a == b {
			return fmt.Sprintf("{t%d: o%d}", a, rng.IntN(2))
		}
		return fmt.Sprintf("{t%d: o%d, t%d: o%d}", a, rng.IntN(2), b, rng.IntN(2))
	}
	for c := range sheets {
		if rng.IntN(3) == 0 {
			src = strings.Replace(src, fmt.Sprintf("  c%d: {", c), fmt.Sprintf("  c%d: {policy: {red_lines: [%s], otherwise: consent}, ", c, test()), 1)
		}
	}
	if n := rng.IntN(4); n > 0 {
		src += "deals: {require: ["
		for range n {
			src += fmt.Sprintf("{if: %s, then: %s}, ", test(), test())
		}
		src += "]}\n"
	}
	return src
}

// everyDeal collects what a walk meets.
type everyDeal struct {
	m        *model
	all, off []string // by deal: its choices, and those of deals that break a line
	scores   [][]int64
}

func (e *everyDeal) visit(d *deal) {
	if name := fmt.Sprint(d.choice); e.m.key(d.scores, &d.holds)&e.m.strict == 0 {
		e.all, e.scores = append(e.all, name), append(e.scores, slices.Clone(d.scores))
	} else {
		e.off = append(e.off, name)
	}
}

// TestSieveAgainstNaive compares the deals that the sieve leaves, and their scores, with those found by comparing each with
// each, for two to six sheets, with blocks of any size.
func TestSieveAgainstNaive(t *testing.T) {
	looked, left, blocked, barred := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		src := linkedGrid(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2)))
		m, err := newModel(parse(t, src), &Options{})
		if err != nil {
			t.Fatal(src, err)
		}
		e := fullEffort
		e.block, e.crowd = rapid.SampledFrom([]int{1, 300, 1 << 20}).Draw(t, "block"), rapid.SampledFrom([]int{1, 1 << 20}).Draw(t, "crowd")
		plain := &everyDeal{m: m}
		if err := m.each(context.Background(), plain); err != nil {
			t.Fatal(err)
		}
		if e.block == 1 && len(plain.all) > 60 { // each point in a block of its own: as many walks as pairs of points
			e.block = 300
		}
		s := newSieve(m, &e, nil)
		if err := s.run(context.Background()); err != nil {
			t.Fatal(err)
		}
		got := &everyDeal{m: m}
		if err := s.each(context.Background(), got); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		for i, x := range plain.scores {
			if !slices.ContainsFunc(plain.scores, func(y []int64) bool { return atLeast(y, x) && !slices.Equal(x, y) }) {
				want[plain.all[i]] = fmt.Sprint(x)
			}
		}
		if len(got.off) > 0 {
			t.Fatalf("%s\n%d deals that break a line are left", src, len(got.off))
		}
		for i, name := range got.all {
			if scores := fmt.Sprint(got.scores[i]); want[name] != scores {
				t.Fatalf("%s\ndeal %s with scores %s is left; should be %q", src, name, scores, want[name])
			}
			delete(want, name)
		}
		if len(want) > 0 {
			t.Fatalf("%s\nthese are not left: %v", src, want)
		}
		looked += len(plain.all)
		left += len(got.all)
		barred += len(plain.off)
		if e.block < len(plain.all) {
			blocked++
		}
	})
	if looked < 1000 || left < 200 || blocked < 5 || barred < 20 {
		t.Errorf("looked at %d deals, %d left, %d behind red lines, %d spaces in blocks: too few of some kind", looked, left, barred, blocked)
	}
}

// Sheets that oppose each other leave every deal, or nearly every one, on the frontier.
func TestOpposedSheets(t *testing.T) {
	const size = 100_000
	for _, c := range []struct{ terms, options, sheets, noise int }{{5, 7, 3, 0}, {5, 11, 6, 0}, {5, 7, 4, 100}, {5, 7, 6, 30_000}} {
		src := opposed(rand.New(rand.NewPCG(3, uint64(c.sheets))), c.terms, c.options, c.sheets, size, c.noise, true)
		space := int64(math.Pow(float64(c.options), float64(c.terms)))
		var mu sync.Mutex
		least, most := 1.0, 0.0
		heard := func(part float64) {
			mu.Lock()
			defer mu.Unlock()
			least, most = min(least, part), max(most, part)
		}
		r := analyze(t, src, Options{Most: 50, Progress: heard})
		n := r.Counts.Pareto.Deals.Int64()
		if !r.Exact || !r.Counts.Pareto.Exact || r.Space.Int64() != space || len(r.Pareto) != 50 || *r.Counts.Pareto.Listed != 50 {
			t.Errorf("%+v: exact %v, %s deals, %d written out", c, r.Exact, r.Space, len(r.Pareto))
		}
		if c.noise == 0 && n != space || n < 1000 || c.noise > size/10 && n == space {
			t.Errorf("%+v: %d of %d deals are efficient", c, n, space)
		}
		if least > 0.5 || most != 1 {
			t.Errorf("%+v: heard of progress from %v to %v", c, least, most)
		}
		e := fullEffort
		e.block = int(space) * 8 // some blocks
		again := analyze(t, src, Options{Most: 50, effort: &e})
		if a, b := again.Counts.Pareto, r.Counts.Pareto; a.Deals.Cmp(&b.Deals.Int) != 0 || a.Unanimous.Cmp(&b.Unanimous.Int) != 0 {
			t.Errorf("%+v: %s deals, %s of them accepted by all, and in blocks %s and %s", c, b.Deals, b.Unanimous, a.Deals, a.Unanimous)
		}
		// The list is cut, and begins with those that all accept; the figure counts all.
		agreed := 0
		for _, d := range r.Pareto {
			if len(d.Refused) == 0 {
				agreed++
			}
		}
		if want := min(50, r.Counts.Pareto.Unanimous.Int64()); int64(agreed) != want || c.sheets == 3 && want == 0 {
			t.Errorf("%+v: %d of the list are accepted by all, should be %d", c, agreed, want)
		}
	}
}

func TestSieveEndsWithTheContext(t *testing.T) {
	m, err := newModel(parse(t, opposed(rand.New(rand.NewPCG(3, 3)), 4, 5, 4, 100, 0, true)), &Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range []int{1 << 20, 1000} {
		ctx, cancel := context.WithCancel(context.Background())
		e := fullEffort
		e.block = block
		s := newSieve(m, &e, func(float64) { cancel() })
		if err := s.run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("blocks of %d: %v", block, err)
		}
	}
}

// Links can leave few deals of a vast space: each of fifty flags asks for the next one, so 51 of 2^50 deals are left.
func TestFewDealsOfAVastSpace(t *testing.T) {
	var ids, a, b, links []string
	for i := range 50 {
		ids = append(ids, fmt.Sprintf("f%d: {flag: true}", i))
		a = append(a, fmt.Sprintf("f%d: {true: %d}", i, 1+i*i))
		b = append(b, fmt.Sprintf("f%d: {false: %d}", i, 1+i))
		if i > 0 {
			links = append(links, fmt.Sprintf("{if: {f%d: true}, then: {f%d: true}}", i-1, i))
		}
	}
	src := fmt.Sprintf("scenario: chain\nterms: {%s}\ncapitals:\n  a: {scores: {%s}, walk_away: 1}\n  b: {scores: {%s}, walk_away: 1}\ndeals: {require: [%s]}\n",
		strings.Join(ids, ", "), strings.Join(a, ", "), strings.Join(b, ", "), strings.Join(links, ", "))
	var back []string // each asks for the one before it: as many deals
	for i := 1; i < 50; i++ {
		back = append(back, fmt.Sprintf("{if: {f%d: true}, then: {f%d: true}}", i, i-1))
	}
	reversed := src[:strings.Index(src, "deals:")] + fmt.Sprintf("deals: {require: [%s]}\n", strings.Join(back, ", "))
	for _, src := range []string{src, reversed} {
		m, err := newModel(parse(t, src), &Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, n, ok := newGate(context.Background(), m, m.parts()[0].axes, 1000); !ok || n != 51 {
			t.Errorf("the links leave %d deals, should be 51; counted: %v", n, ok)
		}
		if _, _, ok := newGate(context.Background(), m, m.parts()[0].axes, 20); ok {
			t.Error("held more states than it may")
		}
	}
	for way, o := range waysToCount() {
		if o.effort != nil && o.effort.gates == 0 {
			continue
		}
		if r := analyze(t, reversed, o); r.Space.String() != "51" || !r.Exact || r.Unanimous.String() != "49" || r.Counts.Pareto.Deals.String() != "51" {
			t.Errorf("%s: %s deals, exact %v, all accept %s, %s on the frontier", way, r.Space, r.Exact, r.Unanimous, r.Counts.Pareto.Deals)
		}
		r := analyze(t, src, o)
		if r.Space.String() != "51" || !r.Exact || r.Counts.Pareto.Deals.String() != "51" || r.Unanimous.String() != "49" || r.Zone.Sampled > 0 {
			t.Errorf("%s: %s deals, exact %v, %s on the frontier, all accept %s, %d drawn", way, r.Space, r.Exact, r.Counts.Pareto.Deals, r.Unanimous, r.Zone.Sampled)
		}
	}
	// Without the last link it is 100 deals, with none of them so many that nobody goes through them.
	if r := analyze(t, strings.Replace(src, ", "+links[48], "", 1), Options{}); r.Space.String() != "100" || !r.Exact {
		t.Errorf("%s deals, exact %v", r.Space, r.Exact)
	}
	if r := analyze(t, src[:strings.Index(src, "deals:")], Options{effort: little()}); r.Space.String() != "1125899906842624" {
		t.Errorf("%s deals", r.Space)
	}
}

// Where very many sets of conditions are the smallest, some are written out and all are counted.
func TestManyOpenings(t *testing.T) {
	var ids, lines []string
	for i := range 9 {
		ids = append(ids, fmt.Sprintf("f%d: {flag: true}", i))
		lines = append(lines, fmt.Sprintf("{f%d: true}, {f%d: false}", i, i))
	}
	src := fmt.Sprintf("scenario: x\nterms: {%s}\ncapitals:\n  a: {scores: {f0: {true: 1}}, walk_away: 0, policy: {red_lines: [%s], otherwise: consent}}\n", strings.Join(ids, ", "), strings.Join(lines, ", "))
	var first []byte
	for range 3 {
		r := analyze(t, src, Options{})
		if r.Openings.String() != "512" || !r.MoreOpenings || len(r.OpenedBy) != 32 || len(r.OpenedBy[0].Lift) != 9 || r.OpenedBy[0].Deal == nil {
			t.Fatalf("%v sets, %d written out: %+v", r.Openings, len(r.OpenedBy), r.OpenedBy[0])
		}
		b, err := json.Marshal(r.OpenedBy)
		if err != nil || first != nil && !bytes.Equal(b, first) {
			t.Fatalf("not the same every time: %v", err)
		}
		first = b
		var text bytes.Buffer
		if err := chart.Text(&text, chart.Options{}, "", r.Sections()...); err != nil || !strings.Contains(text.String(), "and 480 more of that size") {
			t.Errorf("the text does not say so: %s %v", text.String(), err)
		}
	}
}

// BenchmarkOpposed goes through ten million deals that are nearly all on the frontier, in one part: the worst there is.
func BenchmarkOpposed(b *testing.B) {
	for _, noise := range []int{0, 100} {
		for sheets := 3; sheets <= 6; sheets++ {
			b.Run(fmt.Sprintf("sheets=%d/noise=%d", sheets, noise), func(b *testing.B) {
				s := parse(b, opposed(rand.New(rand.NewPCG(1, 1)), 7, 10, sheets, 100_000, noise, true))
				for b.Loop() {
					r, err := Analyze(context.Background(), s, Options{})
					if err != nil {
						b.Fatal(err)
					}
					if r.Space.String() != "10000000" || !r.Exact || r.Zone.Sampled > 0 {
						b.Fatalf("%s deals, exact %v, %d drawn", r.Space, r.Exact, r.Zone.Sampled)
					}
					b.ReportMetric(float64(r.Counts.Pareto.Deals.Int64()), "efficient")
				}
			})
		}
	}
}
