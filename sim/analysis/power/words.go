package power

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report/chart"
)

// Sections writes the report for a person: of each stage who can block alone, who makes no difference, how the power is
// shared and which coalitions can block; then the same of each procedure that has several stages. On a page there is room
// for all figures; in a terminal those of many capitals are left to their bars.
func (r *Report) Sections(page bool) []chart.Section {
	var all []chart.Section
	var seen []*Result
	told := false
	for i := range r.Stages {
		s := &r.Stages[i]
		w := words{r, s.Result, page, &told}
		heading := "Stage " + s.Name + " of procedure " + s.Procedure
		blocks := []chart.Block{}
		if len(s.Plans) > 0 {
			blocks = append(blocks, chart.Para{Look: chart.Faint, Text: "Decides on " + join(s.Plans, "and") + "."})
		}
		blocks = append(blocks, chart.Para{Text: "Rule: " + w.rule(s.Rule) + "."})
		if len(s.Heard) > 0 {
			blocks = append(blocks, chart.Para{Text: "And the consent of " + w.ids(s.Heard) + ", to whom a term of the plan is reserved."})
		}
		all = append(all, chart.Section{Heading: heading, Blocks: append(blocks, w.game()...)})
		seen = append(seen, s.Result)
	}
	for i := range r.Procedures {
		p := &r.Procedures[i]
		if len(p.Stages) < 2 || slices.Contains(seen, p.Result) {
			continue
		}
		w := words{r, p.Result, page, &told}
		var blocks []chart.Block
		if len(p.Plans) > 0 {
			blocks = append(blocks, chart.Para{Look: chart.Faint, Text: "Decides on " + join(p.Plans, "and") + "."})
		}
		blocks = append(blocks, chart.Para{Text: "A plan is adopted if it passes every one of " + join(p.Stages, "and") +
			": a coalition wins if it wins in each of them."})
		all = append(all, chart.Section{Heading: "The whole of procedure " + p.Procedure, Blocks: append(blocks, w.game()...)})
	}
	return all
}

// words writes one game.
type words struct {
	report *Report
	r      *Result
	page   bool
	told   *bool // what the indices are was said
}

func (w words) name(i int) string { return w.report.Scenario.Charter.Name(w.r.Players[i].ID) }

func (w words) names(players []int) []string {
	out := make([]string, len(players))
	for k, i := range players {
		out[k] = w.name(i)
	}
	return out
}

func (w words) ids(ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = w.report.Scenario.Charter.Name(id)
	}
	return join(out, "and")
}

// manyNames is how many capitals are named one by one.
const manyNames = 12

func (w words) who(players []int, and string) string {
	if len(players) > manyNames {
		return fmt.Sprintf("%d capitals, %s among them", len(players), w.name(players[0]))
	}
	return join(w.names(players), and)
}

// join writes "a", "a and b", "a, b and c".
func join(items []string, and string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " " + and + " " + items[len(items)-1]
}

// rule writes a rule with the capitals by name.
func (w words) rule(r terms.Rule) string { return w.named(r).String() }

func (w words) named(r terms.Rule) terms.Rule {
	r.Capitals = slices.Clone(r.Capitals)
	for i, id := range r.Capitals {
		r.Capitals[i] = w.report.Scenario.Charter.Name(id)
	}
	if len(r.Capitals) > manyNames {
		r.Capitals = []string{fmt.Sprintf("%d capitals", len(r.Capitals))}
	}
	r.Rules = slices.Clone(r.Rules)
	for i := range r.Rules {
		r.Rules[i] = w.named(r.Rules[i])
	}
	return r
}

// game writes what was found of a game.
func (w words) game() []chart.Block {
	blocks := []chart.Block{chart.Para{}}
	point := func(format string, args ...any) {
		blocks = append(blocks, chart.Para{Mark: "-", Text: fmt.Sprintf(format, args...)})
	}
	for _, s := range w.coalitions() {
		point("%s", s)
	}
	for _, s := range w.standing() {
		point("%s", s)
	}
	if !w.r.Exact {
		blocks = append(blocks, chart.Para{Look: chart.Unsure, Text: w.estimated()})
	}
	switch {
	case !w.someHavePower():
	case len(w.r.Players) == 1 || w.alone():
	case len(w.r.Groups) == 1 && w.r.Exact:
		point("All stand alike: each has %s of the power (%s).", w.r.Players[0].Banzhaf.RatString(), count64(w.r.Players[0].Swings, "swing"))
	default:
		blocks = append(blocks, w.bars())
		if w.page || len(w.r.Groups) <= manyFigures {
			blocks = append(blocks, w.table())
		}
	}
	return append(blocks, w.blocking()...)
}

