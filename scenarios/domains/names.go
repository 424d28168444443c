package domains

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// names gives ids to what a domain calls by any text.
type names struct {
	taken map[string]bool
	Map   []Name
}

// Name says what became of a name.
type Name struct {
	What string `json:"what"` // party, issue, or the value of which issue
	From string `json:"from"`
	To   string `json:"to"`
}

// reserved are ids that mean something else in a scenario: where a capital could stand, or in a condition.
var reserved = map[string][]string{
	"party": {"everyone", "everything", "all", "scripted", "any"},
	"issue": {"consented", "to", "pledged", "by_at_least", "by", "total_at_least", "plan", "is", "in", "term", "all", "any"},
}

// id makes an id of a text that is like it and not taken yet: letters, digits, and - _ . between them.
func (n *names) id(what, text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	base := b.String()
	for len(base) > 48 {
		base = base[:strings.LastIndexFunc(base, func(rune) bool { return true })]
	}
	base = strings.Trim(base, "-_.")
	if base == "" || slices.Contains(reserved[what], base) {
		base = strings.TrimLeft(base+"-"+what, "-")
	}
	id := base
	for i := 2; n.taken[what+" "+id]; i++ {
		id = fmt.Sprintf("%s-%d", base, i)
	}
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	n.taken[what+" "+id] = true
	if id != text {
		n.Map = append(n.Map, Name{what, text, id})
	}
	return id
}

// signs are what a value of an issue must not begin with, since a score sheet would read a bound, and the words for them.
var signs = []struct{ sign, word string }{
	{">=", "at least "}, {"<=", "at most "}, {"!=", "not "}, {">", "more than "}, {"<", "less than "},
	{"≥", "at least "}, {"≤", "at most "}, {"≠", "not "},
}

// options makes options of an issue's values: as they are written, except where a scenario would read something else.
func (n *names) options(issue string, values []string) []string {
	taken := map[string]bool{}
	var all []string
	for _, v := range values {
		o := strings.TrimSpace(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || !unicode.IsGraphic(r) || r == '\ufeff' || r == unicode.ReplacementChar {
				return ' '
			}
			return r
		}, v))
		for _, s := range signs {
			if rest, found := strings.CutPrefix(o, s.sign); found {
				o = s.word + strings.TrimSpace(rest)
				break
			}
		}
		if o == "" {
			o = "(empty)"
		}
		base := o
		for i := 2; taken[o]; i++ {
			o = fmt.Sprintf("%s (%d)", base, i)
		}
		taken[o] = true
		if o != v {
			n.Map = append(n.Map, Name{"value of " + issue, v, o})
		}
		all = append(all, o)
	}
	return all
}
