//go:build !race

package lesson_test

const (
	solvedSeeds = 100  // over so many each solution has to pass
	wrongSeeds  = 2    // with so many each wrong answer is played
	livelocks   = true // exercise 13's wrong answers are played: each takes a second of a processor
)
