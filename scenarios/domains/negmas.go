package domains

import (
	"fmt"
	"math/big"
	"strings"
)

// NegMAS writes an outcome space with its issues to one file and each utility function to another, in YAML or JSON; one file
// with issues and ufuns is read too. The utility of an outcome is a bias and the sum over issues of the weight times what
// the issue's function says. (Its Genius XML is read as Genius.)

// classOf is what sort of object a tree is: the last part of its Python class.
func classOf(t *tree) string {
	for _, k := range []string{"type", "__python_class__"} {
		if c := t.get(k).word(); c != "" {
			return c[strings.LastIndex(c, ".")+1:]
		}
	}
	return ""
}

// isFun reports whether a tree is a utility function.
func isFun(t *tree) bool {
	c := strings.ToLower(classOf(t))
	return strings.Contains(c, "fun") && t.kind == treeMap
}

// negFun is a utility function before its domain is known.
type negFun struct {
	where, name string
	rank        int
	t           *tree
}

func negMAS(d *Domain, files []parsed, o *Options) error {
	var space *tree
	from := ""
	var funs []negFun
	add := func(where, file, name string, t *tree) {
		if rank, wanted := o.takes(file, name); wanted {
			funs = append(funs, negFun{where, name, rank, t})
		}
	}
	for _, f := range files {
		whole := f.root
		if whole.has("outcome_space") && whole.has("ufuns") {
			whole = merged(whole)
		}
		switch {
		case strings.Contains(classOf(whole), "OutcomeSpace") || whole.has("issues") && !isFun(whole) && !whole.has("issueWeights"):
			if space != nil {
				return fmt.Errorf("%s and %s are both outcome spaces: name a folder with one of them, or its file", from, f.name)
			}
			space, from = whole, f.name
			for i, u := range list(whole.get("ufuns")) {
				name := u.get("name").word()
				if name == "" {
					name = fmt.Sprintf("party %d", i+1)
				}
				add(fmt.Sprintf("%s: ufuns[%d]", f.name, i), f.name, name, u)
			}
		case isFun(whole):
			name := whole.get("name").word()
			if name == "" {
				name = f.stem()
			}
			n := len(funs)
			if add(f.name, f.name, name, whole); len(funs) == n {
				continue
			}
		default:
			continue
		}
		d.Files = append(d.Files, f.name)
	}
	for _, f := range funs { // a function may hold its outcome space
		if space == nil {
			if space = f.t.either("outcome_space"); space == nil {
				space = f.t.get("ufun", "outcome_space")
			}
			from = f.where
		}
	}
	if space == nil && len(funs) > 0 {
		return fmt.Errorf("there is no NegMAS outcome space: no file has issues; %s is a %s", funs[0].where, clip(classOf(funs[0].t)))
	}
	if space == nil {
		return fmt.Errorf("there is no NegMAS outcome space: no file has issues")
	}
	if d.Name = space.get("name").word(); d.Name == "" {
		d.Name = strings.TrimSuffix(from, extension(from))
	}
	for i, t := range list(space.get("issues")) {
		is, err := d.negIssue(from, i, t, o)
		if err != nil {
			return fmt.Errorf("%s: issues[%d]: %w", from, i, err)
		}
		d.Issues = append(d.Issues, is)
	}
	for _, f := range funs {
		p := &Profile{Name: strings.TrimSuffix(f.name, extension(f.name)), rank: f.rank}
		if err := d.negFun(f.where, p, f.t); err != nil {
			return fmt.Errorf("%s: %w", f.where, err)
		}
		d.Profiles = append(d.Profiles, *p)
	}
	return nil
}

// merged is a scenario in one file as an outcome space with ufuns.
func merged(t *tree) *tree {
	m := &tree{kind: treeMap, values: map[string]*tree{}}
	space := t.get("outcome_space")
	for _, k := range space.mapKeys() {
		m.keys = append(m.keys, k)
		m.values[k] = space.values[k]
	}
	m.keys = append(m.keys, "ufuns")
	m.values["ufuns"] = t.get("ufuns")
	return m
}

func list(t *tree) []*tree {
	if t == nil {
		return nil
	}
	return t.list
}

