package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/terms"
)

// within is how long anything may take here, on a machine that is busy with other things.
const within = 2 * time.Minute

// parley is a running parley: this test binary under another name.
type parley struct {
	t      testing.TB
	cmd    *exec.Cmd
	stderr bytes.Buffer // read it after wait
	ended  chan struct{}
	err    error

	mu    sync.Mutex
	said  []string // lines of standard output
	grown chan struct{}
}

// begin starts parley with arguments. It is killed at the end of the test.
func begin(t testing.TB, args ...string) *parley {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Args[0] = "parley"
	return beginCommand(t, cmd)
}

func beginCommand(t testing.TB, cmd *exec.Cmd) *parley {
	t.Helper()
	p := &parley{t: t, cmd: cmd, ended: make(chan struct{}), grown: make(chan struct{}, 1)}
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.mu.Lock()
			p.said = append(p.said, lines.Text())
			p.mu.Unlock()
			select {
			case p.grown <- struct{}{}:
			default:
			}
		}
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	})
	return p
}

// hears waits for a line with a text.
func (p *parley) hears(text string) {
	p.t.Helper()
	timeout := time.After(within)
	for {
		p.mu.Lock()
		all := strings.Join(p.said, "\n")
		p.mu.Unlock()
		if strings.Contains(all, text) {
			return
		}
		select {
		case <-p.grown:
		case <-p.ended:
			p.mu.Lock()
			all = strings.Join(p.said, "\n")
			p.mu.Unlock()
			if !strings.Contains(all, text) {
				p.t.Fatalf("it ended without saying %q: %v\n%s\n%s", text, p.err, all, &p.stderr)
			}
		case <-timeout:
			p.t.Fatalf("it does not say %q:\n%s", text, all)
		}
	}
}

// ends waits for the end, with an exit status.
func (p *parley) ends(status int) {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(within):
		p.t.Fatal("it does not end")
	}
	got := 0
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		got = exit.ExitCode()
	} else if p.err != nil {
		p.t.Fatal(p.err)
	}
	if got != status {
		p.t.Fatalf("exit status %d, want %d\n%s", got, status, &p.stderr)
	}
}

// interrupt is a Ctrl-C.
func (p *parley) interrupt() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		p.t.Fatal(err)
	}
}

// does runs parley to its end, and returns what it wrote.
func does(t testing.TB, status int, args ...string) (stdout, stderr string) {
	t.Helper()
	p := begin(t, args...)
	p.ends(status)
	return strings.Join(p.said, "\n") + "\n", p.stderr.String()
}

// at opens the conference of a folder, with a client for each capital.
func at(t testing.TB, folder string) (*conference, []*delegate) {
	t.Helper()
	c, err := openConference(folder)
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.delegates()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dismiss(all) })
	return c, all
}

// says has a capital say something, until that is recorded.
func says(t testing.TB, d *delegate, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	answer, err := d.client.SubmitUntilKnown(ctx, api.MoveRequest{Verb: terms.VerbSay, Text: text})
	if err != nil || answer.Outcome != node.Recorded {
		t.Fatalf("%q: %+v %v", text, answer, err)
	}
}

// heard returns what was said, as a capital has it.
func heard(t testing.TB, d *delegate) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	page, err := d.client.Record(ctx, 1, 0, node.Linearizable)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for i := range page.Entries {
		if m := &page.Entries[i].Move; m.Verb == terms.VerbSay {
			all = append(all, m.Text)
		}
	}
	return strings.Join(all, ", ")
}

// allEnd waits until none of the capitals' processes is left.
func allEnd(t testing.TB, c *conference) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		done <- atOnce(indices(c.configs), func(i int) error { return awaitLock(c.nodeLock(c.configs[i].Capital)) })
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(within):
		t.Fatal("capitals are left behind")
	}
}

const ready = "the record can be written"

