package domains

import (
	"fmt"
	"math/big"
	"path/filepath"
	"strconv"
	"strings"
)

// Genius: a domain is a <negotiation_template> with <issue> elements, a profile a <utility_space> that repeats them with
// an evaluation each and has <weight>s beside them. The utility of a deal is the sum over issues of the weight times the
// evaluation: of a discrete value its evaluation divided by the issue's greatest, of a number a function of it.

// geniusFiles reads a domain and its profiles, in the order of their names.
func geniusFiles(d *Domain, files []file, o *Options) error {
	var domain *element
	var from string
	named := false
	type profile struct {
		name string
		root *element
	}
	var profiles []profile
	for _, f := range files {
		if strings.HasSuffix(strings.ToLower(f.name), "pareto.xml") {
			continue // what Genius computed from a domain
		}
		root, err := readXML(f.src)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		switch root.name {
		case "negotiation_template", "domain":
			if domain != nil && !f.named && !named {
				return fmt.Errorf("%s and %s are both domains: name the file of one of them", from, f.name)
			}
			if domain != nil && !f.named {
				continue
			}
			domain, from, named = root, f.name, f.named
		case "utility_space":
			profiles = append(profiles, profile{f.name, root})
		default:
			if f.named {
				return fmt.Errorf("%s: the root element is <%s>, neither a domain (<negotiation_template>) nor a profile (<utility_space>)", f.name, clip(root.name))
			}
			continue
		}
	}
	if domain != nil {
		d.Files = append(d.Files, from)
	}
	for _, p := range profiles {
		d.Files = append(d.Files, p.name)
	}
	if domain == nil {
		if len(profiles) == 0 {
			return fmt.Errorf("there is no Genius domain: none of the XML files has <negotiation_template> at its root")
		}
		domain, from = profiles[0].root, profiles[0].name
		d.lose(from, "there is no domain file: the issues are those of this profile")
	}
	d.Name = strings.TrimSuffix(from, filepath.Ext(from))
	g := &genius{d: d, o: o, index: map[string]int{}}
	if err := g.issues(from, domain); err != nil {
		return err
	}
	for _, p := range profiles {
		if err := g.profile(p.name, p.root); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

type genius struct {
	d     *Domain
	o     *Options
	index map[string]int // from Genius's number of an issue to its place
}

// kindOf is the kind of an issue: discrete if it doesn't say.
func kindOf(e *element) string {
	for _, a := range []string{"vtype", "type", "etype"} {
		if k := strings.ToLower(e.attr[a]); k != "" {
			return k
		}
	}
	return "discrete"
}

func (g *genius) issues(file string, root *element) error {
	var err error
	root.each("issue", func(e *element) {
		if err != nil {
			return
		}
		name := e.attr["name"]
		if name == "" {
			name = "issue " + e.attr["index"]
		}
		is := Issue{Name: name}
		where := file + ": " + name
		switch kind := kindOf(e); kind {
		case "discrete":
			for _, c := range e.children {
				if c.name == "item" {
					is.Values = append(is.Values, c.attr["value"])
				}
			}
		case "integer", "real":
			var low, high *big.Rat
			if low, high, err = rangeOf(e); err != nil {
				err = fmt.Errorf("%s: line %d: issue %q: %w", file, e.line, name, err)
				return
			}
			is = g.d.ranged(where, name, low, high, kind == "integer", g.o)
		default:
			err = fmt.Errorf("%s: line %d: issue %q is of the kind %q; discrete, integer and real are read", file, e.line, name, clip(kind))
			return
		}
		if i := e.attr["index"]; i != "" {
			g.index[i] = len(g.d.Issues)
		}
		g.d.Issues = append(g.d.Issues, is)
	})
	root.each("objective", func(outer *element) {
		outer.each("objective", func(e *element) {
			g.d.lose(file, "the issues are grouped under objectives such as %q: the groups are left out, as Genius itself leaves them out of a deal's utility", clip(e.attr["name"]))
		})
	})
	return err
}

// rangeOf reads the bounds of a number, which stand at the issue or in a <range>.
func rangeOf(e *element) (low, high *big.Rat, err error) {
	at := e
	if e.attr["lowerbound"] == "" && e.child("range") != nil {
		at = e.child("range")
	}
	if low, err = number(at.attr["lowerbound"]); err != nil {
		return nil, nil, fmt.Errorf("lowerbound: %w", err)
	}
	if high, err = number(at.attr["upperbound"]); err != nil {
		return nil, nil, fmt.Errorf("upperbound: %w", err)
	}
	if low.Cmp(high) > 0 {
		return nil, nil, fmt.Errorf("its lower bound %s is above its upper bound %s", decimal(low), decimal(high))
	}
	return low, high, nil
}

// ranged makes an issue of a range of numbers. Real numbers, and integers that are too many, become equal steps.
func (d *Domain) ranged(where, name string, low, high *big.Rat, integer bool, o *Options) Issue {
	is := Issue{Name: name}
	span := new(big.Rat).Sub(high, low)
	n := o.Steps
	if integer && low.IsInt() && high.IsInt() {
		if span.Num().IsInt64() && span.Num().Int64() < maxValues {
			n = int(span.Num().Int64())
		} else {
			n = wholeSteps(span.Num(), maxValues-1)
			d.lose(where, "the integers from %s to %s are too many: %d of them in equal steps stand for all", decimal(low), decimal(high), n+1)
		}
	} else if span.Sign() > 0 {
		d.lose(where, "the real numbers from %s to %s: %d of them in equal steps stand for all (--steps)", decimal(low), decimal(high), n+1)
	}
	is.Number = steps(low, high, n)
	for _, x := range is.Number {
		is.Values = append(is.Values, decimal(x))
	}
	return is
}

// wholeSteps is the greatest number of equal whole steps, at most most, into which a length can be parted.
func wholeSteps(length *big.Int, most int) int {
	for n := most; n > 1; n-- {
		if new(big.Int).Mod(length, big.NewInt(int64(n))).Sign() == 0 {
			return n
		}
	}
	return 1
}

// profile reads a <utility_space>.
func (g *genius) profile(file string, root *element) error {
	d := g.d
	p := Profile{Name: strings.TrimSuffix(file, filepath.Ext(file)), Utility: make([][]*big.Rat, len(d.Issues))}
	for _, name := range []string{"utility_function", "hyperrectangle", "constraint", "aggregation", "rule"} {
		found := false
		root.each(name, func(*element) { found = true })
		if found || strings.Contains(strings.ToLower(root.attr["type"]), "nonlinear") {
			return fmt.Errorf("its utilities do not add up (<%s>): a score sheet is a sum over terms, so the profile cannot be carried over", name)
		}
	}
	if r := root.child("reservation"); r != nil {
		n, err := number(r.attr["value"])
		if err != nil {
			return fmt.Errorf("line %d: reservation: %w", r.line, err)
		}
		p.Reservation = n
	}
	if f := root.child("discount_factor"); f != nil {
		if n, err := number(f.attr["value"]); err != nil || n.Cmp(big.NewRat(1, 1)) != 0 && n.Sign() != 0 {
			d.lose(file, "the discount factor %s: utilities do not shrink with time here", clip(f.attr["value"]))
		}
	}
	weights, err := g.weights(root)
	if err != nil {
		return err
	}
	root.each("issue", func(e *element) {
		if err != nil {
			return
		}
		i, known := g.index[e.attr["index"]]
		if j := d.issue(e.attr["name"]); j >= 0 {
			i, known = j, true
		}
		if !known {
			err = fmt.Errorf("line %d: the domain has no issue %q", e.line, clip(e.attr["name"]))
			return
		}
		w := weights[e.attr["index"]]
		if w == nil {
			d.lose(file+": "+d.Issues[i].Name, "the issue has no weight: it is worth nothing to this party")
			w = zero()
		}
		var values []*big.Rat
		if values, err = g.evaluations(file, e, &d.Issues[i]); err != nil {
			err = fmt.Errorf("line %d: issue %q: %w", e.line, d.Issues[i].Name, err)
			return
		}
		p.Utility[i] = make([]*big.Rat, len(values))
		for k, v := range values {
			p.Utility[i][k] = new(big.Rat).Mul(w, v)
		}
	})
	if err != nil {
		return err
	}
	for i := range p.Utility {
		if p.Utility[i] == nil {
			d.lose(file+": "+d.Issues[i].Name, "the profile does not speak of the issue: it is worth nothing to this party")
		}
	}
	if most := p.most(); most.Cmp(big.NewRat(1_000_001, 1_000_000)) > 0 {
		d.lose(file, "the best deal is worth %s: Genius cuts utilities off at 1, and they are not cut off here", most.FloatString(6))
	}
	d.Profiles = append(d.Profiles, p)
	return nil
}

// weights reads every <weight>, by the number of its issue.
func (g *genius) weights(root *element) (map[string]*big.Rat, error) {
	all := map[string]*big.Rat{}
	var err error
	root.each("weight", func(e *element) {
		n, e2 := number(e.attr["value"])
		if e2 != nil && err == nil {
			err = fmt.Errorf("line %d: weight: %w", e.line, e2)
		}
		all[e.attr["index"]] = n
	})
	return all, err
}

// evaluations are what the values of an issue are worth before weighing.
func (g *genius) evaluations(file string, e *element, is *Issue) ([]*big.Rat, error) {
	where := file + ": " + is.Name
	items := map[string]*element{}
	for _, c := range e.children {
		if c.name == "item" {
			items[c.attr["value"]] = c
			if cost, err := number(c.attr["cost"]); err == nil && cost.Sign() != 0 {
				g.d.lose(where, "the values have costs, which no utility takes into account")
			}
		}
	}
	if len(items) == 0 {
		return g.function(where, e, is)
	}
	out := make([]*big.Rat, len(is.Values))
	most := zero()
	for k, v := range is.Values {
		out[k] = zero()
		item := items[v]
		if item == nil {
			g.d.lose(where, "the value %q has no evaluation: it is worth nothing", clip(v))
			continue
		}
		text := item.attr["evaluation"]
		if text == "" || text == "null" {
			g.d.lose(where, "the value %q has no evaluation: it is worth nothing", clip(v))
			continue
		}
		n, err := number(text)
		if err != nil {
			return nil, fmt.Errorf("the evaluation of %q: %w", clip(v), err)
		}
		out[k] = n
		if n.Cmp(most) > 0 {
			most = n
		}
	}
	for v := range items {
		if !contains(is.Values, v) {
			return nil, fmt.Errorf("the domain has no value %q", clip(v))
		}
	}
	for k := range out {
		if most.Cmp(big.NewRat(1, 100_000)) < 0 {
			out[k] = zero() // as Genius does
		} else {
			out[k] = new(big.Rat).Quo(out[k], most)
		}
	}
	return out, nil
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

// function reads an <evaluator>: a linear, constant or triangular function of a number.
func (g *genius) function(where string, e *element, is *Issue) ([]*big.Rat, error) {
	ev := e.child("evaluator")
	if ev == nil || is.Number == nil {
		g.d.lose(where, "the issue has no evaluations: it is worth nothing to this party")
		return make([]*big.Rat, 0), nil
	}
	arg := map[string]*big.Rat{}
	for _, a := range []string{"slope", "offset", "parameter0", "parameter1", "parameter2"} {
		if ev.attr[a] != "" {
			n, err := number(ev.attr[a])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", a, err)
			}
			arg[a] = n
		}
	}
	need := func(names ...string) error {
		for _, n := range names {
			if arg[n] == nil {
				return fmt.Errorf("its evaluator says no %s", n)
			}
		}
		return nil
	}
	kind := strings.ToLower(ev.attr["ftype"])
	var f func(x *big.Rat) *big.Rat
	switch {
	case arg["slope"] != nil || arg["offset"] != nil: // of an integer: counted from its lower bound
		if err := need("slope", "offset"); err != nil {
			return nil, err
		}
		low := is.Number[0]
		f = func(x *big.Rat) *big.Rat {
			y := new(big.Rat).Sub(x, low)
			return clamp(y.Add(y.Mul(y, arg["slope"]), arg["offset"]))
		}
	case kind == "linear":
		if err := need("parameter0", "parameter1"); err != nil {
			return nil, err
		}
		f = func(x *big.Rat) *big.Rat {
			y := new(big.Rat).Mul(x, arg["parameter1"])
			return clamp(y.Add(y, arg["parameter0"]))
		}
	case kind == "constant":
		if err := need("parameter0"); err != nil {
			return nil, err
		}
		f = func(*big.Rat) *big.Rat { return arg["parameter0"] }
	case kind == "triangular":
		if err := need("parameter0", "parameter1", "parameter2"); err != nil {
			return nil, err
		}
		f = func(x *big.Rat) *big.Rat { return triangle(x, arg["parameter0"], arg["parameter1"], arg["parameter2"]) }
	default:
		return nil, fmt.Errorf("its evaluator is of the type %s; linear, constant and triangular ones are read", strconv.Quote(clip(kind)))
	}
	out := make([]*big.Rat, len(is.Number))
	for k, x := range is.Number {
		out[k] = f(x)
	}
	return out, nil
}

// triangle rises from 0 at low to 1 at top, and falls to 0 at high.
func triangle(x, low, high, top *big.Rat) *big.Rat {
	between := func(a, b *big.Rat) *big.Rat { // the part of the way from a to b at which x lies
		return new(big.Rat).Quo(new(big.Rat).Sub(x, a), new(big.Rat).Sub(b, a))
	}
	switch {
	case x.Cmp(low) < 0 || x.Cmp(high) >= 0:
		return zero()
	case x.Cmp(top) < 0:
		return between(low, top)
	}
	return new(big.Rat).Sub(big.NewRat(1, 1), between(top, high))
}

// most is the greatest utility that a deal can have.
func (p *Profile) most() *big.Rat {
	sum := zero()
	if p.Bias != nil {
		sum.Add(sum, p.Bias)
	}
	for _, values := range p.Utility {
		if best := bestOf(values); best >= 0 {
			sum.Add(sum, values[best])
		}
	}
	return sum
}

// least is the least utility that a deal can have.
func (p *Profile) least() *big.Rat {
	sum := zero()
	if p.Bias != nil {
		sum.Add(sum, p.Bias)
	}
	for _, values := range p.Utility {
		worst := zero()
		for k, v := range values {
			if k == 0 || v.Cmp(worst) < 0 {
				worst = v
			}
		}
		sum.Add(sum, worst)
	}
	return sum
}

// bestOf is the place of the greatest number, -1 if there is none.
func bestOf(values []*big.Rat) int {
	best := -1
	for k, v := range values {
		if best < 0 || v.Cmp(values[best]) > 0 {
			best = k
		}
	}
	return best
}
