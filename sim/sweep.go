package sim

import (
	"os"
	"path/filepath"
	"time"
)

// A run on a cluster keeps the capitals' folders in a temporary one and removes that at its end. A run that is killed cannot.
// So each run holds a lock on its folder as long as it lives, and the next one removes the folders that are old enough and
// that nobody has locked.

const (
	clusterFolders = "parley-cluster-"
	sweepAge       = time.Minute // before, a run may not have its lock yet
)

// newFolder makes the folder of a run in a directory, after sweeping it. The folder is the run's until release is called.
func newFolder(dir string) (folder string, release func(), err error) {
	sweep(dir, time.Now().Add(-sweepAge))
	if folder, err = os.MkdirTemp(dir, clusterFolders); err != nil {
		return "", nil, err
	}
	lock, err := os.Open(folder)
	if err != nil {
		return folder, func() {}, err
	}
	tryLock(lock) // nobody else can have it
	return folder, func() { _ = lock.Close() }, nil
}

// sweep removes the folders of runs that were killed before a time. What cannot be removed is left: it may be another user's.
func sweep(dir string, before time.Time) {
	old, err := filepath.Glob(filepath.Join(dir, clusterFolders+"*"))
	if err != nil {
		return
	}
	for _, folder := range old {
		if info, err := os.Lstat(folder); err != nil || !info.IsDir() || !info.ModTime().Before(before) {
			continue
		}
		lock, err := os.Open(folder)
		if err != nil {
			continue
		}
		if tryLock(lock) {
			_ = os.RemoveAll(folder)
		}
		_ = lock.Close()
	}
}
