package terms

import (
	"fmt"
	"slices"
	"strings"
)

// Kind says what a term settles.
type Kind string

// The kinds of term.
const (
	KindFlag     Kind = "flag"     // something that is so or not
	KindChoice   Kind = "choice"   // one of several options
	KindQuantity Kind = "quantity" // a number with a unit
	KindDuration Kind = "duration" // a length of scenario time
	KindSet      Kind = "set"      // a set of capitals
)

// Value is what a text gives a term. Which field counts is said by Kind; the others are zero.
type Value struct {
	Kind     Kind     `json:"kind"`
	Flag     bool     `json:"flag,omitempty"`
	Choice   string   `json:"choice,omitempty"`
	Quantity Number   `json:"quantity,omitzero"`
	Duration Duration `json:"duration,omitzero"`
	Set      []string `json:"set,omitempty"` // capital ids, sorted, each once
}

// Flag, Choice, Quantity, Span and Set make values of the five kinds. Set sorts its capitals.
func Flag(v bool) Value       { return Value{Kind: KindFlag, Flag: v} }
func Choice(v string) Value   { return Value{Kind: KindChoice, Choice: v} }
func Quantity(v Number) Value { return Value{Kind: KindQuantity, Quantity: v} }
func Span(v Duration) Value   { return Value{Kind: KindDuration, Duration: v} }
func Set(v ...string) Value {
	s := slices.Clone(v)
	slices.Sort(s)
	return Value{Kind: KindSet, Set: slices.Compact(s)}
}

// Equal reports whether two values are the same.
func (v Value) Equal(w Value) bool {
	return v.Kind == w.Kind && v.Flag == w.Flag && v.Choice == w.Choice && v.Quantity == w.Quantity &&
		v.Duration == w.Duration && slices.Equal(v.Set, w.Set)
}

// only returns the value with the fields that its kind does not use emptied.
func (v Value) only() Value {
	switch v.Kind {
	case KindFlag:
		return Flag(v.Flag)
	case KindChoice:
		return Choice(v.Choice)
	case KindQuantity:
		return Quantity(v.Quantity)
	case KindDuration:
		return Span(v.Duration)
	}
	return Value{Kind: v.Kind, Set: v.Set}
}

// compare orders two quantities or two durations; ok is false for other kinds.
func (v Value) compare(w Value) (order int, ok bool) {
	switch {
	case v.Kind == KindQuantity && w.Kind == KindQuantity:
		return int(cmpOrder(v.Quantity, w.Quantity)), true
	case v.Kind == KindDuration && w.Kind == KindDuration:
		return int(cmpOrder(v.Duration, w.Duration)), true
	}
	return 0, false
}

