package domains

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// chosen are the profiles that were asked for, by their names or files, and those that there are.
type chosen struct {
	names []string
	found map[string]bool
	there []string
}

// takes reports whether a profile is wanted, and its place among those that were asked for, -1 if none was. name is what
// the file calls it, "" if it doesn't.
func (o *Options) takes(file, name string) (rank int, wanted bool) {
	stem := strings.TrimSuffix(file, filepath.Ext(file))
	if name == "" {
		name = stem
	}
	if !slices.Contains(o.chosen.there, name) {
		o.chosen.there = append(o.chosen.there, name)
	}
	if len(o.chosen.names) == 0 {
		return -1, true
	}
	for i, n := range o.chosen.names {
		if n == name || n == stem || n == file {
			o.chosen.found[n] = true
			return i, true
		}
	}
	return -1, false
}

// check reports a profile that was asked for and is not there.
func (c *chosen) check() error {
	for _, n := range c.names {
		if !c.found[n] {
			there := "there is none"
			if len(c.there) > 0 {
				there = "there are " + strings.Join(c.there, ", ")
			}
			return fmt.Errorf("there is no profile %q: %s", clip(n), there)
		}
	}
	return nil
}

// sortProfiles puts profiles into the order in which they were asked for.
func (d *Domain) sortProfiles() {
	slices.SortStableFunc(d.Profiles, func(a, b Profile) int { return a.rank - b.rank })
}