func (w words) someHavePower() bool {
	return slices.ContainsFunc(w.r.Players, func(p Player) bool { return p.BanzhafValue.Value > 0 || p.ShapleyShubikValue.Value > 0 })
}

// coalitions says how hard it is to agree at all.
func (w words) coalitions() []string {
	r, n := w.r, len(w.r.Players)
	all := new(big.Int).Lsh(big.NewInt(1), uint(n))
	switch {
	case r.Winning == nil:
		text := fmt.Sprintf("Of the %s coalitions of %s, about %s win (95 %% interval: %s to %s).", grouped(all), count(n, "capital"),
			percent(r.WinningShare.Value), percent(r.WinningShare.Low), percent(r.WinningShare.High))
		if r.MinimalWinning != nil {
			text += fmt.Sprintf(" Of these, exactly %s are minimal: they lose without any one of their members.", grouped(r.MinimalWinning))
		}
		return []string{text}
	case r.Winning.Sign() == 0:
		return []string{"Nobody can win: the rule is not met even if everybody consents. So nobody has any power."}
	case r.Winning.Cmp(all) == 0:
		return []string{"Everybody wins: the rule is met even if everybody objects. So nobody has any power, and nobody can block."}
	}
	win := "win"
	if r.Winning.IsInt64() && r.Winning.Int64() == 1 {
		win = "wins"
	}
	text := fmt.Sprintf("Of the %s coalitions of %s, %s %s (%s)", grouped(all), count(n, "capital"), grouped(r.Winning), win, percent(r.WinningShare.Value))
	switch {
	case r.MinimalWinning == nil:
		text += ". How many of these are minimal would take too long, or too much memory, to count."
	case r.Winning.IsInt64() && r.Winning.Int64() == 1:
		text += ": that of all."
	case r.MinimalWinning.IsInt64() && r.MinimalWinning.Int64() == 1:
		text += ". The smallest, which is in all others: " + w.coalition(r.Winners[0]) + "."
	default:
		text += fmt.Sprintf(". Of these, %s are minimal: they lose without any one of their members.", grouped(r.MinimalWinning))
	}
	return []string{text}
}

// coalition names a coalition's members.
func (w words) coalition(c []int) string {
	if len(c) == 0 {
		return "nobody at all"
	}
	return w.who(c, "and")
}

// standing says who can block alone, who decides alone and who makes no difference.
func (w words) standing() []string {
	var vetoes, dummies, unknown []int
	for i, p := range w.r.Players {
		if p.Veto {
			vetoes = append(vetoes, i)
		}
		if p.Dummy == nil {
			unknown = append(unknown, i)
		} else if *p.Dummy {
			dummies = append(dummies, i)
		}
	}
	if w.r.Winning != nil && (w.r.Winning.Sign() == 0 || len(dummies) == len(w.r.Players)) {
		return nil
	}
	var out []string
	switch {
	case w.alone():
		out = append(out, w.name(vetoes[0])+" alone decides: nothing passes without it, and it needs nobody.")
	case len(vetoes) == 0:
		out = append(out, "Nobody can block alone.")
	case len(vetoes) == 1:
		out = append(out, w.name(vetoes[0])+" can block alone: nothing passes without its consent.")
	case len(vetoes) == len(w.r.Players):
		out = append(out, fmt.Sprintf("Each can block alone: nothing passes without the consent of %s.", w.all(vetoes)))
	default:
		out = append(out, w.who(vetoes, "and")+" can each block alone: nothing passes without the consent of all of them.")
	}
	if len(dummies) > 0 {
		verb := "make no difference: no coalition needs them"
		if len(dummies) == 1 {
			verb = "makes no difference: no coalition needs it"
		}
		out = append(out, w.who(dummies, "and")+" "+verb+" (a dummy, in the words of the field).")
	} else if len(unknown) == 0 && len(w.r.Groups) > 1 {
		out = append(out, "Everybody matters: each makes the difference to some coalition.")
	}
	return out
}

// alone tells whether one capital decides by itself.
func (w words) alone() bool {
	return slices.ContainsFunc(w.r.Players, func(p Player) bool { return p.Banzhaf != nil && p.Banzhaf.Cmp(big.NewRat(1, 1)) == 0 })
}

func (w words) all(players []int) string {
	if len(players) > manyNames {
		return fmt.Sprintf("all %d", len(players))
	}
	return join(w.names(players), "and")
}

func (w words) estimated() string {
	drawn := grouped(big.NewInt(int64(w.r.Samples)))
	what, from := "The indices are estimates", drawn+" coalitions and as many orders"
	if w.r.Winning != nil {
		what, from = "The Shapley-Shubik indices (≈) are estimates, all other figures are exact", drawn+" orders"
	}
	return fmt.Sprintf("%s: the rule is too large to be counted out in bounded time. They come from %s drawn at random with seed %d; the intervals are of 95 %%.",
		what, from, w.r.Seed)
}

