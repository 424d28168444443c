package sim

import (
	"slices"

	"github.com/parley-sim/parley/scenarios"
)

// inflict carries out a fault of the script, and notes it in the timeline.
func (r *runner) inflict(f *scenarios.Fault, text string) {
	item := Item{Kind: ItemFault, At: r.now, RaftAt: r.raftTime(), Fault: f, Text: text}
	r.report.Timeline = append(r.report.Timeline, item)
	place := len(r.report.Timeline) - 1
	failed := r.carryOut(f)
	r.linesChanged()
	r.seeReach()
	if failed != "" {
		r.report.Timeline[place].Text, r.report.Timeline[place].Failed = text+": "+failed, failed
	}
}

// carryOut returns why the fault could not be carried out as it was meant, "" if it could.
func (r *runner) carryOut(f *scenarios.Fault) string {
	switch f.Kind {
	case scenarios.FaultCut:
		each(f.Links, r.wires.Cut)
	case scenarios.FaultSlow:
		each(f.Links, func(from, to string) { r.wires.Slow(from, to, f.By) })
	case scenarios.FaultDrop:
		each(f.Links, func(from, to string) { r.wires.Drop(from, to, f.Rate) })
	case scenarios.FaultHold:
		each(f.Links, r.wires.Hold)
	case scenarios.FaultRelease:
		each(f.Links, r.wires.Release)
	case scenarios.FaultIsolate:
		r.eachLinkOf(f.Capitals, r.wires.Cut)
	case scenarios.FaultPartition:
		for i, side := range f.Sides {
			for _, other := range slices.Concat(f.Sides[:i], f.Sides[i+1:]) {
				for _, from := range side {
					for _, to := range other {
						r.wires.Cut(from, to)
					}
				}
			}
		}
	case scenarios.FaultHeal:
		switch {
		case len(f.Links) > 0:
			each(f.Links, r.wires.Heal)
		case len(f.Capitals) > 0:
			r.eachLinkOf(f.Capitals, r.wires.Heal)
		default:
			r.wires.HealAll()
		}
	case scenarios.FaultCrash:
		for _, id := range f.Capitals {
			r.crash(r.byID[id])
		}
	case scenarios.FaultWipe:
		for _, id := range f.Capitals {
			r.wipe(r.byID[id])
		}
	case scenarios.FaultRestart:
		for _, id := range f.Capitals {
			if why := r.restart(r.byID[id]); why != "" {
				return why
			}
		}
	case scenarios.FaultChair:
		return r.chair(r.byID[f.Capitals[0]])
	}
	return ""
}

func each(links []scenarios.Link, do func(from, to string)) {
	for _, l := range links {
		do(l.From, l.To)
	}
}

// eachLinkOf does something to both directions of every line of the capitals.
func (r *runner) eachLinkOf(ids []string, do func(from, to string)) {
	for _, id := range ids {
		for _, c := range r.capitals {
			if c.id != id {
				do(id, c.id)
				do(c.id, id)
			}
		}
	}
}
