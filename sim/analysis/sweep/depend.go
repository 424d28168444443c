package sweep

import (
	"math"
	"sort"
)

// How much an outcome depends on an input is measured by Theil's uncertainty coefficient: the mutual information of the two,
// divided by the outcome's entropy. It is the part of the doubt about the outcome that goes away when the input is known: 0
// if the outcome does not depend on it, 1 if the input alone settles it. (H. Theil, "On the estimation of relationships
// involving qualitative variables", American Journal of Sociology 76, 1970. Unlike a correlation it needs no order among
// outcomes, and sees dependence of any shape.)
//
// What is found in a finite number of runs is more than 0 even where nothing depends on anything. So the outcomes are
// permuted against the inputs: the mean over the permutations is what chance gives, and is taken off (as in Vinh, Epps and
// Bailey, "Information theoretic measures for clusterings comparison", 2010); and the part of the permutations that give as
// much as was found is the p-value, counting what was found as one of them (Phipson and Smyth, "Permutation p-values should
// never be zero", 2010). Only a table of counts is kept: to permute is to draw a table with the same sums of rows and
// columns, row by row.
//
// Each input is looked at alone. One that matters only together with another shows little.

// measure is the name of what Dependence holds.
const measure = "uncertainty coefficient (Theil), less what chance gives"

// permutations is how many are drawn.
const permutations = 999

// Dependence is how much an outcome depends on one input.
type Dependence struct {
	Input string  `json:"input"`
	Value float64 `json:"value"` // the uncertainty coefficient less what chance gives, at least 0
	Raw   float64 `json:"raw"`   // with it
	P     float64 `json:"p"`     // how often chance alone gives as much
	Clear bool    `json:"clear"` // p stays at most 0.05 when all inputs looked at are allowed for (Holm, 1979)
}

// table counts runs by the class of an input (rows) and by an outcome (columns).
type table struct {
	counts  [][]int
	columns int
}

func newTable(rows, columns int) *table {
	t := &table{columns: columns, counts: make([][]int, rows)}
	for i := range t.counts {
		t.counts[i] = make([]int, columns)
	}
	return t
}

func (t *table) sums() (rows, columns []int, n int) {
	rows, columns = make([]int, len(t.counts)), make([]int, t.columns)
	for i, row := range t.counts {
		for j, c := range row {
			rows[i] += c
			columns[j] += c
			n += c
		}
	}
	return rows, columns, n
}

// surprise is the sum of c*log(c): all that differs between tables of equal sums.
func surprise(c int) float64 {
	if c < 2 {
		return 0
	}
	return float64(c) * math.Log(float64(c))
}

// depend measures a table. It reports false if there is nothing to measure: no doubt about the outcome, or one class.
func (t *table) depend(seed uint64) (Dependence, bool) {
	rows, columns, n := t.sums()
	entropy, used := surprise(n), 0
	for _, c := range columns {
		entropy -= surprise(c)
	}
	fixed := surprise(n)
	for _, c := range rows {
		fixed -= surprise(c)
		if c > 0 {
			used++
		}
	}
	for _, c := range columns {
		fixed -= surprise(c)
	}
	if entropy <= 1e-9 || used < 2 {
		return Dependence{}, false
	}
	found := fixed
	for _, row := range t.counts {
		for _, c := range row {
			found += surprise(c)
		}
	}
	mean, asMuch := 0.0, 1
	r := random(seed)
	rest := make([]int, len(columns))
	for range permutations {
		got := fixed + permuted(&r, rows, columns, rest)
		mean += got / permutations
		if got >= found-1e-9*fixedScale(n) {
			asMuch++
		}
	}
	return Dependence{Value: round(max(0, (found-mean)/entropy)), Raw: round(max(0, found/entropy)),
		P: float64(asMuch) / (permutations + 1)}, true
}

func fixedScale(n int) float64 { return 1 + surprise(n) }

// permuted draws a table with the given sums and returns its surprise. rest is for its use.
func permuted(r *random, rows, columns, rest []int) float64 {
	copy(rest, columns)
	left := 0
	for _, c := range columns {
		left += c
	}
	sum := 0.0
	for _, need := range rows {
		pool := left
		left -= need
		for j := range rest {
			x := need
			if pool > rest[j] {
				x = hypergeometric(r, rest[j], pool-rest[j], need)
			}
			pool -= rest[j]
			rest[j] -= x
			need -= x
			sum += surprise(x)
		}
	}
	return sum
}

// hypergeometric draws how many of k things, taken from good and bad ones, are good. It goes through the distribution from
// its mode outwards, so that it takes as many steps as the distribution is wide.
func hypergeometric(r *random, good, bad, k int) int {
	low, high := max(0, k-bad), min(k, good)
	if low == high {
		return low
	}
	mode := int(float64(k+1) * float64(good+1) / float64(good+bad+2))
	mode = min(max(mode, low), high)
	at := math.Exp(choose(good, mode) + choose(bad, k-mode) - choose(good+bad, k))
	u := r.float() - at
	up, down, a, b := mode, mode, at, at
	for u > 0 && (up < high || down > low) {
		if up < high {
			a *= float64(good-up) * float64(k-up) / (float64(up+1) * float64(bad-k+up+1))
			up++
			if u -= a; u <= 0 {
				return up
			}
		}
		if down > low {
			b *= float64(down) * float64(bad-k+down) / (float64(good-down+1) * float64(k-down+1))
			down--
			if u -= b; u <= 0 {
				return down
			}
		}
		if a < 1e-300 && b < 1e-300 { // all that is left is rounding
			break
		}
	}
	return mode
}

// choose is the logarithm of n over k.
func choose(n, k int) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return lg(n) - lg(k) - lg(n-k)
}

// rank sorts dependences, the strongest first, and marks those that stay clear after Holm's step-down for so many tests
// (S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979).
func rank(all []Dependence) {
	byP := make([]int, len(all))
	for i := range byP {
		byP[i] = i
	}
	sort.SliceStable(byP, func(i, j int) bool { return all[byP[i]].P < all[byP[j]].P })
	for k, i := range byP {
		if all[i].P > (1-confidence)/float64(len(all)-k) {
			break
		}
		all[i].Clear = true
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Value > all[j].Value })
}
