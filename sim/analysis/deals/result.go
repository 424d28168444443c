package deals

import (
	"encoding/json"
	"math/big"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// Count is a number of deals. In JSON it is a number up to 2^53, and a string beyond.
type Count struct{ big.Int }

// MarshalJSON writes the count.
func (c *Count) MarshalJSON() ([]byte, error) {
	if c.IsUint64() && c.Uint64() <= 1<<53 {
		return []byte(c.String()), nil
	}
	return json.Marshal(c.String())
}

// Result is what is known of a scenario's deals.
type Result struct {
	Plan  string `json:"plan,omitempty"`  // whose last stage decides
	Stage string `json:"stage,omitempty"` // its name
	Rule  string `json:"rule,omitempty"`  // in words

	Space            *Count            `json:"space"` // deals that the links allow
	Exact            bool              `json:"exact"` // every figure and every list is exact
	Passing          *Count            `json:"passing"`
	Unanimous        *Count            `json:"unanimous"` // accepted by all of whom it is known what they accept
	AcceptedBy       map[string]*Count `json:"accepted_by"`
	AcceptedByAllBut map[string]*Count `json:"accepted_by_all_but"` // by all others, whatever this one says of it
	RefusedByOnly    map[string]*Count `json:"refused_by_only"`     // by this one, while all others accept

	Pareto      []Deal `json:"pareto"`
	Nash        []Deal `json:"nash"`
	Egalitarian []Deal `json:"egalitarian"`
	GreatestSum []Deal `json:"greatest_sum"`
	Counts      Lists  `json:"counts"` // how many deals each list stands for, beyond those written out

	Admissible *Count   `json:"admissible"`         // deals that cross no red line and leave no need of a capital with a sheet
	Unscored   []string `json:"unscored,omitempty"` // members of the stage with neither sheet nor policy
	IfTheyDid  *Count   `json:"passing_if_unscored_consent,omitempty"`
	Links      int      `json:"links"`
	Terms      []Term   `json:"terms"`
	Parties    []Party  `json:"parties"`

	OpenedBy     []Opening `json:"opened_by,omitempty"`     // if the zone is empty
	Openings     *Count    `json:"openings,omitempty"`      // how many such sets there are, if not all are written out
	MoreOpenings bool      `json:"more_openings,omitempty"` // not all are
	Estimate     *Estimate `json:"estimate,omitempty"`      // where the counts are not exact
	Notes        []string  `json:"notes,omitempty"`

	m    *model
	Zone *Zone `json:"-"` // the picture
}

// Lists counts the deals that the lists stand for. A list that is not exact counts what was found.
type Lists struct {
	Pareto      List `json:"pareto"`
	Nash        List `json:"nash"`
	Egalitarian List `json:"egalitarian"`
	GreatestSum List `json:"greatest_sum"`
}

// List says how complete one list of deals is.
type List struct {
	Deals     *Count `json:"deals"`
	Exact     bool   `json:"exact"`               // it is known to be all, whether or not all are written out
	Unanimous *Count `json:"unanimous,omitempty"` // of the frontier: those that all accept, where that is known
	Listed    *int   `json:"listed,omitempty"`    // how many are written out, if not all
}

// Term is one of the terms that span the space.
type Term struct {
	ID     string `json:"id"`
	Values *Count `json:"values"`
}

// Party is a capital with a score sheet.
type Party struct {
	Capital  string       `json:"capital"`
	WalkAway terms.Number `json:"walk_away"`
	Least    terms.Number `json:"least"` // the least and the greatest score that the terms allow, links aside
	Greatest terms.Number `json:"greatest"`
	Silent   []string     `json:"silent,omitempty"` // terms of the space of which its sheet says nothing: worth 0 to it
}

// Estimate says how counts were estimated: from so many deals drawn with a seed. Intervals are Wilson's, of 95 in 100.
type Estimate struct {
	Drawn     int                 `json:"drawn"`
	Seed      int64               `json:"seed"`
	Intervals map[string][2]Share `json:"intervals"` // by figure, as shares of the space: passing, unanimous, accepted_by.kyiv, …
}

// Share is a part of the space, 0 to 1.
type Share float64

// Deal is one deal that is singled out.
type Deal struct {
	Terms   Text     `json:"terms"`
	Scores  Scores   `json:"scores"`
	Product *Exact   `json:"product,omitempty"`
	Least   *Exact   `json:"least_surplus,omitempty"`
	Sum     *Exact   `json:"sum,omitempty"`
	Refused []string `json:"refused_by,omitempty"` // capitals that do not accept it
	choice  []int    // the classes of its values
}

// Text is the terms of a deal. In JSON its values are as in a scenario file: true, 10000, "30d", ["london", "paris"].
type Text []terms.Setting

// MarshalJSON writes an object from terms to values, in the charter's order.
func (t Text) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, s := range t {
		if i > 0 {
			b.WriteByte(',')
		}
		var v any = s.Value.String()
		switch s.Value.Kind {
		case terms.KindFlag:
			v = s.Value.Flag
		case terms.KindQuantity:
			v = json.Number(s.Value.Quantity.String())
		case terms.KindSet:
			v = append([]string{}, s.Value.Set...)
		}
		key, err := json.Marshal(s.Term)
		if err != nil {
			return nil, err
		}
		val, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(val)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

// Scores are what a deal is worth to each capital with a sheet, in the charter's order.
type Scores []Worth

// Worth is a deal's score to one capital.
type Worth struct {
	Capital string
	Score   terms.Number
}

// MarshalJSON writes an object from capitals to numbers.
func (s Scores) MarshalJSON() ([]byte, error) {
	m := make(map[string]json.Number, len(s))
	for _, w := range s {
		m[w.Capital] = json.Number(w.Score.String())
	}
	return json.Marshal(m)
}

// Exact is a decimal of any length.
type Exact struct {
	n      *big.Int // the number, times ten to the power of places
	places int
}

// String writes the shortest exact decimal.
func (x *Exact) String() string {
	digits := new(big.Int).Abs(x.n).String()
	if pad := x.places + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	whole, frac := digits[:len(digits)-x.places], strings.TrimRight(digits[len(digits)-x.places:], "0")
	if frac != "" {
		whole += "." + frac
	}
	if x.n.Sign() < 0 {
		whole = "-" + whole
	}
	return whole
}

// MarshalJSON writes a JSON number.
func (x *Exact) MarshalJSON() ([]byte, error) { return []byte(x.String()), nil }

// numberPlaces is how many decimal places a [terms.Number] has.
const numberPlaces = 6

func (m *model) exact(units int64) *Exact {
	return &Exact{new(big.Int).Mul(big.NewInt(units), big.NewInt(int64(m.unit))), numberPlaces}
}

// productOf multiplies surpluses.
func (m *model) productOf(scores []int64) *Exact {
	n := big.NewInt(1)
	for j, s := range scores {
		n.Mul(n, big.NewInt(s-m.walk[j]))
		n.Mul(n, big.NewInt(int64(m.unit)))
	}
	return &Exact{n, numberPlaces * len(scores)}
}
