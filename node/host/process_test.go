//go:build unix

package host_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
)

// With the first of these set, the test's binary is a capital: that of the config.json which it names. The second has the
// entries after which it takes a snapshot.
const (
	envCapital  = "PARLEY_TEST_CAPITAL"
	envSnapshot = "PARLEY_TEST_SNAPSHOT"
)

func TestMain(m *testing.M) {
	if file := os.Getenv(envCapital); file != "" {
		os.Exit(beCapital(file))
	}
	os.Exit(m.Run())
}

// beCapital runs a capital until it is asked to stop, or its parent is gone.
func beCapital(file string) int {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	orphaned := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(orphaned)
	}()
	o := host.Options{Version: "test", Logger: zap.Must(zap.Config{Level: zap.NewAtomicLevelAt(zap.WarnLevel), Encoding: "console", DisableStacktrace: true,
		EncoderConfig: zap.NewDevelopmentEncoderConfig(), OutputPaths: []string{"stderr"}, ErrorOutputPaths: []string{"stderr"}}.Build())}
	if entries, err := strconv.ParseUint(os.Getenv(envSnapshot), 10, 64); err == nil {
		o.Tune = func(c *node.Config) {
			c.SnapshotThreshold, c.TrailingLogs, c.SnapshotInterval = entries, entries/4, 50*time.Millisecond
		}
	}
	c, err := host.LoadConfig(file)
	var h *host.Host
	if err == nil {
		h, err = host.Start(context.Background(), c, o)
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "parley:", err)
		return 1
	}
	_, _ = fmt.Println("up")
	select {
	case <-asked:
	case <-orphaned:
	case err = <-h.Failed():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err = errors.Join(err, h.Close(ctx)); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "parley:", err)
		return 1
	}
	return 0
}

// league is a conference of processes.
type league struct {
	t        testing.TB
	ids      []string
	configs  map[string]*host.Config
	clients  map[string]*api.Client
	snapshot int // see envSnapshot; 0: the settings of a live capital

	mu    sync.Mutex
	procs map[string]*process
}

// process is a capital's process.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	ended chan struct{}
	err   error // of the end; set before ended is closed

	mu   sync.Mutex
	said strings.Builder // on stderr
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(b)
}

func (p *process) stderr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

var five = []string{"kyiv", "london", "moscow", "paris", "washington"}

// newLeague makes the folders of a conference of the given capitals, with chaos on; nobody is started.
func newLeague(t testing.TB, ids []string) *league {
	t.Helper()
	charter := &terms.Charter{Conference: "truce", Terms: []terms.Term{{ID: "troops", Kind: terms.KindQuantity, Max: 1 << 41}},
		Procedures: []terms.Procedure{{Name: "all", Stages: []terms.Stage{{Name: "all", Members: ids, Rule: terms.Rule{Kind: terms.RuleUnanimous}}}}}}
	for _, id := range ids {
		charter.Capitals = append(charter.Capitals, terms.Capital{ID: id, Name: id, Role: terms.Mediator})
	}
	places, err := host.Loopback(ids)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "truce")
	if err := host.Init(folder, charter, places, true); err != nil {
		t.Fatal(err)
	}
	_, configs, err := host.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	l := &league{t: t, ids: ids, configs: map[string]*host.Config{}, clients: map[string]*api.Client{}, procs: map[string]*process{}}
	for _, c := range configs {
		l.configs[c.Capital] = c
		l.clients[c.Capital] = clientAs(t, c)
	}
	t.Cleanup(l.end)
	return l
}

