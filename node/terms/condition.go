package terms

import (
	"fmt"
	"strings"
)

// Condition is what a conditional consent or pledge waits for, what a plan requires before it enters into force, and what
// a scenario's when-steps wait for. Exactly one of its groups of fields is set.
type Condition struct {
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`

	// Consented: each of these capitals has consented to the plan To ("" is the plan at hand), in its present stage or an
	// earlier one of its present version.
	Consented []string `json:"consented,omitempty"`
	To        string   `json:"to,omitempty"`

	// Pledged: a term to which capitals have pledged: ByAtLeast of them, each of By, or TotalAtLeast in all.
	Pledged      string   `json:"pledged,omitempty"`
	ByAtLeast    int      `json:"by_at_least,omitempty"`
	By           []string `json:"by,omitempty"`
	TotalAtLeast Number   `json:"total_at_least,omitzero"`

	// Plan: the plan's outcome, its agreement's status or the name of its present stage is Is.
	Plan string `json:"plan,omitempty"`
	Is   string `json:"is,omitempty"`

	// Test: a term of the text at hand, or of the plan To, or where there is neither, of any adopted plan.
	Test *Test `json:"test,omitempty"`
}

// maxConditionDepth bounds nesting, so that no input overflows the stack.
const maxConditionDepth = 32

// String writes the condition in words.
func (c Condition) String() string {
	to := ""
	if c.To != "" {
		to = " to " + c.To
	}
	switch {
	case len(c.All) > 0:
		return joinConditions(c.All, " and ")
	case len(c.Any) > 0:
		return joinConditions(c.Any, " or ")
	case len(c.Consented) > 0:
		return strings.Join(c.Consented, ", ") + " consented" + to
	case c.Pledged != "" && c.ByAtLeast > 0:
		return fmt.Sprintf("%s is pledged by at least %d", c.Pledged, c.ByAtLeast)
	case c.Pledged != "" && c.TotalAtLeast > 0:
		return fmt.Sprintf("%s is pledged to at least %s in all", c.Pledged, c.TotalAtLeast)
	case c.Pledged != "":
		return c.Pledged + " is pledged by " + strings.Join(c.By, ", ")
	case c.Plan != "":
		return c.Plan + " is " + c.Is
	case c.Test != nil:
		if c.To != "" {
			return "in " + c.To + " " + c.Test.String()
		}
		return c.Test.String()
	}
	return "always"
}

func joinConditions(cs []Condition, with string) string {
	words := make([]string, len(cs))
	for i, c := range cs {
		words[i] = c.String()
		if len(c.All) > 0 || len(c.Any) > 0 {
			words[i] = "(" + words[i] + ")"
		}
	}
	return strings.Join(words, with)
}
