package node

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/terms"
)

func TestSnapshotReachesALateCapital(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		restored := 0
		c.change = func(cfg *Config) {
			cfg.TrailingLogs = 2
			cfg.OnRestore = func(uint64, func() [32]byte) { restored++ }
		}
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		if _, err := c.nodes["washington"].Submit(within(t, time.Minute), say("before")); err != nil {
			t.Fatal(err)
		}
		c.settle()
		c.isolate("washington", true) // it keeps its state: the snapshot comes into a dirty one
		want := []string{"before"}
		for range 20 {
			want = append(want, "meanwhile")
			if _, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("meanwhile")); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.nodes["kyiv"].Snapshot(within(t, time.Minute)); err != nil {
			t.Fatal(err)
		}
		c.isolate("washington", false)
		if said := c.checkRecords(); !slices.Equal(said, want) {
			t.Errorf("the record says %q", said)
		}
		if restored == 0 {
			t.Error("no snapshot was restored")
		}
		// A restart from the snapshot, and the entries after it.
		if _, err := c.nodes["washington"].Submit(within(t, time.Minute), say("after")); err != nil {
			t.Fatal(err)
		}
		c.crash("kyiv")
		c.start("kyiv")
		if said := c.checkRecords(); !slices.Equal(said, append(want, "after")) {
			t.Errorf("the record says %q", said)
		}
	})
}

func TestCrashFreezesTheStores(t *testing.T) {
	under := MemoryStores()
	s, crash := Crashable(under)
	if err := errors.Join(s.Log.StoreLog(&raft.Log{Index: 1}), s.Stable.Set([]byte("k"), []byte("v")),
		s.Stable.SetUint64([]byte("n"), 1)); err != nil {
		t.Fatal(err)
	}
	sink, err := s.Snapshots.Create(1, 1, 1, raft.Configuration{}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	crash()
	for what, err := range map[string]error{
		"an entry": s.Log.StoreLog(&raft.Log{Index: 2}), "a deletion": s.Log.DeleteRange(1, 1),
		"a value": s.Stable.Set([]byte("k"), []byte("w")), "a snapshot": sink.Close(),
	} {
		if !errors.Is(err, ErrCrashed) {
			t.Errorf("%s after the crash: %v", what, err)
		}
	}
	if _, err := sink.Write([]byte("more")); !errors.Is(err, ErrCrashed) {
		t.Errorf("more of a snapshot: %v", err)
	}
	if _, err := s.Snapshots.Create(1, 1, 1, raft.Configuration{}, 1, nil); !errors.Is(err, ErrCrashed) {
		t.Errorf("another snapshot: %v", err)
	}
	if err := s.Stable.SetUint64([]byte("n"), 2); !errors.Is(err, ErrCrashed) {
		t.Errorf("a number: %v", err)
	}
	if err := s.Stable.SetUint64([]byte(keyRaftTerm), 2); err != nil { // Raft would panic
		t.Errorf("a Raft term: %v", err)
	}
	last, _ := under.Log.LastIndex()
	value, _ := under.Stable.Get([]byte("k"))
	number, _ := under.Stable.GetUint64([]byte("n"))
	snapshots, _ := under.Snapshots.List()
	if last != 1 || string(value) != "v" || number != 1 || len(snapshots) != 0 {
		t.Errorf("left: index %d, %q, %d, %d snapshots", last, value, number, len(snapshots))
	}
}

func TestCrashTellsNobodyAnything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		var down atomic.Bool
		var after atomic.Int32
		c.change = func(cfg *Config) {
			if cfg.ID != "kyiv" {
				return
			}
			cfg.OnApply = func(*terms.Entry, func() [32]byte) {
				if down.Load() {
					after.Add(1)
				}
			}
			cfg.Observe = func(RaftEvent) {
				if down.Load() {
					after.Add(1)
				}
			}
		}
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		kyiv := c.nodes["kyiv"]
		c.isolate("kyiv", true) // so that the move stays under way
		done := make(chan error)
		go func() {
			_, err := kyiv.Submit(context.Background(), say("on the way"))
			done <- err
		}()
		kyiv.crash()
		kyiv.fsm.mute()
		kyiv.watch.mute()
		down.Store(true)
		c.crash("kyiv")
		if err := <-done; !errors.Is(err, ErrClosed) {
			t.Errorf("the move under way: %v", err)
		}
		if n := after.Load(); n != 0 {
			t.Errorf("%d hooks were called after the crash", n)
		}
		c.isolate("kyiv", false)
		c.await("another leader", func() bool { return c.leader() != "" })
		down.Store(false)
		c.start("kyiv")
		c.checkRecords()
	})
}

