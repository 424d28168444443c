package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// resident returns how many bytes of the process are in memory.
func resident() (n int, known bool) {
	b, err := os.ReadFile("/proc/self/statm") // pages: size, resident, ...
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(b)
	if len(fields) < 2 {
		return 0, false
	}
	n, err = strconv.Atoi(string(fields[1]))
	return n * os.Getpagesize(), err == nil
}

// madvPageout is MADV_PAGEOUT of madvise(2), which package syscall does not have: since Linux 5.4.
const madvPageout = 21

// dropPages has the system forget pages of files that are mapped for reading: of the program, much of which only the start
// needs, and of the data file. What is used again comes back, mostly from the system's cache.
//
// The program stays where it is for as long as it runs, so its pages can be dropped whatever else goes on. The data file is
// mapped elsewhere when it grows, and something else may be there by now: so the system is only asked to make room, by which
// nothing is ever lost.
func dropPages() {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	for _, m := range readMappings(f) {
		advice := madvPageout
		switch {
		case m.file == program && m.private && m.own == "0":
			advice = syscall.MADV_DONTNEED
		case m.private:
			continue
		}
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, uintptr(advice)) // if not, they stay
	}
}

// mapping is a range of addresses at which a file can be read and not written.
type mapping struct {
	from, to uintptr
	private  bool
	file     string
	own      string // KiB that are not as in the file, such as a debugger's breakpoint
}

// readMappings lists the mappings of files from what /proc/PID/smaps says.
func readMappings(r io.Reader) (list []mapping) {
	var m *mapping
	for lines := bufio.NewScanner(r); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 {
			continue
		}
		if name, found := strings.CutSuffix(fields[0], ":"); found {
			if name == "Anonymous" && m != nil {
				m.own = fields[1]
				list = append(list, *m)
			}
			continue
		}
		m = nil // from-to rw-p offset device inode file
		from, to, found := strings.Cut(fields[0], "-")
		if !found || len(fields) < 6 || len(fields[1]) != 4 || fields[1][:2] != "r-" || fields[4] == "0" {
			continue
		}
		a, errA := strconv.ParseUint(from, 16, 64)
		b, errB := strconv.ParseUint(to, 16, 64)
		if errA == nil && errB == nil {
			m = &mapping{from: uintptr(a), to: uintptr(b), private: fields[1][3] == 'p', file: strings.Join(fields[5:], " ")}
		}
	}
	return list
}
