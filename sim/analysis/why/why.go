package why

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

// Options say what to explain, and how far to look.
type Options struct {
	Plan       string // an id of the file
	Seed       int64
	To         string // an outcome or an agreement's status to be reached; "" for another one than there was: see [Goal]
	MaxChanges int    // the most changes of one flip; 0 is DefaultMaxChanges
	Limit      int    // how many flips, or groups of alike ones, are listed; 0 is DefaultLimit
	Plays      int    // runs on real Raft where it takes that to tell, beyond which the state machine alone stands in; 0 is DefaultPlays for up to six capitals, and fewer for more

	Places   *scenarios.Places     // of the file, for line numbers; nil leaves out most of them
	Progress func(done, whole int) // is told how many runs are done, from any goroutine, one at a time; nil: nobody is
}

// The defaults of [Options].
const (
	DefaultMaxChanges = 8
	DefaultLimit      = 12
	DefaultPlays      = 2000
)

// maxAlike bounds how many flips of one group are played again.
const maxAlike = 60

// Default lists the plans that a reader would ask about: those that were not adopted, those that wait for what they require,
// and those that collapsed; or, if all is well with all of them, all.
func Default(r *sim.Report) []string {
	var ill, all []string
	for i := range r.Plans {
		all = append(all, r.Plans[i].ID)
		if standingOf(&r.Plans[i]) != held {
			ill = append(ill, r.Plans[i].ID)
		}
	}
	if len(ill) > 0 {
		return ill
	}
	return all
}

// Base plays the scenario as it is, for [Default] and [Explain]. The error says why it could not be played to the end.
func Base(ctx context.Context, s *scenarios.Scenario, seed int64, player Player) (*sim.Report, error) {
	reports, err := player.Play(ctx, []*scenarios.Scenario{pin(s, seed)}, true, func() {})
	if err != nil {
		return nil, err
	}
	if reports[0] == nil {
		return nil, fmt.Errorf("%s: %w", s.ID, sim.ErrTechnical)
	}
	return reports[0], nil
}

// Explain says why a plan came out as it did in base, and what would have flipped it. An error is the player's, or ctx's.
func Explain(ctx context.Context, s *scenarios.Scenario, base *sim.Report, player Player, o Options) (*Answer, error) {
	o.defaults(s)
	pinned := pin(s, o.Seed)
	view := fate(base, o.Plan)
	goal, err := o.goal(base)
	if err != nil {
		return nil, err
	}
	f := &finder{s: pinned, h: read(pinned, base), words: report.WordsOf(&s.Charter), goal: goal, view: view, places: o.Places, ctx: ctx}
	a := &Answer{Scenario: s.ID, Seed: o.Seed, Plan: view.ID, Title: view.Title, Outcome: view.Outcome, Proposed: view.Version > 0,
		Version: view.Version, Stage: view.Stage, DecidedAt: endingOf(view).DecidedAt, Agreement: endingOf(view).Agreement,
		Unknown: base.NoQuorum && view.DecidedAt == 0, Causes: []Cause{}, Facts: []Fact{}, Goal: goal, Flips: []Flip{}}
	a.Tried.By = map[Kind]int{}
	a.Tried.Plays, a.Tried.RealRuns = 1, 1
	f.play = func(v *scenarios.Scenario) (*sim.Report, error) {
		a.Tried.Plays++
		if !faulty(v) {
			return sim.Play(ctx, v, sim.Options{On: sim.Direct})
		}
		a.Tried.RealRuns++
		reports, err := player.Play(ctx, []*scenarios.Scenario{v}, true, func() {})
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		if err != nil || reports[0] == nil { // it could not be played to the end
			return &sim.Report{}, nil
		}
		return reports[0], nil
	}
	program, err := sim.Compile(pinned)
	if err != nil {
		return nil, err
	}
	f.tell = &teller{report: o.Progress}
	x := &searcher{ctx: ctx, s: pinned, plan: view.ID, goal: goal, player: player, program: program, budget: o.Plays, tried: &a.Tried,
		tell: f.tell}
	if err := explain(a, f, x, &o); err != nil {
		return nil, err
	}
	return a, nil
}

func (o *Options) defaults(s *scenarios.Scenario) {
	if o.MaxChanges == 0 {
		o.MaxChanges = DefaultMaxChanges
	}
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if n := len(s.Charter.Capitals); o.Plays == 0 {
		o.Plays = DefaultPlays
		if n > 6 { // what a run takes grows with the square of the capitals
			o.Plays = DefaultPlays * 36 / (n * n)
		}
	}
}