func TestBoltStoresSurvive(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kyiv")
	stores, err := OpenStores(dir, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{".": 0o700, "snapshots": 0o700, "raft.db": 0o600} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if _, err := OpenStores(dir, nil); !errors.Is(err, ErrInUse) {
		t.Errorf("opening it twice: %v", err)
	}

	c := newCluster(t, "kyiv")
	c.stores["kyiv"] = stores
	c.change = func(cfg *Config) { // in real time, since it waits for a disk
		cfg.HeartbeatTimeout, cfg.ElectionTimeout = 50*time.Millisecond, 50*time.Millisecond
		cfg.LeaderLeaseTimeout = 50 * time.Millisecond
	}
	c.start()
	c.found()
	ctx := within(t, time.Minute)
	for range 3 {
		if _, err := c.nodes["kyiv"].Submit(ctx, say("kept")); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.nodes["kyiv"].Snapshot(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.nodes["kyiv"].Submit(ctx, say("after the snapshot")); err != nil {
		t.Fatal(err)
	}
	want := asJSON(t, c.nodes["kyiv"].Record())
	if err := Bootstrap(c.nodes["kyiv"].cfg, Servers(c.charter)); !errors.Is(err, ErrBootstrapped) {
		t.Errorf("bootstrapping again: %v", err)
	}
	c.stop()
	if err := stores.Close(); err != nil {
		t.Fatal(err)
	}

	if c.stores["kyiv"], err = OpenStores(dir, nil); err != nil {
		t.Fatal(err)
	}
	c.start()
	index, err := c.nodes["kyiv"].Read(ctx, Linearizable, func(s *terms.State) {
		if s.LastNumber("kyiv") != 4 {
			t.Errorf("the last number is %d", s.LastNumber("kyiv"))
		}
	})
	if err != nil || index == 0 || asJSON(t, c.nodes["kyiv"].Record()) != want {
		t.Errorf("index %d, %v\n%s\n%s", index, err, asJSON(t, c.nodes["kyiv"].Record()), want)
	}
	c.stop()
	if err := c.stores["kyiv"].Close(); err != nil {
		t.Error(err)
	}
}

// A data file that was cut off to nothing is not a new one: the capital would forget whom it has voted for.
func TestAnEmptyDataFileIsDamaged(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "raft.db")
	// What a crash left of a first start is no obstacle.
	if err := os.WriteFile(path+".new", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := OpenStores(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if files, err := filepath.Glob(path + "*"); err != nil || len(files) != 1 {
		t.Errorf("there is %q: %v", files, err)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	_, err = OpenStores(dir, nil)
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "the way back") {
		t.Errorf("an empty file: %v", err)
	}
}

func TestValidateNamesEveryField(t *testing.T) {
	cfg := DefaultConfig()
	cfg.AttemptTimeout, cfg.Key = -1, []byte("short")
	err := cfg.Validate()
	for _, field := range []string{"ID", "Key", "Transport", "Stores", "AttemptTimeout is -1ns"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in %v", field, err)
		}
	}
	if strings.Contains(err.Error(), "short") {
		t.Error("the key is shown")
	}
	cfg.ID, cfg.LeaderLeaseTimeout = "kyiv", time.Hour
	if err := cfg.Validate(); !strings.Contains(err.Error(), "LeaderLeaseTimeout (1h0m0s)") {
		t.Errorf("Raft's own checks are missing: %v", err)
	}
	if _, err := Start(context.Background(), cfg); err == nil {
		t.Error("started")
	}
}

func TestTransportIsGuarded(t *testing.T) {
	_, wire := raft.NewInmemTransport("kyiv")
	guarded := guardTransport(wire)
	if _, ok := guarded.(raft.WithPreVote); !ok {
		t.Error("the pre-vote is lost")
	}
	if _, ok := guarded.(raft.WithClose); ok {
		t.Error("Raft could close it")
	}
	if _, err := guarded.AppendEntriesPipeline("", ""); !errors.Is(err, raft.ErrPipelineReplicationNotSupported) {
		t.Errorf("a pipeline: %v", err)
	}
	plain := guardTransport(struct{ raft.Transport }{handlerCatcher{wire, t}})
	if _, ok := plain.(raft.WithPreVote); ok {
		t.Error("a pre-vote from nowhere")
	}
	plain.SetHeartbeatHandler(func(raft.RPC) {})
}

type handlerCatcher struct {
	raft.Transport
	t *testing.T
}

func (h handlerCatcher) SetHeartbeatHandler(func(raft.RPC)) { h.t.Error("the handler got through") }
