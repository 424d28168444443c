package domains

import (
	"fmt"
	"math/big"
	"path/filepath"
	"strings"
)

// geniusWeb reads {"name", "issuesValues"} and profiles {"LinearAdditiveUtilitySpace": {"domain", "name", "issueUtilities",
// "issueWeights", "reservationBid"}}. The utility is the sum of weights times utilities; that of the reservation bid is what
// no agreement is worth.
func geniusWeb(d *Domain, files []parsed, o *Options) error {
	domain, from, err := findWebDomain(files)
	if err != nil {
		return err
	}
	var profiles []parsed
	for _, f := range files {
		kind, space := webSpace(f.root)
		if space == nil {
			continue
		}
		rank, wanted := o.takes(f.name, space.get("name").word())
		switch other := space.get("domain", "name").word(); {
		case !wanted:
			continue
		case domain != nil && rank < 0 && !f.named && other != "" && domain.has("name") && other != domain.get("name").word():
			d.lose(f.name, "a profile of another domain, %s: it is left out", clip(other))
			continue
		case kind != "LinearAdditiveUtilitySpace":
			return fmt.Errorf("%s: a profile of the kind %s, which is no sum over issues, cannot be carried over; LinearAdditiveUtilitySpace can (--profile chooses among the profiles)", f.name, clip(kind))
		case domain == nil:
			domain, from = space.get("domain"), f.name
		}
		f.rank = rank
		profiles = append(profiles, f)
	}
	if domain == nil {
		return fmt.Errorf("there is no GeniusWeb domain: no JSON file has issuesValues")
	}
	if len(profiles) == 0 || from != profiles[0].name {
		d.Files = append(d.Files, from)
	}
	if d.Name = domain.get("name").word(); d.Name == "" {
		d.Name = strings.TrimSuffix(from, filepath.Ext(from))
	}
	issues := domain.get("issuesValues")
	if issues == nil || issues.kind != treeMap {
		return fmt.Errorf("%s: issuesValues is a mapping from issues, not %s", from, kindName(issues))
	}
	for _, name := range issues.keys {
		is, err := d.webIssue(from, name, issues.values[name], o)
		if err != nil {
			return fmt.Errorf("%s: issue %q: %w", from, clip(name), err)
		}
		d.Issues = append(d.Issues, is)
	}
	for _, f := range profiles {
		p, err := d.webProfile(&f)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		d.Files = append(d.Files, f.name)
		d.Profiles = append(d.Profiles, *p)
	}
	return nil
}

// findWebDomain finds the file of the domain: the one that was named, or the only one; nil if there is none, or a profile was
// named, which holds its own.
func findWebDomain(files []parsed) (domain *tree, from string, err error) {
	for _, f := range files {
		if _, space := webSpace(f.root); f.named && space.has("domain") {
			return space.get("domain"), f.name, nil
		}
	}
	named := false
	for _, f := range files {
		switch {
		case !f.root.has("issuesValues") || named:
		case f.named:
			domain, from, named = f.root, f.name, true
		case domain == nil:
			domain, from = f.root, f.name
		case err == nil:
			err = fmt.Errorf("%s and %s are both domains: name a folder with one of them, or its file", from, f.name)
		}
	}
	if named {
		err = nil
	}
	return domain, from, err
}

// webSpace is the kind and the inside of a profile, nil if a file is none: {KIND: {"domain": ..., ...}}.
func webSpace(root *tree) (kind string, space *tree) {
	if root.kind != treeMap || len(root.keys) != 1 {
		return "", nil
	}
	kind = root.keys[0]
	if space = root.values[kind]; kind == "LinearAdditiveUtilitySpace" || space.has("domain") {
		return kind, space
	}
	return "", nil
}

// webIssue reads {"values": [...]} or {"range": [low, high, step]}.
func (d *Domain) webIssue(from, name string, t *tree, o *Options) (Issue, error) {
	if values := t.get("values"); values != nil && values.kind == treeList {
		is := Issue{Name: name}
		for _, v := range values.list {
			if v.kind != treeText && v.kind != treeNumber {
				return is, fmt.Errorf("a value is a text, not %s", v.kind)
			}
			is.Values = append(is.Values, v.text)
		}
		return is, nil
	}
	r := t.get("range")
	if r == nil {
		r = t
	}
	if r.kind != treeList || len(r.list) != 3 {
		return Issue{}, fmt.Errorf("it has neither values nor a range of three numbers")
	}
	var n [3]*big.Rat
	for i := range n {
		var err error
		if n[i], err = number(r.list[i].text); err != nil {
			return Issue{}, fmt.Errorf("range: %w", err)
		}
	}
	if n[2].Sign() <= 0 || n[0].Cmp(n[1]) > 0 {
		return Issue{}, fmt.Errorf("range: from %s to %s in steps of %s leads nowhere", decimal(n[0]), decimal(n[1]), decimal(n[2]))
	}
	// As many steps as fit: the last value may lie below the range's end.
	count := new(big.Rat).Quo(new(big.Rat).Sub(n[1], n[0]), n[2])
	whole := new(big.Int).Quo(count.Num(), count.Denom())
	high := new(big.Rat).Add(n[0], new(big.Rat).Mul(n[2], new(big.Rat).SetInt(whole)))
	k := 0
	if whole.IsInt64() && whole.Int64() < maxValues {
		k = int(whole.Int64())
	} else {
		k = wholeSteps(whole, maxValues-1)
		d.lose(from+": "+name, "the range has %s values, which are too many: %d of them in equal steps stand for all", new(big.Int).Add(whole, big.NewInt(1)), k+1)
	}
	is := Issue{Name: name, Number: steps(n[0], high, k)}
	for _, x := range is.Number {
		is.Values = append(is.Values, decimal(x))
	}
	return is, nil
}

