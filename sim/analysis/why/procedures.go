package why

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/parley-sim/parley/node/terms"
)

// eachStage visits the stages of the plans' procedures.
func (f *finder) eachStage(visit func(at ruleAt, proc *terms.Procedure, stage *terms.Stage)) {
	for pi := range f.s.Charter.Procedures {
		proc := &f.s.Charter.Procedures[pi]
		if slices.ContainsFunc(f.plans, func(id string) bool { p := f.procedureOf(id); return p != nil && p.Name == proc.Name }) {
			for si := range proc.Stages {
				visit(ruleAt{pi, si}, proc, &proc.Stages[si])
			}
		}
	}
}

// procedures lists the other meanings of silence, times to decide, and consequences of an amendment.
func (f *finder) procedures() {
	seen := map[int]bool{}
	f.eachStage(func(at ruleAt, proc *terms.Procedure, stage *terms.Stage) {
		b := bend{f: f, at: at, proc: proc, stage: stage}
		in := []string{"procedures", proc.Name, "stages", strconv.Itoa(at.stage)}
		silence, text := terms.SilenceConsent, "counts as consent"
		if stage.Silence == terms.SilenceConsent {
			silence, text = terms.SilenceAbsent, "does not count as consent"
		}
		f.stageChange(at, "silence", fmt.Sprintf("silence in stage %s %s", b.name(), text),
			f.at(replaces, "silence: "+string(silence), append(in, "silence")...), func(s *terms.Stage) { s.Silence = silence })
		decides, text := terms.AtClose, "only at its close"
		if stage.Decides == terms.AtClose {
			decides, text = terms.WhenWon, "as soon as its rule is won"
		}
		f.stageChange(at, "decides", fmt.Sprintf("stage %s decides %s", b.name(), text),
			f.at(replaces, "decides: "+string(decides), append(in, "decides")...), func(s *terms.Stage) { s.Decides = decides })
		if seen[at.procedure] || !f.amended(proc.Name) {
			return
		}
		seen[at.procedure] = true
		on, text := terms.Stay, "keeps its stage and its deadline"
		if proc.OnAmendment == terms.Stay {
			on, text = terms.Restart, "goes back to its first stage, with a new window"
		}
		f.add(&Change{Kind: KindProcedure, Text: "an amended text " + text, inRule: true,
			slots: []string{fmt.Sprintf("amended/%d/", at.procedure)},
			Where: f.at(replaces, "on_amendment: "+string(on), "procedures", proc.Name, "on_amendment"),
			edit:  func(d *draft) { d.Charter.Procedures[at.procedure].OnAmendment = on }})
	})
}

// amended reports whether a text that goes through a procedure was amended.
func (f *finder) amended(procedure string) bool {
	return slices.ContainsFunc(f.h.rounds, func(r *round) bool {
		p := f.procedureOf(r.plan)
		return p != nil && p.Name == procedure && r.ended == "amended"
	})
}

// stageChange adds a change of a stage.
func (f *finder) stageChange(at ruleAt, what, text string, w Where, change func(*terms.Stage)) {
	f.add(&Change{Kind: KindProcedure, Text: text, Where: w, inRule: true,
		slots: []string{fmt.Sprintf("stage/%d/%d/%s/", at.procedure, at.stage, what)},
		edit:  func(d *draft) { change(&d.Charter.Procedures[at.procedure].Stages[at.stage]) }})
}

// windows lists the windows of the stages that were reached.
func (f *finder) windows() []*dial {
	var all []*dial
	f.eachStage(func(at ruleAt, proc *terms.Procedure, stage *terms.Stage) {
		if rounds := f.roundsOf(at, proc); len(rounds) > 0 {
			all = append(all, f.windowDial(&bend{f: f, at: at, proc: proc, stage: stage}, rounds))
		}
	})
	return all
}

