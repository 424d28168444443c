package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/parley-sim/parley/sim/report/page/browser"
)

// tests runs the tests, and ends the browser if they began one.
type tests struct{ m *testing.M }

func (t tests) Run() int { return browser.Run(t.m) }

// withoutNap is what the race detector is told: it would have each program sleep for a second as it ends, and the tests start
// some thousand of them. A race still ends a program with status 66.
const withoutNap = "atexit_sleep_ms=0"

func TestMain(m *testing.M) {
	if os.Getenv("GORACE") == "" {
		_ = os.Setenv("GORACE", withoutNap) // for the programs that are started from here; the scripts have an environment of their own
	}
	testscript.Main(tests{m}, map[string]func(){
		"parley": main,
		// Workers that go wrong, for TestPool.
		"panics": func() {
			var j job
			_ = newReceiver(os.Stdin).receive(&j)
			panic("this worker panics")
		},
		"babbles": func() { fmt.Println("this is no frame"); time.Sleep(time.Hour) },
		"hangs":   func() { select {} },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error { // every script has truce.yaml, which does not change with the library
			env.Setenv("GORACE", withoutNap)
			b, err := os.ReadFile("testdata/truce.yaml")
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "truce.yaml"), b, 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": status,
			"json":   jsonPath,
			"same":   sameJSON,
			"cutoff": cutOff,
		},
	})
}

// status N command...: the command ends with exit status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// json FILE PATH [WANT]: the JSON file has something at the path (plans.0.id, or len for a length), which is WANT.
func jsonPath(ts *testscript.TestScript, neg bool, args []string) {
	if got := jsonAt(ts, args[0], args[1]); len(args) > 2 && got != args[2] {
		ts.Fatalf("%s is %s, want %s", args[1], got, args[2])
	}
}

// same FILE FILE PATH...: both JSON files have the same at each path.
func sameJSON(ts *testscript.TestScript, neg bool, args []string) {
	for _, path := range args[2:] {
		if a, b := jsonAt(ts, args[0], path), jsonAt(ts, args[1], path); a != b {
			ts.Fatalf("%s is %s in %s and %s in %s", path, a, args[0], b, args[1])
		}
	}
}

// cutoff FILE N: the file loses its last N bytes, as if whoever wrote it had been killed.
func cutOff(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	file := ts.MkAbs(args[0])
	info, err := os.Stat(file)
	ts.Check(err)
	ts.Check(os.Truncate(file, info.Size()-n))
}

// jsonAt returns what a JSON file has at a path.
func jsonAt(ts *testscript.TestScript, file, path string) string {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &v))
	for _, key := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			y, ok := x[key]
			if !ok {
				ts.Fatalf("there is no %s of %s", key, path)
			}
			v = y
		case []any:
			if key == "len" {
				v = float64(len(x))
				continue
			}
			i, err := strconv.Atoi(key)
			ts.Check(err)
			if i >= len(x) {
				ts.Fatalf("there is no item %d of %s", i, path)
			}
			v = x[i]
		default:
			ts.Fatalf("%s: %v has no %s", path, v, key)
		}
	}
	return fmt.Sprint(v)
}

func TestArrange(t *testing.T) {
	app := (&env{}).app()
	for in, want := range map[string]string{
		"":                          "",
		"--version":                 "--version",
		"run f":                     "run -- f",
		"run f --seed 3 g --json":   "run --seed 3 --json -- f g",
		"run f --seed=3":            "run --seed=3 -- f",
		"run f -seed -3":            "run -seed -3 -- f",
		"run -- --seed":             "run -- --seed",
		"run - --quiet":             "run --quiet -- -",
		"run --json -- -h --quiet":  "run --json -- -h --quiet",
		"run f -h":                  "run --help",
		"help run":                  "run --help",
		"check f --json g":          "check --json -- f g",
		"run f --seed":              "error: the flag --seed needs a value",
		"run f --sede 3":            `error: there is no flag "--sede"; did you mean --seed?`,
		"--versoin":                 `error: there is no flag "--versoin"; did you mean --version?`,
		"schem":                     `error: there is no command "schem"; did you mean schema?`,
		"qqqqq":                     `error: there is no command "qqqqq"; parley help lists what there is`,
		"run --zzz f":               `error: there is no flag "--zzz"; parley help lists what there is`,
		"run --color always --on x": "run --color always --on x --",
	} {
		got, err := arrange(app, strings.Fields(in))
		line := strings.Join(got, " ")
		if err != nil {
			line = "error: " + err.Error()
		}
		if line != want {
			t.Errorf("%q\n got %s\nwant %s", in, line, want)
		}
	}
}

// testPool returns a pool whose workers are this test binary under another name.
func testPool(t *testing.T, name string) *pool {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &pool{path: path, self: name, patience: time.Minute}
}

func TestPoolReportsWorkersThatFail(t *testing.T) {
	for name, want := range map[string]string{
		"panics":  "the worker process died: exit status 2: panic: this worker panics",
		"babbles": "not what was expected",
		"hangs":   "the worker process died: signal: killed",
	} {
		t.Run(name, func(t *testing.T) {
			p := testPool(t, name)
			if name == "hangs" {
				p.patience = 100 * time.Millisecond
			}
			for _, r := range p.play(t.Context(), make([]job, 3), func(int, *frame) {}) {
				if !strings.Contains(r.Error, want) {
					t.Errorf("got %q, want %q", r.Error, want)
				}
			}
		})
	}
}

func TestPoolEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel) // whenever it comes, the outcome is the same
	for _, r := range testPool(t, "hangs").play(ctx, make([]job, 50), func(int, *frame) {}) {
		if r.Error != "interrupted" {
			t.Errorf("got %q", r.Error)
		}
	}
}

func TestPoolWithoutProgram(t *testing.T) {
	p := &pool{path: "/nonexistent/parley", self: "parley", patience: time.Minute}
	r := p.play(t.Context(), make([]job, 1), func(int, *frame) {})
	if !strings.Contains(r[0].Error, "start a worker process") {
		t.Errorf("got %q", r[0].Error)
	}
}

func TestGatherCountsDivergence(t *testing.T) {
	s := &source{scenario: nil}
	s.scenario = mustParse(t, "one-month-truce")
	r := gather(&runOptions{replays: 4, on: "virtual"}, s, []result{
		{RecordHash: "a", TraceHash: "y"}, {RecordHash: "a", TraceHash: "x"}, {RecordHash: "b", TraceHash: "x"}, {Error: "died"}})
	got := *r.Replays
	want := got
	want.Count, want.Failed, want.RecordHashes, want.TraceHashes, want.SameRecord, want.SameTrace = 3, 1, 2, 2, 2, 2
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if r.Status() != 1 {
		t.Errorf("status %d: records that differ are a failure", r.Status())
	}
}
