package deals

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/policy"
)

func parse(t interface{ Fatal(...any) }, src string) *scenarios.Scenario {
	s, err := scenarios.Parse("-", []byte(src))
	if err != nil {
		t.Fatal(src + "\n" + err.Error())
	}
	return s
}

// brute works a result out the plain way: every deal is made, held in memory, and judged by what the policies use.
type brute struct {
	s     *scenarios.Scenario
	texts [][]terms.Setting
	party []*scenarios.Party // with sheets
}

// valuesOf lists the values of a term with steps or a list.
func valuesOf(t *terms.Term, out bool) []*terms.Value {
	var all []*terms.Value
	put := func(v terms.Value) { all = append(all, &v) }
	switch t.Kind {
	case terms.KindFlag:
		put(terms.Flag(false))
		put(terms.Flag(true))
	case terms.KindChoice:
		for _, o := range t.Options {
			put(terms.Choice(o))
		}
	case terms.KindQuantity:
		for n := t.Min; n <= t.Max; n += t.Step {
			put(terms.Quantity(n))
		}
	case terms.KindDuration:
		for _, d := range t.Durations {
			put(terms.Span(d))
		}
	case terms.KindSet:
		for b := range 1 << len(t.Members) {
			var in []string
			for i, id := range t.Members {
				if b>>i&1 == 1 {
					in = append(in, id)
				}
			}
			put(terms.Set(in...))
		}
	}
	if out {
		all = append(all, nil)
	}
	return all
}

func newBrute(s *scenarios.Scenario) *brute {
	b := &brute{s: s}
	in, out := map[string]bool{}, map[string]bool{}
	lines := func(all [][]terms.Test) {
		for _, l := range all {
			for _, q := range l {
				in[q.Term] = true
				out[q.Term] = out[q.Term] || q.Op == terms.OpSet || q.Op == terms.OpUnset
			}
		}
	}
	for i := range s.Parties {
		p := &s.Parties[i]
		if len(p.Scores) > 0 || p.WalkAway != nil {
			b.party = append(b.party, p)
			for _, x := range p.Scores {
				in[x.Term] = true
			}
		}
		if p.Policy != nil {
			lines(p.Policy.RedLines)
			lines(p.Policy.Needs)
		}
	}
	for _, x := range s.Plans[0].Draft.Terms {
		in[x.Term] = true
	}
	for _, r := range s.Requirements {
		lines([][]terms.Test{r.If, r.Then})
	}
	b.texts = [][]terms.Setting{nil}
	for i := range s.Charter.Terms {
		t := &s.Charter.Terms[i]
		if !in[t.ID] {
			continue
		}
		var next [][]terms.Setting
		for _, text := range b.texts {
			for _, v := range valuesOf(t, out[t.ID]) {
				x := slices.Clone(text)
				if v != nil {
					x = append(x, terms.Setting{Term: t.ID, Value: *v})
				}
				next = append(next, x)
			}
		}
		b.texts = next
	}
	b.texts = slices.DeleteFunc(b.texts, func(text []terms.Setting) bool {
		for _, r := range s.Requirements {
			if holds(r.If, text) && !holds(r.Then, text) {
				return true
			}
		}
		return false
	})
	return b
}

func holds(all []terms.Test, text []terms.Setting) bool {
	for _, t := range all {
		if !t.Holds(text) {
			return false
		}
	}
	return true
}

func keepsLines(p *scenarios.Policy, text []terms.Setting) bool {
	if p == nil {
		return true
	}
	for _, l := range p.RedLines {
		if holds(l, text) {
			return false
		}
	}
	for _, n := range p.Needs {
		if !holds(n, text) {
			return false
		}
	}
	return true
}

func walkOf(p *scenarios.Party) terms.Number {
	if p.WalkAway == nil {
		return 0
	}
	return *p.WalkAway
}

// accepts says what a capital thinks of a deal; known is false where nobody can say.
func accepts(p *scenarios.Party, text []terms.Setting) (yes, known bool) {
	if len(p.Scores) > 0 || p.WalkAway != nil {
		return keepsLines(p.Policy, text) && policy.ScoreOf(p.Scores, text) >= walkOf(p), true
	}
	if p.Policy == nil {
		return false, false
	}
	return p.Policy.Otherwise == scenarios.AnswerConsent && keepsLines(p.Policy, text), true
}

