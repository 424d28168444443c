package scenarios

import "strconv"

// Places finds where the parts of a scenario file stand.
type Places struct{ root *node }

// Locate reads a file that [Parse] has accepted, to find places in it. Of a file that cannot be read it finds none.
func Locate(file string, src []byte) *Places {
	p := &parser{file: file, scenario: &Scenario{File: file}, broken: map[Position]bool{}}
	places := &Places{}
	p.guard(func() {
		if p.readable(src) {
			places.root = p.syntax(normalized(src))
		}
	})
	return places
}

// At returns the place of the value at a path of keys, a number being a place in a list, from 0: ("procedures", "plan",
// "stages", "0", "rule"). What stands where a list could is taken for its first item. If the path leads nowhere, the place
// is that of the part above it which exists, and found is false. A nil Places, or one of no file, has no places.
func (l *Places) At(path ...string) (at Position, found bool) {
	if l == nil || l.root == nil {
		return Position{}, false
	}
	n := l.root
	at = n.pos
	for _, key := range path {
		next := n.child(key)
		if next == nil {
			return at, false
		}
		n, at = next, next.pos
	}
	return at, true
}

func (n *node) child(key string) *node {
	switch n.kind {
	case mapping:
		for i := range n.entries {
			if n.entries[i].key == key {
				return n.entries[i].value
			}
		}
	case list:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.items) {
			return n.items[i]
		}
		return nil
	}
	if key == "0" {
		return n
	}
	return nil
}
