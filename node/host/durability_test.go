//go:build unix

package host_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/terms"
)

// chatter has every capital speak, one statement after the other, until it is stopped. It returns what was acknowledged.
func (l *league) chatter(round int) (stop func() (acknowledged []string)) {
	ctx, cancel := context.WithCancel(context.Background())
	var mu sync.Mutex
	var all []string
	var work sync.WaitGroup
	for _, id := range l.ids {
		work.Go(func() {
			for n := 1; ctx.Err() == nil; n++ {
				text := fmt.Sprintf("%s %d.%d", id, round, n)
				one, cancel := context.WithTimeout(ctx, 3*time.Second)
				r, err := l.clients[id].Submit(one, api.MoveRequest{Verb: terms.VerbSay, Text: text})
				cancel()
				if err == nil && r.Outcome == node.Recorded {
					mu.Lock()
					all = append(all, text)
					mu.Unlock()
				}
			}
		})
	}
	return func() []string {
		cancel()
		work.Wait()
		return all
	}
}

// TestKilledAllAtOnce kills every process in the middle of moves, again and again.
func TestKilledAllAtOnce(t *testing.T) {
	t.Parallel()
	l := newLeague(t, ids)
	var acknowledged []string
	for round := 1; round <= 3; round++ {
		l.start()
		l.say(ids[0], fmt.Sprint("round ", round))
		stop := l.chatter(round)
		l.await("some moves", func(ctx context.Context) bool {
			s, err := l.clients[ids[1]].Status(ctx)
			return err == nil && s.Sequence > uint64(60*round)
		})
		l.kill(ids...)
		acknowledged = append(acknowledged, stop()...)
		acknowledged = append(acknowledged, fmt.Sprint("round ", round))
	}
	l.start()
	l.say(ids[2], "end")
	counts := texts(l.agree())
	for _, text := range acknowledged {
		if counts[text] != 1 {
			t.Errorf("%q was acknowledged and is in the record %d times", text, counts[text])
		}
	}
	t.Logf("%d moves were acknowledged", len(acknowledged))
}

// TestPausedLeader stops the leader's process with SIGSTOP: the others go on, and when it comes back it neither serves what
// is over nor loses anything.
func TestPausedLeader(t *testing.T) {
	t.Parallel()
	l := newLeague(t, ids)
	l.start()
	l.say("kyiv", "before")
	paused := l.leader()
	l.signal(paused, syscall.SIGSTOP)
	var others []string
	for _, id := range ids {
		if id != paused {
			others = append(others, id)
		}
	}
	l.say(others[0], "meanwhile")
	// The question is under way when the leader wakes up, and still takes itself for the leader.
	sequence := make(chan uint64, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		for ctx.Err() == nil {
			if state, err := l.clients[paused].State(ctx, node.Linearizable); err == nil {
				sequence <- state.Sequence
				return
			}
		}
		sequence <- 0
	}()
	l.signal(paused, syscall.SIGCONT)
	if n := <-sequence; n < 3 {
		t.Errorf("the old leader serves a state of %d moves; 3 had been acknowledged", n)
	}
	l.say(paused, "after")
	if counts := texts(l.agree()); counts["before"] != 1 || counts["meanwhile"] != 1 || counts["after"] != 1 {
		t.Errorf("the record: %v", counts)
	}
}

// TestDamagedAndWiped cuts a capital's data file off: it says what is wrong and what to do, and what it says works. The
// others have compacted their logs, so that it catches up from a snapshot.
func TestDamagedAndWiped(t *testing.T) {
	t.Parallel()
	l := newLeague(t, ids)
	l.snapshot = 20
	l.start()
	l.say("kyiv", "first")
	for i := range 90 {
		l.say("london", fmt.Sprint("more ", i))
	}
	for _, id := range ids {
		l.await("a snapshot of "+id, func(context.Context) bool {
			found, err := filepath.Glob(filepath.Join(l.configs[id].DataFolder(), "snapshots", "*-*-*", "state.bin"))
			return err == nil && len(found) > 0
		})
	}
	before := l.agree()
	l.kill("moscow")
	folder := l.configs["moscow"].DataFolder()
	file := filepath.Join(folder, "raft.db")
	if err := os.Truncate(file, 20000); err != nil {
		t.Fatal(err)
	}
	p, err := l.launch("moscow")
	if err == nil {
		t.Fatal("it started on a file that is cut off")
	}
	for _, part := range []string{file, "cut off", "wipe " + folder, "catches up", "restore a backup"} {
		if strings.Count(p.stderr(), part) != 1 {
			t.Errorf("%q should be said once: %s", part, p.stderr())
		}
	}
	if strings.Contains(p.stderr(), "goroutine") || p.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("it did not end as it should: %v: %s", p.err, p.stderr())
	}
	l.say("kyiv", "without moscow") // nobody else has noticed
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	l.start("moscow")
	after := l.agree() // the same hash everywhere
	if len(after) != len(before)+1 {
		t.Errorf("%d entries, then %d", len(before), len(after))
	}
	// It cannot have come by the log: the leader has no beginning of that any more.
	leader := l.leader()
	l.kill(l.up()...)
	stores, err := node.OpenStores(l.configs[leader].DataFolder(), nil)
	if err != nil {
		t.Fatal(err)
	}
	first, err := stores.Log.FirstIndex()
	if err := errors.Join(err, stores.Close()); err != nil {
		t.Fatal(err)
	}
	if first <= 1 {
		t.Errorf("the log of %s was not compacted: it begins with entry %d", leader, first)
	}
	l.start()
	l.say("moscow", "end") // until somebody leads, each knows only what its snapshot has
	if again := l.agree(); len(again) != len(after)+1 {
		t.Errorf("after another restart there are %d entries; %d were there before", len(again), len(after))
	}
}

