package domains

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// element is an XML element: attributes and children, without text.
type element struct {
	name     string
	attr     map[string]string
	children []*element
	line     int
}

const (
	maxElements = 200_000
	maxNesting  = 64
)

// errEntities refuses what could make a small file large, or read another one.
var errEntities = errors.New("the file declares a document type or entities; delete the lines that begin with <!DOCTYPE or <!ENTITY")

// readXML reads a file into a tree.
func readXML(src []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(escaped(src)))
	d.CharsetReader = charset
	var root *element
	var open []*element
	count := 0
	for {
		t, err := d.Token()
		line, _ := d.InputPos()
		if errors.Is(err, io.EOF) && root != nil {
			return root, nil
		}
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the file holds no XML element")
		}
		if err != nil {
			var syntax *xml.SyntaxError
			if errors.As(err, &syntax) {
				if strings.Contains(syntax.Msg, "entity") {
					return nil, fmt.Errorf("line %d: %s; entities other than &lt; &gt; &amp; &quot; &apos; are not read", syntax.Line, syntax.Msg)
				}
				return nil, fmt.Errorf("line %d: this is not XML: %s", syntax.Line, syntax.Msg)
			}
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, fmt.Errorf("line %d: %w", line, errEntities)
		case xml.StartElement:
			if count++; count > maxElements || len(open) >= maxNesting {
				return nil, fmt.Errorf("line %d: the file has more than %d elements, or is nested more than %d deep", line, maxElements, maxNesting)
			}
			e := &element{name: strings.ToLower(t.Name.Local), attr: map[string]string{}, line: line}
			for _, a := range t.Attr {
				e.attr[strings.ToLower(a.Name.Local)] = a.Value
			}
			switch {
			case len(open) > 0:
				top := open[len(open)-1]
				top.children = append(top.children, e)
			case root == nil:
				root = e
			default:
				return nil, fmt.Errorf("line %d: a second root element", line)
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

// each calls f for the elements of that name, at any depth, in the order of the file.
func (e *element) each(name string, f func(*element)) {
	for _, c := range e.children {
		if c.name == name {
			f(c)
		}
		c.each(name, f)
	}
}

// child returns the first child of that name, nil if there is none.
func (e *element) child(name string) *element {
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}
