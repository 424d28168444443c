package domains

import (
	"fmt"
	"math/big"
	"strings"
)

// profile reads a <utility_space>.
func (g *genius) profile(f *xmlFile) (*Profile, error) {
	d, root := g.d, f.root
	if err := additive(root); err != nil {
		return nil, err
	}
	p := &Profile{Name: f.stem(), Utility: make([][]*big.Rat, len(d.Issues)), rank: f.rank}
	if err := g.besides(f, p); err != nil {
		return nil, err
	}
	weights, err := g.weights(f, p)
	if err != nil {
		return nil, err
	}
	root.each("issue", func(e *element) {
		if err == nil {
			err = g.worth(f.name, e, weights, p)
		}
	})
	if err != nil {
		return nil, err
	}
	for i := range p.Utility {
		if p.Utility[i] == nil {
			d.lose(f.name+": "+d.Issues[i].Name, "the profile does not speak of the issue: it is worth nothing to this party")
		}
	}
	if most := p.most(); !g.raw && most.Cmp(big.NewRat(1_000_001, 1_000_000)) > 0 {
		d.lose(f.name, "the best deal is worth %s: Genius cuts utilities off at 1, and they are not cut off here", most.FloatString(6))
	}
	return p, nil
}

// additive refuses utilities that are more than sums over issues.
func additive(root *element) error {
	for _, name := range []string{"utility_function", "utility", "ufun", "hyperrectangle", "constraint", "aggregation", "rule"} {
		found := false
		root.each(name, func(*element) { found = true })
		if found {
			return fmt.Errorf("its utilities do not add up (it has <%s>): a score sheet is a sum over terms, so the profile cannot be carried over", name)
		}
	}
	if kind := root.attr["type"]; strings.Contains(strings.ToLower(kind), "nonlinear") {
		return fmt.Errorf("its utilities do not add up (its type is %q): a score sheet is a sum over terms, so the profile cannot be carried over", clip(kind))
	}
	return nil
}

// besides reads what a profile says beside its issues, wherever it stands: Genius looks for it at every depth.
func (g *genius) besides(f *xmlFile, p *Profile) error {
	var err error
	f.root.each("reservation", func(e *element) {
		n, wrong := number(e.attr["value"])
		switch {
		case wrong != nil && err == nil:
			err = fmt.Errorf("line %d: reservation: %w", e.line, wrong)
		case wrong == nil && p.Reservation != nil && n.Cmp(p.Reservation) != 0:
			g.d.lose(f.name, "a second reservation value, %s: %s counts", decimal(n), decimal(p.Reservation))
		case wrong == nil && p.Reservation == nil:
			p.Reservation = n
		}
	})
	f.root.each("discount_factor", func(e *element) {
		if n, wrong := number(e.attr["value"]); wrong != nil || n.Cmp(big.NewRat(1, 1)) != 0 && n.Sign() != 0 {
			g.d.lose(f.name, "the discount factor %s: utilities do not shrink with time here", clip(e.attr["value"]))
		}
	})
	if strings.EqualFold(f.root.attr["type"], "uncertain") {
		g.d.lose(f.name, "uncertain preferences: in Genius the party is shown only how some deals compare, here it knows its score sheet")
	}
	f.root.each("similarity_function", func(*element) {
		g.d.lose(f.name, "similarity functions, which no utility takes into account")
	})
	return err
}

// weights reads every <weight>, by the number of its issue.
func (g *genius) weights(f *xmlFile, p *Profile) (map[string]*big.Rat, error) {
	all := map[string]*big.Rat{}
	numbers := map[string]bool{}
	f.root.each("issue", func(e *element) { numbers[e.attr["index"]] = true })
	groups := map[string]bool{}
	f.root.each("objective", func(e *element) { groups[e.attr["index"]] = true })
	var err error
	f.root.each("weight", func(e *element) {
		n, wrong := number(e.attr["value"])
		if wrong != nil {
			if err == nil {
				err = fmt.Errorf("line %d: weight: %w", e.line, wrong)
			}
			return
		}
		i := e.attr["index"]
		switch _, known := g.index[i]; {
		case known || numbers[i]:
			all[i] = n
		case g.raw && n.Sign() != 0:
			if p.Bias == nil {
				p.Bias = zero()
			}
			p.Bias.Add(p.Bias, n)
		case !g.groups[i] && !groups[i] && n.Sign() != 0:
			g.d.lose(f.name, "the weight %s of an issue number %s that there is not: Genius passes it over (--format negmas adds it to every deal)", decimal(n), clip(i))
		}
	})
	return all, err
}

// worth reads what an issue is worth to a profile.
func (g *genius) worth(file string, e *element, weights map[string]*big.Rat, p *Profile) error {
	d := g.d
	i, known := g.index[e.attr["index"]]
	if j := d.issue(e.attr["name"]); j >= 0 {
		i, known = j, true
	}
	if !known {
		return other("line %d: the domain has no issue %q", e.line, clip(e.attr["name"]))
	}
	is := &d.Issues[i]
	if p.Utility[i] != nil {
		return fmt.Errorf("line %d: the issue %q is evaluated twice", e.line, clip(is.Name))
	}
	w := weights[e.attr["index"]]
	if w == nil {
		d.lose(file+": "+is.Name, "the issue has no weight: it is worth nothing to this party")
		w = zero()
	}
	values, err := g.evaluations(file, e, is)
	if err != nil {
		if o, ok := err.(*otherDomain); ok {
			return other("line %d: issue %q: %v", e.line, clip(is.Name), o)
		}
		return fmt.Errorf("line %d: issue %q: %w", e.line, clip(is.Name), err)
	}
	p.Utility[i] = make([]*big.Rat, len(values))
	for k, v := range values {
		p.Utility[i][k] = new(big.Rat).Mul(w, v)
	}
	return nil
}

// evaluations are what the values of an issue are worth before weighing.
func (g *genius) evaluations(file string, e *element, is *Issue) ([]*big.Rat, error) {
	where := file + ": " + is.Name
	items := map[string]*element{}
	var order []string
	for _, c := range e.children {
		if c.name != "item" {
			continue
		}
		v := c.attr["value"]
		if items[v] == nil {
			order = append(order, v)
		}
		items[v] = c
		if cost, err := number(c.attr["cost"]); err == nil && cost.Sign() != 0 {
			g.d.lose(where, "the values have costs, which no utility takes into account")
		}
	}
	if len(items) == 0 {
		return g.function(where, e, is)
	}
	for _, v := range order {
		if !contains(is.Values, v) {
			return nil, other("the domain has no value %q", clip(v))
		}
	}
	out := make([]*big.Rat, len(is.Values))
	for k, v := range is.Values {
		out[k] = zero()
		if items[v] == nil || evaluation(items[v]) == "" {
			g.d.lose(where, "the value %q has no evaluation: it is worth nothing", clip(v))
			continue
		}
		n, err := number(evaluation(items[v]))
		if err != nil {
			return nil, fmt.Errorf("the evaluation of %q: %w", clip(v), err)
		}
		out[k] = n
	}
	if !g.raw {
		relative(out)
	}
	return out, nil
}

// relative divides evaluations by their greatest, as Genius does: where that is next to nothing, all of them are.
func relative(values []*big.Rat) {
	most := values[bestOf(values)]
	tiny := most.Cmp(big.NewRat(1, 100_000)) < 0
	for k := range values {
		if tiny {
			values[k] = zero()
		} else {
			values[k] = new(big.Rat).Quo(values[k], most)
		}
	}
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}
