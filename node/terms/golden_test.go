package terms

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata: only if you understand what changed, and why")

// A file of testdata is a transcript. A line that starts with # is prose; any other line that is not indented is said to
// the code under test; the indented lines below it are what is answered.
//
//	# Three yes carry it.
//	vote consent a b c
//	  won; at a close: adopted
//
// runTranscripts plays the files that match, each to a listener of its own, and compares or rewrites the answers.
func runTranscripts(t *testing.T, glob string, listener func(t *testing.T) func(line string) string) {
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
			after := play(string(before), listener(t))
			if *update {
				if err := os.WriteFile(file, []byte(after), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			compare(t, file, string(before), after)
		})
	}
}

// play returns the transcript with the answers that are given now.
func play(transcript string, answer func(line string) string) string {
	var out strings.Builder
	for line := range strings.Lines(transcript) {
		line = strings.TrimRight(line, " \n")
		if strings.HasPrefix(line, "  ") {
			continue
		}
		out.WriteString(line + "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for said := range strings.Lines(answer(line)) {
			out.WriteString("  " + strings.TrimRight(said, " \n") + "\n")
		}
	}
	return out.String()
}

// compare reports the paragraphs that differ.
func compare(t *testing.T, file, want, got string) {
	t.Helper()
	wants, gots := strings.Split(want, "\n\n"), strings.Split(got, "\n\n")
	for i := range gots {
		if i >= len(wants) || wants[i] != gots[i] {
			t.Errorf("%s: instead of\n%s\nit is now\n%s", file, wants[min(i, len(wants)-1)], gots[i])
		}
	}
}
