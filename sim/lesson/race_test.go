//go:build race

package lesson_test

// Under the race detector, which is ten times slower, less is played, and no livelock: .ci/run plays all of it without.
const (
	solvedSeeds = 2
	wrongSeeds  = 1
	livelocks   = false
)