func (o *Options) goal(base *sim.Report) (Goal, error) {
	if o.To == "" {
		return goalOf(fate(base, o.Plan)), nil
	}
	return goalNamed(o.To)
}

// explain fills in the answer.
func explain(a *Answer, f *finder, x *searcher, o *Options) error {
	changes, err := f.find()
	if err != nil {
		return err
	}
	a.Tried.Plays += f.walks
	a.Tried.Bounded = f.bounded
	n := &narrator{finder: f}
	a.Causes = n.tell()
	singles, err := x.singles(changes)
	if err != nil {
		return err
	}
	if err := x.trust(f.view, singles); err != nil {
		return err
	}
	var pairs []*trial
	if o.MaxChanges >= 2 {
		if pairs, err = x.pairs(singles); err != nil {
			return err
		}
	}
	found := append(x.smallest(singles), x.smallest(pairs)...)
	if o.MaxChanges > 2 {
		larger, how, err := x.larger(singles, found, o.MaxChanges)
		if err != nil {
			return err
		}
		found, a.Search = append(found, larger...), how
	}
	lines := linesOf(f.s, f.h, a.Plan)
	all := x.judge(found, lines)
	a.Found = len(all)
	if a.Flips, err = x.list(all, o.Limit); err != nil {
		return err
	}
	a.Exhaustive = o.MaxChanges >= 2 && x.tried.Screened == 0 && x.tried.Failed == 0 && x.tried.Dropped == 0 && x.tried.Bounded == 0
	y := &sayer{narrator: n, x: x, singles: singles, pairs: pairs, flips: a.Flips}
	facts, err := y.gather()
	if facts != nil {
		a.Facts = facts
	}
	return err
}

// manySets is how many of the smallest sets that the search found are kept: it could go on finding more of the same.
const manySets = 6

// larger looks for sets of three changes and more: of any kind where nothing smaller flips, and of positions where something
// does, but no positions. It says how it went, "" if it did not look.
func (x *searcher) larger(singles, found []*trial, most int) ([]*trial, string, error) {
	begin, what := beginnings(singles), "sets of three changes and more"
	if len(found) > 0 {
		other := func(c *Change) bool { return !slices.Contains(spoken, c.Kind) }
		if slices.ContainsFunc(found, func(t *trial) bool { return !slices.ContainsFunc(t.changes, other) }) {
			return nil, "", nil
		}
		begin, what = [][]*Change{strongest(singles, spoken...)}, "sets of three positions and more"
		if len(begin[0]) < 3 {
			return nil, "", nil
		}
	}
	sets, err := x.beyond(singles, begin)
	if err != nil {
		return nil, "", err
	}
	how := what + " were searched for, not exhaustively: "
	least := 0
	for _, t := range sets {
		if n := len(t.changes); least == 0 || n < least {
			least = n
		}
	}
	switch {
	case least == 0:
		return nil, how + "none flips it", nil
	case least > most:
		return nil, how + fmt.Sprintf("the smallest found has %d changes, more than the %d asked for", least, most), nil
	}
	kept := slices.DeleteFunc(sets, func(t *trial) bool { return len(t.changes) > least })
	return kept[:min(len(kept), manySets)], how + "each change of one that is listed is needed, but a smaller set may exist", nil
}

// judged is a flip with whose lines it crosses.
type judged struct {
	*trial
	crosses []Crossing
	spares  []string
}

// judge finds whose lines each flip crosses, and sorts them: by size, then by how few lines they cross, those of a policy
// counting before those that a veto of the script shows, then by how little they move lengths and times, then in the order of
// the changes.
func (x *searcher) judge(found []*trial, l *redLines) []*judged {
	drawn := l.drawn()
	all := make([]*judged, len(found))
	for i, t := range found {
		all[i] = &judged{trial: t, crosses: []Crossing{}, spares: []string{}}
		x.weigh(all[i], l, drawn)
	}
	slices.SortStableFunc(all, func(a, b *judged) int {
		return cmp.Or(cmp.Compare(len(a.changes), len(b.changes)), cmp.Compare(len(a.crosses), len(b.crosses)), cmp.Compare(owns(a), owns(b)),
			cmp.Compare(shifted(a), shifted(b)))
	})
	return all
}