func (d *Domain) negIssue(from string, i int, t *tree, o *Options) (Issue, error) {
	name := t.get("name").word()
	if name == "" {
		name = fmt.Sprintf("issue %d", i+1)
	}
	class, values := classOf(t), t.get("values")
	if values == nil {
		return Issue{}, fmt.Errorf("it has no values")
	}
	if values.kind == treeNumber { // 10 stands for 0 to 9
		n, err := number(values.text)
		if err != nil || !n.IsInt() || n.Sign() <= 0 {
			return Issue{}, fmt.Errorf("values: %s is not a number of values", clip(values.text))
		}
		return d.ranged(from+": "+name, name, zero(), n.Sub(n, big.NewRat(1, 1)), true, o), nil
	}
	if values.kind != treeList {
		return Issue{}, fmt.Errorf("values: a list, not %s", values.kind)
	}
	if strings.Contains(class, "Infinite") || strings.Contains(class, "Callable") {
		return Issue{}, fmt.Errorf("an issue of the kind %s has no end of values", clip(class))
	}
	if strings.HasPrefix(class, "Contiguous") || strings.HasPrefix(class, "Continuous") {
		if len(values.list) != 2 {
			return Issue{}, fmt.Errorf("values: a range is its two ends")
		}
		low, err := number(values.list[0].text)
		if err != nil {
			return Issue{}, err
		}
		high, err := number(values.list[1].text)
		if err != nil {
			return Issue{}, err
		}
		if low.Cmp(high) > 0 {
			return Issue{}, fmt.Errorf("values: %s is above %s", decimal(low), decimal(high))
		}
		return d.ranged(from+": "+name, name, low, high, strings.HasPrefix(class, "Contiguous"), o), nil
	}
	is := Issue{Name: name}
	numbers := true
	for _, v := range values.list {
		if v.kind != treeText && v.kind != treeNumber {
			return is, fmt.Errorf("a value is a text or a number, not %s", v.kind)
		}
		is.Values = append(is.Values, v.text)
		numbers = numbers && v.kind == treeNumber
	}
	if numbers {
		is.Number = evenly(is.Values)
	}
	return is, nil
}

// evenly returns numbers if they rise in equal steps.
func evenly(values []string) []*big.Rat {
	var all []*big.Rat
	for _, v := range values {
		n, err := number(v)
		if err != nil {
			return nil
		}
		all = append(all, n)
	}
	for i := 1; i < len(all); i++ {
		step := new(big.Rat).Sub(all[i], all[i-1])
		if step.Sign() <= 0 || step.Cmp(new(big.Rat).Sub(all[1], all[0])) != 0 {
			return nil
		}
	}
	return all
}

// negFun reads a utility function.
func (d *Domain) negFun(where string, p *Profile, t *tree) error {
	class := classOf(t)
	if inner := t.get("ufun"); inner != nil && strings.Contains(class, "Discounted") {
		d.lose(where, "%s: utilities do not shrink with time here", clip(class))
		if inner.has("reserved_value") || !t.has("reserved_value") {
			return d.negFun(where, p, inner)
		}
		if err := d.negFun(where, p, inner); err != nil {
			return err
		}
		return d.negReserve(where, p, t)
	}
	p.Utility = make([][]*big.Rat, len(d.Issues))
	if err := d.negReserve(where, p, t); err != nil {
		return err
	}
	if t.has("bias") && class != "ConstUtilityFunction" {
		n, err := numberAt(t, "bias")
		if err != nil {
			return err
		}
		if n.Sign() != 0 {
			p.Bias = n
		}
	}
	switch class {
	case "ConstUtilityFunction":
		n, err := numberAt(t, "value")
		p.Bias = n
		return err
	case "LinearAdditiveUtilityFunction", "LinearUtilityAggregationFunction", "AffineUtilityFunction", "LinearUtilityFunction":
	default:
		return fmt.Errorf("a utility function of the kind %s cannot be carried over: a score sheet is a sum over terms", clip(class))
	}
	for i := range d.Issues {
		is := &d.Issues[i]
		w := big.NewRat(1, 1)
		if weights := t.get("weights"); weights != nil {
			var err error
			if w, err = at(weights, i, is.Name); err != nil {
				return fmt.Errorf("weights: %w", err)
			}
		}
		f := t.get("values")
		switch {
		case f == nil:
		case f.kind == treeList && i < len(f.list):
			f = f.list[i]
		case f.kind == treeMap:
			f = f.get(is.Name)
		}
		row, err := valueFun(f, is)
		if err != nil {
			return fmt.Errorf("issue %q: %w", clip(is.Name), err)
		}
		for _, v := range row {
			p.Utility[i] = append(p.Utility[i], new(big.Rat).Mul(w, v))
		}
	}
	return nil
}

// negReserve reads what no agreement is worth: without end below, any agreement is better.
func (d *Domain) negReserve(where string, p *Profile, t *tree) error {
	r := t.get("reserved_value")
	if r == nil || r.kind == treeNull {
		return nil
	}
	switch strings.ToLower(r.text) {
	case "-infinity", "-.inf", "-inf", "nan", ".nan":
		d.lose(where, "the reserved value %s: the party has no walk-away, and takes any agreement", r.text)
		return nil
	}
	n, err := number(r.text)
	if err != nil {
		return fmt.Errorf("reserved_value: %w", err)
	}
	p.Reservation = n
	return nil
}

// at returns the i-th number of a list, or the named one of a mapping.
func at(t *tree, i int, name string) (*big.Rat, error) {
	switch {
	case t.kind == treeList && i < len(t.list):
		return number(t.list[i].text)
	case t.kind == treeMap:
		return numberAt(t, name)
	}
	return nil, fmt.Errorf("there is none for %q", clip(name))
}
