//go:build race

package why_test

// underRace is so since each of these takes ten times as long then: .ci/run explains the whole library without it.
const underRace = true