// TestSecondProcess starts a capital that runs already, from the same settings.
func TestSecondProcess(t *testing.T) {
	t.Parallel()
	l := newLeague(t, ids)
	l.start()
	l.say("kyiv", "first")
	second, err := l.launch("kyiv")
	if err == nil {
		t.Fatal("it runs twice")
	}
	file := filepath.Join(l.configs["kyiv"].DataFolder(), "raft.db")
	if said := second.stderr(); strings.Count(said, file) != 1 || strings.Count(said, "in use by another process") != 1 || strings.Count(said, "\n") != 1 {
		t.Errorf("it says: %s", said)
	}
	l.say("kyiv", "second")
	if counts := texts(l.agree()); counts["first"] != 1 || counts["second"] != 1 {
		t.Errorf("the record: %v", counts)
	}
}

// TestDataFormats holds what a data folder says of itself against what this version reads.
func TestDataFormats(t *testing.T) {
	t.Parallel()
	l := newLeague(t, ids)
	file := filepath.Join(l.configs["kyiv"].DataFolder(), "owner.json")
	l.start()
	l.say("kyiv", "first")
	l.kill("kyiv")
	sound, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for content, says := range map[string]string{
		fmt.Sprintf(`{"format": %d, "conference": "truce", "capital": "kyiv"}`, host.DataFormat+1): fmt.Sprintf(
			"a later version of parley: its format is %d, and this version reads up to %d", host.DataFormat+1, host.DataFormat),
		`{"conference": "truce", "capital": "kyiv"}`:                  "does not say in what format",
		`{"format": 1, "conference": "truce", "capital": "moscow"}`:   "it belongs to moscow of truce, not to kyiv of truce",
		`{"format": 1, "conference": "another", "capital": "kyiv"}`:   "it belongs to kyiv of another",
		`{"format": 1, "confer`:                                       "wipe the folder",
		`{"format": 1, "conference": "truce", "capital": "kyiv"} and`: "wipe the folder",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := l.launch("kyiv")
		if err == nil {
			t.Errorf("it started with %s", content)
			_ = p.stdin.Close()
			<-p.ended
			continue
		}
		if said := p.stderr(); strings.Count(said, says) != 1 || !strings.Contains(said, l.configs["kyiv"].DataFolder()) || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: it says: %s", content, said)
		}
		if left, err := os.ReadFile(file); err != nil || string(left) != content {
			t.Errorf("%s became %s (%v); what is refused is not changed", content, left, err)
		}
	}
	// A folder of an older format is read, and bears the new number from then on, so that the older version turns it away.
	older := []byte(`{"format": 1, "conference": "truce", "capital": "kyiv"}`)
	if err := os.WriteFile(file, older, 0o600); err != nil {
		t.Fatal(err)
	}
	l.start("kyiv")
	l.say("kyiv", "second")
	if counts := texts(l.agree()); counts["first"] != 1 || counts["second"] != 1 {
		t.Errorf("the record: %v", counts)
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, sound) || !bytes.Contains(now, fmt.Appendf(nil, `"format": %d`, host.DataFormat)) {
		t.Errorf("the folder says now: %s (%v); a new one says: %s", now, err, sound)
	}
}

// TestAnOlderFolderStaysUntilItIsWritten has a capital fail before it has written anything.
func TestAnOlderFolderStaysUntilItIsWritten(t *testing.T) {
	t.Parallel()
	l := newLeague(t, ids)
	config := l.configs["kyiv"]
	older := []byte(`{"format": 1, "conference": "truce", "capital": "kyiv"}`)
	file := filepath.Join(config.DataFolder(), "owner.json")
	if err := errors.Join(os.MkdirAll(config.DataFolder(), 0o700), os.WriteFile(file, older, 0o600)); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", config.Raft.Listen)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := host.Start(t.Context(), config, host.Options{}); err == nil {
		closeHost(t, h)
		t.Fatal("it started on a port that is taken")
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, older) {
		t.Errorf("the folder says now: %s (%v)", now, err)
	}
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	closeHost(t, start(t, config))
	if now, err := os.ReadFile(file); err != nil || !bytes.Contains(now, fmt.Appendf(nil, `"format": %d`, host.DataFormat)) {
		t.Errorf("the folder says now: %s (%v)", now, err)
	}
}

