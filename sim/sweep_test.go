//go:build linux || darwin

package sim

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What a run left that was killed is removed by the next one; what belongs to a run that lives, or is no run's, is not.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	dead, release, err := newFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	release() // as the system does when the process has ended
	living, release, err := newFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	foreign := filepath.Join(dir, "parley-other")
	if err := os.Mkdir(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dead); err != nil {
		t.Fatalf("a folder of a moment ago was removed: %v", err)
	}
	hourAgo := time.Now().Add(-time.Hour)
	for _, folder := range []string{dead, living, foreign} {
		if err := os.Chtimes(folder, hourAgo, hourAgo); err != nil {
			t.Fatal(err)
		}
	}
	_, another, err := newFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer another()
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("the folder of a run that was killed is still there: %v", err)
	}
	for _, folder := range []string{living, foreign} {
		if _, err := os.Stat(folder); err != nil {
			t.Errorf("it was removed: %v", err)
		}
	}
}
