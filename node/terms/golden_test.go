package terms

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata: only if you understand what changed, and why")

// A golden file is a row of cases. A case is prose (lines with #), a command with its lines, "----", and what it answers
// up to the next blank line. The first word of a case names the command:
//
//	# Nine yes carry it.
//	votes
//	consent a b c
//	----
//	won
type golden struct {
	prose, input, want []string
}

// runGolden plays the files that match, each with an answering function of its own, and compares or rewrites the answers.
func runGolden(t *testing.T, glob string, start func(t *testing.T) func(input []string) string) {
	files, err := filepath.Glob(filepath.Join("testdata", glob))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files match %s: %v", glob, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			before, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			answer := start(t)
			var after bytes.Buffer
			for i, c := range readGolden(string(before)) {
				if i > 0 {
					after.WriteByte('\n')
				}
				if len(c.prose) == 0 {
					t.Errorf("%s: the case %q has no sentence of prose", file, c.input)
				}
				writeLines(&after, c.prose)
				if len(c.input) == 0 {
					continue
				}
				got := strings.Split(strings.TrimRight(answer(c.input), "\n"), "\n")
				writeLines(&after, append(append(c.input, "----"), got...))
				if g, w := strings.Join(got, "\n"), strings.Join(c.want, "\n"); g != w && !*update {
					t.Errorf("%s\n%s\nanswers\n%s\ninstead of\n%s", strings.Join(c.prose, "\n"), strings.Join(c.input, "\n"), g, w)
				}
			}
			if *update && !bytes.Equal(before, after.Bytes()) {
				if err := os.WriteFile(file, after.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func writeLines(b *bytes.Buffer, lines []string) {
	for _, l := range lines {
		b.WriteString(strings.TrimRight(l, " ") + "\n")
	}
}

func readGolden(text string) []golden {
	var cases []golden
	var c golden
	into := &c.input
	for line := range strings.Lines(text + "\n\n") {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "":
			if c.prose != nil || c.input != nil {
				cases = append(cases, c)
			}
			c = golden{}
			into = &c.input
		case line == "----":
			into = &c.want
		case strings.HasPrefix(line, "#") && c.input == nil:
			c.prose = append(c.prose, line)
		default:
			*into = append(*into, line)
		}
	}
	return cases
}
