//go:build race

package scenarios

// boundsPart of MaxSize is what TestBounds fills. Under the race detector, which is ten times slower, it is less: .ci/run runs
// it without.
const boundsPart = 64
