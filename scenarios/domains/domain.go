package domains

import (
	"fmt"
	"math/big"
	"strings"
)

// Domain is what a tool's files say, in one form for all of them.
type Domain struct {
	Format   Format
	Name     string
	Files    []string // that were read, by their base names
	Issues   []Issue
	Profiles []Profile
	Lost     []Loss
}

// Issue is something to agree on.
type Issue struct {
	Name   string
	Values []string   // as they are written
	Number []*big.Rat // the same as numbers, if the issue is one of numbers in equal steps
}

// Profile is what the deals are worth to one party.
type Profile struct {
	Name        string
	Utility     [][]*big.Rat // by issue and value; they add up
	Bias        *big.Rat     // what every deal is worth besides; nil is nothing
	Reservation *big.Rat     // what no agreement is worth; nil if the file does not say
	rank        int          // among the profiles that were asked for, -1 if none was
}

// Loss is something that a scenario cannot say as the domain did.
type Loss struct {
	Where string `json:"where"` // the file, and the issue if it is about one
	Text  string `json:"text"`
}

// Format names a tool's files.
type Format string

// The formats.
const (
	Genius    Format = "genius"
	GeniusWeb Format = "geniusweb"
	NegMAS    Format = "negmas"
	NegoLog   Format = "negolog"
)

// Formats lists them all.
func Formats() []Format { return []Format{Genius, GeniusWeb, NegMAS, NegoLog} }

// Title is how its makers write the format.
func (f Format) Title() string {
	return map[Format]string{Genius: "Genius XML", GeniusWeb: "GeniusWeb JSON", NegMAS: "NegMAS", NegoLog: "NegoLog JSON"}[f]
}

// lose records a loss, each once.
func (d *Domain) lose(where, format string, args ...any) {
	l := Loss{where, fmt.Sprintf(format, args...)}
	for _, old := range d.Lost {
		if old == l {
			return
		}
	}
	d.Lost = append(d.Lost, l)
}

// issue returns the place of an issue by its name, -1 if there is none.
func (d *Domain) issue(name string) int {
	for i := range d.Issues {
		if d.Issues[i].Name == name {
			return i
		}
	}
	return -1
}

// Bounds on what is read.
const (
	maxIssues   = 500
	maxValues   = 1000 // of an issue: as many as a scenario's mapping has keys
	maxProfiles = 64
	maxDigits   = 400 // of a number
)

// check reports what no scenario can be made of.
func (d *Domain) check() error {
	switch {
	case len(d.Issues) == 0:
		return fmt.Errorf("the domain has no issues")
	case len(d.Issues) > maxIssues:
		return fmt.Errorf("the domain has %d issues; at most %d are read", len(d.Issues), maxIssues)
	case len(d.Profiles) == 0:
		return fmt.Errorf("there is no preference profile beside the domain: a scenario needs the parties' score sheets")
	case len(d.Profiles) > maxProfiles:
		return fmt.Errorf("there are %d profiles; at most %d are read", len(d.Profiles), maxProfiles)
	}
	for i := range d.Issues {
		is := &d.Issues[i]
		seen := map[string]bool{}
		for _, v := range is.Values {
			if seen[v] {
				return fmt.Errorf("the issue %q has the value %q twice", is.Name, v)
			}
			seen[v] = true
		}
		switch {
		case d.issue(is.Name) != i:
			return fmt.Errorf("there are two issues called %q", is.Name)
		case len(is.Values) == 0:
			return fmt.Errorf("the issue %q has no values", is.Name)
		case len(is.Values) > maxValues:
			return fmt.Errorf("the issue %q has %d values; at most %d are read", is.Name, len(is.Values), maxValues)
		}
	}
	return nil
}

// number reads a decimal exactly, such as "0.35", "-2" or "1E-7".
func number(text string) (*big.Rat, error) {
	text = strings.TrimSpace(text)
	digits := strings.TrimLeft(text, "+-")
	mantissa, exponent, exp := strings.Cut(strings.ToLower(digits), "e")
	if len(text) > maxDigits || mantissa == "" || strings.Trim(mantissa, "0123456789.") != "" || exp && !small(exponent) {
		return nil, fmt.Errorf("%q is not a number", clip(text))
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, fmt.Errorf("%q is not a number", clip(text))
	}
	return n, nil
}

// small reports whether an exponent is one of three digits at most: a number of a billion digits fits into ten bytes.
func small(exponent string) bool {
	e := strings.TrimLeft(exponent, "+-")
	return e != "" && len(e) <= 3 && len(exponent)-len(e) <= 1 && strings.Trim(e, "0123456789") == ""
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func zero() *big.Rat { return new(big.Rat) }

// decimal writes a number as short as it is exact, or, if it has no end, with twelve places.
func decimal(n *big.Rat) string {
	if n.IsInt() {
		return n.Num().String()
	}
	places, exact := n.FloatPrec()
	if !exact {
		places = 12
	}
	return n.FloatString(places)
}

// clamp keeps a utility between 0 and 1, as Genius does.
func clamp(n *big.Rat) *big.Rat {
	if n.Sign() < 0 {
		return zero()
	}
	if n.Cmp(big.NewRat(1, 1)) > 0 {
		return big.NewRat(1, 1)
	}
	return n
}
