package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// words writes the things of a scenario as a person would.
type words struct{ s *scenarios.Scenario }

func (w words) name(id string) string { return w.s.Charter.Name(id) }

func (w words) names(ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = w.name(id)
	}
	return names
}

// list writes capitals by name: "London, Paris and Kyiv".
func (w words) list(ids []string) string { return join(w.names(ids), "and") }

// join writes "a", "a and b", "a, b and c".
func join(items []string, and string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " " + and + " " + items[len(items)-1]
}

// few is how many capitals are named one by one; of more than that their number is given.
const few = 12

// who writes capitals by name if they are few, else their number.
func (w words) who(ids []string) string {
	if len(ids) > few {
		return fmt.Sprintf("%d capitals", len(ids))
	}
	return w.list(ids)
}

// counted writes "1 vote", "2 votes".
func counted[N int | uint64](n N, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// value writes what a text gives a term: "yes", "10000 people", "London and Paris".
func (w words) value(term string, v terms.Value) string {
	switch v.Kind {
	case terms.KindFlag:
		if v.Flag {
			return "yes"
		}
		return "no"
	case terms.KindQuantity:
		if t := w.s.Charter.Term(term); t != nil && t.Unit != "" && t.Unit != term {
			return v.String() + " " + t.Unit
		}
	case terms.KindSet:
		if len(v.Set) == 0 {
			return "nobody"
		}
		return w.list(v.Set)
	}
	return v.String()
}

// text writes the terms of a text: "truce.air yes, force coalition".
func (w words) text(settings []terms.Setting) string {
	items := make([]string, len(settings))
	for i, s := range settings {
		items[i] = s.Term + " " + w.value(s.Term, s.Value)
		if s.Value.Kind != terms.KindSet {
			items[i] = unbroken(items[i])
		}
	}
	return strings.Join(items, ", ")
}

// condition writes a condition with its capitals by name.
func (w words) condition(c terms.Condition) string { return w.named(c).String() }

func (w words) named(c terms.Condition) terms.Condition {
	c.Consented = w.names(c.Consented)
	c.By = w.names(c.By)
	c.All, c.Any = slices.Clone(c.All), slices.Clone(c.Any)
	for i := range c.All {
		c.All[i] = w.named(c.All[i])
	}
	for i := range c.Any {
		c.Any[i] = w.named(c.Any[i])
	}
	return c
}

// rule writes a rule with its capitals by name.
func (w words) rule(r terms.Rule) string { return w.namedRule(r).String() }

func (w words) namedRule(r terms.Rule) terms.Rule {
	r.Capitals = w.names(r.Capitals)
	if len(r.Capitals) > few {
		r.Capitals = []string{counted(len(r.Capitals), "capital")}
	}
	r.Rules = slices.Clone(r.Rules)
	for i := range r.Rules {
		r.Rules[i] = w.namedRule(r.Rules[i])
	}
	return r
}

// day counts calendar days (UTC), the scenario's first being 1.
func (w words) day(at terms.Instant) int {
	const day = int64(terms.Day)
	return int(floorDiv(int64(at), day)-floorDiv(int64(w.s.Start), day)) + 1
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// when writes an instant in the middle of a sentence: "day 8 (9 March 2025, 10:00)".
func (w words) when(at terms.Instant) string {
	return unbroken(fmt.Sprintf("day %d", w.day(at))) + " (" + unbroken(at.Time().Format("2 January 2006, 15:04")) + ")"
}

// unbroken keeps words together where a line is wrapped.
func unbroken(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// byName replaces ids of capitals in a sentence of the state machine by names, where they stand as words.
func (w words) byName(s string) string {
	fields := strings.Fields(s)
	for i, f := range fields {
		id := strings.Trim(f, ",:;()")
		if c := w.s.Charter.Capital(strings.TrimSuffix(id, ".")); c != nil {
			fields[i] = strings.Replace(f, c.ID, w.name(c.ID), 1)
		}
	}
	return strings.Join(fields, " ")
}

// quoted writes what somebody said.
func quoted(s string) string { return "“" + oneLine(s) + "”" }