// clientAs speaks for a capital, to its own interface first.
func clientAs(t testing.TB, c *host.Config) *api.Client {
	t.Helper()
	id, err := identity.Open(c.IdentityFolder(), nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: id.Client(c.Capital), MaxIdleConnsPerHost: 8}
	t.Cleanup(transport.CloseIdleConnections)
	made, err := api.NewClient([]string{"https://" + c.API.Address()}, &http.Client{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// configFile is where a capital's settings are.
func configFile(c *host.Config) string { return filepath.Join(c.IdentityFolder(), host.ConfigFile) }

// launch starts a capital's process and returns when it says that it is up, or has ended.
func (l *league) launch(id string) (*process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(exe), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), envCapital+"="+configFile(l.configs[id]))
	if l.snapshot > 0 {
		p.cmd.Env = append(p.cmd.Env, fmt.Sprint(envSnapshot, "=", l.snapshot))
	}
	p.cmd.Stderr = p
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, readErr := bufio.NewReader(stdout).ReadString('\n')
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	if readErr == nil && line == "up\n" {
		return p, nil
	}
	<-p.ended
	return p, fmt.Errorf("%s did not start: %w: %s", id, p.err, p.stderr())
}

// start starts capitals, all by default, side by side.
func (l *league) start(ids ...string) {
	l.t.Helper()
	if len(ids) == 0 {
		ids = l.ids
	}
	var work sync.WaitGroup
	errs := make([]error, len(ids))
	for i, id := range ids {
		work.Go(func() {
			p, err := l.launch(id)
			if err == nil {
				l.mu.Lock()
				l.procs[id] = p
				l.mu.Unlock()
			}
			errs[i] = err
		})
	}
	work.Wait()
	if err := errors.Join(errs...); err != nil {
		l.t.Fatal(err)
	}
}

func (l *league) process(id string) *process {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.procs[id]
}

// up lists the capitals whose processes run.
func (l *league) up() (ids []string) {
	for _, id := range l.ids {
		if l.process(id) != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// signal sends a signal to a capital's process.
func (l *league) signal(id string, s syscall.Signal) {
	l.t.Helper()
	if err := l.process(id).cmd.Process.Signal(s); err != nil {
		l.t.Errorf("signal %v to %s: %v", s, id, err)
	}
}

// kill kills capitals with SIGKILL, all in the same moment, and waits until they are gone.
func (l *league) kill(ids ...string) {
	l.t.Helper()
	for _, id := range ids {
		l.signal(id, syscall.SIGKILL)
	}
	for _, id := range ids {
		p := l.process(id)
		<-p.ended
		if code := p.cmd.ProcessState.ExitCode(); code != -1 { // it was not the signal that ended it
			l.t.Errorf("%s ended by itself with code %d: %s", id, code, p.stderr())
		}
		l.mu.Lock()
		delete(l.procs, id)
		l.mu.Unlock()
	}
}

// end stops what is left, however it stands.
func (l *league) end() {
	for _, id := range l.up() {
		p := l.process(id)
		l.mu.Lock()
		delete(l.procs, id)
		l.mu.Unlock()
		select {
		case <-p.ended:
			l.t.Errorf("%s ended by itself: %v: %s", id, p.err, p.stderr())
			continue
		default:
		}
		_ = p.cmd.Process.Signal(syscall.SIGCONT)
		_ = p.stdin.Close()
		timer := time.AfterFunc(30*time.Second, func() { _ = p.cmd.Process.Kill() })
		<-p.ended
		timer.Stop()
		if p.err != nil {
			l.t.Errorf("%s did not end well: %v: %s", id, p.err, p.stderr())
		}
		if strings.Contains(p.stderr(), "DATA RACE") {
			l.t.Errorf("%s: %s", id, p.stderr())
		}
	}
}

// say has a capital say something until it is recorded.
func (l *league) say(id, text string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		r, err := l.clients[id].SubmitUntilKnown(ctx, api.MoveRequest{Verb: terms.VerbSay, Text: text})
		if err == nil && r.Outcome == node.Recorded {
			return
		}
		if ctx.Err() != nil || err == nil && r.Code != terms.RefusedNotFounded && r.Code != terms.RefusedConference {
			l.t.Fatalf("%s: %q was not recorded: %+v, %v", id, text, r, err)
		}
	}
}

// leader waits for a leader, on the word of a capital that is up, and returns it.
func (l *league) leader() string {
	l.t.Helper()
	var found string
	l.await("a leader", func(ctx context.Context) bool {
		for _, id := range l.up() {
			if s, err := l.clients[id].Status(ctx); err == nil && s.State == "Leader" {
				found = id
				return l.clients[id].Ready(ctx) == nil
			}
		}
		return false
	})
	return found
}

// await asks until the answer is yes, for a minute at most.
func (l *league) await(what string, ok func(context.Context) bool) {
	l.t.Helper()
	end := time.Now().Add(time.Minute)
	for time.Now().Before(end) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		done := ok(ctx)
		cancel()
		if done {
			return
		}
		time.Sleep(20 * time.Millisecond) // between two questions
	}
	for _, id := range l.up() {
		l.t.Logf("%s: %s", id, l.process(id).stderr())
	}
	l.t.Fatalf("waited for a minute: %s", what)
}

// agree waits until all capitals that are up have the same state, and returns the record, which must be the same too.
func (l *league) agree() []terms.Entry {
	l.t.Helper()
	var hashes []string
	l.await("the same state everywhere", func(ctx context.Context) bool {
		hashes = nil
		sequences := map[uint64]bool{}
		for _, id := range l.up() {
			s, err := l.clients[id].Status(ctx)
			if err != nil {
				return false
			}
			hashes = append(hashes, s.StateHash)
			sequences[s.Sequence] = true
		}
		slices.Sort(hashes)
		return len(hashes) > 0 && len(sequences) == 1 && len(slices.Compact(hashes)) == 1
	})
	var first []terms.Entry
	for i, id := range l.up() {
		record := l.record(id)
		if i == 0 {
			first = record
			continue
		}
		if len(record) != len(first) {
			l.t.Fatalf("%s has %d entries, %s has %d", id, len(record), l.up()[0], len(first))
		}
		for n := range record {
			a, b := record[n], first[n]
			if a.Index != b.Index || a.RaftTerm != b.RaftTerm || a.Move.Digest() != b.Move.Digest() || a.Result.Refused != b.Result.Refused {
				l.t.Fatalf("entry %d: %s has %+v, %s has %+v", n+1, id, a, l.up()[0], b)
			}
		}
	}
	return first
}

// record reads a capital's own record.
func (l *league) record(id string) (all []terms.Entry) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for from := uint64(1); from != 0; {
		page, err := l.clients[id].Record(ctx, from, 1000, node.Local)
		if err != nil {
			l.t.Fatal(err)
		}
		all, from = append(all, page.Entries...), page.Next
	}
	return all
}

// texts counts what was said with the moves of a record.
func texts(record []terms.Entry) map[string]int {
	counts := map[string]int{}
	for i := range record {
		counts[record[i].Move.Text]++
	}
	return counts
}