// shifted is by how much the changes move lengths and times.
func shifted(j *judged) terms.Duration {
	var sum terms.Duration
	for _, c := range j.changes {
		sum += c.Shift
	}
	return sum
}

func owns(j *judged) int {
	n := 0
	for _, c := range j.crosses {
		if c.Own {
			n++
		}
	}
	return n
}

func (x *searcher) weigh(j *judged, l *redLines, drawn []string) {
	if j.view == nil || standingOf(j.view) == notAdopted {
		return // nobody has agreed to anything
	}
	if c := l.crossed(j.view.Terms); c != nil {
		j.crosses = c
	}
	for _, id := range drawn {
		if !slices.ContainsFunc(j.crosses, func(c Crossing) bool { return c.Capital == id }) {
			j.spares = append(j.spares, id)
		}
	}
}

// list plays flips again on real Raft until as many groups of alike ones as asked for are confirmed.
func (x *searcher) list(all []*judged, limit int) ([]Flip, error) {
	groups := grouped(all)
	flips := []Flip{}
	for start, kept := 0, 0; start < len(groups) && kept < limit; {
		end := min(start+limit-kept, len(groups))
		var batch []*trial
		for _, g := range groups[start:end] {
			for _, j := range g {
				batch = append(batch, j.trial)
			}
		}
		if _, err := x.confirm(batch); err != nil {
			return nil, err
		}
		for _, g := range groups[start:end] {
			before := len(flips)
			for _, j := range g {
				if x.flips(j.trial) {
					flips = append(flips, x.flipOf(j))
				}
			}
			if len(flips) > before {
				kept++
			}
		}
		start = end
	}
	return flips, nil
}

// grouped puts flips together that differ in their capitals only, in the order of the first of each group.
func grouped(all []*judged) [][]*judged {
	var groups [][]*judged
	at := map[string]int{}
	for _, j := range all {
		key := groupKey(j)
		i, known := at[key]
		if !known || len(groups[i]) >= maxAlike {
			at[key] = len(groups)
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], j)
	}
	return groups
}

func groupKey(j *judged) string {
	shapes := make([]string, len(j.changes))
	for i, c := range j.changes {
		shapes[i] = c.shape
	}
	slices.Sort(shapes)
	return fmt.Sprint(len(shapes), len(j.crosses), j.view.Outcome, strings.Join(shapes, "\x00"))
}

func (x *searcher) flipOf(j *judged) Flip {
	f := Flip{Size: len(j.changes), After: endingOf(j.view), Crosses: j.crosses, Spares: j.spares, Plays: 1, Search: j.found}
	for _, c := range j.changes {
		f.Changes = append(f.Changes, *c)
	}
	x.writeTogether(&f, j.changes)
	return f
}

// writeTogether has changes of the same rule, or of the same step of the script, say how it reads with all of them.
func (x *searcher) writeTogether(f *Flip, changes []*Change) {
	d := newDraft(x.s)
	for _, c := range changes {
		c.edit(d)
	}
	same := func(path string) bool {
		n := 0
		for i := range f.Changes {
			if f.Changes[i].Where.Path == path {
				n++
			}
		}
		return n > 1
	}
	for i := range f.Changes {
		w := &f.Changes[i].Where
		if w.How == adds || !same(w.Path) {
			continue
		}
		for at, n := range d.rules {
			proc := &x.s.Charter.Procedures[at.procedure]
			if w.Path == pathText([]string{"procedures", proc.Name, "stages", strconv.Itoa(at.stage), "rule"}) {
				w.Write = "rule: " + ruleYAML(n.rule())
			}
		}
		for step := range d.steps {
			if w.Path != fmt.Sprintf("script[%d]", step) {
				continue
			}
			var lines []string
			for j := range d.steps[step] {
				if s := &d.steps[step][j]; len(s.By) > 0 || s.Fault != nil {
					lines = append(lines, stepYAML(s))
				}
			}
			if w.Write = strings.Join(lines, "\n"); len(lines) > 0 {
				w.How = replaces
			} else {
				w.How, w.Write = removes, stepYAML(&x.s.Script[step])
			}
		}
	}
}

// realOnly plays one trial on real Raft.
func (x *searcher) realOnly(t *trial) error {
	s, _, ok := x.variant(t.changes)
	if !ok {
		return nil
	}
	x.tell.more(1)
	x.budget++
	return x.onRaft([]*trial{t}, []*scenarios.Scenario{s})
}
