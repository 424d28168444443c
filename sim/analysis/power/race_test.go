//go:build race

package power

// estimateSamples is smaller under the race detector, which is ten times slower. What an estimate may be off by follows from it.
const estimateSamples = 8_000
