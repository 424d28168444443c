package scenarios

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/parley-sim/parley/node/terms"
)

// value is a part of the tree together with where it was found.
type value struct {
	*node
	path string
	key  Position // of its key, or of itself in a list
}

// at returns the i-th item of a list.
func (v value) at(i int) value {
	return value{node: v.items[i], path: item(v.path, i), key: v.items[i].pos}
}

// under returns the value of a key.
func (v value) under(e entry) value {
	return value{node: e.value, path: child(v.path, e.key), key: e.pos}
}

// of returns the key itself as a value, for messages about it.
func (v value) of(e entry) value {
	return value{node: &node{kind: scalar, text: e.key, pos: e.pos}, path: child(v.path, e.key), key: e.pos}
}

// fields is a mapping whose keys are fixed.
type fields struct {
	value
	p    *parser
	what string
}

// fields checks that a value is a mapping with no keys but those that keysOf lists under name. It goes on with the known
// keys if others are there; it returns false if the value is no mapping.
func (p *parser) fields(v value, what, name string) (fields, bool) {
	return p.fieldsAmong(v, what, keysOf[name])
}

func (p *parser) fieldsAmong(v value, what string, known []string) (fields, bool) {
	f := fields{value: v, p: p, what: what}
	if v.kind != mapping {
		p.wrong(v, "%s is a mapping with the keys %s, not %s", what, listed(known, "and"), v.show())
		return f, false
	}
	for _, e := range v.entries {
		if !slices.Contains(known, e.key) {
			p.problem(e.pos, child(v.path, e.key), p.hint(e.key, known), "unknown key %s; %s takes %s",
				quote(e.key), what, listed(known, "and"))
		}
	}
	return f, true
}

// get returns the value of a key. A key without a value counts as given.
func (f fields) get(key string) (value, bool) {
	if f.node == nil {
		return value{}, false
	}
	for _, e := range f.entries {
		if e.key == key {
			return f.under(e), true
		}
	}
	return value{}, false
}

func (f fields) has(key string) bool { _, ok := f.get(key); return ok }

// need is get for a key that must be there.
func (f fields) need(key, what string) (value, bool) {
	v, ok := f.get(key)
	if !ok || v.kind == null {
		pos := f.pos
		if ok {
			pos = v.key
		}
		f.p.problem(pos, child(f.path, key), "", "%s needs %s: %s", f.what, key, what)
		return v, false
	}
	return v, true
}

// show says what stands there, for messages.
func (v value) show() string {
	if v.kind == scalar {
		return quote(v.text)
	}
	return v.kind.String()
}

// pairs are the entries of a mapping whose keys are names.
func (p *parser) pairs(v value, what string) []entry {
	if v.kind == null {
		return nil
	}
	if v.kind != mapping {
		p.wrong(v, "%s, not %s", what, v.show())
		return nil
	}
	return v.entries
}

// items returns the items of a list; what is no list counts as a list of itself, and nothing as an empty one.
func (p *parser) items(v value) []value {
	switch v.kind {
	case null:
		return nil
	case list:
		all := make([]value, len(v.items))
		for i := range v.items {
			all[i] = v.at(i)
		}
		return all
	}
	return []value{v}
}

// word reads a scalar.
func (p *parser) word(v value) (string, bool) {
	if v.kind != scalar {
		if v.kind == null {
			p.wrong(v, "a value is missing here")
		} else {
			p.wrong(v, "one word or text goes here, not %s", v.kind)
		}
		return "", false
	}
	return v.text, true
}

// textOf reads a key that is any text, "" if it isn't there.
func (p *parser) textOf(f fields, key string) string {
	v, ok := f.get(key)
	if !ok || v.kind == null {
		return ""
	}
	t, _ := p.word(v)
	if len(t) > terms.MaxText {
		p.wrong(v, "the text takes %d bytes; at most %d are allowed", len(t), terms.MaxText)
	}
	return t
}

// maxID is the length of the longest id.
const maxID = 64

func idRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' || r == '.'
}

// id reads the name of something: letters, digits, and between them "-", "_" and ".".
func (p *parser) id(v value, what string) (string, bool) {
	t, ok := p.word(v)
	if !ok {
		return "", false
	}
	first, last := strings.TrimLeft(t, "-_."), strings.TrimRight(t, "-_.")
	if t == "" || len(t) > maxID || first != t || last != t || strings.Contains(t, "..") ||
		strings.ContainsFunc(t, func(r rune) bool { return !idRune(r) }) {
		p.wrong(v, "%s is made of letters, digits, and - _ . between them, at most %d: not %s", what, maxID, quote(t))
		return "", false
	}
	return t, true
}

// among reads one of a few words. what is "role", say.
func (p *parser) among(v value, what string, words []string) (string, bool) {
	t, ok := p.word(v)
	if ok && !slices.Contains(words, t) {
		article := "a"
		if strings.ContainsRune("aeiou", rune(what[0])) {
			article = "an"
		}
		p.problem(v.pos, v.path, p.hint(t, words), "%s is not %s %s; it is %s", quote(t), article, what, listed(words, "or"))
		return "", false
	}
	return t, ok
}

func (p *parser) bool(v value) (is, ok bool) {
	t, ok := p.word(v)
	switch {
	case !ok:
		return false, false
	case strings.EqualFold(t, "true"):
		return true, true
	case strings.EqualFold(t, "false"):
		return false, true
	}
	p.wrong(v, "this is true or false, not %s (in YAML 1.2, yes and no are words)", quote(t))
	return false, false
}

// onlyTrue reads a value that can only be true.
func (p *parser) onlyTrue(v value, key string) bool {
	if v.kind == null {
		return true
	}
	is, ok := p.bool(v)
	if ok && !is {
		p.wrong(v, "%s: false says nothing; leave it out", key)
	}
	return ok && is
}

func (p *parser) int64(v value) (int64, bool) {
	t, ok := p.word(v)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(t, "_", ""), 10, 64)
	if err != nil {
		p.wrong(v, "%s is not a whole number", quote(t))
		return 0, false
	}
	return n, true
}

// count reads a whole number from least on.
func (p *parser) count(v value, least int) (int, bool) {
	n, ok := p.int64(v)
	if ok && (n < int64(least) || n > 1_000_000_000) {
		p.wrong(v, "%d is out of bounds; write a whole number from %d on", n, least)
		return 0, false
	}
	return int(n), ok
}

func (p *parser) number(v value) (terms.Number, bool) {
	t, ok := p.word(v)
	if !ok {
		return 0, false
	}
	n, err := terms.ParseNumber(t)
	if err != nil {
		p.wrong(v, "%v", err)
		return 0, false
	}
	return n, true
}

// float reads a number above least for a formula that needs no exactness.
func (p *parser) float(v value) (float64, bool) {
	n, ok := p.number(v)
	return float64(n) / float64(terms.One), ok
}
