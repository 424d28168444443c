//go:build !race

package sim_test

// directSeeds is how many seeds of each scenario are compared.
const directSeeds = 3