// TestFullDisk fills the disks of one capital, then of all of them. It needs to mount small file systems.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	l := newLeague(t, ids)
	ballast := func(id string) string { return filepath.Join(l.configs[id].DataFolder(), "ballast") }
	for _, id := range ids {
		folder := l.configs[id].DataFolder()
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := mountSmall(folder); err != nil {
			t.Skipf("NOT TESTED: a full disk (no small file system can be mounted here: %v)", err)
		}
		t.Cleanup(func() {
			if err := unmount(folder); err != nil {
				t.Errorf("unmount %s: %v", folder, err)
			}
		})
	}
	t.Cleanup(l.end) // before they are unmounted
	l.start()
	l.say("kyiv", "before")
	fill := func(id string) {
		t.Helper()
		f, err := os.Create(ballast(id))
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 4096)
		for err == nil {
			_, err = f.Write(b)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	free := func(id string) {
		t.Helper()
		if err := os.Remove(ballast(id)); err != nil {
			t.Fatal(err)
		}
	}
	reads := func(id string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if s, err := l.clients[id].State(ctx, node.Local); err != nil || s.Sequence < 2 {
			t.Errorf("%s: a read with a full disk: %d, %v", id, s.Sequence, err)
		}
	}
	full := l.leader()
	other := ids[0]
	if other == full {
		other = ids[1]
	}
	fill(full)
	for i := range 30 { // more than fits into the pages that the data file has already
		l.say(other, fmt.Sprint("one disk is full ", i))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	r, err := l.clients[full].Submit(ctx, api.MoveRequest{Verb: terms.VerbSay, Text: "it has a voice all the same"})
	cancel()
	if err != nil || r.Outcome != node.Recorded {
		t.Errorf("a move of %s, which cannot store it itself: %+v, %v", full, r, err)
	}
	if l.leader() == full {
		t.Errorf("%s leads, and cannot store anything", full)
	}
	reads(full)

	for _, id := range ids {
		if id != full {
			fill(id)
		}
	}
	stuck := false
	for i := 0; i < 100 && !stuck; i++ {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		r, err := l.clients["kyiv"].Submit(ctx, api.MoveRequest{Verb: terms.VerbSay, Text: fmt.Sprint("all are full ", i)})
		cancel()
		stuck = err != nil
		if err == nil && r.Outcome != node.Recorded {
			t.Errorf("a say was refused: %+v", r)
		}
	}
	if !stuck {
		t.Error("all disks are full, and moves go on")
	}
	for _, id := range ids {
		reads(id)
	}
	for _, id := range ids {
		free(id)
	}
	for _, id := range ids {
		l.say(id, "room again")
	}
	counts := texts(l.agree())
	if counts["before"] != 1 || counts["room again"] != len(ids) {
		t.Errorf("the record: %v", counts)
	}
	for i := range 30 {
		if text := fmt.Sprint("one disk is full ", i); counts[text] != 1 {
			t.Errorf("%q is in the record %d times", text, counts[text])
		}
	}
	for _, id := range ids {
		if n := strings.Count(l.process(id).stderr(), "the stores take no writes"); n > 3 {
			t.Errorf("%s said %d times that its disk is full", id, n)
		}
	}
}

// TestClocksDisagree has one capital's clock ten years ahead. No clock can be set here without setting that of everybody
// on this machine, so the moves say the time. Raft's timers go by the monotonic clock, which nobody can set.
func TestClocksDisagree(t *testing.T) {
	t.Parallel()
	l := newLeague(t, ids)
	l.start()
	l.say("kyiv", "on time")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	future := terms.Instant(time.Now().AddDate(10, 0, 0).Unix())
	r, err := l.clients["london"].SubmitUntilKnown(ctx, api.MoveRequest{Verb: terms.VerbSay, Text: "ahead", Time: &future})
	if err != nil || r.Outcome != node.Recorded {
		t.Fatalf("%+v, %v", r, err)
	}
	l.say("moscow", "behind")
	l.say("kyiv", "behind too")
	past := future - 1
	r, err = l.clients["kyiv"].SubmitUntilKnown(ctx, api.MoveRequest{Verb: terms.VerbSay, Text: "before", Time: &past})
	if err != nil || r.Code != terms.RefusedTime {
		t.Errorf("a move from before: %+v, %v", r, err)
	}
	record := l.agree()
	for i := range record[1:] {
		if record[i+1].Move.Time < record[i].Move.Time {
			t.Errorf("entry %d is of %s, after %s", i+2, record[i+1].Move.Time, record[i].Move.Time)
		}
	}
	if last := record[len(record)-1].Move.Time; last != future {
		t.Errorf("the record has reached %s; want %s", last, future)
	}
}
