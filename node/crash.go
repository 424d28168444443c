package node

import (
	"errors"
	"sync"

	"github.com/hashicorp/raft"
)

// ErrCrashed is what a crashed capital's stores answer to writes.
var ErrCrashed = errors.New("node: the capital has crashed")

// Crashable returns stores that write through to s until crash is called, and never after that: when crash returns, s
// holds what it will hold for ever, or until another node uses it. Reads go on, since Raft takes a read that fails for
// the end of the world.
func Crashable(s Stores) (wrapped Stores, crash func()) {
	f := &fence{}
	return Stores{
			Log:       &fencedLog{s.Log, f},
			Stable:    &fencedStable{s.Stable, f},
			Snapshots: &fencedSnapshots{s.Snapshots, f},
			close:     s.close,
		}, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.down = true
		}
}

// fence stands between a machine and its disk. A write under way holds it open.
type fence struct {
	mu   sync.RWMutex
	down bool
}

func (f *fence) write(do func() error) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.down {
		return ErrCrashed
	}
	return do()
}

type fencedLog struct {
	raft.LogStore
	fence *fence
}

func (l *fencedLog) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }

func (l *fencedLog) StoreLogs(logs []*raft.Log) error {
	return l.fence.write(func() error { return l.LogStore.StoreLogs(logs) })
}

func (l *fencedLog) DeleteRange(first, last uint64) error {
	return l.fence.write(func() error { return l.LogStore.DeleteRange(first, last) })
}

type fencedStable struct {
	raft.StableStore
	fence *fence
}

func (s *fencedStable) Set(key, value []byte) error {
	return s.fence.write(func() error { return s.StableStore.Set(key, value) })
}

// SetUint64 drops the Raft term that a crashed machine writes without saying so: Raft panics where it cannot store that. It
// does no harm, as nothing is stored after it.
func (s *fencedStable) SetUint64(key []byte, value uint64) error {
	err := s.fence.write(func() error { return s.StableStore.SetUint64(key, value) })
	if errors.Is(err, ErrCrashed) && string(key) == keyRaftTerm {
		return nil
	}
	return err
}

type fencedSnapshots struct {
	raft.SnapshotStore
	fence *fence
}

func (s *fencedSnapshots) Create(version raft.SnapshotVersion, index, term uint64, conf raft.Configuration,
	confIndex uint64, trans raft.Transport) (sink raft.SnapshotSink, err error) {
	err = s.fence.write(func() error {
		sink, err = s.SnapshotStore.Create(version, index, term, conf, confIndex, trans)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &fencedSink{sink, s.fence}, nil
}

type fencedSink struct {
	raft.SnapshotSink
	fence *fence
}

func (s *fencedSink) Write(b []byte) (n int, err error) {
	err = s.fence.write(func() error {
		n, err = s.SnapshotSink.Write(b)
		return err
	})
	return n, err
}

// Close completes the snapshot, or drops it if the machine has crashed.
func (s *fencedSink) Close() error {
	if err := s.fence.write(s.SnapshotSink.Close); !errors.Is(err, ErrCrashed) {
		return err
	}
	return errors.Join(ErrCrashed, s.SnapshotSink.Cancel())
}
