package deals

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report/chart"
)

// shown is how many deals of a list a person is shown.
const shown = 8

// Sections describes a result for a person: for a terminal and for a page.
func (r *Result) Sections() []chart.Section {
	w := words{r}
	all := []chart.Section{{Heading: "Deals", Blocks: w.space()}}
	if r.Space.Sign() == 0 {
		return all
	}
	all = append(all, chart.Section{Heading: "Who accepts what", Blocks: w.acceptance()})
	if b := w.openings(); len(b) > 0 {
		all = append(all, chart.Section{Heading: "Why no deal is accepted by all", Blocks: b})
	}
	if b := w.picture(); len(b) > 0 {
		all = append(all, chart.Section{Heading: "The zone of possible agreement", Blocks: b})
	}
	return append(all, chart.Section{Heading: "What is singled out", Blocks: w.points()})
}

// words writes a result as a person would.
type words struct{ r *Result }

func (w words) name(id string) string { return w.r.m.s.Charter.Name(id) }

func (w words) names(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = w.name(id)
	}
	const few = 8
	if len(names) > few {
		return fmt.Sprintf("%d capitals", len(names))
	}
	return joined(names)
}

func joined(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}

// grouped writes a count with a comma between thousands.
func grouped(n *big.Int) string {
	s := n.String()
	if len(s) > 21 {
		return fmt.Sprintf("%s.%s × 10^%d", s[:1], s[1:3], len(s)-1)
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func deals(n *big.Int) string {
	if n.IsInt64() && n.Int64() == 1 {
		return "1 deal"
	}
	return grouped(n) + " deals"
}

// about writes that a figure is an estimate.
func (w words) about() string {
	if w.r.Estimate != nil {
		return "about "
	}
	return ""
}

func (w words) space() []chart.Block {
	r := w.r
	var of []string
	for _, t := range r.Terms {
		of = append(of, fmt.Sprintf("%s (%s)", t.ID, grouped(&t.Values.Int)))
	}
	const few = 20
	terms := joined(of)
	if len(of) > few {
		terms = fmt.Sprintf("%d terms", len(of))
	}
	text := fmt.Sprintf("%s of %s", deals(&r.Space.Int), terms)
	if r.Links > 0 {
		if r.Estimate != nil {
			text = "about " + text
		}
		text += ", after " + counted(r.Links, "link") + " between terms"
	}
	blocks := []chart.Block{chart.Para{Text: text + "."}}
	if r.Space.Sign() == 0 {
		return append(blocks, chart.Para{Look: chart.Bad, Text: "The links under deals: require: contradict each other: they leave no deal."})
	}
	switch {
	case r.Estimate != nil:
		blocks = append(blocks, chart.Para{Look: chart.Unsure, Text: fmt.Sprintf("The space is too large to be counted exactly: counts are estimated from %s deals drawn with seed %d, "+
			"with intervals of 95 in 100. %s", grouped(big.NewInt(int64(r.Estimate.Drawn))), r.Estimate.Seed, w.inexact())})
	case !r.Exact:
		blocks = append(blocks, chart.Para{Look: chart.Unsure, Text: "All counts are exact. " + w.inexact()})
	default:
		blocks = append(blocks, chart.Para{Look: chart.Faint, Text: "Every figure is exact."})
	}
	for _, n := range r.Notes {
		blocks = append(blocks, chart.Para{Mark: "-", Text: n})
	}
	for _, p := range r.Parties {
		if len(p.Silent) > 0 {
			blocks = append(blocks, chart.Para{Mark: "-", Text: fmt.Sprintf("%s's sheet says nothing of %s: worth 0 to it.", w.name(p.Capital), joined(p.Silent))})
		}
	}
	return blocks
}

// inexact names the lists that a search has found, and not a proof.
func (w words) inexact() string {
	c := w.r.Counts
	var lists []string
	for _, l := range []struct {
		name string
		List
	}{{"the Pareto frontier", c.Pareto}, {"the Nash point", c.Nash}, {"the egalitarian point", c.Egalitarian}, {"the greatest sum", c.GreatestSum}} {
		if !l.Exact {
			lists = append(lists, l.name)
		}
	}
	if len(lists) == 0 {
		return "What is singled out is exact."
	}
	return "For " + joined(lists) + " it shows the best that a search has found: there may be more, or better."
}

func counted(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

func (w words) acceptance() []chart.Block {
	r := w.r
	bars := chart.Bars{Title: "Deals that each accepts", Max: float64OF(r.Space)}
	if r.Estimate != nil {
		bars.Interval = "95 % Wilson interval"
	}
	bars.About = "A sheet accepts a deal worth its walk-away or more; red lines and needs of a policy count too."
	row := func(id, note string) {
		n := r.AcceptedBy[id]
		b := chart.Bar{Label: w.name(id), Value: float64OF(n), Text: w.about() + grouped(&n.Int), Note: note}
		if r.Estimate != nil {
			i := r.Estimate.Intervals["accepted_by."+id]
			b.Low, b.High = float64(i[0])*bars.Max, float64(i[1])*bars.Max
		}
		if n.Sign() == 0 {
			b.Look = chart.Bad
		}
		bars.Rows = append(bars.Rows, b)
	}
	for j := range r.m.judges {
		for _, id := range r.m.judges[j].capitals {
			note := "by its policy"
			if s := r.m.judges[j].sheet; s >= 0 {
				note = "from " + r.Parties[s].WalkAway.String() + " points"
				if r.m.judges[j].wants&r.m.strict != 0 {
					note += ", with red lines or needs"
				}
			}
			row(id, note)
		}
	}
	blocks := []chart.Block{bars}
	look := chart.Good
	if r.Unanimous.Sign() == 0 {
		look = chart.Bad
	}
	text := fmt.Sprintf("All accept %s%s.", w.about(), deals(&r.Unanimous.Int))
	if r.Estimate != nil && r.Unanimous.Sign() == 0 {
		look, text = chart.Unsure, "None of the deals drawn is accepted by all. That does not say that there is none"
		if slices.ContainsFunc(slices.Concat(r.Nash, r.Pareto), func(d Deal) bool { return len(d.Refused) == 0 }) {
			text += ": the search has found some, see below"
		}
		text += "."
	}
	blocks = append(blocks, chart.Para{Look: look, Text: text})
	var alone []string
	for j := range r.m.judges {
		for _, id := range r.m.judges[j].capitals {
			if n := r.RefusedByOnly[id]; n.Sign() > 0 {
				alone = append(alone, fmt.Sprintf("%s (%s%s)", w.name(id), w.about(), grouped(&n.Int)))
			}
		}
	}
	if len(alone) > 0 {
		blocks = append(blocks, chart.Para{Text: "Alone in refusing: " + joined(alone) + "."})
	}
	return append(blocks, w.rule()...)
}

// rule says how many deals pass.
func (w words) rule() []chart.Block {
	r := w.r
	if r.Passing == nil {
		return []chart.Block{chart.Para{Text: "The file has no procedure, so there is no rule to pass."}}
	}
	where := "Stage " + r.Stage
	if r.Plan != "" {
		where += " of plan " + r.Plan
	}
	text := fmt.Sprintf("%s asks for this: %s. If those who accept a deal consent and the others object, %s%s pass.",
		where, w.ruleText(), w.about(), deals(&r.Passing.Int))
	blocks := []chart.Block{chart.Para{Text: text}}
	if len(r.Unscored) > 0 {
		has := "has"
		if len(r.Unscored) > 1 {
			has = "have"
		}
		blocks = append(blocks, chart.Para{Mark: "-", Text: fmt.Sprintf("%s %s neither score sheet nor policy and is counted as objecting; with consent instead, %s%s pass.",
			w.names(r.Unscored), has, w.about(), deals(&r.IfTheyDid.Int))})
	}
	return blocks
}

// ruleText writes the rule, and the consents that reserved terms need besides.
func (w words) ruleText() string {
	g := w.r.m.game
	text := w.named(g.proc.Stages[g.stage].Rule).String()
	var reserved []string
	for _, id := range append(slices.Clone(g.always), g.may()...) {
		reserved = append(reserved, fmt.Sprintf("that of %s for %s", w.names(g.s.Charter.Term(id).ReservedTo), id))
	}
	if len(reserved) > 0 {
		text += "; and the consent that reserved terms need: " + joined(reserved)
	}
	return text
}

// named writes capitals by name in a rule.
func (w words) named(r terms.Rule) terms.Rule {
	names := make([]string, len(r.Capitals))
	for i, id := range r.Capitals {
		names[i] = w.name(id)
	}
	r.Capitals = names
	sub := make([]terms.Rule, len(r.Rules))
	for i := range r.Rules {
		sub[i] = w.named(r.Rules[i])
	}
	r.Rules = sub
	return r
}

// openings says what empties the zone.
func (w words) openings() []chart.Block {
	r := w.r
	if len(r.OpenedBy) == 0 {
		return nil
	}
	n := len(r.OpenedBy[0].Lift)
	lead := "It takes one change, any of these:"
	if n > 1 {
		lead = fmt.Sprintf("No single change helps. It takes %d at once, any of these:", n)
	}
	blocks := []chart.Block{chart.Para{Text: lead}}
	for _, o := range r.OpenedBy {
		var parts []string
		for _, c := range o.Lift {
			parts = append(parts, w.lift(c))
		}
		text := joined(parts)
		if o.Deal != nil {
			text += ", for " + w.text(o.Deal.Terms)
		}
		blocks = append(blocks, chart.Para{Mark: "-", Text: text})
	}
	switch {
	case r.Openings != nil:
		n := new(big.Int).Sub(&r.Openings.Int, big.NewInt(int64(len(r.OpenedBy))))
		blocks = append(blocks, chart.Para{Mark: "-", Text: "and " + grouped(n) + " more of that size"})
	case r.MoreOpenings:
		blocks = append(blocks, chart.Para{Mark: "-", Text: "and others of that size"})
	}
	if len(r.Egalitarian) > 0 && r.Counts.Egalitarian.Exact && strings.HasPrefix(r.Egalitarian[0].Least.String(), "-") {
		by := strings.TrimPrefix(r.Egalitarian[0].Least.String(), "-")
		blocks = append(blocks, chart.Para{Text: fmt.Sprintf("If every walk-away fell by %s, as many points for each, %s would be worth them all.", by, w.text(r.Egalitarian[0].Terms))})
	}
	return blocks
}

func (w words) lift(c Condition) string {
	who := w.names(c.Capitals)
	switch c.Kind {
	case "walk_away":
		if c.To == nil {
			return who + "'s walk-away falls from " + c.From.String()
		}
		to := c.To.String()
		if !c.Exact {
			to += " (perhaps less)"
		}
		return fmt.Sprintf("%s's walk-away falls from %s to %s", who, c.From, to)
	case "red_line":
		return who + " gives up a red line (" + c.Text + ")"
	case "need":
		return who + " gives up a need (" + c.Text + ")"
	}
	return who + " consents to something"
}

// text writes the terms of a deal: "truce.air yes, force un".
func (w words) text(t Text) string { return w.textWith(t, nil) }

// textWith is text with other words for the values of some terms.
func (w words) textWith(t Text, other map[string]string) string {
	var parts []string
	for _, s := range t {
		v := w.value(s.Value, true)
		if o, ok := other[s.Term]; ok {
			v = o
		}
		parts = append(parts, strings.ReplaceAll(s.Term+" "+v, " ", "\u00a0"))
	}
	for id, o := range other { // left out, or something
		if !slices.ContainsFunc(t, func(s terms.Setting) bool { return s.Term == id }) {
			parts = append(parts, strings.ReplaceAll(id+" "+o, " ", "\u00a0"))
		}
	}
	if len(parts) == 0 {
		return "a deal without terms"
	}
	return strings.Join(parts, ", ")
}

// value writes one value; set is false where the term is left out.
func (w words) value(v terms.Value, set bool) string {
	switch {
	case !set:
		return "left out"
	case v.Kind == terms.KindFlag && v.Flag:
		return "yes"
	case v.Kind == terms.KindFlag:
		return "no"
	case v.Kind == terms.KindSet && len(v.Set) == 0:
		return "nobody"
	case v.Kind == terms.KindSet:
		return w.names(v.Set)
	}
	return v.String()
}

func float64OF(c *Count) float64 {
	f, _ := new(big.Float).SetInt(&c.Int).Float64()
	return min(f, math.MaxFloat64)
}
