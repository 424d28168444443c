//go:build !race

package scenarios

// boundsPart of MaxSize is what TestBounds fills.
const boundsPart = 8