// manyFigures is how many groups of capitals have their figures in a table on a terminal.
const manyFigures = 12

// manyBars is how many groups of capitals have a bar of their own.
const manyBars = 30

// ranked are the groups by power, the greatest first.
func (w words) ranked() [][]int {
	groups := slices.Clone(w.r.Groups)
	slices.SortStableFunc(groups, func(a, b []int) int {
		x, y := w.r.Players[a[0]], w.r.Players[b[0]]
		if x.BanzhafValue.Value != y.BanzhafValue.Value {
			return sign(y.BanzhafValue.Value - x.BanzhafValue.Value)
		}
		return sign(y.ShapleyShubikValue.Value - x.ShapleyShubikValue.Value)
	})
	return groups
}

func sign(x float64) int {
	if x < 0 {
		return -1
	}
	if x > 0 {
		return 1
	}
	return 0
}

// called returns the name that the scenario itself has for these capitals, "" if it has none.
func (w words) called(group []int) string {
	var ids []string
	for _, i := range group {
		ids = append(ids, w.r.Players[i].ID)
	}
	slices.Sort(ids)
	for _, g := range w.report.Scenario.Charter.Groups {
		if slices.Equal(ids, slices.Sorted(slices.Values(g.Capitals))) {
			return g.Name
		}
	}
	return ""
}

// label names a group: interchangeable capitals have the same figures.
func (w words) label(group []int) string {
	switch n := len(group); {
	case n > 1 && w.called(group) != "":
		return fmt.Sprintf("each of %s (%d)", w.called(group), n)
	case n == 1:
		return w.name(group[0])
	case n <= 3 && len(join(w.names(group), "and")) < 18:
		return "each of " + join(w.names(group), "and")
	default:
		return fmt.Sprintf("each of %d like %s", n, w.name(group[0]))
	}
}

func (w words) bars() chart.Block {
	b := chart.Bars{Title: "Power: Banzhaf (the bars), then Shapley-Shubik"}
	if !*w.told || w.page {
		b.About = "Banzhaf: the share of all swings, which are winning coalitions that lose without the capital. Shapley-Shubik: in " +
			"what share of all orders of joining it is the capital that wins."
		*w.told = true
	}
	groups := w.ranked()
	for k, g := range groups {
		if k == manyBars {
			b.About += fmt.Sprintf(" %s of less power are left out here.", count(len(groups)-k, "more row"))
			break
		}
		p := &w.r.Players[g[0]]
		row := chart.Bar{Label: w.label(g), Value: p.BanzhafValue.Value, Text: percent(p.BanzhafValue.Value),
			Low: p.BanzhafValue.Low, High: p.BanzhafValue.High}
		row.Note = percent(p.ShapleyShubikValue.Value)
		if p.ShapleyShubikValue.interval() != nil {
			row.Note = "≈" + row.Note
		}
		switch {
		case p.Veto:
			row.Note, row.Look = row.Note+"  veto", chart.Bad
		case p.Dummy != nil && *p.Dummy:
			row.Note += "  dummy"
		}
		b.Rows = append(b.Rows, row)
	}
	if w.r.Winning == nil {
		b.Interval = "95 % interval of the estimate"
	}
	return b
}

// table gives the figures to the last digit.
func (w words) table() chart.Block {
	t := chart.Table{Title: "In figures", Head: []string{"", "swings", "Banzhaf", "", "Shapley-Shubik", ""},
		Right: []bool{false, true, true, false, true, false}}
	groups := w.ranked()
	long := false
	for k, g := range groups {
		if k == manyBars {
			t.Rows = append(t.Rows, []string{fmt.Sprintf("and %s; --json has all", count(len(groups)-k, "more row"))})
			break
		}
		p := &w.r.Players[g[0]]
		row := []string{w.label(g), "≈", approx(p.BanzhafValue), short(p.Banzhaf, &long), approx(p.ShapleyShubikValue), short(p.ShapleyShubik, &long)}
		if p.Swings != nil {
			row[1] = grouped(p.Swings)
		}
		t.Rows = append(t.Rows, row)
	}
	for _, col := range []int{5, 3} { // fractions of which none is short enough
		if !slices.ContainsFunc(t.Rows, func(r []string) bool { return col < len(r) && r[col] != "" }) {
			t.Head, t.Right = slices.Delete(t.Head, col, col+1), slices.Delete(t.Right, col, col+1)
			for k, r := range t.Rows {
				if col < len(r) {
					t.Rows[k] = slices.Delete(r, col, col+1)
				}
			}
		}
	}
	if long {
		t.Title = "In figures (--json has all fractions)"
	}
	return t
}

