package domains

import "math/big"

// ranged makes an issue of a range of numbers. Real numbers, and integers that are too many, become equal steps.
func (d *Domain) ranged(where, name string, low, high *big.Rat, integer bool, o *Options) Issue {
	is := Issue{Name: name}
	span := new(big.Rat).Sub(high, low)
	n := o.Steps
	if integer && low.IsInt() && high.IsInt() {
		if span.Num().IsInt64() && span.Num().Int64() < maxValues {
			n = int(span.Num().Int64())
		} else {
			n = wholeSteps(span.Num(), maxValues-1)
			d.lose(where, "the integers from %s to %s are too many: %d of them in equal steps stand for all", decimal(low), decimal(high), n+1)
		}
	} else if span.Sign() > 0 {
		d.lose(where, "the real numbers from %s to %s: %d of them in equal steps stand for all (--steps)", decimal(low), decimal(high), n+1)
	}
	is.Number = steps(low, high, n)
	for _, x := range is.Number {
		is.Values = append(is.Values, decimal(x))
	}
	return is
}

// wholeSteps is the greatest number of equal whole steps, at most most, into which a length can be parted.
func wholeSteps(length *big.Int, most int) int {
	for n := most; n > 1; n-- {
		if new(big.Int).Mod(length, big.NewInt(int64(n))).Sign() == 0 {
			return n
		}
	}
	return 1
}

// steps lists the values of a range: from low on in the given number of equal steps.
func steps(low, high *big.Rat, n int) []*big.Rat {
	if n < 1 || low.Cmp(high) == 0 {
		return []*big.Rat{low}
	}
	step := new(big.Rat).Quo(new(big.Rat).Sub(high, low), big.NewRat(int64(n), 1))
	all := make([]*big.Rat, n+1)
	for i := range all {
		all[i] = new(big.Rat).Add(low, new(big.Rat).Mul(step, big.NewRat(int64(i), 1)))
	}
	return all
}