// windowDial is a window from a minute to the whole run, and then none.
func (f *finder) windowDial(b *bend, rounds []*round) *dial {
	none := f.s.Horizon + terms.Minute
	now := b.stage.Window
	if now == 0 || now > none {
		now = none
	}
	at := b.at
	return &dial{first: terms.Minute, last: none, low: now, high: now, ends: true, inRule: true,
		edit: func(w terms.Duration) func(*draft) {
			if w == none {
				w = 0
			}
			return func(d *draft) { d.Charter.Procedures[at.procedure].Stages[at.stage].Window = w }
		},
		tell: func(w terms.Duration, direction string, step int) *Change {
			if w == none {
				w = 0
			}
			return f.window(b, w, direction, step)
		}}
}

// shorter lists the windows that just shut out what came in a round, the longest first.
func (f *finder) shorter(stage *terms.Stage, rounds []*round) []terms.Duration {
	var all []terms.Duration
	for _, r := range rounds {
		for _, e := range f.bearing(f.h.moves) {
			d := e.Sub(r.since) - terms.Minute
			if e > r.opened && e <= r.end(f.h.report.EndedAt) && d > 0 && d < stage.Window && !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	slices.Sort(all)
	slices.Reverse(all)
	return all
}

// longer plays on with a window that does not end before the run, to see what would still have come, and lists the windows
// that let it in one after the other; the last has no end.
func (f *finder) longer(at ruleAt, stage *terms.Stage, rounds []*round) ([]terms.Duration, error) {
	endless := apply(f.s, &Change{edit: func(d *draft) { d.Charter.Procedures[at.procedure].Stages[at.stage].Window = 0 }})
	r, err := f.play(endless)
	if err != nil {
		return nil, err
	}
	var made []moved
	for i := range r.Record {
		made = append(made, moved{Entry: &r.Record[i]})
	}
	var all []terms.Duration
	for _, r := range rounds {
		if r.ended == "" || r.closed != r.deadline {
			continue // it did not end for want of time
		}
		for _, e := range f.bearing(made) {
			if d := e.Sub(r.since); d > stage.Window && !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	slices.Sort(all)
	return append(all, 0), nil
}

// bearing lists when moves were made that bear on the plans.
func (f *finder) bearing(made []moved) []terms.Instant {
	var all []terms.Instant
	for i := range made {
		m := &made[i].Move
		bears := slices.Contains(f.plans, m.Plan) || slices.Contains(f.pledges, m.Term) || m.Verb == terms.VerbLeave || m.Verb == terms.VerbReturn
		if bears && !slices.Contains(all, m.Time) {
			all = append(all, m.Time)
		}
	}
	return all
}

func (f *finder) window(b *bend, w terms.Duration, direction string, step int) *Change {
	at := b.at
	now := b.stage.Window.String()
	path := []string{"procedures", b.proc.Name, "stages", strconv.Itoa(at.stage), "window"}
	text := fmt.Sprintf("the window of stage %s is %s instead of %s", b.name(), w, now)
	where := f.at(replaces, "window: "+w.String(), path...)
	switch {
	case w == 0:
		text = fmt.Sprintf("stage %s has no window instead of one of %s", b.name(), now)
		where.How, where.Write = removes, "window: "+now
	case b.stage.Window == 0:
		text = fmt.Sprintf("stage %s has a window of %s instead of none", b.name(), w)
		where = f.at(adds, "window: "+w.String(), path[:4]...)
	}
	slot := fmt.Sprintf("stage/%d/%d/window/", at.procedure, at.stage)
	return &Change{Kind: KindWindow, Text: text, Where: where, slots: []string{slot}, family: slot + direction, step: step}
}

// horizon lists a run that goes on until all of the script has been played and every stage has closed.
func (f *finder) horizon() {
	until := f.s.Horizon
	for i := range f.s.Script {
		if at := f.s.Script[i].At; at != nil {
			until = max(until, at.Min)
		}
	}
	for _, r := range f.h.rounds {
		if r.ended == "" && r.deadline != 0 {
			until = max(until, r.deadline.Sub(f.s.Start))
		}
	}
	if until > f.s.Horizon {
		f.add(&Change{Kind: KindWindow, Text: fmt.Sprintf("the run goes on for %s instead of %s", until, f.s.Horizon), slots: []string{"horizon/"},
			Where: f.at(replaces, "horizon: "+until.String(), "horizon"), edit: func(d *draft) { d.Horizon = until }})
	}
}
