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

// OpenStores opens the stores in a folder, which it makes if need be, readable by its owner only. It reads all that is
// there: what is damaged is refused with an error that wraps ErrDamaged, names the file and says what to do.
func OpenStores(dir string, logger *zap.Logger) (Stores, error) {
	s, err := openStores(dir, logger)
	if errors.Is(err, ErrDamaged) {
		err = fmt.Errorf("%w; the way back: wipe %s and start again, so that this capital catches up from the others, or restore a backup", err, dir)
	}
	if err != nil {
		return Stores{}, fmt.Errorf("node: open stores: %w", err)
	}
	return s, nil
}

func openStores(dir string, logger *zap.Logger) (Stores, error) {
	for _, d := range []string{dir, filepath.Join(dir, "snapshots")} { // else Raft would make the second one, for all to read
		if err := os.MkdirAll(d, 0o700); err != nil {
			return Stores{}, err
		}
	}
	path := filepath.Join(dir, "raft.db")
	// A freelist that is not written saves a write a commit; it is rebuilt when the file is opened.
	options := bbolt.Options{Timeout: lockTimeout, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		err = createDataFile(path, options)
	case err == nil && info.Size() == 0: // bbolt would take it for a new one, and the capital would have forgotten all
		err = fmt.Errorf("%w: it is empty", ErrDamaged)
	case err == nil:
		err = checkUnused(path, options)
	}
	if err != nil {
		return Stores{}, fmt.Errorf("%s: %w", path, err)
	}
	bolt, err := raftboltdb.New(raftboltdb.Options{Path: path, BoltOptions: &options})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return Stores{}, fmt.Errorf("%s is %w", path, ErrInUse)
	}
	if err != nil {
		return Stores{}, fmt.Errorf("%s: %w", path, err)
	}
	log := &sealed{bolt}
	snapshots, err := raft.NewFileSnapshotStoreWithLogger(dir, snapshotsRetained, hlog.New(logger).Named("snapshots"))
	if err != nil {
		return Stores{}, errors.Join(err, bolt.Close())
	}
	if err := checkEntries(dir, log, snapshots); err != nil {
		return Stores{}, errors.Join(err, bolt.Close())
	}
	cache, err := raft.NewLogCache(logCacheEntries, log)
	if err != nil {
		return Stores{}, errors.Join(err, bolt.Close())
	}
	return Stores{Log: cache, Stable: bolt, Snapshots: snapshots, close: bolt.Close}, nil
}

// createDataFile makes a data file that is whole as soon as it is there, so that an empty one has lost something.
func createDataFile(path string, options bbolt.Options) error {
	unfinished := path + ".new"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := bbolt.Open(unfinished, 0o600, &options)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	return os.Rename(unfinished, path)
}

// checkUnused checks a data file while it keeps others from writing to it.
func checkUnused(path string, options bbolt.Options) error {
	options.ReadOnly = true // then bbolt looks at nothing but the headers
	lock, err := bbolt.Open(path, 0o600, &options)
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return ErrInUse
	case errors.Is(err, os.ErrPermission):
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return errors.Join(checkDataFile(path), lock.Close())
}

// checkEntries checks that the newest snapshot can be read, and every entry; and that none is missing that no snapshot has.
func checkEntries(dir string, log raft.LogStore, snapshots raft.SnapshotStore) error {
	list, err := snapshots.List()
	if err != nil {
		return err
	}
	var known uint64 // up to here the snapshot has it all
	if len(list) > 0 {
		_, content, err := snapshots.Open(list[0].ID) // which verifies its checksum
		if err != nil {
			return fmt.Errorf("%s: %w: %w", filepath.Join(dir, "snapshots", list[0].ID), ErrDamaged, err)
		}
		if err := content.Close(); err != nil {
			return err
		}
		known = list[0].Index
	}
	path := filepath.Join(dir, "raft.db")
	first, err := log.FirstIndex()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	last, err := log.LastIndex()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if first > known+1 {
		return fmt.Errorf("%s: %w: it begins with entry %d, and the snapshots end with %d", path, ErrDamaged, first, known)
	}
	for i := max(first, 1); i <= last; i++ {
		var entry raft.Log
		err := log.GetLog(i, &entry)
		switch {
		case errors.Is(err, raft.ErrLogNotFound) && i <= known: // Raft leaves such a gap when it is sent a snapshot
			i = known
		case errors.Is(err, ErrDamaged):
			return fmt.Errorf("%s: %w", path, err)
		case err != nil:
			return fmt.Errorf("%s: %w: entry %d: %w", path, ErrDamaged, i, err)
		}
	}
	return nil
}
