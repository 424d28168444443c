package lesson_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/lesson"
)

// TestSlowProgram: how fast a program is changes nothing in the record, on whatever back end's clock.
func TestSlowProgram(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("NOT RUN: python3 is missing")
	}
	l, err := lesson.Find("12")
	if err != nil {
		t.Fatal(err)
	}
	files, err := l.Solution()
	if err != nil {
		t.Fatal(err)
	}
	play := func(program string, on sim.Backend) *sim.Report {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "capital.py"), []byte(program), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := scenarios.Parse(filepath.Join(dir, "talks.yaml"), files["talks.yaml"])
		if err != nil {
			t.Fatal(err)
		}
		r, err := sim.Play(t.Context(), s, sim.Options{Programs: true, On: on})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Programs) != 1 || r.Programs[0].Fault != "" || r.Programs[0].Moves == 0 {
			t.Fatalf("programs: %+v", r.Programs)
		}
		return r
	}
	fast := string(files["capital.py"])
	slow := strings.Replace(fast, "    me = None\n", "    me = None\n    import time\n    time.sleep(0.3)\n", 1)
	if slow == fast {
		t.Fatal("the slow program is the fast one")
	}
	a, b, c := play(fast, sim.Virtual), play(slow, sim.Virtual), play(fast, sim.Direct)
	if a.RecordHash != b.RecordHash {
		t.Error("a slow program made another record")
	}
	if x, y := a.Plans[0], c.Plans[0]; x.Outcome != y.Outcome || x.DecidedAt != y.DecidedAt || x.Version != y.Version {
		t.Errorf("virtual: %s at %s, version %d; direct: %s at %s, version %d", x.Outcome, x.DecidedAt, x.Version, y.Outcome, y.DecidedAt, y.Version)
	}
}

// TestProgramsAreNotRunUnasked: a scenario that names one is refused, and no process is started.
func TestProgramsAreNotRunUnasked(t *testing.T) {
	dir := t.TempDir()
	s, err := scenarios.Parse(filepath.Join(dir, "p.yaml"), []byte("scenario: p\ncapitals: {a: {policy: {program: [touch, ran]}}, b: }\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sim.Play(t.Context(), s, sim.Options{}); err == nil || !strings.Contains(err.Error(), "not allowed") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("the program was run")
	}
}
