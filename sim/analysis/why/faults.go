package why

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// otherMoves lists the rest of the script's moves that could have been left out: a vote that is called, a plan that is
// withdrawn, a violation that is reported.
func (f *finder) otherMoves() {
	for i := range f.s.Script {
		s := &f.s.Script[i]
		m := s.Move
		if m == nil {
			continue
		}
		own := slices.Contains(f.plans, m.Plan)
		var shape string
		switch {
		case m.Verb == terms.VerbLeave:
			shape = "%s does not leave the conference"
		case m.Verb == terms.VerbReturn:
			shape = "%s does not return to the conference"
		case !own:
			continue
		case m.Verb == terms.VerbCall:
			shape = "%s does not call the vote on " + m.Plan
		case m.Verb == terms.VerbWithdraw:
			shape = "%s does not withdraw " + m.Plan
		case m.Verb == terms.VerbLift && f.goal.hinders:
			shape = "%s does not lift its veto or objection to " + m.Plan
		case m.Verb == terms.VerbReport:
			shape = "%s does not report a violation of " + m.Plan
		case m.Verb == terms.VerbDenounce:
			shape = "%s does not denounce " + m.Plan
		case m.Verb == terms.VerbExtend:
			shape = "%s does not ask to extend " + m.Plan
		default:
			continue
		}
		for _, id := range s.By {
			c := &Change{Kind: KindMove, slots: []string{fmt.Sprintf("step/%d/%s/", i, id)}, Where: f.instead(i, id, nil),
				edit: func(d *draft) { d.drop(i, id) }}
			f.add(f.of(c, shape+" ("+f.stepDay(i)+")", id))
		}
	}
}

// faults lists the technical faults that could have stayed away, each as a whole and, where it strikes several capitals or
// lines, for each of them.
func (f *finder) faults() {
	for i := range f.s.Script {
		fault := f.s.Script[i].Fault
		if fault == nil {
			continue
		}
		day := " (" + f.stepDay(i) + ")"
		what := f.struck(fault)
		f.fault(i, f.notStruck(fault.Kind, what)+day, f.stepAt(removes, i, stepYAML(&f.s.Script[i])), faultCapitals(fault),
			func(d *draft) { d.drop(i, "") }, "")
		if len(fault.Capitals) > 1 {
			for _, id := range fault.Capitals {
				f.partly(i, f.notStruck(fault.Kind, f.words.Name(id))+day, id, []string{id}, func(own *scenarios.Fault) {
					own.Capitals = slices.DeleteFunc(slices.Clone(own.Capitals), func(x string) bool { return x == id })
				})
			}
		}
		if lines := linksOf(fault); len(lines) > 1 {
			for _, l := range lines {
				f.partly(i, f.notStruck(fault.Kind, f.line(l))+day, l.from+">"+l.to, []string{l.from, l.to}, func(own *scenarios.Fault) {
					own.Links = slices.DeleteFunc(slices.Clone(own.Links), func(x scenarios.Link) bool {
						return x.From == l.from && x.To == l.to || l.both && x.From == l.to && x.To == l.from
					})
				})
			}
		}
	}
}

// partly adds a change that spares one capital or line of a fault.
func (f *finder) partly(step int, text, part string, who []string, change func(*scenarios.Fault)) {
	s := f.s.Script[step]
	less := *s.Fault
	change(&less)
	s.Fault = &less
	f.fault(step, text, f.stepAt(replaces, step, stepYAML(&s)), who, func(d *draft) {
		own := d.whole(step)
		if own.Fault == nil {
			return
		}
		fault := *own.Fault
		change(&fault)
		own.Fault = &fault
		if len(fault.Capitals) == 0 && len(fault.Links) == 0 {
			d.drop(step, "") // nothing is left of it, and healing nothing would mean everything
		}
	}, part+"/")
}

func (f *finder) fault(step int, text string, w Where, who []string, edit func(*draft), part string) {
	f.add(&Change{Kind: KindFault, Text: text, Capitals: who, Where: w, slots: []string{fmt.Sprintf("step/%d/%s", step, part)}, edit: edit})
}

func faultCapitals(f *scenarios.Fault) []string {
	all := slices.Clone(f.Capitals)
	for _, l := range f.Links {
		all = append(all, l.From, l.To)
	}
	for _, s := range f.Sides {
		all = append(all, s...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (f *finder) line(l line) string {
	a, b := f.words.Name(l.from), f.words.Name(l.to)
	if l.both {
		return "the line between " + a + " and " + b
	}
	return "the line from " + a + " to " + b
}

// struck says what a fault strikes.
func (f *finder) struck(fault *scenarios.Fault) string {
	switch {
	case len(fault.Capitals) > 0:
		return f.words.List(fault.Capitals)
	case len(fault.Links) > 0:
		var all []string
		for _, l := range linksOf(fault) {
			all = append(all, f.line(l))
		}
		if len(all) > 3 {
			return plural(len(all), "line")
		}
		return strings.Join(all, " and ")
	}
	return "everything"
}

// notStruck says that a fault does not happen.
func (f *finder) notStruck(k scenarios.FaultKind, what string) string {
	switch k {
	case scenarios.FaultCut:
		return what + " is not cut"
	case scenarios.FaultIsolate:
		return what + " is not cut off"
	case scenarios.FaultPartition:
		return "the conference is not parted"
	case scenarios.FaultSlow:
		return what + " is not slow"
	case scenarios.FaultDrop:
		return what + " loses no messages"
	case scenarios.FaultHeal:
		return what + " is not mended"
	case scenarios.FaultHold:
		return what + " is not held up"
	case scenarios.FaultRelease:
		return what + " is not released"
	case scenarios.FaultCrash:
		return "the machine of " + what + " does not crash"
	case scenarios.FaultRestart:
		return "the machine of " + what + " is not restarted"
	case scenarios.FaultWipe:
		return "the disk of " + what + " is not wiped"
	case scenarios.FaultChair:
		return "leadership is not handed to " + what
	}
	return string(k) + " " + what + " does not happen"
}