// figures are a result's figures, written out for comparison.
func (b *brute) figures(t interface{ Fatal(...any) }) map[string]string {
	n := map[string]int{"space": len(b.texts)}
	proc := b.s.Charter.Procedure(b.s.Plans[0].Draft.Procedure)
	var open [][]terms.Setting
	for _, text := range b.texts {
		refused, against, keeps := 0, "", true
		yes := map[string]bool{}
		for i := range b.s.Parties {
			p := &b.s.Parties[i]
			ok, known := accepts(p, text)
			yes[p.Capital] = ok
			if ok {
				n["accepted_by."+p.Capital]++
			} else if known {
				refused++
				against = p.Capital
			}
			if len(p.Scores) > 0 || p.WalkAway != nil {
				keeps = keeps && keepsLines(p.Policy, text)
			}
		}
		for i := range b.s.Parties {
			c := b.s.Parties[i].Capital
			if _, known := accepts(&b.s.Parties[i], text); known && (refused == 0 || refused == 1 && against == c) {
				n["all_but."+c]++
			}
		}
		switch refused {
		case 0:
			n["unanimous"]++
		case 1:
			n["only."+against]++
		}
		if keeps {
			n["admissible"]++
			open = append(open, text)
		}
		ballot, err := b.s.Charter.StageBallot(proc, len(proc.Stages)-1, text)
		if err != nil {
			t.Fatal(err)
		}
		positions := make([]terms.Position, len(ballot.Voters()))
		for i, v := range ballot.Voters() {
			if positions[i] = terms.Object; yes[v.ID] {
				positions[i] = terms.Consent
			}
		}
		if ballot.Wins(positions) {
			n["passing"]++
		}
	}
	f := map[string]string{}
	for k, v := range n {
		f[k] = fmt.Sprint(v)
	}
	b.points(open, f)
	return f
}

// points finds what is singled out among the deals that keep all lines.
func (b *brute) points(open [][]terms.Setting, f map[string]string) {
	scores := make([][]*big.Int, len(open))
	for i, text := range open {
		for _, p := range b.party {
			scores[i] = append(scores[i], big.NewInt(int64(policy.ScoreOf(p.Scores, text))))
		}
	}
	best := map[string]*big.Int{}
	of := map[string][]string{}
	put := func(what string, n *big.Int, text []terms.Setting) {
		switch old := best[what]; {
		case old == nil || n.Cmp(old) > 0:
			best[what], of[what] = n, []string{line1(text)}
		case n.Cmp(old) == 0:
			of[what] = append(of[what], line1(text))
		}
	}
	for i, text := range open {
		sum, least, product := new(big.Int), (*big.Int)(nil), big.NewInt(1)
		negative := false
		for j, p := range b.party {
			surplus := new(big.Int).Sub(scores[i][j], big.NewInt(int64(walkOf(p))))
			sum.Add(sum, scores[i][j])
			product.Mul(product, surplus)
			negative = negative || surplus.Sign() < 0
			if least == nil || surplus.Cmp(least) < 0 {
				least = surplus
			}
		}
		put("sum", sum, text)
		put("least", least, text)
		if !negative {
			put("nash", product, text)
		}
		dominated := slices.ContainsFunc(scores, func(o []*big.Int) bool {
			better := false
			for j := range o {
				c := o[j].Cmp(scores[i][j])
				if c < 0 {
					return false
				}
				better = better || c > 0
			}
			return better
		})
		if !dominated {
			of["pareto"] = append(of["pareto"], line1(text))
		}
	}
	for what, all := range of {
		slices.Sort(all)
		f[what] = strings.Join(all, "; ")
	}
}

// checkOpenings holds the smallest sets of conditions that empty the zone, and how far walk-aways would have to fall,
// against those of all deals.
func checkOpenings(t *rapid.T, b *brute, r *Result) {
	if len(r.OpenedBy) == 0 || r.MoreOpenings {
		return
	}
	least := map[string]terms.Number{} // by set: how far the walk-aways in it fall in all
	size := 1000
	for _, text := range b.texts {
		var violated []string
		var fall terms.Number
		for i := range b.s.Parties {
			p := &b.s.Parties[i]
			if score := policy.ScoreOf(p.Scores, text); (len(p.Scores) > 0 || p.WalkAway != nil) && score < walkOf(p) {
				violated = append(violated, p.Capital+" walk_away")
				fall += walkOf(p) - score
			}
			if p.Policy == nil {
				continue
			}
			for k, l := range p.Policy.RedLines {
				if holds(l, text) {
					violated = append(violated, fmt.Sprint(p.Capital, " red_line ", inWords(l), k))
				}
			}
			for k, l := range p.Policy.Needs {
				if !holds(l, text) {
					violated = append(violated, fmt.Sprint(p.Capital, " need ", inWords(l), k))
				}
			}
			if len(p.Scores) == 0 && p.WalkAway == nil && p.Policy.Otherwise != scenarios.AnswerConsent {
				violated = append(violated, p.Capital+" policy")
			}
		}
		size = min(size, len(violated))
		slices.Sort(violated)
		key := strings.Join(violated, "; ")
		if old, ok := least[key]; !ok || fall < old {
			least[key] = fall
		}
	}
	if merged := slices.ContainsFunc(r.m.judges, func(j judge) bool { return len(j.capitals) > 1 }); merged {
		return // two that are alike are one here, and two there
	}
	smallest := 0
	falls := map[terms.Number]int{}
	for key, fall := range least {
		if strings.Count(key, "; ")+1 == size {
			smallest++
			falls[fall]++
		}
	}
	if smallest != len(r.OpenedBy) || len(r.OpenedBy[0].Lift) != size {
		t.Fatalf("%d sets of %d conditions, should be %d of %d", len(r.OpenedBy), len(r.OpenedBy[0].Lift), smallest, size)
	}
	for _, o := range r.OpenedBy {
		var fall terms.Number
		for _, c := range o.Lift {
			if c.To != nil {
				fall += *c.From - *c.To
			}
			if !c.Exact {
				t.Fatal("not exact")
			}
		}
		if falls[fall]--; falls[fall] < 0 {
			t.Fatalf("walk-aways fall by %s in all: %+v; should be one of %v", fall, o, falls)
		}
	}
}

