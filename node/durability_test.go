package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
	raftboltdb "github.com/hashicorp/raft-boltdb/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/parley-sim/parley/node/terms"
)

// trap crashes the capital at its n-th write: before it or after it. A write is one that reaches the disk: the two of a
// vote are two.
type trap struct {
	under  Stores
	crash  func()
	spring func() // tells the test

	mu     sync.Mutex
	count  int
	at     int // 0: never
	after  bool
	kinds  []string // what each write was
	sprung bool
}

// setTrap returns stores that write to s until the trap springs.
func setTrap(s Stores, at int, after bool) (Stores, *trap) {
	fenced, crash := Crashable(s)
	tr := &trap{under: fenced, crash: crash, at: at, after: after}
	return Stores{Log: &trapLog{fenced.Log, tr}, Stable: &trapStable{fenced.Stable, tr}, Snapshots: fenced.Snapshots}, tr
}

func (tr *trap) write(kind string, do func() error) error {
	tr.mu.Lock()
	tr.count++
	tr.kinds = append(tr.kinds, kind)
	mine := tr.count == tr.at
	tr.mu.Unlock()
	if !mine {
		return do()
	}
	defer func() {
		tr.mu.Lock()
		tr.sprung = true
		tr.mu.Unlock()
		if tr.spring != nil {
			tr.spring()
		}
	}()
	if tr.after {
		if err := do(); err != nil {
			return err
		}
		tr.crash()
		return nil // Raft goes on, but whatever it stores, sends and says now is to come to nothing
	}
	tr.crash()
	return do()
}

type trapLog struct {
	raft.LogStore
	trap *trap
}

func (l *trapLog) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }
func (l *trapLog) StoreLogs(logs []*raft.Log) error {
	return l.trap.write("entries", func() error { return l.LogStore.StoreLogs(logs) })
}
func (l *trapLog) DeleteRange(first, last uint64) error {
	return l.trap.write("deletion", func() error { return l.LogStore.DeleteRange(first, last) })
}

type trapStable struct {
	raft.StableStore
	trap *trap
}

func (s *trapStable) Set(key, value []byte) error {
	return s.trap.write(string(key), func() error { return s.StableStore.Set(key, value) })
}
func (s *trapStable) SetUint64(key []byte, value uint64) error {
	return s.trap.write(string(key), func() error { return s.StableStore.SetUint64(key, value) })
}

// shortHistory plays the same little history: an election, moves by two capitals, a handover, moves again. It returns what
// was acknowledged. The trap is in london, which votes, follows and then leads.
func shortHistory(t *testing.T, at int, after bool) (acknowledged []string, tr *trap) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		under := c.stores["london"]
		var stores Stores
		stores, tr = setTrap(under, at, after)
		c.stores["london"] = stores
		var mu sync.Mutex
		down := make(chan struct{})
		tr.spring = func() { close(down) }
		defer c.stop()
		for _, id := range c.ids { // the bootstrap's writes are writes too: a capital that does not get through them starts again
			err := func() (err error) {
				cfg := c.config(id)
				if err := Bootstrap(cfg, Servers(c.charter)); err != nil {
					return err
				}
				c.nodes[id], err = Start(context.Background(), cfg)
				return err
			}()
			if id == "london" && err != nil && tr.sprung {
				c.gone(id)
				c.stores[id] = under
				c.start(id)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		// From the crash on nothing that london says may count, so it goes at once, and comes back on its stores later.
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			<-down
			mu.Lock()
			n := c.nodes["london"]
			mu.Unlock()
			if n != nil && c.stores["london"].Log != under.Log {
				n.Crash()
			}
		}()
		if tr.sprung {
			<-gone
		}
		make1 := func(id, text string) {
			mu.Lock()
			n := c.nodes[id]
			mu.Unlock()
			if n == nil {
				return
			}
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			if r, err := n.Submit(ctx, say(text)); err == nil && r.Outcome == Recorded {
				acknowledged = append(acknowledged, text)
			}
		}
		if err := c.nodes["washington"].Nudge("kyiv"); err != nil {
			t.Logf("nudge: %v", err)
		}
		c.found()
		make1("kyiv", "a")
		make1("london", "b")
		if kyiv := c.nodes["kyiv"]; kyiv.IsLeader() {
			_ = kyiv.TransferLeadership(within(t, 5*time.Second), "london") // which may have crashed
		}
		make1("kyiv", "c")
		make1("london", "d")
		make1("washington", "e")
		tr.mu.Lock()
		sprung := tr.sprung
		tr.mu.Unlock()
		if !sprung {
			close(down)
			<-gone
			c.crash("london")
		} else if c.stores["london"].Log != under.Log {
			<-gone
			c.gone("london")
		} else {
			c.crash("london")
		}
		<-gone
		// Then the others go too, all at once, and everybody comes back.
		for _, id := range []string{"kyiv", "washington"} {
			c.crash(id)
		}
		c.stores["london"] = under
		c.start()
		c.await("a leader", func() bool { return c.leader() != "" })
		if _, err := c.nodes["washington"].Submit(within(t, time.Minute), say("end")); err != nil {
			t.Errorf("after the restart: %v", err)
		}
		said := c.checkRecords()
		for _, text := range append(slices.Clone(acknowledged), "end") {
			n := 0
			for _, s := range said {
				if s == text {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%q was acknowledged and is in the record %d times: %q", text, n, said)
			}
		}
	})
	return acknowledged, tr
}

