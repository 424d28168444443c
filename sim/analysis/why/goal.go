package why

import (
	"fmt"
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// Goal is what a flip has to bring about.
//
//	now                                    flipped, if nothing else is asked for
//	vetoed, rejected, lapsed, withdrawn,
//	open, never proposed                   adopted
//	adopted, awaiting what it requires     in force
//	in force and collapsed                 in force without collapsing
//	in force, or expired in its time       not adopted, never in force, or collapsed
type Goal struct {
	Name string `json:"name"` // adopted, in-force, kept or undone; or the outcome or status that was asked for
	Text string `json:"text"` // the question that the flips answer: "What would have had it adopted"

	reached func(*terms.PlanView) bool
	eases   bool // it is reached by asking for less
	hinders bool // it is reached by asking for more
}

// standing is how far a plan has come.
type standing int

const (
	notAdopted standing = iota
	awaiting
	collapsed
	held
)

func standingOf(v *terms.PlanView) standing {
	switch {
	case v.Outcome != terms.Adopted:
		return notAdopted
	case v.Agreement == nil || v.Agreement.Status == terms.Awaiting:
		return awaiting
	case v.Agreement.Status == terms.Collapsed:
		return collapsed
	}
	return held
}

// goalOf returns what flips the plan as it stands.
func goalOf(v *terms.PlanView) Goal {
	from := standingOf(v)
	g := Goal{eases: true}
	switch from {
	case notAdopted:
		g.Name, g.Text = "adopted", "What would have had it adopted"
		g.reached = func(v *terms.PlanView) bool { return v.Outcome == terms.Adopted }
	case awaiting:
		g.Name, g.Text = "in-force", "What would have brought it into force"
		g.reached = func(v *terms.PlanView) bool { return standingOf(v) > awaiting }
	case collapsed:
		g.Name, g.Text = "kept", "What would have kept it from collapsing"
		g.reached = func(v *terms.PlanView) bool { return standingOf(v) == held }
	default:
		g.Name, g.Text = "undone", "What would have undone it"
		g.reached = func(v *terms.PlanView) bool { return standingOf(v) < held }
		g.eases, g.hinders = false, true
	}
	return g
}

// goalNamed returns the goal of reaching an outcome or an agreement's status.
func goalNamed(word string) (Goal, error) {
	for _, o := range terms.Outcomes() {
		if string(o) == word {
			return Goal{Name: word, Text: "What would have had it " + endWord(o, ""),
				reached: func(v *terms.PlanView) bool { return v.Outcome == o && v.Version > 0 }, eases: true, hinders: o != terms.Adopted}, nil
		}
	}
	for _, s := range terms.Statuses() {
		if string(s) == word {
			return Goal{Name: word, Text: "What would have had the agreement " + string(s),
				reached: func(v *terms.PlanView) bool { return v.Agreement != nil && v.Agreement.Status == s }, eases: true, hinders: true}, nil
		}
	}
	return Goal{}, fmt.Errorf("there is no outcome %q", word)
}

// Goals lists the words that a goal can be asked for by.
func Goals() []string {
	var all []string
	for _, o := range terms.Outcomes() {
		all = append(all, string(o))
	}
	for _, s := range terms.Statuses() {
		if !slices.Contains(all, string(s)) {
			all = append(all, string(s))
		}
	}
	return all
}

// endWord writes an ending: "adopted", "adopted and in force", "left open".
func endWord(o terms.Outcome, s terms.Status) string {
	switch {
	case o == terms.Open:
		return "left open"
	case o == terms.Lapsed:
		return "lapse"
	case o != terms.Adopted || s == "":
		return string(o)
	case s == terms.Awaiting:
		return "adopted, awaiting what it requires"
	case s == terms.InForce:
		return "adopted, in force"
	}
	return "adopted, then " + string(s)
}

func endingOf(v *terms.PlanView) Ending {
	e := Ending{Outcome: v.Outcome, Version: v.Version}
	if v.DecidedAt != 0 {
		at := v.DecidedAt
		e.DecidedAt = &at
	}
	if v.Agreement != nil {
		e.Agreement = v.Agreement.Status
	}
	return e
}
