package main

import (
	"os"
	"strings"
	"testing"
)

func TestMappingsOfFilesAreRead(t *testing.T) {
	list := readMappings(strings.NewReader(`00400000-01000000 r-xp 00001000 08:01 1234                     /usr/bin/par ley (deleted)
Rss:                8396 kB
Anonymous:             4 kB
VmFlags: rd ex
01000000-01001000 rw-p 00001000 08:01 1234                     /usr/bin/par ley
Anonymous:             0 kB
7f0000000000-7f0000800000 r--s 00000000 08:01 99               /srv/raft.db
Anonymous:             0 kB
7f0000800000-7f0000900000 r--p 00000000 00:00 0
Anonymous:             0 kB
7fff00000000-7fff00001000 r-xp 00000000 00:00 0                [vdso]
Anonymous:             0 kB
`))
	want := []mapping{
		{0x400000, 0x1000000, true, "/usr/bin/par ley (deleted)", "4"},
		{0x7f0000000000, 0x7f0000800000, false, "/srv/raft.db", "0"},
	}
	if len(list) != len(want) || list[0] != want[0] || list[1] != want[1] {
		t.Errorf("read %+v, not %+v", list, want)
	}
}

// The test is that the program goes on.
func TestPagesOfTheProgramAreDropped(t *testing.T) {
	before, known := resident()
	if !known || before <= 0 {
		t.Fatalf("%d bytes are resident (known: %v)", before, known)
	}
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	found := 0
	for _, m := range readMappings(f) {
		if m.file == program && m.own == "0" {
			found++
		}
	}
	if found == 0 {
		t.Error("nothing of the program is found among what is mapped")
	}
	dropPages()
}
