//go:build !race

package power

const estimateSamples = 40_000