// TestCrashPoints crashes a capital before and after each write to its stores in a short history, then all of them.
func TestCrashPoints(t *testing.T) {
	all, tr := shortHistory(t, 0, false)
	if len(all) != 5 {
		t.Fatalf("without a crash %q was acknowledged", all)
	}
	for _, kind := range []string{"entries", keyRaftTerm, keyVoteTerm, keyVoteFor} {
		if !slices.Contains(tr.kinds, kind) {
			t.Errorf("the history has no write of kind %s: %q", kind, tr.kinds)
		}
	}
	t.Logf("%d writes: %q", tr.count, tr.kinds)
	sprung := 0
	for at := 1; at <= tr.count; at++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d-after=%v", at, after), func(t *testing.T) {
				if _, tr := shortHistory(t, at, after); tr.sprung {
					sprung++
				}
			})
		}
	}
	if sprung < 2*tr.count-4 { // a history with a crash may be shorter by a write or two
		t.Errorf("%d of %d crashes came about", sprung, 2*tr.count)
	}
}

// TestCrashBetweenTheWritesOfAVote: hashicorp/raft v1.8.0 writes a vote's Raft term first. A capital that crashed then
// would give its vote in that Raft term to the candidate of its last one, whatever that candidate's log.
func TestCrashBetweenTheWritesOfAVote(t *testing.T) {
	for _, after := range []bool{false, true} {
		under := MemoryStores()
		ask := func(s Stores, term uint64, candidate string, lastIndex uint64) bool {
			t.Helper()
			cfg := DefaultConfig()
			_, wire := raft.NewInmemTransport("kyiv")
			cfg.ID, cfg.Transport, cfg.Stores = "kyiv", wire, s
			cfg.HeartbeatTimeout, cfg.ElectionTimeout = time.Hour, time.Hour // it does not stand itself
			servers := []Server{{ID: "kyiv", Votes: true}, {ID: "london", Votes: true}, {ID: "moscow", Votes: true}}
			if used, err := under.Used(); err != nil {
				t.Fatal(err)
			} else if !used {
				if err := Bootstrap(cfg, servers); err != nil {
					t.Fatal(err)
				}
			}
			n, err := Start(context.Background(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer n.Crash()
			_, other := raft.NewInmemTransport(raft.ServerAddress(candidate))
			other.Connect("kyiv", wire)
			var answer raft.RequestVoteResponse
			err = other.RequestVote("kyiv", "kyiv", &raft.RequestVoteRequest{
				RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(candidate), Addr: []byte(candidate)},
				Term:      term, LastLogIndex: lastIndex, LastLogTerm: min(lastIndex, 1), LeadershipTransfer: true,
			}, &answer)
			return err == nil && answer.Granted
		}
		if !ask(under, 5, "moscow", 1) {
			t.Fatal("the first vote was not given")
		}
		// The vote in Raft term 7 is for london: Raft writes its term as it starts, the new one, and the two halves of the vote.
		// The second of those is the trap.
		trapped, tr := setTrap(under, 4, after)
		granted := ask(trapped, 7, "london", 1)
		if !tr.sprung || !slices.Equal(tr.kinds, []string{keyRaftTerm, keyRaftTerm, keyVoteFor, keyVoteTerm}) {
			t.Fatalf("the trap did not spring: %q", tr.kinds)
		}
		if granted && !after {
			t.Error("a vote was given that is not stored")
		}
		// Moscow had the vote before, and lacks an entry now.
		if ask(under, 7, "moscow", 0) {
			t.Errorf("after=%v: the candidate of an earlier vote got this one too, with a log that is behind", after)
		}
		if after && ask(under, 7, "london", 0) != granted && granted {
			t.Error("the vote that was given is forgotten")
		}
	}
}

// fullDisk fails writes while it is full.
type fullDisk struct {
	raft.LogStore
	raft.StableStore
	mu   sync.Mutex
	full bool
}

var errFull = errors.New("no space left on device")

func (d *fullDisk) set(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

func (d *fullDisk) write(do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full {
		return errFull
	}
	return do()
}

func (d *fullDisk) StoreLog(l *raft.Log) error { return d.StoreLogs([]*raft.Log{l}) }
func (d *fullDisk) StoreLogs(ls []*raft.Log) error {
	return d.write(func() error { return d.LogStore.StoreLogs(ls) })
}
func (d *fullDisk) DeleteRange(a, b uint64) error {
	return d.write(func() error { return d.LogStore.DeleteRange(a, b) })
}
func (d *fullDisk) Set(k, v []byte) error {
	return d.write(func() error { return d.StableStore.Set(k, v) })
}
func (d *fullDisk) SetUint64(k []byte, v uint64) error {
	return d.write(func() error { return d.StableStore.SetUint64(k, v) })
}

// TestFullDisks fills the disks of one capital, then of all, and frees them again.
func TestFullDisks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		core, logs := observer.New(zap.ErrorLevel)
		disks := map[string]*fullDisk{}
		for _, id := range c.ids {
			s := c.stores[id]
			disks[id] = &fullDisk{LogStore: s.Log, StableStore: s.Stable}
			s.Log, s.Stable = disks[id], disks[id]
			c.stores[id] = s
		}
		c.change = func(cfg *Config) {
			if cfg.ID == "kyiv" {
				cfg.Logger = zap.New(core)
			}
		}
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		want := []string{"before"}
		must := func(id, text string) {
			t.Helper()
			r, err := c.nodes[id].Submit(within(t, time.Minute), say(text))
			if err != nil || r.Outcome != Recorded {
				t.Fatalf("%s: %+v, %v", text, r, err)
			}
		}
		must("kyiv", "before")

		disks["kyiv"].set(true)
		r, err := c.nodes["kyiv"].Submit(within(t, 30*time.Second), say("without kyiv's disk"))
		if err != nil || r.Outcome != Recorded {
			t.Errorf("the others have room: %+v, %v", r, err)
		}
		want = append(want, "without kyiv's disk")
		c.await("another leader than a capital that can store nothing", func() bool {
			return c.leader() != "" && !c.nodes["kyiv"].IsLeader()
		})
		// Elections bring new Raft terms, which kyiv cannot store.
		for range 3 {
			from := c.leader()
			to := map[string]string{"london": "washington", "washington": "london"}[from]
			if err := c.nodes[from].TransferLeadership(within(t, time.Minute), to); err != nil {
				t.Logf("handing over: %v", err)
			}
			c.await("a leader", func() bool { return c.leader() != "" })
		}
		must("london", "and again")
		want = append(want, "and again")
		if n, err := readNumber(c.nodes["kyiv"], within(t, time.Second), Local, "kyiv"); err != nil || n == 0 {
			t.Errorf("a local read with a full disk: %d, %v", n, err)
		}
		if n := logs.FilterMessageSnippet("the stores take no writes").Len(); n != 1 {
			t.Errorf("it was logged %d times that the disk is full", n)
		}

		for _, d := range disks {
			d.set(true)
		}
		r, err = c.nodes["london"].Submit(within(t, 20*time.Second), say("nobody has room"))
		if err == nil || r.Outcome != Unknown {
			t.Errorf("with all disks full: %+v, %v", r, err)
		}
		for _, id := range c.ids {
			if _, err := c.nodes[id].Read(within(t, time.Second), Local, func(*terms.State) {}); err != nil {
				t.Errorf("%s: a local read with all disks full: %v", id, err)
			}
		}
		for _, d := range disks {
			d.set(false)
		}
		must("kyiv", "room again")
		c.settle()
		if logs.FilterMessageSnippet("the stores take writes again").Len() != 0 {
			t.Error("this is told as an error")
		}
		said := c.checkRecords()
		said = slices.DeleteFunc(said, func(s string) bool { return s == "nobody has room" }) // in doubt
		if want = append(want, "room again"); !slices.Equal(said, want) {
			t.Errorf("the record says %q", said)
		}
		// What was not stored while the disk was full was not relied on: all go on from what is stored.
		for _, id := range c.ids {
			c.crash(id)
		}
		c.start()
		must("washington", "after a restart")
		c.checkRecords()
	})
}

