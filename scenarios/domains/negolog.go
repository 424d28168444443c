package domains

import (
	"fmt"
	"math/big"
	"strings"
)

// negoLog reads profiles {"reservationValue", "issueWeights", "issues"}: the utility is the sum of weights times values.
// The domain is what the profiles have in common; specs.json gives it a name.
func negoLog(d *Domain, files []parsed, o *Options) error {
	var profiles []parsed
	var specs *tree
	for _, f := range files {
		switch {
		case f.root.has("issueWeights") && f.root.has("issues"):
			var wanted bool
			if f.rank, wanted = o.takes(f.name, ""); !wanted {
				continue
			}
			profiles = append(profiles, f)
		case f.root.has("NumberOfIssues"):
			specs = f.root
			d.Name = specs.get("Name").word()
		default:
			continue
		}
		d.Files = append(d.Files, f.name)
	}
	if len(profiles) == 0 {
		return fmt.Errorf("there is no NegoLog profile: no JSON file has issueWeights and issues")
	}
	first := profiles[0].root.get("issues")
	for _, name := range profiles[0].root.get("issueWeights").mapKeys() {
		is := Issue{Name: name}
		values := first.get(name)
		if values == nil || values.kind != treeMap {
			return fmt.Errorf("%s: issues.%s is a mapping from values, not %s", profiles[0].name, clip(name), kindName(values))
		}
		is.Values = values.keys
		d.Issues = append(d.Issues, is)
	}
	for _, f := range profiles {
		p := Profile{Name: f.stem(), rank: f.rank}
		if err := p.negoReservation(d, &f, specs); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		for _, name := range f.root.get("issues").mapKeys() {
			if d.issue(name) < 0 {
				return fmt.Errorf("%s: the issue %q is not in %s", f.name, clip(name), profiles[0].name)
			}
		}
		for i := range d.Issues {
			is := &d.Issues[i]
			w, err := numberAt(f.root, "issueWeights", is.Name)
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			var row []*big.Rat
			for _, v := range is.Values {
				n, err := numberAt(f.root, "issues", is.Name, v)
				if err != nil {
					return fmt.Errorf("%s: %w", f.name, err)
				}
				row = append(row, n.Mul(n, w))
			}
			if has := f.root.get("issues", is.Name); len(has.mapKeys()) != len(is.Values) {
				return fmt.Errorf("%s: the issue %q has other values than in %s", f.name, clip(is.Name), profiles[0].name)
			}
			p.Utility = append(p.Utility, row)
		}
		d.Profiles = append(d.Profiles, p)
	}
	return nil
}

// negoReservation reads what no agreement is worth: from the profile, else from ReservationValueProfileA or B of the specs.
func (p *Profile) negoReservation(d *Domain, f *parsed, specs *tree) error {
	var second *big.Rat
	for _, key := range specs.mapKeys() {
		if strings.EqualFold(key, "ReservationValue"+f.stem()) && specs.get(key).kind != treeNull {
			n, err := numberAt(specs, key)
			if err != nil {
				return fmt.Errorf("specs: %w", err)
			}
			second = n
		}
	}
	if t := f.root.get("reservationValue"); t == nil || t.kind == treeNull {
		p.Reservation = second
		return nil
	}
	n, err := numberAt(f.root, "reservationValue")
	if err != nil {
		return err
	}
	if p.Reservation = n; second != nil && second.Cmp(n) != 0 {
		d.lose(f.name, "the reservation value is %s here and %s in the specs: %s counts", decimal(n), decimal(second), decimal(n))
	}
	return nil
}
