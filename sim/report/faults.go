package report

import (
	"fmt"
	"strings"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// fault says in one sentence what happens to machines or lines.
func (w words) fault(f *scenarios.Fault) string {
	lines, are, their := w.lines(f.Links), "is", "its"
	if len(f.Links) > 2 || len(f.Links) == 2 && !mirrored(f.Links[0], f.Links[1]) {
		are, their = "are", "their"
	}
	machines := w.machines(f.Capitals)
	plural := func(one, many string) string {
		if len(f.Capitals) == 1 {
			return one
		}
		return many
	}
	switch f.Kind {
	case scenarios.FaultCut:
		return fmt.Sprintf("%s %s cut.", lines, are)
	case scenarios.FaultIsolate:
		return fmt.Sprintf("%s %s cut off from all others.", w.who(f.Capitals), plural("is", "are"))
	case scenarios.FaultPartition:
		sides := make([]string, len(f.Sides))
		for i, s := range f.Sides {
			sides[i] = w.who(s)
		}
		return "The network falls apart: " + strings.Join(sides, " | ") + "."
	case scenarios.FaultSlow:
		return fmt.Sprintf("%s %s slowed by %s.", lines, are, f.By)
	case scenarios.FaultDrop:
		return fmt.Sprintf("%s %s losing %.3g%% of %s messages.", lines, are, f.Rate*100, their)
	case scenarios.FaultHold:
		return fmt.Sprintf("Messages are held back: %s.", lowerFirst(lines))
	case scenarios.FaultRelease:
		return fmt.Sprintf("Held messages go on: %s.", lowerFirst(lines))
	case scenarios.FaultHeal:
		return w.healed(f, lines, are)
	case scenarios.FaultCrash:
		return fmt.Sprintf("%s %s.", machines, plural("crashes", "crash"))
	case scenarios.FaultRestart:
		return fmt.Sprintf("%s %s.", machines, plural("restarts", "restart"))
	case scenarios.FaultWipe:
		return fmt.Sprintf("%s %s.", machines, plural("loses its disk", "lose their disks"))
	case scenarios.FaultChair:
		return fmt.Sprintf("%s is asked to lead the machines.", w.who(f.Capitals))
	}
	return string(f.Kind) + "."
}

// failed says why a fault of the script could not be carried out.
func (w words) failed(it *sim.Item) string {
	if it.Failed == "" {
		return ""
	}
	why := it.Failed
	first, rest, _ := strings.Cut(why, " ")
	if id, of := strings.CutSuffix(first, "'s"); of {
		why = w.name(id) + "'s " + rest
	} else {
		why = w.name(id) + " " + rest
	}
	return " Not done: " + oneLine(why) + "."
}

func (w words) healed(f *scenarios.Fault, lines, are string) string {
	switch {
	case len(f.Links) > 0:
		return fmt.Sprintf("%s %s restored.", lines, are)
	case len(f.Capitals) > 0:
		return fmt.Sprintf("All lines of %s are restored.", w.who(f.Capitals))
	}
	return "All lines are restored."
}

// machines writes "Kyiv's machine" or "The machines of Kyiv and Paris".
func (w words) machines(ids []string) string {
	if len(ids) == 1 {
		return w.name(ids[0]) + "'s machine"
	}
	return "The machines of " + w.who(ids)
}

// lines writes links, those that go both ways as one line: "The line between Kyiv and Washington".
func (w words) lines(links []scenarios.Link) string {
	var parts []string
	done := make([]bool, len(links))
	for i, l := range links {
		if done[i] {
			continue
		}
		part := "from " + w.name(l.From) + " to " + w.name(l.To)
		for j := i + 1; j < len(links); j++ {
			if !done[j] && mirrored(l, links[j]) {
				done[j] = true
				part = "between " + w.name(l.From) + " and " + w.name(l.To)
				break
			}
		}
		parts = append(parts, part)
	}
	switch {
	case len(parts) == 0:
		return "Every line"
	case len(parts) == 1:
		return "The line " + parts[0]
	case len(parts) > few/2:
		return fmt.Sprintf("%d lines", len(parts))
	}
	return "The lines " + strings.Join(parts, ", ")
}

func mirrored(a, b scenarios.Link) bool { return a.From == b.To && a.To == b.From }

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
