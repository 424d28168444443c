//go:build race

package sweep_test

import (
	"flag"

	_ "pgregory.net/rapid" // its flags come first
)

// Under the race detector, which is ten times slower, random tests try less, unless -rapid.checks says how much: .ci/run tries
// all of it without.
func init() { _ = flag.Set("rapid.checks", "25") }
