package scenarios

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestSchemaAgrees: what the parser takes is valid, and what is wrong in form is invalid.
func TestSchemaAgrees(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, src := range goodFiles(t) {
		if err := schema.Validate(instance(t, src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, src := range wrongFiles {
		if schema.Validate(instance(t, completed(src))) == nil {
			t.Errorf("%s: the schema takes it", src)
		}
	}
}

// instance makes of a file what an editor would validate: numbers, truths and null as YAML 1.2 has them.
func instance(t *testing.T, src string) any {
	t.Helper()
	p := &parser{file: "-", broken: map[Position]bool{}}
	root := p.syntax(src)
	if root == nil {
		t.Fatal(p.problems)
	}
	return plain(root)
}

func plain(n *node) any {
	switch n.kind {
	case scalar:
		var v any
		d := json.NewDecoder(bytes.NewReader([]byte(n.text)))
		d.UseNumber()
		if err := d.Decode(&v); err == nil && !d.More() {
			switch v.(type) {
			case json.Number, bool:
				if b, err := json.Marshal(v); err == nil && string(b) == n.text {
					return v
				}
			}
		}
		return n.text
	case list:
		all := make([]any, len(n.items))
		for i, x := range n.items {
			all[i] = plain(x)
		}
		return all
	case mapping:
		all := map[string]any{}
		for _, e := range n.entries {
			all[e.key] = plain(e.value)
		}
		return all
	}
	return nil
}
