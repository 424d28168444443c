package domains

import "math/big"

// most is the greatest utility that a deal can have.
func (p *Profile) most() *big.Rat {
	sum := zero()
	if p.Bias != nil {
		sum.Add(sum, p.Bias)
	}
	for _, values := range p.Utility {
		if best := bestOf(values); best >= 0 {
			sum.Add(sum, values[best])
		}
	}
	return sum
}

// least is the least utility that a deal can have.
func (p *Profile) least() *big.Rat {
	sum := zero()
	if p.Bias != nil {
		sum.Add(sum, p.Bias)
	}
	for _, values := range p.Utility {
		worst := zero()
		for k, v := range values {
			if k == 0 || v.Cmp(worst) < 0 {
				worst = v
			}
		}
		sum.Add(sum, worst)
	}
	return sum
}

// bestOf is the place of the greatest number, -1 if there is none.
func bestOf(values []*big.Rat) int {
	best := -1
	for k, v := range values {
		if best < 0 || v.Cmp(values[best]) > 0 {
			best = k
		}
	}
	return best
}
