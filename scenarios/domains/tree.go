package domains

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/parley-sim/parley/scenarios"
)

// tree is a part of a JSON or YAML file, with the keys of its mappings in their order and numbers as they are written.
type tree struct {
	list   []*tree
	keys   []string
	values map[string]*tree
	text   string
	kind   treeKind
}

type treeKind uint8

const (
	treeNull treeKind = iota
	treeText
	treeNumber
	treeList
	treeMap
)

func (k treeKind) String() string {
	return [...]string{"nothing", "a text", "a number", "a list", "a mapping"}[k]
}

// get follows keys into mappings; it returns nil if there is nothing.
func (t *tree) get(path ...string) *tree {
	for _, k := range path {
		if t == nil || t.kind != treeMap {
			return nil
		}
		t = t.values[k]
	}
	return t
}

func (t *tree) has(key string) bool { return t.get(key) != nil }

// word is the text of a scalar, "" for all else.
func (t *tree) word() string {
	if t == nil {
		return ""
	}
	return t.text
}

// readJSON reads a file into a tree. Python writes NaN and infinities, which JSON does not have: they become texts.
func readJSON(src []byte) (*tree, error) {
	d := json.NewDecoder(bytes.NewReader(pythonic(src)))
	d.UseNumber()
	budget := maxElements
	t, err := jsonValue(d, 0, &budget)
	if err != nil {
		line := 1 + bytes.Count(src[:min(len(src), int(d.InputOffset()))], []byte("\n"))
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("line %d: the file ends in the middle", line)
		}
		return nil, fmt.Errorf("line %d: this is not JSON: %w", line, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the end of the JSON value")
	}
	return t, nil
}

func jsonValue(d *json.Decoder, depth int, budget *int) (*tree, error) {
	if *budget--; *budget < 0 || depth > maxNesting {
		return nil, fmt.Errorf("the file has more than %d parts, or is nested more than %d deep", maxElements, maxNesting)
	}
	tok, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch tok := tok.(type) {
	case json.Delim:
		t := &tree{kind: treeList}
		if tok == '{' {
			t.kind, t.values = treeMap, map[string]*tree{}
		}
		for d.More() {
			key := ""
			if t.kind == treeMap {
				k, err := d.Token()
				if err != nil {
					return nil, err
				}
				key, _ = k.(string)
			}
			v, err := jsonValue(d, depth+1, budget)
			if err != nil {
				return nil, err
			}
			if err := t.add(key, v); err != nil {
				return nil, err
			}
		}
		_, err := d.Token()
		return t, err
	case json.Number:
		return &tree{kind: treeNumber, text: tok.String()}, nil
	case string:
		return &tree{kind: treeText, text: tok}, nil
	case bool:
		return &tree{kind: treeText, text: fmt.Sprint(tok)}, nil
	}
	return &tree{}, nil
}

func (t *tree) add(key string, v *tree) error {
	if t.kind == treeList {
		t.list = append(t.list, v)
		return nil
	}
	if _, twice := t.values[key]; twice {
		return fmt.Errorf("the key %q is given twice", clip(key))
	}
	t.keys = append(t.keys, key)
	t.values[key] = v
	return nil
}

// pythonic puts NaN and the infinities into quotes where they stand for values.
func pythonic(src []byte) []byte {
	var out []byte
	inside := false
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case inside && c == '\\' && i+1 < len(src):
			out = append(out, c, src[i+1])
			i++
			continue
		case c == '"':
			inside = !inside
		case !inside:
			for _, w := range []string{"-Infinity", "Infinity", "NaN"} {
				if bytes.HasPrefix(src[i:], []byte(w)) {
					out = append(out, '"')
					out = append(out, w...)
					c = '"'
					i += len(w) - 1
					break
				}
			}
		}
		out = append(out, c)
	}
	return out
}

// readYAML reads a file into a tree, within the bounds of scenario files.
func readYAML(name string, src []byte) (*tree, error) {
	d, err := scenarios.ReadDocument(name, src)
	if err != nil {
		return nil, err
	}
	budget := maxElements
	return yamlTree(d, &budget)
}

func yamlTree(d *scenarios.Document, budget *int) (*tree, error) {
	if *budget--; *budget < 0 {
		return nil, fmt.Errorf("the file has more than %d parts", maxElements)
	}
	t := &tree{}
	switch d.Kind {
	case "a word":
		t.kind, t.text = treeText, d.Text
		if _, err := number(d.Text); err == nil {
			t.kind = treeNumber
		}
	case "a list":
		t.kind = treeList
		for i := range d.Items {
			v, err := yamlTree(&d.Items[i], budget)
			if err != nil {
				return nil, err
			}
			t.list = append(t.list, v)
		}
	case "a mapping":
		t.kind, t.values = treeMap, map[string]*tree{}
		for i, k := range d.Keys {
			v, err := yamlTree(&d.Values[i], budget)
			if err != nil {
				return nil, err
			}
			if err := t.add(k, v); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}