func TestUpResumes(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	up := begin(t, "up", "testdata/truce.yaml", "--data", folder)
	up.hears("leader ")
	c, all := at(t, folder)
	says(t, all[2], "before")
	up.interrupt()
	up.ends(0)
	allEnd(t, c)

	up = begin(t, "up", "--data", folder)
	up.hears("leader ")
	says(t, all[3], "after")
	for _, d := range all {
		if got := heard(t, d); got != "before, after" {
			t.Errorf("%s has heard %q", d.config.Capital, got)
		}
	}
	if _, stderr := does(t, 3, "up", "--data", folder); !strings.Contains(stderr, fmt.Sprintf("by process %d", up.cmd.Process.Pid)) {
		t.Errorf("a second parley up: %s", stderr)
	}
	if out, _ := does(t, 0, "down", "--data", folder); out != "stopped truce\n" {
		t.Errorf("parley down: %q", out)
	}
	up.ends(0)
	allEnd(t, c)
}

func TestTheLogOfACapitalIsBounded(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	does(t, 0, "up", "testdata/truce.yaml", "--data", folder, "--detach")
	c, _ := at(t, folder)
	does(t, 0, "down", "--data", folder)
	log := filepath.Join(c.capitalFolder("kyiv"), "node.log")
	before, err := os.ReadFile(log)
	if err != nil || !bytes.Contains(before, []byte("listening on")) && !bytes.Contains(before, []byte("initial configuration")) {
		t.Fatalf("%s %v", before, err)
	}
	full := append(before, bytes.Repeat([]byte("it has run for a year\n"), maxLogBytes/22)...)
	if err := os.WriteFile(log, full, 0o600); err != nil {
		t.Fatal(err)
	}
	does(t, 0, "up", "--data", folder, "--detach")
	pid, err := lockHolder(c.nodeLock("kyiv"))
	if err != nil || pid == 0 {
		t.Fatalf("process of kyiv: %d %v", pid, err)
	}
	if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil { // the runtime itself writes what all goroutines do
		t.Fatal(err)
	}
	if err := awaitLock(c.nodeLock("kyiv")); err != nil {
		t.Fatal(err)
	}
	does(t, 0, "down", "--data", folder)
	old, err := os.ReadFile(log + ".1")
	if err != nil || !bytes.Equal(old, full) {
		t.Errorf("what was logged before, %d bytes, has become %d bytes: %v", len(full), len(old), err)
	}
	now, err := os.ReadFile(log)
	if err != nil || len(now) > maxLogBytes || !bytes.Contains(now, []byte("initial configuration")) || !bytes.Contains(now, []byte("SIGQUIT: quit")) ||
		bytes.Contains(now, []byte("for a year")) {
		t.Errorf("the new log has %d bytes, and begins with %.300s: %v", len(now), now, err)
	}
	if info, err := os.Stat(log); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestUpLeavesNoOrphans(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	up := begin(t, "up", "testdata/truce.yaml", "--data", folder)
	up.hears(ready)
	c, all := at(t, folder)
	says(t, all[0], "before")
	pid, err := lockHolder(c.nodeLock("kyiv"))
	if err != nil || pid == 0 {
		t.Fatalf("process of kyiv: %d %v", pid, err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil { // it cannot see that its parent has gone
		t.Fatal(err)
	}
	if err := up.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-up.ended
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Fatal(err)
	}
	allEnd(t, c)
	up = begin(t, "up", "--data", folder)
	up.hears(ready)
	if got := heard(t, all[0]); got != "before" {
		t.Errorf("after the crash the record has %q", got)
	}
	up.interrupt()
	up.ends(0)
}

func TestUpShowsACapitalThatFalls(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	up := begin(t, "up", "testdata/truce.yaml", "--data", folder)
	up.hears("leader ")
	c, all := at(t, folder)
	status, err := all[0].client.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	victim := c.charter.Capital(status.Leader)
	pid, err := lockHolder(c.nodeLock(victim.ID))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	up.hears(victim.ID + ": down: signal: killed")
	var other *delegate
	for _, d := range all {
		if d.config.Capital != victim.ID && c.charter.Capital(d.config.Capital).Role != terms.Observer {
			other = d
		}
	}
	says(t, other, "the others go on")
	again := begin(t, "node", "--config", filepath.Join(folder, victim.ID, "config.json"))
	again.hears(victim.ID + ": listening on https://")
	up.hears(victim.ID + ": it runs")
	for _, d := range all {
		if got := heard(t, d); got != "the others go on" {
			t.Errorf("%s has heard %q", d.config.Capital, got)
		}
	}
	again.interrupt()
	again.ends(0)
	up.interrupt()
	up.ends(0)
}

func TestUpDetachedAndDown(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	out, _ := does(t, 0, "up", "testdata/truce.yaml", "--data", folder, "--detach")
	if !strings.Contains(out, ready) {
		t.Fatal(out)
	}
	c, all := at(t, folder)
	t.Cleanup(func() { does(t, 0, "down", "--data", folder) })
	says(t, all[0], "nobody watches")
	pid, err := lockHolder(c.nodeLock("paris"))
	if err != nil {
		t.Fatal(err)
	}
	if _, stderr := does(t, 3, "up", "--data", folder); !strings.Contains(stderr, "is run already, by process") {
		t.Errorf("parley up beside it: %s", stderr)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := awaitLock(c.nodeLock("paris")); err != nil {
		t.Fatal(err)
	}
	does(t, 0, "up", "--data", folder, "--detach") // brings back who is down
	if back, err := lockHolder(c.nodeLock("paris")); err != nil || back == 0 || back == pid {
		t.Errorf("paris was process %d and is %d, %v", pid, back, err)
	}
	if pid, err = c.runs(t.Context(), all[1]); err != nil || pid == 0 {
		t.Errorf("paris is run by process %d, %v", pid, err)
	}
	// One that was killed has its lock for as long as the system takes to clear it away. This one is asked while it cannot answer.
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	dying := make(chan int, 1)
	go func() {
		pid, err := c.runs(t.Context(), all[1])
		if err != nil {
			t.Error(err)
		}
		dying <- pid
	}()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if pid := <-dying; pid != 0 {
		t.Errorf("paris is taken to be run by process %d, which was killed", pid)
	}
	does(t, 0, "up", "--data", folder, "--detach")
	if got := heard(t, all[1]); got != "nobody watches" {
		t.Errorf("paris has heard %q", got)
	}
	if out, _ := does(t, 0, "down", "--data", folder); out != "stopped london, paris, kyiv, moscow, washington, ankara\n" {
		t.Errorf("parley down: %q", out)
	}
	allEnd(t, c)
	if out, _ := does(t, 0, "down", "--data", folder); out != "nothing of truce was running\n" {
		t.Errorf("parley down again: %q", out)
	}
}

func TestUpInOneProcess(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	up := begin(t, "up", "testdata/truce.yaml", "--data", folder, "--dev")
	up.hears(ready)
	c, all := at(t, folder)
	says(t, all[0], "in memory")
	if got := heard(t, all[5]); got != "in memory" {
		t.Errorf("ankara has heard %q", got)
	}
	for _, config := range c.configs {
		if _, err := os.Stat(config.DataFolder()); err == nil {
			t.Errorf("%s has a data folder", config.Capital)
		}
	}
	does(t, 0, "down", "--data", folder)
	up.ends(0)

	home := t.TempDir()
	t.Setenv("TMPDIR", home)
	up = begin(t, "up", "testdata/truce.yaml", "--dev")
	up.hears(ready)
	up.interrupt()
	up.ends(0)
	if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func TestUpRefuses(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	does(t, 0, "init", "testdata/truce.yaml", "-o", folder)
	_, stderr := does(t, 2, "up", "one-month-truce", "--data", folder)
	if !strings.Contains(stderr, "another conference: truce, not one-month-truce") {
		t.Errorf("another conference: %s", stderr)
	}
	text, err := os.ReadFile("testdata/truce.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "truce.yaml")
	if err := os.WriteFile(changed, bytes.Replace(text, []byte("window: 5d"), []byte("window: 6d"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr := does(t, 2, "up", changed, "--data", folder); !strings.Contains(stderr, "the scenario's charter is not the one") {
		t.Errorf("a scenario that has changed: %s", stderr)
	}
	c, _ := at(t, folder)
	for what, address := range map[string]string{"raft": c.configs[1].Raft.Listen, "interface": c.configs[1].API.Listen} {
		taken, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_, stderr := does(t, 3, "up", "--data", folder)
		if !strings.Contains(stderr, "paris") || !strings.Contains(stderr, address) || !strings.Contains(stderr, "another process has that port") {
			t.Errorf("the port of %s is taken: %s", what, stderr)
		}
		allEnd(t, c)
		if err := taken.Close(); err != nil {
			t.Fatal(err)
		}
	}
	up := begin(t, "up", "--data", folder)
	up.hears(ready)
	if _, stderr := does(t, 3, "node", "--config", filepath.Join(folder, "kyiv", "config.json")); !strings.Contains(stderr, "kyiv is run already, by process") {
		t.Errorf("a capital twice: %s", stderr)
	}
	up.interrupt()
	up.ends(0)
	if _, stderr := does(t, 2, "up", "--data", folder, "--dev"); !strings.Contains(stderr, "holds a record") {
		t.Errorf("--dev on a record: %s", stderr)
	}
}

func TestUpKillsAtTheSecondInterrupt(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	up := begin(t, "up", "testdata/truce.yaml", "--data", folder)
	up.hears("leader ")
	c, _ := at(t, folder)
	pid, err := lockHolder(c.nodeLock("kyiv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil { // it will not end by itself
		t.Fatal(err)
	}
	up.interrupt()
	up.hears("stopping")
	again := time.NewTicker(sameSignal)
	defer again.Stop()
	for ended := false; !ended; {
		select {
		case <-up.ended:
			ended = true
		case <-again.C:
			_ = up.cmd.Process.Signal(os.Interrupt) // it may have ended by now
		}
	}
	up.ends(3)
	// On a slow machine others may not have ended by then either.
	if _, list, ok := strings.Cut(up.stderr.String(), "killed, since they did not end by themselves: "); !ok || !strings.Contains(list, "kyiv") {
		t.Errorf("it says %s", &up.stderr)
	}
	allEnd(t, c)
}

// A capital that parley up started ends when its standard input does, on systems that know no other way.
func TestNodeEndsWithItsParent(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	does(t, 0, "init", "testdata/truce.yaml", "-o", folder)
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "node", "--config", filepath.Join(folder, "kyiv", "config.json"), "--with-parent", "--log-format", "json")
	cmd.Args[0] = "parley"
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(within, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "kyiv: listening on https://127.0.0.1:") {
		t.Errorf("it says %q, %v", line, err)
	}
	if err := stdin.Close(); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, stdout); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// BenchmarkUp measures from parley up to the first recorded move of five capitals, processes starting included.
func BenchmarkUp(b *testing.B) {
	text, err := os.ReadFile("testdata/truce.yaml")
	if err != nil {
		b.Fatal(err)
	}
	five := filepath.Join(b.TempDir(), "truce.yaml")
	if err := os.WriteFile(five, bytes.Replace(text, []byte("  ankara: {role: observer}\n"), nil, 1), 0o600); err != nil {
		b.Fatal(err)
	}
	for name, flags := range map[string][]string{"processes": {"--detach"}, "dev": {"--dev"}} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				folder := filepath.Join(b.TempDir(), fmt.Sprint(i))
				up := begin(b, append([]string{"up", five, "--data", folder}, flags...)...)
				up.hears(ready)
				_, all := at(b, folder)
				says(b, all[0], "first")
				b.StopTimer()
				does(b, 0, "down", "--data", folder)
				<-up.ended
				dismiss(all)
				b.StartTimer()
			}
		})
	}
}
