package bubble

import (
	"errors"
	"math/rand"
	"os"
	"strings"
)

// replaySettings are the GODEBUG settings that a repeatable run needs.
//
// randseednop=0 lets rand.Seed reach the global source; a program can also set it with a go:debug line in its main
// package. asyncpreemptoff=1 keeps the runtime from interrupting a goroutine between any two instructions; the go
// command refuses it in a go:debug line, so that it has to come from the environment, before the process starts.
func replaySettings() []string { return []string{"randseednop=0", "asyncpreemptoff=1"} }

// CheckReplay reports what this process lacks for the same seed to give the same run: nil if nothing. It reseeds the
// global math/rand source. A virtual run is correct without it, but need not repeat to the nanosecond.
func CheckReplay() error {
	var lacks []error
	if !seedWorks() {
		lacks = append(lacks, errors.New("bubble: math/rand ignores its seed: GODEBUG lacks randseednop=0"))
	}
	if value := godebug(os.Getenv("GODEBUG"), "asyncpreemptoff"); value != "1" {
		lacks = append(lacks, errors.New("bubble: goroutines can be interrupted anywhere: the GODEBUG environment "+
			"variable lacks asyncpreemptoff=1"))
	}
	return errors.Join(lacks...)
}

// WorkerEnv returns the environment for a worker process whose runs shall repeat: environ (as from os.Environ) with
// what CheckReplay asks for, and with one processor, as bubbles use no more.
func WorkerEnv(environ []string) []string {
	env := make([]string, 0, len(environ)+2)
	var settings []string
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		switch name {
		case "GODEBUG":
			settings = nil // where a variable is listed twice, the last one counts
			if value != "" {
				settings = strings.Split(value, ",")
			}
		case "GOMAXPROCS":
		default:
			env = append(env, entry)
		}
	}
	settings = append(settings, replaySettings()...) // the runtime takes the last of equal names
	return append(env, "GODEBUG="+strings.Join(settings, ","), "GOMAXPROCS=1")
}

// seedWorks tells by trying: two draws after the same seed are equal only if the seed counts.
func seedWorks() bool {
	draw := func() int64 {
		//lint:ignore SA1019 whether it works is the question
		rand.Seed(1)
		return rand.Int63()
	}
	first, second := draw(), draw()
	return first == second
}

// godebug returns the value of a setting in a GODEBUG list; the last one counts.
func godebug(list, name string) (value string) {
	for _, setting := range strings.Split(list, ",") {
		if n, v, ok := strings.Cut(setting, "="); ok && n == name {
			value = v
		}
	}
	return value
}
