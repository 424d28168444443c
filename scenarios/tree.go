package scenarios

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	goyaml "github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The tree is the YAML of a file with anchors, aliases, merge keys and tags resolved, each part with its place. The rest
// of the parser sees nothing of the YAML library.

// kind is what a node of the tree is.
type kind uint8

const (
	null kind = iota
	scalar
	list
	mapping
)

func (k kind) String() string { return [...]string{"nothing", "a word", "a list", "a mapping"}[k] }

// node is a part of the tree. Aliases share nodes, so nodes are read-only.
type node struct {
	kind    kind
	text    string // of a scalar, as written: no "yes" becomes true and no 010 becomes 8
	pos     Position
	items   []*node
	entries []entry
	size    int // nodes below and including this one, aliases counted each time
	depth   int
}

// entry is one key of a mapping.
type entry struct {
	key   string
	pos   Position
	value *node
}

// Bounds on a tree, so that no file exhausts the machine ("billion laughs" in 1 kB included).
const (
	maxDepth   = 48      // levels of nesting; more than any rule or condition may have
	maxEntries = 1_000   // keys of one mapping: the YAML library takes quadratic time
	maxNodes   = 500_000 // with aliases counted as often as they are used
)

// syntax reads YAML into the tree, nil where it is not YAML at all or there is nothing. Problems go to p.
func (p *parser) syntax(src string) *node {
	tokens, ok := p.bounded(src)
	if !ok {
		return nil
	}
	file, err := goyaml.Parse(tokens, 0, goyaml.AllowDuplicateMapKey())
	if err != nil {
		var at yaml.Error
		if errors.As(err, &at) { // its Error would print all lines around: take the message alone
			p.problem(place(at.GetToken()), "", advice(at.GetMessage()), "this is not YAML: %s", at.GetMessage())
		} else {
			p.problem(Position{1, 1}, "", "", "this is not YAML: %v", err)
		}
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc == nil || doc.Body == nil:
		case doc.Body.Type() == ast.DirectiveType: // %YAML 1.2
		case body != nil:
			p.problem(start(doc.Body), "", "", "a second document begins here; a file holds one scenario: put this into a file of its own")
			return nil
		default:
			body = doc.Body
		}
	}
	if body == nil {
		p.problem(Position{1, 1}, "", "", emptyFile)
		return nil
	}
	b := builder{p: p, anchors: map[string]*node{}}
	n := b.build(body, 1)
	if b.stopped {
		return nil
	}
	if n.kind == null {
		p.problem(Position{1, 1}, "", "", emptyFile)
		return nil
	}
	return n
}

// slips are the mistakes that people make in YAML, by a part of what the library says of them. A message that is not
// here goes without advice.
var slips = []struct{ said, advice string }{
	{"invalid header option", "put a value that begins with > or | into quotes: \"> 50%\""},
	{"cannot start any token", "indent with spaces, not tabs, and put a value that begins with @, ` or % into quotes"},
	{"mapping value is not allowed", "put a text with \": \" in it into quotes"},
	{"value is not allowed in this context", "the keys of one mapping, and the dashes of one list, stand in one column"},
	{"must be specified", "a bracket before this is not closed, or a comma is missing"},
	{"flow map content", "a bracket before this is not closed, or a comma is missing"},
	{"could not find end character", "the quote is not closed"},
}

func advice(said string) string {
	for _, s := range slips {
		if strings.Contains(said, s.said) {
			return s.advice
		}
	}
	return ""
}

const emptyFile = "the file is empty; a scenario begins with scenario: and capitals:"

// place is where a token stands.
func place(t *token.Token) Position {
	if t == nil || t.Position == nil {
		return Position{1, 1}
	}
	return Position{max(1, t.Position.Line), max(1, t.Position.Column)}
}

// start is where a part of the file begins. The YAML library gives a block mapping the place of its first colon.
func start(n ast.Node) Position {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 && m.Values[0].Key != nil {
		return place(m.Values[0].Key.GetToken())
	}
	return place(n.GetToken())
}

// keyText returns the key as written.
func keyText(k ast.MapKeyNode) (string, bool) {
	var n ast.Node = k
	for range maxDepth {
		switch x := n.(type) {
		case *ast.MappingKeyNode:
			n = x.Value
		case *ast.AnchorNode:
			n = x.Value
		case *ast.TagNode:
			n = x.Value
		case nil, *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode, *ast.AliasNode:
			return "", false
		default:
			return text(n), true
		}
	}
	return "", false
}

// text returns a scalar as written, without quotes.
func text(n ast.Node) string {
	switch x := n.(type) {
	case nil:
		return ""
	case *ast.StringNode:
		return x.Value
	case *ast.LiteralNode:
		if x.Value == nil {
			return ""
		}
		return x.Value.Value
	}
	if t := n.GetToken(); t != nil {
		return t.Value
	}
	return ""
}

// child is a key's path below a path.
func child(path, key string) string {
	if strings.ContainsFunc(key, func(r rune) bool { return !idRune(r) }) || key == "" {
		key = quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
