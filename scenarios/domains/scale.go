package domains

import (
	"fmt"
	"math/big"

	"github.com/parley-sim/parley/node/terms"
)

// scaled is a domain whose utilities are points: whole numbers of millionths.
type scaled struct {
	factor *big.Rat     // points a unit of utility
	points [][][]string // by profile, issue and value
	bias   []string     // "" is none
	walk   []string     // "" is none
}

// scale finds one factor for all parties by which every utility becomes a decimal that a score sheet can write: one, if
// that will do. Where it would have to be too large, the factor is a thousand and points are rounded.
func (d *Domain) scale() *scaled {
	denominators := big.NewInt(1)
	largest := big.NewRat(1, 1)
	d.eachUtility(func(n *big.Rat) {
		g := new(big.Int).GCD(nil, nil, denominators, n.Denom())
		if denominators.BitLen() < 256 { // beyond that they are rounded anyway
			denominators.Mul(denominators, new(big.Int).Quo(n.Denom(), g))
		}
		if abs := new(big.Rat).Abs(n); abs.Cmp(largest) > 0 {
			largest = abs
		}
	})
	million := big.NewInt(int64(terms.One))
	factor := new(big.Int).Quo(denominators, new(big.Int).GCD(nil, nil, denominators, million))
	if ten := powerOfTen(factor); ten != nil {
		factor = ten
	}
	s := &scaled{factor: new(big.Rat).SetInt(factor)}
	// What the parties' points add up to, in millionths, has to stay below 2^60; and each number below four million millions.
	sum := new(big.Rat).Mul(s.factor, largest)
	room := new(big.Rat).Mul(sum, new(big.Rat).SetInt64(int64(len(d.Issues)+1)))
	room.Mul(room, new(big.Rat).SetInt(million)).Mul(room, big.NewRat(int64(len(d.Profiles)), 1))
	exact := sum.Cmp(big.NewRat(4_000_000_000_000, 1)) < 0 && room.Cmp(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 60))) < 0
	if !exact {
		s.factor = big.NewRat(1000, 1)
		for new(big.Rat).Mul(s.factor, largest).Cmp(big.NewRat(1_000_000_000, 1)) > 0 {
			s.factor.Quo(s.factor, big.NewRat(10, 1))
		}
	}
	worst := zero()
	write := func(n *big.Rat) string {
		x := new(big.Rat).Mul(n, s.factor)
		text := x.FloatString(6)
		back, _ := new(big.Rat).SetString(text)
		if off := new(big.Rat).Abs(new(big.Rat).Sub(back, x)); off.Cmp(worst) > 0 {
			worst = off
		}
		return decimal(back)
	}
	for i := range d.Profiles {
		p := &d.Profiles[i]
		rows := make([][]string, len(p.Utility))
		for j, values := range p.Utility {
			for _, v := range values {
				rows[j] = append(rows[j], write(v))
			}
		}
		s.points = append(s.points, rows)
		bias, walk := "", ""
		if p.Bias != nil {
			bias = write(p.Bias)
		}
		if p.Reservation != nil {
			walk = write(p.Reservation)
		} else if least := p.least(); least.Sign() < 0 { // else a walk-away of zero, the default, refuses nothing
			walk = write(least)
			d.lose(p.Name, "no agreement has no utility in the file: the party walks away from nothing, so its walk-away is the worth of the worst deal")
		}
		s.bias, s.walk = append(s.bias, bias), append(s.walk, walk)
	}
	if worst.Sign() > 0 {
		d.lose("points", "exact utilities would take numbers that are too long: points are %s times the utility and are rounded, each by %s at most",
			decimal(s.factor), worst.FloatString(8))
	}
	return s
}

func (d *Domain) eachUtility(f func(*big.Rat)) {
	for i := range d.Profiles {
		p := &d.Profiles[i]
		for _, values := range p.Utility {
			for _, v := range values {
				f(v)
			}
		}
		for _, n := range []*big.Rat{p.Bias, p.Reservation} {
			if n != nil {
				f(n)
			}
		}
	}
}

// powerOfTen is the least power of ten that a number divides, nil if there is none.
func powerOfTen(n *big.Int) *big.Int {
	ten := big.NewInt(1)
	for range 64 {
		if new(big.Int).Mod(ten, n).Sign() == 0 {
			return ten
		}
		ten.Mul(ten, big.NewInt(10))
	}
	return nil
}

// about says in words what the points are.
func (s *scaled) about() string {
	if s.factor.Cmp(big.NewRat(1, 1)) == 0 {
		return "Points are the utilities themselves."
	}
	return fmt.Sprintf("Points are the utilities times %s, for all parties alike.", decimal(s.factor))
}
