package domains

import (
	"fmt"
	"math/big"
	"strings"
)

// kindOf is the kind of an issue: discrete if it doesn't say, or if it lists its values (NegMAS calls such an issue one of
// integers); listed says that it does.
func kindOf(e *element) (kind string, listed bool) {
	kind = "discrete"
	for _, a := range []string{"vtype", "type", "etype"} {
		if k := strings.ToLower(e.attr[a]); k != "" {
			kind = k
			break
		}
	}
	listed = e.child("item") != nil && e.attr["lowerbound"] == "" && e.child("range") == nil
	return kind, listed
}

func (g *genius) issues(file string, root *element) error {
	var err error
	root.each("issue", func(e *element) {
		if err != nil {
			return
		}
		var is Issue
		if is, err = g.issue(file, e); err != nil {
			err = fmt.Errorf("%s: line %d: issue %q: %w", file, e.line, clip(is.Name), err)
			return
		}
		if i := e.attr["index"]; i != "" {
			g.index[i] = len(g.d.Issues)
		}
		g.d.Issues = append(g.d.Issues, is)
	})
	root.each("objective", func(outer *element) {
		g.groups[outer.attr["index"]] = true
		outer.each("objective", func(e *element) {
			g.d.lose(file, "the issues are grouped under objectives such as %q: the groups are left out, as Genius itself leaves them out of a deal's utility", clip(e.attr["name"]))
		})
	})
	return err
}

func (g *genius) issue(file string, e *element) (Issue, error) {
	name := e.attr["name"]
	if name == "" {
		name = "issue " + e.attr["index"]
	}
	is := Issue{Name: name}
	where := file + ": " + name
	kind, listed := kindOf(e)
	described := e.attr["description"] != ""
	switch {
	case kind == "discrete" || listed && (kind == "integer" || kind == "real"):
		for _, c := range e.children {
			if c.name == "item" {
				is.Values = append(is.Values, c.attr["value"])
				described = described || c.attr["description"] != "" && c.attr["description"] != c.attr["value"]
			}
		}
		if kind != "discrete" {
			is.Number = evenly(is.Values)
		}
	case kind == "integer" || kind == "real":
		low, high, err := rangeOf(e)
		if err != nil {
			return is, err
		}
		is = g.d.ranged(where, name, low, high, kind == "integer", g.o)
	default:
		return is, fmt.Errorf("it is of the kind %q; discrete, integer and real are read", clip(kind))
	}
	if described {
		g.d.lose(file, "descriptions of issues and values: a term has a title only")
	}
	return is, nil
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
