package terms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The language of testdata. Rules and conditions are written in the words of FORMAT.md, with brackets instead of YAML's
// nesting: all(yes 9, no_objection_from us uk), any(consented london to truce, pledged force by_at_least 5).
// A reader panics where it does not understand: the test that reads it fails there.

// list reads "all(a, b)" into its parts; ok is false if the text is not a list of that name.
func list(name, text string) (parts []string, ok bool) {
	inner, ok := strings.CutPrefix(text, name+"(")
	if !ok || !strings.HasSuffix(inner, ")") {
		return nil, false
	}
	inner = strings.TrimSuffix(inner, ")")
	depth, from := 0, 0
	for i, c := range inner {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				parts, from = append(parts, strings.TrimSpace(inner[from:i])), i+1
			}
		}
	}
	return append(parts, strings.TrimSpace(inner[from:])), true
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func number(s string) Number {
	if p, ok := strings.CutSuffix(s, "%"); ok {
		return must(ParseNumber(p)) / 100
	}
	return must(ParseNumber(s))
}

func integer(s string) int { return must(strconv.Atoi(s)) }

func ruleOf(text string) Rule {
	for _, kind := range []RuleKind{RuleAll, RuleAny} {
		if parts, ok := list(string(kind), text); ok {
			r := Rule{Kind: kind}
			for _, p := range parts {
				if p != "" {
					r.Rules = append(r.Rules, ruleOf(p))
				}
			}
			return r
		}
	}
	w := strings.Fields(text)
	r := Rule{Kind: RuleKind(w[0])}
	switch r.Kind {
	case RuleYes, RuleConsensusMinus, RuleAllBut:
		r.N = integer(w[1])
	case RuleWeight, RuleShare: // weight 12 of votes, share 55% of members, share >50% of members
		n, strict := strings.CutPrefix(w[1], ">")
		r.Number, r.Strict = number(n), strict
		if len(w) > 3 {
			r.Of = w[3]
		}
	case RuleConsentOf, RuleNoObjectionFrom:
		r.Capitals = w[1:]
	}
	return r
}

func conditionOf(text string) Condition {
	if parts, ok := list("all", text); ok {
		return Condition{All: conditionsOf(parts)}
	}
	if parts, ok := list("any", text); ok {
		return Condition{Any: conditionsOf(parts)}
	}
	w := strings.Fields(text)
	switch {
	case w[0] == "consented": // consented a b [to plan]
		c := Condition{Consented: w[1:]}
		if i := slices.Index(w, "to"); i > 0 {
			c.Consented, c.To = w[1:i], w[i+1]
		}
		return c
	case w[0] == "pledged" && w[2] == "by_at_least":
		return Condition{Pledged: w[1], ByAtLeast: integer(w[3])}
	case w[0] == "pledged" && w[2] == "total":
		return Condition{Pledged: w[1], TotalAtLeast: number(w[3])}
	case w[0] == "pledged" && w[2] == "by":
		return Condition{Pledged: w[1], By: w[3:]}
	case w[0] == "plan": // plan x is adopted
		return Condition{Plan: w[1], Is: w[3]}
	case w[0] == "term" && len(w) == 3: // term force unset
		return Condition{Test: &Test{Term: w[1], Op: Op(w[2])}}
	case w[0] == "term": // term force in un nato; term troops >= 5000
		t := &Test{Term: w[1], Op: Op(w[2])}
		for _, v := range w[3:] {
			t.Values = append(t.Values, valueOf(v))
		}
		return Condition{Test: t}
	}
	panic("no condition: " + text)
}

func conditionsOf(parts []string) []Condition {
	var cs []Condition
	for _, p := range parts {
		cs = append(cs, conditionOf(p))
	}
	return cs
}

