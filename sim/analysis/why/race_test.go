//go:build race

package why_test

import (
	"flag"

	_ "pgregory.net/rapid" // its flags come first
)

// underRace is so since each of these takes ten times as long then: .ci/run explains the whole library without it.
const underRace = true

// Random tests try less, unless -rapid.checks says how much.
func init() { _ = flag.Set("rapid.checks", "25") }
