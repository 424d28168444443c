//go:build !race

package why_test

// underRace says whether the race detector is on.
const underRace = false
