package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestBounds gives Parse the largest files of the most awkward shapes: each must be answered, and soon.
func TestBounds(t *testing.T) {
	const size = MaxSize / boundsPart
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	var stairs, laughs, rules, groups, keys strings.Builder
	for i := range 700 {
		stairs.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	laughs.WriteString("a0: &a0 [x, x]\n")
	rules.WriteString("scenario: x\ncapitals: {a: }\nrules:\n  r0: {yes: 1}\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&laughs, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
		fmt.Fprintf(&rules, "  r%d: {all: [r%d, r%d]}\n", i, i-1, i-1)
	}
	groups.WriteString("scenario: x\ncapitals: {")
	for i := range 1000 {
		fmt.Fprintf(&groups, "c%d: , ", i)
	}
	groups.WriteString("}\nscript:\n")
	groups.WriteString(strings.Repeat("- {at: 0h, cut: [everyone, everyone]}\n- {at: 0h, say: x, by: everyone}\n", 10_000))
	for i := range 20_000 {
		fmt.Fprintf(&keys, "%x: b\n", i)
	}
	for _, c := range []struct{ name, src, want string }{
		{"brackets", fill("["), "nested more than 48 levels deep"},
		{"braces", fill("{a: "), "nested more than 48 levels deep"},
		{"closing", fill("]"), ""},
		{"dashes", fill("- "), "nested more than 48 levels deep"},
		{"questions", fill("? "), "nested more than 48 levels deep"},
		{"stairs", stairs.String(), "nested more than 48 levels deep"},
		{"keys", keys.String(), "a mapping with more than 1000 keys"},
		{"same keys", fill("a: b\n"), "a mapping with more than 1000 keys"},
		{"flow keys", "{" + fill("a: b, ") + "}", "a mapping with more than 1000 keys"},
		{"open flow", fill("a: {b: c, "), ""},
		{"complex keys", fill("? a\n"), "a mapping with more than 1000 keys"},
		{"flow as keys", fill("[a]: b\n"), "a mapping with more than 1000 keys"},
		{"literals", fill("a: |\n  b\n"), "a mapping with more than 1000 keys"},
		{"entries", "a:\n" + fill("- b\n"), ""},
		{"maps", "script:\n" + fill("- {at: 0h, say: x}\n"), "script[0]"},
		{"bad steps", "scenario: x\ncapitals: {a: }\nscript:\n" + strings.Repeat("- {at: 0h, prpose: x}\n", 19_000), "and at least 800 more problems"},
		{"block maps", "script:\n" + fill("- at: 0h\n  say: x\n"), ""},
		{"anchors", fill("&a "), "nested more than 48 levels deep"},
		{"anchored", fill("&a b: c\n"), "a mapping with more than 1000 keys"},
		{"aliases", fill("*a "), ""},
		{"tags", fill("!!a "), "nested more than 48 levels deep"},
		{"one word", fill("a"), ""},
		{"words", fill("a b "), ""},
		{"lines", fill("abc\n"), ""},
		{"quoted", "\"" + fill("a\\n") + "\"", ""},
		{"open quote", "\"" + fill("a\n"), ""},
		{"commas", "[" + fill("a,") + "]", ""},
		{"comments", fill("# a\n"), ""},
		{"colons", fill("a:"), ""},
		{"documents", fill("---\n"), ""},
		{"pipes", fill("|\n"), ""},
		{"directives", fill("%"), ""},
		{"directive", fill("%a\n"), ""},
		{"spaces", fill(" "), ""},
		{"tabs", fill("\t"), ""},
		{"newlines", fill("\n"), ""},
		{"returns", fill("\r"), ""},
		{"nothings", fill("\x00"), ""},
		{"accents", fill("é"), ""},
		{"merges", "a: &a {b: c}\nd:\n" + fill("  - {<<: *a}\n"), ""},
		{"laughs", laughs.String(), "aliases counted as often"},
		{"rules", rules.String(), "more than 10000 clauses"},
		{"conditions", stages("{any: [" + strings.Repeat("{yes: 1},", 700) + "]}"), "more than 2000 conditions"},
		{"stages", stages("{any: [" + strings.Repeat("{consent_of: [a, b, c, d, e, f, g]},", 500) + "]}"), "rules of the procedure have more than 10000 clauses"},
		{"groups", groups.String(), "more than 250000 links"},
	} {
		t.Run(c.name, func(t *testing.T) {
			begun := time.Now()
			s, err := Parse("x.yaml", []byte(c.src))
			if err == nil || s != nil {
				t.Error("it was taken for a scenario")
			} else if text := err.Error(); strings.Contains(text, "please report") || len(text) > 1<<17 || !strings.Contains(text, c.want) {
				t.Errorf("not a clear error: %d bytes: %.300s", len(text), text)
			}
			if d := time.Since(begun); d > limit {
				t.Errorf("took %s", d)
			}
		})
	}
}

// stages is a procedure of three stages with the same rule.
func stages(rule string) string {
	return "scenario: x\ncapitals: {a: , b: , c: , d: , e: , f: , g: }\nrules:\n  r: " + rule + "\nprocedures:\n  p: {stages: [" +
		"{name: one, rule: r}, {name: two, rule: r}, {name: three, rule: r}]}\n"
}

// limit tells a parse that grows with the square of its input, which takes hours here, from a busy machine.
const limit = 2 * time.Minute
