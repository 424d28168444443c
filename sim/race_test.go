//go:build race

package sim_test

// directSeeds is less under the race detector, which is ten times slower: .ci/run plays all of them without.
const directSeeds = 1