// valueOf reads true, 30d, 10000, a+b (a set of capitals; "+" alone is the empty one) or else a choice.
func valueOf(s string) Value {
	if s == "true" || s == "false" {
		return Flag(s == "true")
	}
	if n, err := ParseNumber(s); err == nil {
		return Quantity(n)
	}
	if d, err := ParseDuration(s); err == nil {
		return Span(d)
	}
	if strings.Contains(s, "+") {
		return Set(strings.FieldsFunc(s, func(r rune) bool { return r == '+' })...)
	}
	return Choice(s)
}

// charterOf reads a charter: one line a capital's group, term, procedure or stage.
//
//	capitals moscow kyiv belligerent weights votes 3
//	term line choice current pre-2022 reserved_to kyiv moscow
//	procedure plan on_amendment stay proposers paris
//	stage parties members kyiv moscow rule all(...) window 10d silence consent decides at-close
func charterOf(lines []string) *Charter {
	c := &Charter{Conference: "test", Start: must(ParseInstant("2025-03-01T00:00:00Z"))}
	for _, line := range lines {
		what, rest, _ := strings.Cut(line, " ")
		switch what {
		case "capitals":
			c.Capitals = append(c.Capitals, capitalsOf(rest)...)
		case "term":
			c.Terms = append(c.Terms, termOf(strings.Fields(rest)))
		case "procedure":
			w := sections(rest, "on_amendment", "proposers", "amenders")
			c.Procedures = append(c.Procedures, Procedure{
				Name: w[""], OnAmendment: OnAmendment(w["on_amendment"]),
				Proposers: strings.Fields(w["proposers"]), Amenders: strings.Fields(w["amenders"]),
			})
		case "stage":
			w := sections(rest, "members", "rule", "window", "silence", "decides")
			st := Stage{
				Name: w[""], Members: strings.Fields(w["members"]), Rule: ruleOf(w["rule"]),
				Silence: Silence(w["silence"]), Decides: Decides(w["decides"]),
			}
			if w["window"] != "" {
				st.Window = must(ParseDuration(w["window"]))
			}
			p := &c.Procedures[len(c.Procedures)-1]
			p.Stages = append(p.Stages, st)
		default:
			panic("no part of a charter: " + line)
		}
	}
	return c
}

// capitalsOf reads ids, a role (mediator where there is none), and weights that all of them have.
func capitalsOf(text string) []Capital {
	w := sections(text, "weights")
	ids, role := strings.Fields(w[""]), Mediator
	if last := Role(ids[len(ids)-1]); slices.Contains([]Role{Belligerent, Guarantor, Mediator, Observer}, last) {
		ids, role = ids[:len(ids)-1], last
	}
	var weights []Weight
	for pair := range slices.Chunk(strings.Fields(w["weights"]), 2) {
		weights = append(weights, Weight{pair[0], number(pair[1])})
	}
	var cs []Capital
	for _, id := range ids {
		cs = append(cs, Capital{ID: id, Name: strings.ToUpper(id[:1]) + id[1:], Role: role, Weights: weights})
	}
	return cs
}

func termOf(w []string) Term {
	t := Term{ID: w[0], Kind: Kind(w[1])}
	w = w[2:]
	if i := slices.Index(w, "reserved_to"); i >= 0 {
		t.ReservedTo, w = w[i+1:], w[:i]
	}
	switch t.Kind {
	case KindChoice:
		t.Options = w
	case KindQuantity: // quantity 0..30000 [step 1000]
		low, high, _ := strings.Cut(w[0], "..")
		t.Min, t.Max = number(low), number(high)
		if len(w) > 2 {
			t.Step = number(w[2])
		}
	case KindDuration:
		for _, d := range w {
			t.Durations = append(t.Durations, must(ParseDuration(d)))
		}
	case KindSet:
		t.Members = w
	}
	return t
}

// sections cuts a line at keywords: what stands before the first is under "".
func sections(text string, keywords ...string) map[string]string {
	found := map[string]string{}
	key := ""
	for _, w := range strings.Fields(text) {
		if slices.Contains(keywords, w) {
			key = w
			continue
		}
		found[key] = strings.TrimSpace(found[key] + " " + w)
	}
	return found
}