// approx writes four places, and an estimate with its interval.
func approx(e Estimate) string {
	if e.Low == e.High {
		return fmt.Sprintf("%.4f", e.Value)
	}
	return fmt.Sprintf("≈%.4f ±%.4f", e.Value, (e.High-e.Low)/2)
}

// short writes a fraction, if a person can do anything with it.
func short(r *big.Rat, long *bool) string {
	if r == nil {
		return ""
	}
	if s := r.RatString(); len(s) <= 13 {
		return s
	}
	*long = true
	return ""
}

// manyLines is how many kinds of blocking coalitions are spelt out, and manyMembers how many members they may have together;
// the first is spelt out in any case.
const (
	manyLines   = 8
	manyMembers = 100
)

// blocking spells out who can block together. Interchangeable capitals are said once.
func (w words) blocking() []chart.Block {
	r := w.r
	if len(r.Blocking) == 0 || len(r.Blocking[len(r.Blocking)-1]) <= 1 && r.BlockingAll {
		return nil // nobody, or those alone of whom it was said
	}
	title := "Who can block: none of them could be left out"
	total := "their number would take too long, or too much memory, to count"
	known := r.MinimalBlocking
	if known == nil && r.BlockingAll {
		known = big.NewInt(int64(len(r.Blocking)))
	}
	if known != nil {
		total = grouped(known) + " coalitions"
		if known.IsInt64() && known.Int64() == 1 {
			total = "one coalition"
		}
	}
	blocks := []chart.Block{chart.Para{}, chart.Para{Text: title + " (" + total + ")"}}
	lines, named, shown := 0, 0, new(big.Int)
	for _, p := range r.BlockingKinds {
		for _, picked := range p {
			named += picked
		}
		if lines == manyLines || lines > 0 && named > manyMembers {
			break
		}
		lines++
		shown.Add(shown, r.Stands(p))
		blocks = append(blocks, chart.Para{Mark: "-", Text: w.profile(p)})
	}
	if known != nil {
		if rest := new(big.Int).Sub(known, shown); rest.Sign() > 0 {
			blocks = append(blocks, chart.Para{Mark: "-", Text: fmt.Sprintf("and %s more, none of them smaller", grouped(rest))})
		}
	} else {
		blocks = append(blocks, chart.Para{Mark: "-", Text: "and more, none of them smaller"})
	}
	return blocks
}

// profile writes "any 7 of elected: Algiers, Athens and ..." or "Berlin and Paris; with any one of Rome or Madrid".
func (w words) profile(p Profile) string {
	var single, parts []string
	size := 0
	for g, picked := range p {
		group := w.r.Groups[g]
		size += picked
		and := "or"
		if picked == len(group) {
			and = "and"
		}
		who := w.alike(group, and)
		if name := w.called(group); name != "" {
			who = fmt.Sprintf("the %d of %s", len(group), name)
			if len(group) <= manyNames {
				who += " (" + w.who(group, "and") + ")"
			}
		}
		switch {
		case picked == 0:
		case picked == len(group) && len(group) <= 3:
			single = append(single, w.names(group)...)
		case picked == len(group):
			parts = append(parts, "all of "+who)
		case picked == 1:
			parts = append(parts, "any one of "+who)
		default:
			parts = append(parts, fmt.Sprintf("any %d of %s", picked, who))
		}
	}
	text := strings.Join(append(nonEmpty(join(single, "and")), parts...), "; with ")
	if size == 1 {
		text += ", alone"
	}
	return text
}

// alike names a group of which some are picked: "Rome or Madrid", "the 15", "the 14 like Beijing".
func (w words) alike(group []int, and string) string {
	switch {
	case len(group) <= manyNames:
		return w.who(group, and)
	case len(group) == len(w.r.Players):
		return fmt.Sprintf("the %d", len(group))
	}
	return fmt.Sprintf("the %d like %s", len(group), w.name(group[0]))
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

func count64(n *big.Int, one string) string {
	if n.IsInt64() && n.Int64() == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + one + "s"
}

func percent(v float64) string {
	if v > 0 && v < 0.0001 {
		return fmt.Sprintf("%.2g %%", 100*v)
	}
	return fmt.Sprintf("%.2f %%", 100*v)
}

// grouped writes a number with its digits in threes, or, of more than 15 digits, by its power of ten.
func grouped(n *big.Int) string {
	s := n.String()
	if len(s) > 15 {
		f, _ := new(big.Float).SetInt(n).Float64()
		mantissa, exponent, _ := strings.Cut(fmt.Sprintf("%.3e", f), "e+")
		return mantissa + "·10^" + strings.TrimLeft(exponent, "0")
	}
	var b strings.Builder
	for i, d := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