func (d *Domain) webProfile(f *parsed) (*Profile, error) {
	space := f.root.get("LinearAdditiveUtilitySpace")
	p := &Profile{Name: space.get("name").word(), Utility: make([][]*big.Rat, len(d.Issues)), rank: f.rank}
	if p.Name == "" {
		p.Name = f.stem()
	}
	for i := range d.Issues {
		is := &d.Issues[i]
		where := f.name + ": " + is.Name
		u := space.get("issueUtilities", is.Name)
		if u == nil {
			d.lose(where, "the profile does not speak of the issue: it is worth nothing to this party")
			continue
		}
		w, err := numberAt(space, "issueWeights", is.Name)
		if err != nil {
			return nil, err
		}
		values, err := d.webUtilities(where, u, is)
		if err != nil {
			return nil, fmt.Errorf("issue %q: %w", clip(is.Name), err)
		}
		for _, v := range values {
			p.Utility[i] = append(p.Utility[i], new(big.Rat).Mul(w, v))
		}
	}
	for _, name := range space.get("issueUtilities").mapKeys() {
		if d.issue(name) < 0 {
			return nil, fmt.Errorf("the domain has no issue %q", clip(name))
		}
	}
	if err := d.webBesides(f, p, space); err != nil {
		return nil, err
	}
	return p, d.webReservation(f, p, space.get("reservationBid"))
}

// webBesides reads what NegMAS writes into such files besides: a reserved value, which counts if there is no bid, and a
// discount factor.
func (d *Domain) webBesides(f *parsed, p *Profile, space *tree) error {
	if t := space.get("reserved_value"); t != nil && t.kind != treeNull {
		n, err := numberAt(space, "reserved_value")
		if err != nil {
			return err
		}
		p.Reservation = n
	}
	if t := space.get("discount_factor"); t != nil && t.kind != treeNull {
		if n, err := numberAt(space, "discount_factor"); err != nil || n.Cmp(big.NewRat(1, 1)) != 0 {
			d.lose(f.name, "the discount factor %s: utilities do not shrink with time here", clip(t.text))
		}
	}
	return nil
}

// webReservation turns the bid that a party gets without an agreement into its utility. Issues that the bid leaves out are
// worth nothing.
func (d *Domain) webReservation(f *parsed, p *Profile, bid *tree) error {
	values := bid.get("issuevalues")
	if values == nil || values.kind != treeMap {
		return nil
	}
	sum := zero()
	for _, name := range values.keys {
		i := d.issue(name)
		if i < 0 {
			return fmt.Errorf("reservationBid: the domain has no issue %q", clip(name))
		}
		k := -1
		for n, v := range d.Issues[i].Values {
			if v == values.values[name].text || same(d.Issues[i].Number, n, values.values[name].text) {
				k = n
			}
		}
		if k < 0 {
			return fmt.Errorf("reservationBid: %q is no value of %q", clip(values.values[name].text), clip(name))
		}
		if len(p.Utility[i]) > 0 {
			sum.Add(sum, p.Utility[i][k])
		}
	}
	p.Reservation = sum
	d.lose(f.name, "the reservation bid: what counts here is its utility, %s, below which the party walks away", decimal(sum))
	return nil
}

func same(numbers []*big.Rat, k int, text string) bool {
	if numbers == nil {
		return false
	}
	n, err := number(text)
	return err == nil && n.Cmp(numbers[k]) == 0
}

func (t *tree) mapKeys() []string {
	if t == nil {
		return nil
	}
	return t.keys
}

// either is the first of some keys that there is.
func (t *tree) either(keys ...string) *tree {
	for _, k := range keys {
		if v := t.get(k); v != nil {
			return v
		}
	}
	return nil
}

// webUtilities reads {"DiscreteValueSetUtilities": {"valueUtilities": {...}}} or {"NumberValueSetUtilities": {"lowValue",
// ...}}, which is linear. They were called discreteutils and numberutils at first.
func (d *Domain) webUtilities(where string, u *tree, is *Issue) ([]*big.Rat, error) {
	out := make([]*big.Rat, len(is.Values))
	if t := u.either("DiscreteValueSetUtilities", "discreteutils").get("valueUtilities"); t != nil {
		for k, v := range is.Values {
			out[k] = zero()
			if !t.has(v) {
				d.lose(where, "the value %q has no utility: it is worth nothing", clip(v))
				continue
			}
			n, err := numberAt(t, v)
			if err != nil {
				return nil, err
			}
			out[k] = n
		}
		for _, v := range t.mapKeys() {
			if !contains(is.Values, v) {
				return nil, fmt.Errorf("the domain has no value %q", clip(v))
			}
		}
		return out, nil
	}
	t := u.either("NumberValueSetUtilities", "numberutils")
	if t == nil || is.Number == nil {
		return nil, fmt.Errorf("its utilities are neither DiscreteValueSetUtilities nor, for a range, NumberValueSetUtilities")
	}
	var n [4]*big.Rat
	for i, key := range []string{"lowValue", "lowUtility", "highValue", "highUtility"} {
		var err error
		if n[i], err = numberAt(t, key); err != nil {
			return nil, err
		}
	}
	if n[0].Cmp(n[2]) == 0 {
		return nil, fmt.Errorf("lowValue and highValue are the same")
	}
	slope := new(big.Rat).Quo(new(big.Rat).Sub(n[3], n[1]), new(big.Rat).Sub(n[2], n[0]))
	for k, x := range is.Number {
		y := new(big.Rat).Mul(slope, new(big.Rat).Sub(x, n[0]))
		out[k] = y.Add(y, n[1])
	}
	return out, nil
}
