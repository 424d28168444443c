package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sweepArgs are those of a sweep that the tests below divide and kill, in a folder of their own.
func sweepArgs(t *testing.T, runs int, more ...string) (dir string, args []string) {
	t.Helper()
	dir = t.TempDir()
	text, err := os.ReadFile("../../sim/analysis/sweep/testdata/month.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "month.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, append([]string{"sweep", "month.yaml", "--json", "--runs", fmt.Sprint(runs), "--vary", "seed", "--vary", "london.walk_away=3..12",
		"--vary", "length=14d,30d,60d"}, more...)
}

// parleyIn runs this program in a folder and returns what it printed.
func parleyIn(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := parleyCommand(t, dir, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("parley %s: %v\n%s", strings.Join(args, " "), err, errs.Bytes())
	}
	return out.Bytes()
}

// parleyCommand is this test binary as parley: see TestMain.
func parleyCommand(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Args[0], cmd.Dir = "parley", dir
	return cmd
}

// TestSweepUnderGNUParallel spreads a sweep as README says, and merges it to exactly what one process gives.
func TestSweepUnderGNUParallel(t *testing.T) {
	parallel, err := exec.LookPath("parallel")
	if err != nil {
		t.Skip("NOT RUN: there is no GNU parallel (Debian package parallel)")
	}
	dir, args := sweepArgs(t, 500, "--direct")
	want := parleyIn(t, dir, append(args, "--out", "whole.jsonl")...)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The shell's $0 cannot be set in a job, so parley is a link to this binary.
	if err := os.Symlink(program, filepath.Join(dir, "parley")); err != nil {
		t.Fatal(err)
	}
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = "'" + a + "'"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, parallel, "--will-cite", "-j", "2", "./parley "+strings.Join(quoted, " ")+" --shard {}/4 --out shard-{}.jsonl --resume", ":::", "1", "2", "3", "4")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("parallel: %v\n%s", err, out)
	}
	got := parleyIn(t, dir, "sweep", "merge", "--json", "--out", "merged.jsonl", "shard-1.jsonl", "shard-2.jsonl", "shard-3.jsonl", "shard-4.jsonl")
	if !bytes.Equal(got, want) {
		t.Errorf("four shards under parallel give another summary:\n%s\n--\n%s", got, want)
	}
	sameFile(t, filepath.Join(dir, "merged.jsonl"), filepath.Join(dir, "whole.jsonl"), 501)
}

func sameFile(t *testing.T, a, b string, lines int) {
	t.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) || bytes.Count(x, []byte("\n")) != lines {
		t.Errorf("%s (%d lines) is not %s (%d lines); want %d", a, bytes.Count(x, []byte("\n")), b, bytes.Count(y, []byte("\n")), lines)
	}
}

// TestAKilledSweepGoesOn kills a sweep on real Raft, workers and all, once it has some results, and resumes it.
func TestAKilledSweepGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN: it plays a sweep on real Raft, which takes longer than -short allows")
	}
	dir, args := sweepArgs(t, 60, "--workers", "2")
	want := parleyIn(t, dir, append(args, "--out", "whole.csv")...)
	cmd := parleyCommand(t, dir, append(args, "--out", "killed.csv")...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	file := filepath.Join(dir, "killed.csv")
	for has := 0; has < 10; {
		select {
		case err := <-ended:
			t.Fatalf("it ended by itself: %v", err)
		case <-time.After(time.Millisecond): // how often to look
		}
		b, _ := os.ReadFile(file)
		has = bytes.Count(b, []byte("\n"))
	}
	_ = cmd.Process.Kill()
	<-ended
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("killed with %d of 62 lines", bytes.Count(before, []byte("\n")))
	if got := parleyIn(t, dir, append(args, "--out", "killed.csv", "--resume")...); !bytes.Equal(got, want) {
		t.Errorf("resumed, it gives another summary:\n%s\n--\n%s", got, want)
	}
	sameFile(t, file, filepath.Join(dir, "whole.csv"), 62)
}

// BenchmarkSweepOnRaft measures a sweep on real Raft with two workers, from its command to its summary: 200 runs.
func BenchmarkSweepOnRaft(b *testing.B) {
	path, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	runs := 0
	for b.Loop() {
		cmd := exec.Command(path, "sweep", "../../sim/analysis/sweep/testdata/month.yaml", "--json", "--runs", "200", "--workers", "2", "--vary", "seed",
			"--vary", "london.walk_away=3..12")
		cmd.Args[0] = "parley"
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		runs += 200
	}
	b.ReportMetric(float64(runs)/b.Elapsed().Seconds(), "runs/s")
}
