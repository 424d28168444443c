package why

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// What would be written into the file, in its own language.

// listYAML writes one word by itself, and several as a list.
func listYAML(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// stepYAML writes a step of the script.
func stepYAML(s *scenarios.Step) string {
	var keys []string
	say := func(key, value string) { keys = append(keys, key+": "+value) }
	switch {
	case s.At != nil:
		say("at", s.At.String())
	case s.When != nil:
		say("when", conditionYAML(*s.When))
		if s.After.Max > 0 {
			say("after", s.After.String())
		}
	}
	if m := s.Move; m != nil {
		what := m.Plan
		if what == "" {
			what = m.Term
		}
		switch m.Verb {
		case terms.VerbLeave, terms.VerbReturn:
			what = "true"
		case terms.VerbSay:
			what = strconv.Quote(m.Text)
		}
		say(string(m.Verb), what)
		moveYAML(m, say)
		say("by", listYAML(s.By))
	} else if s.Fault != nil {
		faultYAML(s.Fault, say)
	}
	if s.NoSettle {
		say("settle", "false")
	}
	return "- {" + strings.Join(keys, ", ") + "}"
}

func moveYAML(m *terms.Move, say func(key, value string)) {
	if m.Version > 0 {
		say("version", strconv.Itoa(m.Version))
	}
	if m.Value != nil {
		say("value", m.Value.String())
	}
	if len(m.Set) > 0 {
		say("set", textYAML(m.Set))
	}
	if len(m.Drop) > 0 {
		say("drop", listYAML(m.Drop))
	}
	if len(m.Citing) > 0 {
		say("citing", listYAML(m.Citing))
	}
	if m.If != nil {
		say("if", conditionYAML(*m.If))
	}
	if len(m.Of) > 0 {
		say("of", listYAML(m.Of))
	}
	if m.Against != "" {
		say("against", m.Against)
	}
	if m.For > 0 {
		say("for", m.For.String())
	}
}

func faultYAML(f *scenarios.Fault, say func(key, value string)) {
	kind := string(f.Kind)
	var links []string
	for _, l := range linksOf(f) {
		if l.both {
			links = append(links, "["+l.from+", "+l.to+"]")
		} else {
			links = append(links, "{from: "+l.from+", to: "+l.to+"}")
		}
	}
	link := strings.Join(links, ", ")
	if len(links) > 1 {
		link = "[" + link + "]"
	}
	switch {
	case len(f.Sides) > 0:
		var sides []string
		for _, s := range f.Sides {
			sides = append(sides, "["+strings.Join(s, ", ")+"]")
		}
		say(kind, "["+strings.Join(sides, ", ")+"]")
	case len(f.Capitals) > 0:
		say(kind, listYAML(f.Capitals))
	case f.By > 0:
		say(kind, "{link: "+link+", by: "+f.By.String()+"}")
	case f.Rate > 0:
		say(kind, fmt.Sprintf("{link: %s, rate: %g}", link, f.Rate))
	case link != "":
		say(kind, link)
	default:
		say(kind, "everything")
	}
}

func textYAML(text []terms.Setting) string {
	items := make([]string, len(text))
	for i, s := range text {
		items[i] = s.Term + ": " + s.Value.String()
	}
	return "{" + strings.Join(items, ", ") + "}"
}

func testYAML(t terms.Test) string {
	values := make([]string, len(t.Values))
	for i, v := range t.Values {
		values[i] = v.String()
	}
	switch t.Op {
	case terms.OpIn:
		return t.Term + ": " + listYAML(values)
	case terms.OpNot:
		return fmt.Sprintf("%s: %q", t.Term, "!= "+strings.Join(values, " "))
	case terms.OpSet, terms.OpUnset:
		return fmt.Sprintf("%s: {set: %t}", t.Term, t.Op == terms.OpSet)
	}
	return fmt.Sprintf("%s: %q", t.Term, string(t.Op)+" "+strings.Join(values, " "))
}

func testsYAML(tests []terms.Test) string {
	items := make([]string, len(tests))
	for i, t := range tests {
		items[i] = testYAML(t)
	}
	return "{" + strings.Join(items, ", ") + "}"
}

func conditionYAML(c terms.Condition) string {
	join := func(key string, all []terms.Condition) string {
		items := make([]string, len(all))
		for i := range all {
			items[i] = conditionYAML(all[i])
		}
		return "{" + key + ": [" + strings.Join(items, ", ") + "]}"
	}
	to := ""
	if c.To != "" {
		to = ", to: " + c.To
	}
	switch {
	case len(c.All) > 0:
		return join("all", c.All)
	case len(c.Any) > 0:
		return join("any", c.Any)
	case len(c.Consented) > 0:
		return "{consented: " + listYAML(c.Consented) + to + "}"
	case c.Pledged != "" && c.ByAtLeast > 0:
		return fmt.Sprintf("{pledged: {%s: {by_at_least: %d}}}", c.Pledged, c.ByAtLeast)
	case c.Pledged != "" && c.TotalAtLeast > 0:
		return fmt.Sprintf("{pledged: {%s: {total_at_least: %s}}}", c.Pledged, c.TotalAtLeast)
	case c.Pledged != "":
		return "{pledged: " + c.Pledged + ", by: " + listYAML(c.By) + "}"
	case c.Plan != "":
		return "{plan: " + c.Plan + ", is: " + c.Is + "}"
	case c.Test != nil:
		return "{" + testYAML(*c.Test) + to + "}"
	}
	return "{}"
}

// ruleYAML writes a rule.
func ruleYAML(r terms.Rule) string {
	switch r.Kind {
	case terms.RuleUnanimous, terms.RuleConsensus:
		return fmt.Sprintf("{%s: true}", r.Kind)
	case terms.RuleConsentOf, terms.RuleNoObjectionFrom:
		return fmt.Sprintf("{%s: %s}", r.Kind, listYAML(r.Capitals))
	case terms.RuleWeight:
		return fmt.Sprintf("{weight: %s, of: %s}", r.Number, r.Of)
	case terms.RuleShare:
		share := (r.Number * 100).String() + "%"
		if r.Strict {
			share = `"> ` + share + `"`
		}
		return fmt.Sprintf("{share: %s, of: %s}", share, r.Of)
	case terms.RuleAll, terms.RuleAny:
		items := make([]string, len(r.Rules))
		for i := range r.Rules {
			items[i] = ruleYAML(r.Rules[i])
		}
		return fmt.Sprintf("{%s: [%s]}", r.Kind, strings.Join(items, ", "))
	}
	return fmt.Sprintf("{%s: %d}", r.Kind, r.N)
}

// line is a link, or the two that make a line.
type line struct {
	from, to string
	both     bool
}

// linksOf lists a fault's lines, those that go both ways once.
func linksOf(f *scenarios.Fault) []line {
	var lines []line
	has := func(l scenarios.Link) bool {
		for _, x := range f.Links {
			if x == l {
				return true
			}
		}
		return false
	}
	seen := map[scenarios.Link]bool{}
	for _, l := range f.Links {
		back := scenarios.Link{From: l.To, To: l.From}
		if seen[l] || seen[back] && has(back) {
			continue
		}
		seen[l] = true
		lines = append(lines, line{l.From, l.To, has(back)})
	}
	return lines
}