func cmpOrder[T Number | Duration](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// String writes the value as a scenario file would: "true", "un", "10000", "30d", "[london, paris]".
func (v Value) String() string {
	switch v.Kind {
	case KindFlag:
		return fmt.Sprint(v.Flag)
	case KindChoice:
		return v.Choice
	case KindQuantity:
		return v.Quantity.String()
	case KindDuration:
		return v.Duration.String()
	case KindSet:
		return "[" + strings.Join(v.Set, ", ") + "]"
	}
	return "?"
}

// Setting is one line of a text: a term and the value it is given.
type Setting struct {
	Term  string `json:"term"`
	Value Value  `json:"value"`
}

// Term is something that a text can settle.
type Term struct {
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
	Kind  Kind   `json:"kind"`

	Options   []string   `json:"options,omitempty"`   // of a choice: two or more
	Min       Number     `json:"min,omitzero"`        // of a quantity: the least value
	Max       Number     `json:"max,omitzero"`        // of a quantity: the greatest value
	Step      Number     `json:"step,omitzero"`       // of a quantity: counted from Min; 0 means any value
	Unit      string     `json:"unit,omitempty"`      // of a quantity: what is counted
	Durations []Duration `json:"durations,omitempty"` // of a duration: the lengths to choose from; none means any
	Members   []string   `json:"members,omitempty"`   // of a set: the capitals to choose from; none means any

	// ReservedTo names the capitals whose consent any plan that sets the term needs, whatever its rule.
	ReservedTo []string `json:"reserved_to,omitempty"`
}

// Name returns the title, or the id where there is none.
func (t *Term) Name() string {
	if t.Title != "" {
		return t.Title
	}
	return t.ID
}

// Allows returns "" if the term can be given the value, or else a sentence that says what it takes. It does not check
// that the capitals of a set exist; [Charter] does.
func (t *Term) Allows(v Value) string {
	if v.Kind != t.Kind {
		return fmt.Sprintf("%s takes a %s, not %s", t.ID, t.Kind, v)
	}
	if !v.Equal(v.only()) {
		return fmt.Sprintf("%s takes a %s and nothing besides", t.ID, t.Kind)
	}
	switch t.Kind {
	case KindChoice:
		if !slices.Contains(t.Options, v.Choice) {
			return fmt.Sprintf("%s takes one of %s, not %q", t.ID, strings.Join(t.Options, ", "), v.Choice)
		}
	case KindQuantity:
		if v.Quantity < t.Min || v.Quantity > t.Max {
			return fmt.Sprintf("%s takes %s to %s, not %s", t.ID, t.Min, t.Max, v.Quantity)
		}
		if t.Step > 0 && (v.Quantity-t.Min)%t.Step != 0 {
			return fmt.Sprintf("%s goes from %s in steps of %s: %s is between two of them", t.ID, t.Min, t.Step, v.Quantity)
		}
	case KindDuration:
		if v.Duration < 0 || v.Duration > maxDuration {
			return fmt.Sprintf("%s takes a length of time up to %s, not %s", t.ID, maxDuration, v.Duration)
		}
		if len(t.Durations) > 0 && !slices.Contains(t.Durations, v.Duration) {
			return fmt.Sprintf("%s takes one of %s, not %s", t.ID, joinStrings(t.Durations), v.Duration)
		}
	case KindSet:
		for _, c := range v.Set {
			if len(t.Members) > 0 && !slices.Contains(t.Members, c) {
				return fmt.Sprintf("%s takes capitals among %s, not %s", t.ID, strings.Join(t.Members, ", "), c)
			}
		}
	}
	return ""
}

func joinStrings[T fmt.Stringer](items []T) string {
	words := make([]string, len(items))
	for i, it := range items {
		words[i] = it.String()
	}
	return strings.Join(words, ", ")
}

// Op is how a [Test] compares.
type Op string

// The comparisons. In means: equal to one of the values; for a set of capitals: all of them included.
const (
	OpIn      Op = "in"
	OpLess    Op = "<"
	OpAtMost  Op = "<="
	OpMore    Op = ">"
	OpAtLeast Op = ">="
	OpNot     Op = "not-in"
	OpSet     Op = "set"   // the text sets the term, to whatever
	OpUnset   Op = "unset" // the text does not set the term
)

// Test is a question about one term of a text: is it one of these values, or within this bound? Red lines, needs and
// conditions are made of it.
type Test struct {
	Term   string  `json:"term"`
	Op     Op      `json:"op"`
	Values []Value `json:"values,omitempty"` // one or more for in and not-in, exactly one for a bound, none for set and unset
}

// Holds reports whether the text passes the test. A text that does not set the term passes only OpUnset and OpNot.
func (t Test) Holds(text []Setting) bool {
	i := slices.IndexFunc(text, func(s Setting) bool { return s.Term == t.Term })
	if i < 0 {
		return t.Op == OpUnset || t.Op == OpNot
	}
	v := text[i].Value
	switch t.Op {
	case OpSet:
		return true
	case OpUnset:
		return false
	case OpIn:
		return t.among(v)
	case OpNot:
		return !t.among(v)
	}
	if len(t.Values) != 1 {
		return false
	}
	order, ok := v.compare(t.Values[0])
	if !ok {
		return false
	}
	switch t.Op {
	case OpLess:
		return order < 0
	case OpAtMost:
		return order <= 0
	case OpMore:
		return order > 0
	case OpAtLeast:
		return order >= 0
	}
	return false
}

func (t Test) among(v Value) bool {
	for _, w := range t.Values {
		if v.Equal(w) || v.Kind == KindSet && w.Kind == KindSet && includes(v.Set, w.Set) {
			return true
		}
	}
	return false
}

// includes reports whether every element of part is in whole; both are sorted.
func includes(whole, part []string) bool {
	for _, p := range part {
		if _, found := slices.BinarySearch(whole, p); !found {
			return false
		}
	}
	return true
}

// String writes the test as a person would: "force is coalition or nato", "truce.duration is at least 30d".
func (t Test) String() string {
	values := make([]string, len(t.Values))
	for i, v := range t.Values {
		values[i] = v.String()
	}
	either := strings.Join(values, " or ")
	switch t.Op {
	case OpSet:
		return t.Term + " is set"
	case OpUnset:
		return t.Term + " is not set"
	case OpNot:
		return t.Term + " is not " + either
	case OpLess:
		return t.Term + " is less than " + either
	case OpAtMost:
		return t.Term + " is at most " + either
	case OpMore:
		return t.Term + " is more than " + either
	case OpAtLeast:
		return t.Term + " is at least " + either
	}
	if len(t.Values) == 1 && t.Values[0].Kind == KindSet {
		return t.Term + " includes " + strings.Join(t.Values[0].Set, ", ")
	}
	return t.Term + " is " + either
}
