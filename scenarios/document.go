package scenarios

// Document is a part of a YAML text as it is written: scalars without quotes, aliases resolved. It is for readers of other
// formats in YAML, which need the bounds that [Parse] keeps to: no text is too deep, too long or too repetitive for it.
type Document struct {
	Kind   string // "nothing", "a word", "a list" or "a mapping"
	Text   string // of a scalar
	Items  []Document
	Keys   []string // of a mapping, in the order of the text
	Values []Document
	Pos    Position
}

// ReadDocument reads a YAML text. The error is an [*Errors].
func ReadDocument(file string, src []byte) (*Document, error) {
	p := &parser{file: file, scenario: &Scenario{File: file}, broken: map[Position]bool{}}
	var root *node
	p.guard(func() {
		if p.readable(src) {
			root = p.syntax(normalized(src))
		}
	})
	if len(p.problems) > 0 {
		return nil, &Errors{Problems: sorted(p.problems), More: p.more}
	}
	d := document(root)
	return &d, nil
}

func document(n *node) Document {
	d := Document{Kind: n.kind.String(), Text: n.text, Pos: n.pos}
	for _, x := range n.items {
		d.Items = append(d.Items, document(x))
	}
	for _, e := range n.entries {
		d.Keys = append(d.Keys, e.key)
		d.Values = append(d.Values, document(e.value))
	}
	return d
}
