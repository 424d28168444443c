package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// A capital that parley up has started logs to a file that nobody looks after, so it is bounded: node.log and three older
// generations. Lumberjack would do that, but the file is the process's standard error as well, so that what Go's runtime
// says when a process crashes is in it. That has to move along with each new file.
const (
	maxLogBytes = 8 << 20
	keptLogs    = 3
)

// logFile is a log of bounded size. What would grow over the limit becomes FILE.1 before it does, what was FILE.1 becomes FILE.2,
// and so on; the oldest one goes. Its methods may be called by any goroutine; a write is never divided between files.
type logFile struct {
	path  string
	limit int64 // of a file's bytes; only one that is a single write has more
	keep  int   // generations, beside the file itself

	// began, if set, is told of each further file before anything is written to it.
	began func(*os.File) error

	mu    sync.Mutex
	file  *os.File
	again int64 // after a rotation that failed: the size at which to try again
}

// openLog opens a log file, which it makes if need be, to add to it.
func openLog(path string, limit int64, keep int) (*logFile, error) {
	l := &logFile{path: path, limit: limit, keep: keep}
	var err error
	l.file, err = l.open()
	return l, err
}

func (l *logFile) open() (*os.File, error) {
	return os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// Write adds to the file. Others may add to it, too.
func (l *logFile) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	info, err := l.file.Stat()
	if err != nil {
		return 0, err
	}
	if size := info.Size(); size > 0 && size+int64(len(b)) > max(l.limit, l.again) {
		l.again = 0
		if err := l.rotate(info); err != nil { // it goes on in the file that it has
			l.again = size + l.limit
			_, _ = fmt.Fprintf(l.file, "parley: %s cannot make room for more: %v\n", l.path, err)
		}
	}
	return l.file.Write(b)
}

// rotate begins a new file. The caller holds the lock.
func (l *logFile) rotate(old fs.FileInfo) error {
	// If somebody has taken the file away already, such as logrotate, there is nothing to move.
	if there, err := os.Stat(l.path); err == nil && os.SameFile(there, old) {
		for n := l.keep; n > 0; n-- {
			if err := os.Rename(l.generation(n-1), l.generation(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	file, err := l.open()
	if err != nil {
		return err
	}
	if l.began != nil {
		if err := l.began(file); err != nil {
			_, _ = fmt.Fprintf(file, "parley: what the system says of a crash will be in an older log: %v\n", err)
		}
	}
	_ = l.file.Close()
	l.file = file
	return nil
}

// generation names the file of the nth rotation ago.
func (l *logFile) generation(n int) string {
	if n == 0 {
		return l.path
	}
	return fmt.Sprintf("%s.%d", l.path, n)
}

// logTo has all that this process says on its standard error go to a log file.
func (e *env) logTo(path string) error {
	l, err := openLog(path, maxLogBytes, keptLogs)
	if err != nil {
		return err
	}
	l.began = becomeStderr
	e.stderr = l
	return becomeStderr(l.file)
}
