//go:build !race

package lesson_test

// solvedSeeds is over how many seeds each solution has to pass.
const solvedSeeds = 100
