package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/raft"
	raftboltdb "github.com/hashicorp/raft-boltdb/v2"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/hlog"
)

// Stores is where a capital keeps what it must not forget.
type Stores struct {
	Log       raft.LogStore
	Stable    raft.StableStore
	Snapshots raft.SnapshotStore

	close func() error
}

// Close lets go of the folder, if there is one. Call it after the node that uses the stores was closed.
func (s Stores) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// Used reports whether the stores hold something already, so that there is nothing to bootstrap.
func (s Stores) Used() (bool, error) { return raft.HasExistingState(s.Log, s.Stable, s.Snapshots) }

// MemoryStores returns stores in memory. They outlive the node: handed to another one, they are what a machine finds on
// its disk after a crash.
func MemoryStores() Stores {
	store := raft.NewInmemStore()
	return Stores{Log: store, Stable: store, Snapshots: &memorySnapshots{}}
}

// ErrInUse is returned by OpenStores for a folder that another process has open.
var ErrInUse = errors.New("in use by another process")

const (
	lockTimeout       = time.Second // how long OpenStores waits for another process to let go of the folder
	snapshotsRetained = 2
	logCacheEntries   = 512
)

// OpenStores opens the stores in a folder, which it makes if need be, readable by its owner only.
func OpenStores(dir string, logger *zap.Logger) (Stores, error) {
	for _, d := range []string{dir, filepath.Join(dir, "snapshots")} { // else Raft would make the second one, for all to read
		if err := os.MkdirAll(d, 0o700); err != nil {
			return Stores{}, fmt.Errorf("node: open stores: %w", err)
		}
	}
	path := filepath.Join(dir, "raft.db")
	bolt, err := raftboltdb.New(raftboltdb.Options{
		Path: path,
		// A freelist that is not written saves a write a commit; it is rebuilt when the file is opened.
		BoltOptions: &bbolt.Options{Timeout: lockTimeout, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType},
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return Stores{}, fmt.Errorf("node: open stores: %s is %w", path, ErrInUse)
	}
	if err != nil {
		return Stores{}, fmt.Errorf("node: open stores: %s: %w", path, err)
	}
	snapshots, err := raft.NewFileSnapshotStoreWithLogger(dir, snapshotsRetained, hlog.New(logger).Named("snapshots"))
	if err != nil {
		return Stores{}, errors.Join(fmt.Errorf("node: open stores: %w", err), bolt.Close())
	}
	cache, err := raft.NewLogCache(logCacheEntries, bolt)
	if err != nil {
		return Stores{}, errors.Join(fmt.Errorf("node: open stores: %w", err), bolt.Close())
	}
	return Stores{Log: cache, Stable: bolt, Snapshots: snapshots, close: bolt.Close}, nil
}
