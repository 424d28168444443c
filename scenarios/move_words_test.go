package scenarios

import (
	"strings"
	"testing"

	"github.com/parley-sim/parley/node/terms"
)

func moveWords(t testing.TB) *Words {
	s, err := Parse("w.yaml", []byte(`scenario: w
capitals: {a: , b: }
terms: {force: {choice: [none, un]}, length: {duration: [30d, 60d]}}
procedures: {p: {stages: [{name: s, rule: {unanimous: true}, window: 5d}]}}
plans: {truce: {terms: {force: un}}}
script: [{at: 0h, propose: truce, by: a}]
`))
	if err != nil {
		t.Fatal(err)
	}
	return NewWords(&s.Charter, s.Plans)
}

func TestMoveOfWords(t *testing.T) {
	w := moveWords(t)
	m, err := w.Move("m", "a", `{"amend": "truce", "set": {"force": "none", "length": "60d"}, "saying": "halfway"}`)
	if err != nil || m.Verb != terms.VerbAmend || m.Plan != "truce" || len(m.Set) != 2 || m.Text != "halfway" || m.Capital != "a" {
		t.Errorf("got %+v, %v", m, err)
	}
	if m, err = w.Move("m", "a", `{"consent": "truce", "if": {"consented": "b"}, "version": 2}`); err != nil || m.If == nil || m.Version != 2 {
		t.Errorf("got %+v, %v", m, err)
	}
	if m, err = w.Move("m", "a", `{"leave": true}`); err != nil || m.Verb != terms.VerbLeave {
		t.Errorf("got %+v, %v", m, err)
	}
	for text, want := range map[string]string{
		`{"consent": "truse"}`:                         "did you mean truce",
		`{"crash": "b"}`:                               "is no move",
		`{"consent": "truce", "by": "b"}`:              "unknown key",
		`{"leave": "b"}`:                               "name",
		`{"consent": "truce", "object": "truce"}`:      "one verb",
		`{"amend": "truce", "set": {"force": "nato"}}`: "nato",
		`[]`:              "mapping",
		`{"at": "1h"}`:    "no verb",
		``:                "m:1:1",
		`{"say": "x"`:     "YAML",
		`{"charter": {}}`: "verb",
	} {
		if m, err := w.Move("m", "a", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %+v, %v, want %q", text, m, err, want)
		}
	}
}

func FuzzMove(f *testing.F) {
	f.Add(`{"amend": "truce", "set": {"force": "none"}}`)
	f.Add(`{"leave": "b"}`)
	w := moveWords(f)
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := w.Move("m", "a", text); err == nil && (m.Capital != "a" || m.Verb == "") {
			t.Errorf("%q gives %+v", text, m)
		}
	})
}
