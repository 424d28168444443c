package sweep

import (
	"slices"
	"sort"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// Summary is what a sweep's runs add up to. Equal runs in the same order give equal summaries, whoever played them.
type Summary struct {
	Scenario string   `json:"scenario"`
	On       string   `json:"on"`
	Seed     int64    `json:"seed"`
	Vary     []string `json:"vary"`
	Shard    string   `json:"shard,omitempty"`
	Runs     int      `json:"runs"`     // of the sweep
	Played   int      `json:"played"`   // of them, in this summary
	Distinct int      `json:"distinct"` // inputs among those played
	AtLeast  bool     `json:"distinct_at_least"`
	Interval string   `json:"interval"` // what low and high are

	Technical    []OutcomeShare `json:"technical"`
	Expectations []OutcomeShare `json:"expectations"` // none if the scenario expects nothing
	Plans        []PlanSummary  `json:"plans"`
	Inputs       []InputSummary `json:"inputs"`
	Measure      string         `json:"measure"`              // what dependence is
	Permutations int            `json:"permutations"`         // for its p-values
	Machines     []Dependence   `json:"technical_depends_on"` // the technical outcome, on each input
	NotPlayed    int            `json:"steps_not_played"`     // faults of the script in each run, without machines
}

// OutcomeShare is how often an outcome was seen.
type OutcomeShare struct {
	Outcome string `json:"outcome"`
	Share
}

// PlanSummary is what came of one plan.
type PlanSummary struct {
	ID       string         `json:"id"`
	Known    int            `json:"known"`   // runs of which the outcome is known: all shares are of these
	Unknown  int            `json:"unknown"` // for a technical reason
	Outcomes []OutcomeShare `json:"outcomes"`
	Changed  []Change       `json:"changed_by_faults"`       // how it ended for the machines' sake; of runs on real Raft
	Machines Share          `json:"changed_by_faults_share"` // of all runs that were finished
	Time     *TimeSummary   `json:"time_to_agreement"`       // of the runs that adopted it; null if none did
	Blocked  []Blocker      `json:"blocked"`                 // those who kept it from being won, the most frequent first
	Together []Together     `json:"blocked_together"`        // who did so together, the most frequent first
	Depends  []Dependence   `json:"depends_on"`              // the outcome, on each input, the most important first
}

// TimeSummary is how long agreement took, from the start.
type TimeSummary struct {
	Runs       int            `json:"runs"`
	Resolution terms.Duration `json:"resolution"`
	Least      terms.Duration `json:"least"`
	P10        terms.Duration `json:"p10"`
	P25        terms.Duration `json:"p25"`
	Median     terms.Duration `json:"median"`
	P75        terms.Duration `json:"p75"`
	P90        terms.Duration `json:"p90"`
	Most       terms.Duration `json:"most"`
	Histogram  []Bar          `json:"histogram"`
}

// Blocker is a capital that kept a plan from being won.
type Blocker struct {
	Capital   string         `json:"capital"`
	Share                    // of the runs that ended without adoption, and would have without faults, too
	Veto      int            `json:"veto"` // runs; one run may count in several
	Objection int            `json:"objection"`
	Missing   int            `json:"missing"`
	Terms     map[string]int `json:"terms"` // cited in vetoes
}

// Change is an outcome that machines and lines brought about: on the state machine alone the same inputs end otherwise.
type Change struct {
	Outcome       string `json:"outcome"`
	WithoutFaults string `json:"without_faults"`
	Runs          int    `json:"runs"`
}

// Together is capitals that kept a plan from being won in the same run.
type Together struct {
	Capitals []string `json:"capitals"`
	Runs     int      `json:"runs"`
}

// InputSummary is what an input was, and what followed from each class of its values.
type InputSummary struct {
	Name   string  `json:"name"`
	Values string  `json:"values"` // as the spec has them
	Bins   []Class `json:"classes"`
}

// Class is the runs in which an input had some values.
type Class struct {
	Label   string           `json:"values"`
	Runs    int              `json:"runs"`
	Adopted map[string]Share `json:"adopted"` // by plan, of the runs of which the outcome is known
}

// Sum adds up results. Its memory does not grow with their number.
type Sum struct {
	sweep    *Sweep
	shard    Shard
	played   int
	seen     map[uint64]struct{}
	full     bool // seen holds no more
	tech     map[Technical]int
	expected map[Expected]int
	plans    []planSum
	bins     [][]string // by input
	machines []*table   // by input
	scratch  []int
}

type planSum struct {
	outcomes map[terms.Outcome]int
	time     times
	blockers map[string]*Blocker
	together map[string]*Together
	changed  [len(allOutcomes)][len(allOutcomes)]int // by outcome and by what it would have been
	tables   []*table                                // by input
}

// Bounds on what a Sum keeps.
const (
	maxDistinct = 1 << 20
	maxTogether = 4096
)

// NewSum returns a sum of nothing.
func (w *Sweep) NewSum(s Shard) *Sum {
	m := &Sum{sweep: w, shard: s, seen: map[uint64]struct{}{}, tech: map[Technical]int{}, expected: map[Expected]int{}}
	for _, in := range w.inputs {
		bins := in.domain.bins()
		m.bins = append(m.bins, bins)
		m.machines = append(m.machines, newTable(len(bins), len(technicals())))
	}
	m.scratch = make([]int, len(m.bins))
	for range w.plans {
		p := planSum{outcomes: map[terms.Outcome]int{}, time: newTimes(w.Played.Horizon), blockers: map[string]*Blocker{}, together: map[string]*Together{}}
		for _, bins := range m.bins {
			p.tables = append(p.tables, newTable(len(bins), len(outcomes())))
		}
		m.plans = append(m.plans, p)
	}
	return m
}

// Add adds a run.
func (m *Sum) Add(r *Result) {
	m.played++
	if !m.full {
		m.seen[m.sweep.Fingerprint(r.Inputs)] = struct{}{}
		m.full = len(m.seen) == maxDistinct
	}
	m.tech[r.Technical]++
	m.expected[r.Expected]++
	classes, tech := m.scratch, place(technicals(), r.Technical)
	for i, in := range m.sweep.inputs {
		if len(m.bins[i]) > 0 {
			classes[i] = in.domain.bin(r.Inputs[i])
			m.machines[i].counts[classes[i]][tech]++
		}
	}
	for i := range r.Plans {
		m.plans[i].add(&r.Plans[i], m.bins, classes)
	}
}

func (p *planSum) add(r *PlanResult, bins [][]string, classes []int) {
	p.outcomes[r.Outcome]++
	if r.Outcome == terms.Adopted {
		p.time.add(r.After)
	}
	at := place(outcomes(), r.Outcome)
	if r.Otherwise != "" {
		p.changed[at][place(outcomes(), r.Otherwise)]++
	}
	for i := range bins {
		if len(bins[i]) > 0 {
			p.tables[i].counts[classes[i]][at]++
		}
	}
	if r.Outcome != terms.Adopted && r.Otherwise == "" && len(r.Blocked) > 0 { // else machines and lines did it
		p.block(r.Blocked)
	}
}

// block counts who blocked, each capital once a run.
func (p *planSum) block(all []Block) {
	var who []string
	for i, x := range all {
		for _, id := range x.Capitals {
			b := p.blockers[id]
			if b == nil {
				b = &Blocker{Capital: id, Terms: map[string]int{}}
				p.blockers[id] = b
			}
			if !slices.Contains(who, id) {
				who = append(who, id)
				b.Runs++
			}
			if !slices.ContainsFunc(all[:i], func(y Block) bool { return y.Kind == x.Kind && slices.Contains(y.Capitals, id) }) {
				switch x.Kind {
				case terms.ReasonVeto:
					b.Veto++
				case terms.ReasonObjection:
					b.Objection++
				case terms.ReasonMissing:
					b.Missing++
				}
			}
			for _, t := range x.Terms {
				b.Terms[t]++
			}
		}
	}
	slices.Sort(who)
	key := strings.Join(who, " ")
	t := p.together[key]
	if t == nil {
		if len(p.together) == maxTogether {
			return
		}
		t = &Together{Capitals: who}
		p.together[key] = t
	}
	t.Runs++
}

// Summary says what all runs added so far come to.
func (m *Sum) Summary() *Summary {
	w := m.sweep
	s := &Summary{Scenario: w.Scenario, On: onVirtual, Seed: w.Seed, Vary: w.Vary, Runs: w.Runs, Played: m.played, Distinct: len(m.seen),
		AtLeast: m.full, Interval: "95 % Wilson interval", Technical: []OutcomeShare{}, Expectations: []OutcomeShare{}, Plans: []PlanSummary{},
		Inputs: []InputSummary{}, Measure: measure, Permutations: permutations, Machines: []Dependence{}}
	if !m.shard.Whole() {
		s.Shard = m.shard.String()
	}
	if w.Direct {
		s.On = onDirect
		for i := range w.Played.Script {
			if w.Played.Script[i].Fault != nil {
				s.NotPlayed++
			}
		}
	}
	for _, t := range technicals() {
		if n := m.tech[t]; n > 0 {
			s.Technical = append(s.Technical, OutcomeShare{string(t), shareOf(n, m.played)})
		}
	}
	if len(w.Played.Expect) > 0 {
		for _, e := range []Expected{Held, NotHeld, Unjudged} {
			if n := m.expected[e]; n > 0 {
				s.Expectations = append(s.Expectations, OutcomeShare{string(e), shareOf(n, m.played)})
			}
		}
	}
	for i := range m.plans {
		s.Plans = append(s.Plans, m.plan(i))
	}
	s.Machines = m.depends(m.machines, "machines")
	for i, in := range w.inputs {
		s.Inputs = append(s.Inputs, InputSummary{in.name, in.values, m.classes(i)})
	}
	return s
}

func (m *Sum) plan(i int) PlanSummary {
	p := &m.plans[i]
	out := PlanSummary{ID: m.sweep.plans[i], Unknown: p.outcomes[Unknown], Outcomes: []OutcomeShare{}, Blocked: []Blocker{}, Together: []Together{}}
	for _, n := range p.outcomes {
		out.Known += n
	}
	out.Known -= out.Unknown
	for _, o := range outcomes() {
		if n := p.outcomes[o]; n > 0 && o != Unknown {
			out.Outcomes = append(out.Outcomes, OutcomeShare{string(o), shareOf(n, out.Known)})
		}
	}
	out.Changed = []Change{}
	changed := 0
	for i, row := range p.changed {
		for j, n := range row {
			if n > 0 {
				out.Changed = append(out.Changed, Change{string(outcomes()[i]), string(outcomes()[j]), n})
				changed += n
			}
		}
	}
	out.Machines = shareOf(changed, out.Known+out.Unknown)
	if t := &p.time; t.n > 0 {
		out.Time = &TimeSummary{t.n, t.width, t.quantile(0), t.quantile(.1), t.quantile(.25), t.quantile(.5), t.quantile(.75), t.quantile(.9),
			t.quantile(1), t.histogram()}
	}
	// The runs that kept the plan from being adopted without machines having a part in it.
	blocked := out.Known - p.outcomes[terms.Adopted]
	for i, row := range p.changed {
		for _, n := range row {
			if o := outcomes()[i]; o != Unknown && o != terms.Adopted {
				blocked -= n
			}
		}
	}
	for _, b := range p.blockers {
		b := *b
		b.Share = shareOf(b.Runs, blocked)
		out.Blocked = append(out.Blocked, b)
	}
	sort.Slice(out.Blocked, func(a, b int) bool {
		x, y := &out.Blocked[a], &out.Blocked[b]
		return x.Runs > y.Runs || x.Runs == y.Runs && x.Capital < y.Capital
	})
	for _, t := range p.together {
		out.Together = append(out.Together, *t)
	}
	sort.Slice(out.Together, func(a, b int) bool {
		x, y := &out.Together[a], &out.Together[b]
		return x.Runs > y.Runs || x.Runs == y.Runs && slices.Compare(x.Capitals, y.Capitals) < 0
	})
	out.Together = out.Together[:min(len(out.Together), 10)]
	known := make([]*table, len(p.tables))
	for i, t := range p.tables {
		known[i] = t.without(len(outcomes()) - 1) // what is unknown is no outcome of politics
	}
	out.Depends = m.depends(known, out.ID)
	return out
}

// without is the table without its columns from one on.
func (t *table) without(from int) *table {
	out := &table{columns: from}
	for _, row := range t.counts {
		out.counts = append(out.counts, row[:from])
	}
	return out
}

// depends measures how much an outcome depends on each input.
func (m *Sum) depends(tables []*table, what string) []Dependence {
	all := []Dependence{}
	for i, in := range m.sweep.inputs {
		if len(m.bins[i]) < 2 {
			continue
		}
		if d, is := tables[i].depend(stream(m.sweep.Seed, "permutations\x00"+what+"\x00"+in.name)); is {
			d.Input = in.name
			all = append(all, d)
		}
	}
	rank(all)
	return all
}

// classes says what followed from each class of an input's values.
func (m *Sum) classes(input int) []Class {
	out := []Class{}
	for b, label := range m.bins[input] {
		c := Class{Label: label, Adopted: map[string]Share{}}
		for _, n := range m.machines[input].counts[b] {
			c.Runs += n
		}
		for i := range m.plans {
			row := m.plans[i].tables[input].counts[b]
			known := 0
			for at, n := range row {
				if outcomes()[at] != Unknown {
					known += n
				}
			}
			c.Adopted[m.sweep.plans[i]] = shareOf(row[slices.Index(outcomes(), terms.Adopted)], known)
		}
		out = append(out, c)
	}
	return out
}

// Played is how many runs have been added.
func (m *Sum) Played() int { return m.played }
