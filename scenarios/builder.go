package scenarios

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// builder turns the library's syntax tree into ours.
type builder struct {
	p       *parser
	anchors map[string]*node
	total   int
	stopped bool
}

// stop gives up on the file: what would follow is too much to read.
func (b *builder) stop(pos Position, format string, args ...any) *node {
	if !b.stopped {
		b.stopped = true
		b.p.problem(pos, "", "", format, args...)
	}
	return &node{pos: pos, size: 1, depth: 1}
}

// spend counts nodes against maxNodes.
func (b *builder) spend(n int, pos Position) bool {
	if b.total += n; b.total > maxNodes {
		b.stop(pos, "the file has more than %d parts, with aliases counted as often as they are used", maxNodes)
	}
	return !b.stopped
}

func (b *builder) build(from ast.Node, level int) *node {
	if from == nil {
		return &node{size: 1, depth: 1}
	}
	pos := start(from)
	if level > maxDepth {
		return b.stop(pos, "this is nested more than %d levels deep", maxDepth)
	}
	if !b.spend(1, pos) {
		return &node{pos: pos, size: 1, depth: 1}
	}
	n := &node{pos: pos, size: 1, depth: 1}
	switch x := from.(type) {
	case *ast.MappingNode:
		n.kind = mapping
		b.entries(n, x.Values, level)
	case *ast.MappingValueNode:
		n.kind, n.pos = mapping, place(x.Key.GetToken())
		b.entries(n, []*ast.MappingValueNode{x}, level)
	case *ast.SequenceNode:
		n.kind = list
		for _, v := range x.Values {
			b.adopt(n, b.build(v, level+1))
		}
	case *ast.AnchorNode:
		n = b.build(x.Value, level)
		if name := text(x.Name); name != "" {
			b.anchors[name] = n
		}
	case *ast.AliasNode:
		return b.alias(x, pos, level)
	case *ast.TagNode:
		return b.tagged(x, pos, level)
	case *ast.NullNode:
	default:
		n.kind, n.text = scalar, text(from)
	}
	return n
}

// adopt adds an item to a list, or accounts for the value of a mapping's key.
func (b *builder) adopt(n, child *node) {
	n.size += child.size
	n.depth = max(n.depth, child.depth+1)
	if n.kind == list {
		n.items = append(n.items, child)
	}
}

func (b *builder) alias(x *ast.AliasNode, pos Position, level int) *node {
	name := text(x.Value)
	n, known := b.anchors[name]
	if !known {
		names := make([]string, 0, len(b.anchors))
		for a := range b.anchors {
			names = append(names, a)
		}
		slices.Sort(names)
		b.p.problem(pos, "", b.p.hint(name, names), "*%s stands for nothing: no &%s comes before it", name, name)
		b.p.broken[pos] = true
		return &node{pos: pos, size: 1, depth: 1}
	}
	if !b.spend(n.size, pos) {
		return n
	}
	if level+n.depth > maxDepth+1 {
		return b.stop(pos, "with *%s this is nested more than %d levels deep", name, maxDepth)
	}
	return n
}

// tagged reads a value with a tag. YAML's own tags are taken, since they say what the value shows anyway.
func (b *builder) tagged(x *ast.TagNode, pos Position, level int) *node {
	tag := place(x.GetToken())
	switch name := x.GetToken().Value; name {
	case "!!str", "!":
		n := b.build(x.Value, level+1)
		if n.kind == null {
			n.kind = scalar
		}
		return n
	case "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq", "!!timestamp":
		return b.build(x.Value, level+1)
	default:
		b.p.problem(tag, "", "", "the tag %s means nothing here; leave it out", quote(name))
		return &node{pos: pos, size: 1, depth: 1}
	}
}

// entries reads the keys of a mapping, and reports those that are given twice.
func (b *builder) entries(n *node, values []*ast.MappingValueNode, level int) {
	if len(values) > maxEntries {
		b.stop(n.pos, "a mapping with more than %d keys", maxEntries)
		return
	}
	given := make(map[string]Position, len(values))
	var merged []*node
	for _, v := range values {
		if v == nil || v.Key == nil {
			continue
		}
		pos := place(v.Key.GetToken())
		if v.Key.IsMergeKey() {
			merged = append(merged, b.sources(b.build(v.Value, level+1), pos)...)
			continue
		}
		key, ok := keyText(v.Key)
		if !ok {
			b.p.problem(pos, "", "", "a key is a word, not a list or a mapping")
			continue
		}
		child := b.build(v.Value, level+1)
		if child.kind == null && !b.p.broken[child.pos] {
			child = &node{pos: pos, size: 1, depth: 1} // the library places a missing value after the colon
		}
		if first, twice := given[key]; twice {
			b.p.problem(pos, "", "", "the key %s is given twice; the first is on line %d", quote(key), first.Line)
			continue
		}
		given[key] = pos
		b.adopt(n, child)
		n.entries = append(n.entries, entry{key, pos, child})
	}
	for _, m := range merged {
		for _, e := range m.entries {
			if _, own := given[e.key]; own {
				continue
			}
			if !b.spend(e.value.size, n.pos) {
				return
			}
			if level+1+e.value.depth > maxDepth+1 {
				b.stop(n.pos, "with what is merged here this is nested more than %d levels deep", maxDepth)
				return
			}
			given[e.key] = e.pos
			b.adopt(n, e.value)
			n.entries = append(n.entries, e)
		}
	}
	if len(n.entries) > maxEntries {
		b.stop(n.pos, "a mapping with more than %d keys", maxEntries)
	}
}

// sources lists the mappings that a merge key names: one or a list of them.
func (b *builder) sources(v *node, pos Position) []*node {
	of := []*node{v}
	if v.kind == list {
		of = v.items
	}
	for _, m := range of {
		if m.kind != mapping {
			if !b.p.broken[m.pos] {
				b.p.problem(pos, "", "", "<<: takes an alias of a mapping or a list of them, not %s", m.kind)
			}
			return nil
		}
	}
	return of
}
