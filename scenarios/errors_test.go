package scenarios

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files; look at the difference before you keep it")

// base is what a case of testdata/errors need not say: each of these sections is added below a case that lacks it.
var base = map[string]string{
	"scenario": "scenario: case",
	"capitals": `capitals:
  london: {weights: {votes: 2}}
  paris: {weights: {votes: 1}}
  kyiv: {role: belligerent}
  moscow: {role: belligerent}
  ankara: {role: observer}`,
	"groups": "groups: {parties: [kyiv, moscow]}",
	"terms": `terms:
  truce: {flag: true}
  force: {choice: [none, un, coalition]}
  troops: {quantity: 0..30000, step: 1000}
  length: {duration: [14d, 30d]}
  guards: {set: [london, paris]}`,
	"procedures": "procedures: {way: {stages: [{name: drafting, members: [london, paris, kyiv, moscow], rule: {yes: 2}}]}}",
	"plans":      "plans: {peace: {terms: {truce: true, force: un, troops: 1000, length: 14d, guards: [london]}}}",
}

// cases reads a file of testdata: cases stand between lines of "---", and each may leave sections of base out.
func cases(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(string(b), "\n---\n")
	for i, c := range all {
		all[i] = completed(c)
	}
	return all
}

func completed(c string) string {
	c = strings.TrimRight(c, "\n")
	for _, key := range []string{"scenario", "capitals", "groups", "terms", "procedures", "plans"} {
		if !strings.HasPrefix(c, key+":") && !strings.Contains(c, "\n"+key+":") {
			c += "\n" + base[key]
		}
	}
	return c + "\n"
}

// TestErrors reads testdata/errors: each problem is announced on its line by "# error: " and a part of what is said of it
// ("…" leaves something out, " & " stands between two problems), and nothing else may be wrong.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		for _, src := range cases(t, file) {
			checkProblems(t, file, src, "# error: ", func() []Problem {
				_, err := Parse("case.yaml", []byte(src))
				var all *Errors
				errors.As(err, &all)
				if all == nil {
					return nil
				}
				return all.Problems
			}())
		}
	}
}

// TestWarnings does the same with testdata/warnings and "# warning: ".
func TestWarnings(t *testing.T) {
	files, err := filepath.Glob("testdata/warnings/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		for _, src := range cases(t, file) {
			s, err := Parse("case.yaml", []byte(src))
			if err != nil {
				t.Errorf("%s: a warning is no error:\n%v\n%s", file, err, src)
				continue
			}
			checkProblems(t, file, src, "# warning: ", s.Warnings)
		}
	}
}

// says reports whether the parts of want, between "…", are in text in their order.
func says(text, want string) bool {
	for part := range strings.SplitSeq(want, "…") {
		_, rest, ok := strings.Cut(text, strings.TrimSpace(part))
		if !ok {
			return false
		}
		text = rest
	}
	return true
}

func checkProblems(t *testing.T, file, src, mark string, problems []Problem) {
	t.Helper()
	want := map[int]string{}
	for i, line := range strings.Split(src, "\n") {
		if _, w, ok := strings.Cut(line, mark); ok {
			want[i+1] = w
		}
	}
	for _, p := range problems {
		said := p.Path + ": " + p.Text + "; " + p.Hint
		parts := strings.Split(want[p.Pos.Line], " & ")
		found := false
		for i, w := range parts {
			if w != "" && says(said, w) {
				parts[i], found = "", true
				break
			}
		}
		if !found {
			t.Errorf("%s: not announced:\n%s", file, p)
			continue
		}
		want[p.Pos.Line] = strings.Join(parts, " & ")
	}
	for n, w := range want {
		if strings.Trim(w, " &") != "" {
			t.Errorf("%s: nothing said %q of\n%s", file, w, strings.Split(src, "\n")[n-1])
		}
	}
}

// TestReport holds what a person sees of a file with mistakes: places, lines, carets and hints.
func TestReport(t *testing.T) {
	src, err := os.ReadFile("testdata/report.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Parse("report.yaml", src)
	if err == nil {
		t.Fatal("it was taken for a scenario")
	}
	got := err.Error() + "\n"
	if *update {
		if err := os.WriteFile("testdata/report.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/report.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestPlaces checks that the caret stands under the word, whatever is around it.
func TestPlaces(t *testing.T) {
	for _, src := range []string{
		"capitals: {london: {role: WRONG}}",
		"capitals:\n  london:\n    role:   WRONG",
		"capitals:\n  \"london\": {name: Löndon — ∆, role: WRONG}",
		"capitals:\n  london: {name: 'a''b', role: 'WRONG'}",
		"capitals: {london: {name: \"\\u00e9\\n\", role: \"WRONG\"}}",
		"capitals:\r\n  london:\r\n    role: WRONG\r\n",
		"about: |\n  two\n\n  lines\n\ncapitals: {london: {role: WRONG}}",
		"about: >-\n  two\n  lines\ncapitals: # comment\n  # comment\n  london: {role: WRONG} # comment",
		"about: two\n  lines of\n  text\ncapitals: {london: {role: WRONG}}",
		"about: \"two\n  lines of\n  text\"\ncapitals: {london: {role: WRONG}}",
		"capitals:\n  london: &x {role: &y WRONG}",
		"capitals:\n  london: {role: !!str WRONG}",
		"capitals:\n  london: {role: mediator}\nscript:\n- at: 0h\n  WRONG: x\n",
		"capitals:\n  london: {role: mediator}\nscript:\n  - {at: 0h, say: x, by: [london, WRONG]}",
	} {
		_, err := Parse("-", []byte("scenario: x\n"+src))
		var all *Errors
		if !errors.As(err, &all) || len(all.Problems) != 1 {
			t.Errorf("%q: not one problem: %v", src, err)
			continue
		}
		p := all.Problems[0]
		lines := strings.Split(strings.ReplaceAll(strings.TrimPrefix("scenario: x\n"+src, "\ufeff"), "\r", ""), "\n")
		line := []rune(lines[p.Pos.Line-1])
		rest := strings.TrimLeft(string(line[min(len(line), p.Pos.Column-1):]), "\"'&y! str")
		if !strings.HasPrefix(rest, "WRONG") {
			t.Errorf("%q: placed at %d:%d, before %q", src, p.Pos.Line, p.Pos.Column, rest)
		}
	}
}
