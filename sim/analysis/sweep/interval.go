package sweep

import "math"

// confidence is how sure the intervals are, and z the quantile of the normal distribution that belongs to it.
const (
	confidence = 0.95
	z          = 1.959963984540054
)

// Wilson returns the score interval, at 95 %, of a share of which k of n were seen: 0 to 1 where nothing was.
// (E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
// Statistical Association 22, 1927. Unlike the share plus or minus its standard error, it is right at shares near 0 and 1
// and of few runs.)
func Wilson(k, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	p, m := float64(k)/float64(n), float64(n)
	centre := p + z*z/(2*m)
	spread := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	low, high = (centre-spread)/(1+z*z/m), (centre+spread)/(1+z*z/m)
	if k == 0 {
		low = 0 // exactly, where rounding leaves 1e-18
	}
	if k == n {
		high = 1
	}
	return low, high
}

// Share is how many of some runs something was seen in.
type Share struct {
	Runs  int     `json:"runs"`
	Share float64 `json:"share"`
	Low   float64 `json:"low"` // of the 95 % Wilson interval
	High  float64 `json:"high"`
}

func shareOf(k, n int) Share {
	low, high := Wilson(k, n)
	s := Share{Runs: k, Low: round(low), High: round(high)}
	if n > 0 {
		s.Share = round(float64(k) / float64(n))
	}
	return s
}

// round keeps four places: more would be noise.
func round(x float64) float64 { return math.Round(x*10_000) / 10_000 }
