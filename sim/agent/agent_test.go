//go:build unix

package agent_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/parley-sim/parley/sim/agent"
)

// TestMain is the programs, too: this binary is started with what it is to do.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 || !strings.HasPrefix(os.Args[1], "play-") {
		os.Exit(m.Run())
	}
	in := bufio.NewScanner(os.Stdin)
	for n := 1; in.Scan(); n++ {
		switch what := os.Args[1]; {
		case n == 1, what == "play-echo":
			fmt.Println("heard", in.Text())
		case what == "play-crash":
			fmt.Fprintln(os.Stderr, "first line\nout of ideas")
			os.Exit(3)
		case what == "play-hang":
			time.Sleep(time.Hour)
		case what == "play-flood":
			for {
				fmt.Print(strings.Repeat("x", 1<<16))
			}
		case what == "play-twice":
			fmt.Print("one\ntwo\n")
		case what == "play-child": // leaves a process of its own behind
			child := exec.Command("sleep", "300")
			if err := child.Start(); err != nil {
				panic(err)
			}
			fmt.Println(child.Process.Pid)
			time.Sleep(time.Hour)
		}
	}
}

func limits() agent.Limits {
	l := agent.DefaultLimits()
	l.Hello, l.Answer = 30*time.Second, 300*time.Millisecond
	return l
}

func start(t *testing.T, what string) *agent.Agent {
	t.Helper()
	a := agent.Start([]string{os.Args[0], what}, t.TempDir(), limits())
	t.Cleanup(a.Close)
	return a
}

func TestAnswers(t *testing.T) {
	l := limits()
	l.Answer = 30 * time.Second
	a := agent.Start([]string{os.Args[0], "play-echo"}, t.TempDir(), l)
	defer a.Close()
	for i := range 50 {
		got, err := a.Ask([]byte(strconv.Itoa(i)))
		if err != nil || string(got) != fmt.Sprint("heard ", i) {
			t.Fatalf("%d: got %q, %v", i, got, err)
		}
	}
}

func TestFailures(t *testing.T) {
	for what, want := range map[string]string{
		"play-crash": "it ended by itself; it last said: out of ideas",
		"play-hang":  "it gave no answer within 300ms",
		"play-flood": "it wrote a line of more than 65536 bytes",
		"play-twice": "it wrote a line without being asked",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			a := start(t, what)
			var err error
			for range 100 { // play-twice is two lines ahead soon, and then more
				if _, err = a.Ask([]byte("x")); err != nil {
					break
				}
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
			if _, again := a.Ask([]byte("x")); again == nil || again.Error() != err.Error() {
				t.Errorf("asked again: %v", again)
			}
		})
	}
}

func TestNotFound(t *testing.T) {
	a := agent.Start([]string{"./nothing-here"}, t.TempDir(), limits())
	defer a.Close()
	if _, err := a.Ask(nil); err == nil || !strings.Contains(err.Error(), "cannot be run") {
		t.Errorf("got %v", err)
	}
	if _, err := agent.Find(nil, "."); err == nil {
		t.Error("an empty command is found")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "script")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if path, err := agent.Find([]string{"./script"}, dir); err != nil || path != file {
		t.Errorf("got %q, %v", path, err)
	}
}

// TestNothingIsLeft: a program that hangs is ended with the processes that it started.
func TestNothingIsLeft(t *testing.T) {
	if _, err := exec.LookPath("sleep"); err != nil {
		t.Skip("NOT RUN: no sleep")
	}
	l := limits()
	l.Answer = 30 * time.Second
	a := agent.Start([]string{os.Args[0], "play-child"}, t.TempDir(), l)
	if _, err := a.Ask([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	got, err := a.Ask([]byte("go"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(got))
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil && syscall.Kill(pid, 0) != nil || strings.Contains(string(stat), ") Z ") {
			return // gone, or a zombie that is for init to bury, since its parent is gone
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d is still there: %s", pid, stat)
		}
	}
}