func line1(text []terms.Setting) string {
	var parts []string
	for _, s := range text {
		parts = append(parts, s.Term+"="+s.Value.String())
	}
	return strings.Join(parts, " ")
}

func figures(r *Result) map[string]string {
	f := map[string]string{}
	put := func(k string, c *Count) {
		if c.Sign() > 0 {
			f[k] = c.String()
		}
	}
	f["space"] = r.Space.String()
	put("unanimous", r.Unanimous)
	put("passing", r.Passing)
	put("admissible", r.Admissible)
	for id, c := range r.AcceptedBy {
		put("accepted_by."+id, c)
	}
	for id, c := range r.AcceptedByAllBut {
		put("all_but."+id, c)
	}
	for id, c := range r.RefusedByOnly {
		put("only."+id, c)
	}
	for what, list := range map[string][]Deal{"sum": r.GreatestSum, "least": r.Egalitarian, "nash": r.Nash, "pareto": r.Pareto} {
		var all []string
		for _, d := range list {
			all = append(all, line1(d.Terms))
		}
		slices.Sort(all)
		if len(all) > 0 {
			f[what] = strings.Join(all, "; ")
		}
	}
	return f
}

// randomScenario writes a small one: a few terms, sheets, lines, links and a rule.
func randomScenario(t *rapid.T) string {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	number := func(label string) string { return pick(label, "-3", "0", "1", "2", "2.5", "5", "0.25", "7", "10") }
	kinds := []struct {
		def    string
		values []string
	}{
		{"{flag: true}", []string{"true", "false"}},
		{"{choice: [un, none, nato]}", []string{"un", "none", "nato", "!= un"}},
		{"{quantity: 0..9000, step: 1500}", []string{"0", "1500", ">= 3000", "< 5000", "> 3100", "!= 0"}},
		{"{duration: [14d, 30d, 60d]}", []string{"14d", ">= 30d", "60d"}},
		{"{set: [a, b, c]}", []string{"a", "a, b"}},
	}
	var b strings.Builder
	n := rapid.IntRange(1, 4).Draw(t, "terms")
	var ids []string
	values := map[string][]string{}
	b.WriteString("scenario: x\nterms:\n")
	for i := range n {
		k := kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")]
		id := fmt.Sprintf("t%d", i)
		ids = append(ids, id)
		values[id] = k.values
		def := k.def
		if rapid.IntRange(0, 5).Draw(t, "reserved") == 0 {
			def = strings.TrimSuffix(def, "}") + ", reserved_to: [c]}"
		}
		fmt.Fprintf(&b, "  %s: %s\n", id, def)
	}
	tests := func() string {
		var parts []string
		seen := map[string]bool{}
		for range rapid.IntRange(1, 2).Draw(t, "tests") {
			id := pick("term", ids...)
			if seen[id] {
				continue
			}
			seen[id] = true
			v := pick("value", values[id]...)
			if values[id][0] == "a" {
				v = "[" + v + "]"
			} else {
				v = `"` + v + `"`
			}
			if rapid.IntRange(0, 5).Draw(t, "set") == 0 {
				v = pick("is", "{set: true}", "{set: false}")
			}
			parts = append(parts, id+": "+v)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	list := func(label string) string {
		var all []string
		for range rapid.IntRange(0, 2).Draw(t, label) {
			all = append(all, tests())
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	b.WriteString("capitals:\n")
	for i, id := range []string{"a", "b", "c", "d"} {
		var parts []string
		if i == 0 || rapid.Bool().Draw(t, "sheet") {
			var scores []string
			for _, x := range ids {
				var lines []string
				for _, v := range values[x] {
					if rapid.Bool().Draw(t, "scored") {
						lines = append(lines, fmt.Sprintf("%q: %s", v, number("points")))
					}
				}
				if len(lines) > 0 {
					scores = append(scores, x+": {"+strings.Join(lines, ", ")+"}")
				}
			}
			parts = append(parts, "scores: {"+strings.Join(scores, ", ")+"}")
			if i == 0 || rapid.Bool().Draw(t, "walks") {
				parts = append(parts, "walk_away: "+number("walk"))
			}
		}
		if rapid.Bool().Draw(t, "policy") {
			parts = append(parts, fmt.Sprintf("policy: {red_lines: %s, needs: %s, otherwise: %s}", list("red"), list("needs"),
				pick("otherwise", "consent", "consent", "object")))
		}
		fmt.Fprintf(&b, "  %s: {%s}\n", id, strings.Join(parts, ", "))
	}
	rule := pick("rule", "{unanimous: true}", "{yes: 2}", "{all_but: 1}", "{consensus_minus: 1}", "{any: [{consent_of: [a, b]}, {yes: 3}]}")
	fmt.Fprintf(&b, "procedures: {p: {stages: [{members: [a, b, c, d], rule: {yes: 1}}, {members: %s, rule: %s}]}}\n",
		pick("members", "[a, b, c, d]", "[a, b, c, d]", "[a, b, d]"), rule)
	fmt.Fprintf(&b, "plans: {p: {terms: {}}}\n")
	if k := rapid.IntRange(0, 2).Draw(t, "links"); k > 0 {
		b.WriteString("deals:\n  require:\n")
		for range k {
			fmt.Fprintf(&b, "    - {if: %s, then: %s}\n", tests(), tests())
		}
	}
	return b.String()
}

// waysToCount are options that make Analyze go about it in each way that it has.
func waysToCount() map[string]Options {
	vast, sieve, links := fullEffort, sieved(), sieved()
	vast.gates, links.open = 0, fullEffort.open
	return map[string]Options{
		"deal by deal":              {},
		"as if it were too large":   {Limit: 1, effort: &vast},
		"sieved":                    {effort: &sieve},
		"sieved, by what links say": {Limit: 1, effort: &links},
	}
}

// sieved is an effort with which the frontier of every space that can be gone through is sieved, with few partial deals in
// memory, and every opening looked for among all deals.
func sieved() effort {
	e := fullEffort
	e.quick, e.block, e.crowd, e.open = frontLimits{}, 4_000, 50, 1
	return e
}

// checkAgreed holds the number of efficient deals that all accept against the list.
func checkAgreed(t *rapid.T, r *Result) {
	n := 0
	for _, d := range r.Pareto {
		if len(d.Refused) == 0 {
			n++
		}
	}
	if u := r.Counts.Pareto.Unanimous; u == nil || u.String() != fmt.Sprint(n) {
		t.Fatalf("all accept %v deals of the frontier, and %d of its list", u, n)
	}
}

// TestAgainstBruteForce compares every figure and every list with one worked out the plain way, for all ways to count.
func TestAgainstBruteForce(t *testing.T) {
	looked, deals, zones := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		src := randomScenario(t)
		s := parse(t, src)
		want := newBrute(s).figures(t)
		for way, o := range waysToCount() {
			r, err := Analyze(context.Background(), s, o)
			if errors.Is(err, ErrNoTerms) && want["space"] == "1" {
				continue
			}
			if err != nil {
				t.Fatal(src, err)
			}
			got := figures(r)
			for k := range want {
				if got[k] != want[k] {
					t.Fatalf("%s\n%s: %s is\n%q, should be\n%q", src, way, k, got[k], want[k])
				}
			}
			for k := range got {
				if _, ok := want[k]; !ok && got[k] != "0" {
					t.Fatalf("%s\n%s: %s is %q and should not be there", src, way, k, got[k])
				}
			}
			if !r.Exact {
				t.Fatal("not exact: ", way, src)
			}
			if _, err := json.Marshal(r); err != nil {
				t.Fatal(err)
			}
			if r.Space.Sign() > 0 && (r.Unanimous.Sign() == 0) != (len(r.OpenedBy) > 0) {
				t.Fatalf("%s\n%s deals are accepted by all, and %d sets open the zone", src, r.Unanimous, len(r.OpenedBy))
			}
			checkOpenings(t, newBrute(s), r)
			checkAgreed(t, r)
			looked++
			deals += int(r.Space.Int64())
			if r.Unanimous.Sign() > 0 {
				zones++
			}
		}
	})
	if looked < 100 || zones < 10 || zones == looked {
		t.Errorf("looked at %d spaces with %d deals, %d of them with a zone of agreement: too few of some kind", looked, deals, zones)
	}
}