// written makes a data folder with entries in it and closes it.
func written(t *testing.T, entries int) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "kyiv")
	s, err := OpenStores(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= entries; i += 5 {
		var batch []*raft.Log
		for n := i; n < i+5; n++ {
			batch = append(batch, &raft.Log{Index: uint64(n), Term: 1, Data: []byte(strings.Repeat("a move ", 30))})
		}
		if err := s.Log.StoreLogs(batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Stable.SetUint64([]byte(keyRaftTerm), 3), s.Stable.Set([]byte(keyVoteFor), []byte("kyiv")), s.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// reopens opens a folder and tells whether it was refused. It must be with a clear error, or hold all that it held.
func reopens(t *testing.T, dir string, entries int) (refused bool) {
	t.Helper()
	s, err := OpenStores(dir, nil)
	if err != nil {
		for _, part := range []string{filepath.Join(dir, "raft.db"), "wipe", "catches up", "restore"} {
			if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), part) {
				t.Fatalf("this does not help: %v", err)
			}
		}
		return true
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	last, err := s.Log.LastIndex()
	if err != nil || last != uint64(entries) {
		t.Errorf("%d entries are left, %v", last, err)
	}
	for i := uint64(1); i <= last; i++ {
		var l raft.Log
		if err := s.Log.GetLog(i, &l); err != nil || string(l.Data) != strings.Repeat("a move ", 30) || l.Extensions != nil {
			t.Fatalf("entry %d: %v, %q", i, err, l.Data)
		}
	}
	return false
}

// TestDamagedDataFile cuts the data file off at every page and in between, and changes bytes all over it. Whatever happens,
// it is either refused or whole.
func TestDamagedDataFile(t *testing.T) {
	const entries = 60
	dir := written(t, entries)
	if reopens(t, dir, entries) {
		t.Fatal("a sound file was refused")
	}
	path := filepath.Join(dir, "raft.db")
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := func(b []byte) bool {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return reopens(t, dir, entries)
	}
	page := os.Getpagesize()
	cut := 0
	for size := page / 2; size < len(sound); size += page / 2 {
		if damaged(sound[:size]) {
			cut++
		}
	}
	t.Logf("the file has %d bytes; cut off at %d sizes it was refused, at the others it was whole", len(sound), cut)
	if cut < 5 {
		t.Error("too few cuts were noticed")
	}
	flipped, noticed := 0, 0
	for at := 8; at < len(sound); at += 397 { // not a divisor of anything there
		b := slices.Clone(sound)
		b[at] ^= 0x41
		flipped++
		if damaged(b) {
			noticed++
		}
	}
	torn := 0
	for at := 2 * page; at+page <= len(sound); at += page { // a page that was never written
		b := slices.Clone(sound)
		clear(b[at : at+page])
		if damaged(b) {
			torn++
		}
	}
	t.Logf("%d of %d changed bytes and %d lost pages were noticed; the others are where nothing is stored", noticed, flipped, torn)
	if noticed == 0 || torn == 0 {
		t.Error("nothing was noticed")
	}
	if damaged(sound) {
		t.Error("the sound file was refused")
	}
}

func TestDamagedSnapshot(t *testing.T) {
	dir := written(t, 5)
	s, err := OpenStores(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, wire := raft.NewInmemTransport("kyiv")
	sink, err := s.Snapshots.Create(1, 4, 1, raft.Configuration{}, 1, wire)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.Write([]byte("the state")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sink.Close(), s.Log.DeleteRange(1, 4), s.Close()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "snapshots", sink.ID(), "state.bin")
	if s, err = OpenStores(dir, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("the stale"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStores(dir, nil); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), sink.ID()) || !strings.Contains(err.Error(), "wipe") {
		t.Errorf("a damaged snapshot: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "snapshots", sink.ID())); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStores(dir, nil); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "begins with entry 5") {
		t.Errorf("a lost snapshot: %v", err)
	}
}

// TestUnsealedEntries reads a file whose entries were stored without checksums, as a plain raft-boltdb does.
func TestUnsealedEntries(t *testing.T) {
	dir := t.TempDir()
	plain, err := raftboltdb.NewBoltStore(filepath.Join(dir, "raft.db")) // with a freelist in the file
	if err != nil {
		t.Fatal(err)
	}
	for i := uint64(1); i <= 200; i++ {
		if err := plain.StoreLog(&raft.Log{Index: i, Term: 1, Data: []byte(strings.Repeat("a move ", 30))}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(plain.DeleteRange(1, 1), plain.StoreLog(&raft.Log{Index: 1, Term: 1, Data: []byte(strings.Repeat("a move ", 30))}), plain.Close()); err != nil {
		t.Fatal(err)
	}
	if reopens(t, dir, 200) {
		t.Error("it was refused")
	}
}

// TestDataFileInUse checks files as a life leaves them: large entries over several pages, and deletions.
func TestDataFileInUse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kyiv")
	for round := range uint64(6) {
		s, err := OpenStores(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		snapshot, _ := s.Snapshots.Create(1, 100*round+1, 1, raft.Configuration{}, 1, nil)
		if err := snapshot.Close(); err != nil {
			t.Fatal(err)
		}
		var batch []*raft.Log
		for i := 100*round + 1; i <= 100*(round+1); i++ {
			size := 100
			if i%17 == 0 {
				size = 300 << 10
			}
			batch = append(batch, &raft.Log{Index: i, Term: 1, Data: make([]byte, size), Extensions: []byte("kept")})
			if i%20 > 0 {
				continue
			}
			if err := s.Log.StoreLogs(batch); err != nil {
				t.Fatal(err)
			}
			batch = nil
		}
		if round > 0 {
			if err := s.Log.DeleteRange(100*(round-1)+1, 100*round-20); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := OpenStores(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	var l raft.Log
	if err := s.Log.GetLog(595, &l); err != nil || len(l.Data) != 300<<10 || string(l.Extensions) != "kept" {
		t.Errorf("%v, %d bytes, %q", err, len(l.Data), l.Extensions)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func FuzzCheckDataFile(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "kyiv")
	s, err := OpenStores(dir, nil)
	if err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(s.Log.StoreLog(&raft.Log{Index: 1, Term: 1}), s.Close()); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "raft.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := checkBolt(strings.NewReader(string(b)), int64(len(b))); err != nil && !errors.Is(err, ErrDamaged) {
			t.Error(err)
		}
	})
}