// moveOf reads a move of a capital, without time and number:
//
//	propose truce by plan set force=un troops=10000 lasts 30d requires pledged force by_at_least 5; plan x is adopted
//	amend truce set force=un drop troops version 1
//	consent truce if consented kyiv          veto truce citing force saying "no"          pledge force 5000 if ...
func moveOf(text string) Move {
	if said, ok := strings.CutPrefix(text, "say "); ok {
		return Move{Verb: VerbSay, Text: said}
	}
	text, said, _ := strings.Cut(text, " saying ")
	w := sections(text, "by", "set", "drop", "lasts", "lasts_term", "collapses_after", "requires", "version", "if", "citing", "against", "of", "for")
	if i := strings.Index(text, " if "); i >= 0 { // a condition has words of its own
		w = sections(text[:i], "set", "drop", "version", "citing")
		w["if"] = text[i+4:]
	}
	if i := strings.Index(text, " requires "); i >= 0 {
		w = sections(text[:i], "by", "set", "lasts", "lasts_term", "collapses_after")
		w["requires"] = text[i+10:]
	}
	head := strings.Fields(w[""])
	m := Move{Verb: Verb(head[0]), Text: strings.Trim(said, `"`), Citing: strings.Fields(w["citing"]), Drop: strings.Fields(w["drop"])}
	m.Of, m.Against = strings.Fields(w["of"]), w["against"]
	for _, pair := range strings.Fields(w["set"]) {
		term, v, _ := strings.Cut(pair, "=")
		m.Set = append(m.Set, Setting{term, valueOf(v)})
	}
	if w["version"] != "" {
		m.Version = integer(w["version"])
	}
	if w["for"] != "" {
		m.For = must(ParseDuration(w["for"]))
	}
	if w["if"] != "" {
		c := conditionOf(w["if"])
		m.If = &c
	}
	switch m.Verb {
	case VerbPledge, VerbUnpledge:
		m.Term = head[1]
		if len(head) > 2 {
			v := valueOf(head[2])
			m.Value = &v
		}
	case VerbPropose:
		d := &Draft{Procedure: w["by"], Terms: m.Set, LastsTerm: w["lasts_term"]}
		if w["lasts"] != "" {
			d.Lasts = must(ParseDuration(w["lasts"]))
		}
		if w["collapses_after"] != "" {
			d.CollapsesAfter = integer(w["collapses_after"])
		}
		if w["requires"] != "" {
			d.Requires = conditionsOf(splitTrim(w["requires"], ";"))
		}
		m.Set, m.Draft = nil, d
	}
	if len(head) > 1 && m.Term == "" {
		m.Plan = head[1]
	}
	return m
}

func splitTrim(s, sep string) []string {
	parts := strings.Split(s, sep)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// eventLine writes an event as a person would read it.
func eventLine(e Event, start Instant) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", e.Time.Sub(start), e.Kind)
	if e.Plan != "" {
		fmt.Fprintf(&b, " %s v%d %s", e.Plan, e.Version, e.Stage)
	}
	for _, part := range []string{strings.Join(e.Capitals, " "), words("of ", e.Terms), e.Detail} {
		if part != "" {
			b.WriteString(": " + part)
		}
	}
	if e.Until != 0 {
		fmt.Fprintf(&b, ": until %s", e.Until.Sub(start))
	}
	for _, r := range e.Reasons {
		b.WriteString("\n" + reasonLine(r))
	}
	return b.String()
}

func reasonLine(r Reason) string {
	return fmt.Sprintf("    %s %s%s- %s", r.Kind, words("(", r.Capitals)+map[bool]string{true: ") "}[len(r.Capitals) > 0],
		words("of ", r.Terms)+map[bool]string{true: " "}[len(r.Terms) > 0], r.Text)
}

func words(before string, ws []string) string {
	if len(ws) == 0 {
		return ""
	}
	return before + strings.Join(ws, " ")
}
