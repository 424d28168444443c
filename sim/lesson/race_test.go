//go:build race

package lesson_test

// solvedSeeds is fewer under the race detector, which is ten times slower: .ci/run plays all hundred without it.
const solvedSeeds = 5
