package lessons_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parley-sim/parley/scenarios/lessons"
)

// TestGoPrograms compiles and vets each Go program that an exercise is given with, or solved with. They need nothing but the
// standard library, so no network.
func TestGoPrograms(t *testing.T) {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("NOT RUN: the exercises' Go programs were not compiled: there is no go command")
	}
	all, err := lessons.All()
	if err != nil {
		t.Fatal(err)
	}
	compiled := 0
	for _, l := range all {
		solution, err := l.Solution()
		if err != nil {
			t.Fatal(err)
		}
		for whose, files := range map[string]map[string][]byte{"start": l.Files, "solution": solution} {
			for name, text := range files {
				if !strings.HasSuffix(name, ".go.txt") && !strings.HasSuffix(name, ".go") {
					continue
				}
				compiled++
				dir := t.TempDir()
				file := strings.TrimSuffix(name, ".txt") // as its first line says
				for name, text := range map[string][]byte{file: text, "go.mod": []byte("module capital\n\ngo 1.26\n")} {
					if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				for _, args := range [][]string{{"vet", "."}, {"build", "-o", "capital", file}} {
					cmd := exec.CommandContext(t.Context(), tool, args...)
					cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off", "GOTOOLCHAIN=local")
					if out, err := cmd.CombinedOutput(); err != nil {
						t.Errorf("%s, %s, %s: go %s: %v\n%s", l.ID, whose, name, strings.Join(args, " "), err, out)
					}
				}
			}
		}
	}
	if compiled == 0 {
		t.Error("no exercise has a Go program")
	}
}
