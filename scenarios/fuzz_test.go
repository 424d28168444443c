package scenarios

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/parley-sim/parley/node/terms"
)

// FuzzParse: whatever the bytes, there is a scenario that holds together or an error that says where and what.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"*.yaml", "testdata/*.yaml", "testdata/*/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
			for c := range strings.SplitSeq(string(b), "\n---\n") {
				f.Add([]byte(completed(c)))
			}
		}
	}
	for _, c := range constructs {
		f.Add([]byte(completed(c)))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		s, err := Parse("fuzz.yaml", src)
		if (s == nil) == (err == nil) {
			t.Fatal("neither a scenario nor an error, or both")
		}
		if err != nil {
			checkErrors(t, err)
			return
		}
		checkScenario(t, s)
	})
}

func checkErrors(t *testing.T, err error) {
	var all *Errors
	if !errors.As(err, &all) || len(all.Problems) == 0 {
		t.Fatal("an error without problems")
	}
	last := Position{}
	for _, p := range all.Problems {
		if p.Pos.Line < 1 || p.Pos.Column < 1 || p.Text == "" || p.File == "" {
			t.Fatalf("a problem without place or text: %+v", p)
		}
		if p.Pos.Line < last.Line || p.Pos.Line == last.Line && p.Pos.Column < last.Column {
			t.Fatal("problems out of order")
		}
		last = p.Pos
		if strings.Contains(p.Text, "please report") {
			t.Fatal(p)
		}
	}
	if text := err.Error(); !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\x1b\x07") {
		t.Fatalf("an error that a terminal would misread: %q", text)
	}
}

// checkScenario checks what a scenario promises to those who play it.
func checkScenario(t *testing.T, s *Scenario) {
	c := &s.Charter
	if _, err := json.Marshal(s); err != nil {
		t.Fatal(err)
	}
	for i := range c.Procedures {
		for j := range c.Procedures[i].Stages {
			if _, err := c.StageBallot(&c.Procedures[i], j, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range s.Plans {
		d := &s.Plans[i].Draft
		if c.Procedure(d.Procedure) == nil {
			t.Fatal("a plan without a procedure")
		}
		checkSettings(t, c, d.Terms)
	}
	for i := range s.Script {
		x := &s.Script[i]
		if (x.At == nil) == (x.When == nil) || (x.Move == nil) == (x.Fault == nil) || x.Text == "" {
			t.Fatalf("a step without time or verb: %+v", x)
		}
		if x.At != nil && (x.At.Min < 0 || x.At.Min > x.At.Max || x.At.Min > s.Horizon) {
			t.Fatalf("a step out of time: %+v", x.At)
		}
		if x.Move != nil {
			if len(x.By) == 0 {
				t.Fatal("a move of nobody")
			}
			checkSettings(t, c, x.Move.Set)
			if x.Move.Plan != "" && s.Plan(x.Move.Plan) == nil {
				t.Fatal("a move on no plan")
			}
		}
		for _, id := range x.By {
			if c.Capital(id) == nil {
				t.Fatal("a move of no capital")
			}
		}
	}
	for i := range s.Expect {
		if s.Expect[i].Text == "" {
			t.Fatal("an expectation without words")
		}
	}
}

func checkSettings(t *testing.T, c *terms.Charter, all []terms.Setting) {
	for i, x := range all {
		term := c.Term(x.Term)
		if term == nil || term.Allows(x.Value) != "" || i > 0 && all[i-1].Term >= x.Term {
			t.Fatalf("a setting that does not fit: %+v", x)
		}
	}
}
