package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// logsOf reads what a log file's generations hold, the oldest first, and wants nothing else to be in the folder.
func logsOf(t *testing.T, l *logFile) (texts []string, total int64) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(l.path))
	if err != nil {
		t.Fatal(err)
	}
	for n := l.keep; n >= 0; n-- {
		b, err := os.ReadFile(l.generation(n))
		if err != nil {
			continue // the first ones are missing until there are so many
		}
		info, err := os.Stat(l.generation(n))
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", l.generation(n), info.Mode(), err)
		}
		texts, total = append(texts, string(b)), total+info.Size()
	}
	if len(entries) != len(texts) {
		t.Fatalf("%d logs, and in the folder: %v", len(texts), entries)
	}
	return texts, total
}

func TestALogIsBoundedAndLosesOnlyTheOldest(t *testing.T) {
	const limit, keep, lines = 500, 3, 400
	l, err := openLog(filepath.Join(t.TempDir(), "node.log"), limit, keep)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	most, looked, files := 0, 0, 1
	l.began = func(f *os.File) error {
		if info, err := f.Stat(); err != nil || info.Size() != 0 || f.Name() != l.path {
			t.Errorf("%s is not a new file: %v", f.Name(), err)
		}
		files++
		return nil
	}
	for n := range lines {
		line := fmt.Sprintf("%d %s\n", n, strings.Repeat("x", random.IntN(limit/4)))
		all.WriteString(line)
		if written, err := l.Write([]byte(line)); written != len(line) || err != nil {
			t.Fatal(written, err)
		}
		texts, total := logsOf(t, l)
		if total > (keep+1)*limit {
			t.Fatalf("after line %d there are %d bytes in %d files; at most %d are allowed", n, total, len(texts), (keep+1)*limit)
		}
		kept := strings.Join(texts, "")
		if !strings.HasSuffix(all.String(), kept) || len(texts) <= keep && kept != all.String() {
			t.Fatalf("after line %d: what is kept is not the end of what was written:\n%s", n, kept)
		}
		for _, text := range texts {
			if !strings.HasSuffix(text, "\n") || len(text) > limit {
				t.Fatalf("after line %d a file of %d bytes ends with %q", n, len(text), text[max(0, len(text)-20):])
			}
		}
		most, looked = max(most, len(texts)), looked+1
	}
	// Nothing older than needed is thrown away: all but the last file are as full as lines allow.
	if texts, total := logsOf(t, l); most != keep+1 || looked != lines || files < 10 || total < keep*limit*3/4 {
		t.Errorf("looked %d times at up to %d files of %d; at the end %d of %d bytes", looked, most, files, total, len(strings.Join(texts, "")))
	}
	long := strings.Repeat("y", 3*limit) + "\n"
	if _, err := l.Write([]byte(long)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Write([]byte("after it\n")); err != nil {
		t.Fatal(err)
	}
	if texts, _ := logsOf(t, l); len(texts) != keep+1 || texts[keep] != "after it\n" || texts[keep-1] != long {
		t.Errorf("a line that is longer than a file may be: %q", texts)
	}
}

func TestALogOfManyWritersGoesOnWhereItWas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.log")
	const writers, each = 8, 200
	for round := range 2 { // as two processes, one after the other
		l, err := openLog(path, 4000, 30)
		if err != nil {
			t.Fatal(err)
		}
		var work sync.WaitGroup
		for w := range writers {
			work.Go(func() {
				for n := range each {
					if _, err := fmt.Fprintf(l, "%d %d %d.\n", round, w, n); err != nil {
						t.Error(err)
					}
				}
			})
		}
		work.Wait()
		texts, _ := logsOf(t, l)
		next := map[string]int{}
		for line := range strings.Lines(strings.Join(texts, "")) {
			var r, w, n int
			if _, err := fmt.Sscanf(line, "%d %d %d.\n", &r, &w, &n); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			who := fmt.Sprint(r, w)
			if n != next[who] {
				t.Fatalf("line %d of writer %s follows its line %d", n, who, next[who]-1)
			}
			next[who]++
		}
		if len(next) != writers*(round+1) || len(texts) < 3 {
			t.Errorf("%d writers in %d files", len(next), len(texts))
		}
	}
}

func TestALogThatCannotBeginAFileGoesOnInTheOldOne(t *testing.T) {
	l, err := openLog(filepath.Join(t.TempDir(), "node.log"), 1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(l.path+".1", "in the way")
	if err := os.MkdirAll(blocked, 0o700); err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		if _, err := fmt.Fprintf(l, "line number %d\n", n); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(l.path)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(b); strings.Count(text, "line number") != 200 || strings.Count(text, "cannot make room") < 1 || strings.Count(text, "cannot make room") > 5 {
		t.Errorf("%s", text)
	}
	if err := os.RemoveAll(filepath.Dir(blocked)); err != nil {
		t.Fatal(err)
	}
	for n := 200; n < 400; n++ {
		if _, err := fmt.Fprintf(l, "line number %d\n", n); err != nil {
			t.Fatal(err)
		}
	}
	if texts, _ := logsOf(t, l); len(texts) != 2 || !strings.Contains(texts[1], "line number 399\n") || len(texts[1]) > 1000 {
		t.Errorf("%q", texts)
	}
	// Somebody else takes the file away.
	moved := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(l.path, moved); err != nil {
		t.Fatal(err)
	}
	for n := 400; n < 500; n++ {
		if _, err := fmt.Fprintf(l, "line number %d\n", n); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := os.ReadFile(l.path); err != nil || !strings.Contains(string(b), "line number 499\n") {
		t.Errorf("%s %v", b, err)
	}
	if _, err := openLog(filepath.Join(t.TempDir(), "no", "folder"), 1, 1); !os.IsNotExist(err) {
		t.Errorf("%v; want %v", err, fs.ErrNotExist)
	}
}
