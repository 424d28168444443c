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
// that will do. Where it would have to be too large, points are rounded, at the greatest factor that there is room for.
func (d *Domain) scale() *scaled {
	denominators := big.NewInt(1)
	d.eachUtility(func(n *big.Rat) {
		if denominators.BitLen() < 256 { // beyond that they are rounded anyway
			g := new(big.Int).GCD(nil, nil, denominators, n.Denom())
			denominators.Mul(denominators, new(big.Int).Quo(n.Denom(), g))
		}
	})
	million := big.NewInt(int64(terms.One))
	factor := new(big.Int).Quo(denominators, new(big.Int).GCD(nil, nil, denominators, million))
	if ten := powerOfTen(factor); ten != nil {
		factor = ten
	}
	s := &scaled{factor: new(big.Rat).SetInt(factor)}
	if fits := d.room(); s.factor.Cmp(fits) > 0 {
		s.factor = rounding(denominators, fits)
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
		if n := p.walkAway(); n != nil {
			walk = write(n)
		}
		if p.Reservation == nil && walk != "" {
			d.lose(p.Name, "no agreement has no utility in the file: the party walks away from nothing, so its walk-away is the worth of the worst deal")
		}
		s.bias, s.walk = append(s.bias, bias), append(s.walk, walk)
	}
	if worst.Sign() > 0 {
		off, _ := worst.Quo(worst, s.factor).Float64()
		d.lose("points", "exact utilities would take numbers that are too long: points are %s times the utility and are rounded, each utility by %.1e at most",
			decimal(s.factor), off)
	}
	return s
}

// room is the greatest factor that points may have: each stays below four million millions, which is what a scenario may
// write, and in millionths a party's together below 2^62 over the number of parties, so that all of them can be counted.
func (d *Domain) room() *big.Rat {
	most, sum := big.NewRat(1, 1_000_000), big.NewRat(1, 1_000_000)
	for i := range d.Profiles {
		p := &d.Profiles[i]
		all := zero()
		take := func(n *big.Rat) {
			all.Add(all, n)
			if n.Cmp(most) > 0 {
				most = n
			}
		}
		for _, values := range p.Utility {
			greatest := zero()
			for _, v := range values {
				if abs := new(big.Rat).Abs(v); abs.Cmp(greatest) > 0 {
					greatest = abs
				}
			}
			take(greatest)
		}
		for _, n := range []*big.Rat{p.Bias, p.walkAway()} {
			if n != nil {
				take(new(big.Rat).Abs(n))
			}
		}
		if all.Cmp(sum) > 0 {
			sum = all
		}
	}
	parties := big.NewInt(int64(len(d.Profiles)))
	bound := new(big.Int).Lsh(big.NewInt(1), uint(62-parties.BitLen()))
	bound.Sub(bound, big.NewInt(int64(len(d.Issues)+4))) // what rounding may add
	together := new(big.Rat).SetFrac(bound, big.NewInt(int64(terms.One)))
	together.Quo(together, sum)
	each := new(big.Rat).Quo(big.NewRat(3_999_999_999_999, 1), most)
	if each.Cmp(together) < 0 {
		return each
	}
	return together
}

// rounding is the factor for points that have to be rounded: a power of ten, times what the denominators have besides twos
// and fives if that leaves three decimal places or more, so that thirds stay thirds.
func rounding(denominators *big.Int, room *big.Rat) *big.Rat {
	rest := new(big.Int).Set(denominators)
	for _, prime := range []*big.Int{big.NewInt(2), big.NewInt(5)} {
		for new(big.Int).Mod(rest, prime).Sign() == 0 {
			rest.Quo(rest, prime)
		}
	}
	ten := big.NewRat(10, 1)
	factor := new(big.Rat).SetInt(rest)
	if new(big.Rat).Mul(factor, big.NewRat(1000, 1)).Cmp(room) > 0 {
		factor.SetInt64(1)
	}
	for factor.Cmp(room) > 0 {
		factor.Quo(factor, ten)
	}
	for next := new(big.Rat).Mul(factor, ten); next.Cmp(room) <= 0; next = new(big.Rat).Mul(factor, ten) {
		factor = next
	}
	return factor
}

// walkAway is what the party has without an agreement: what the file says, or else the worth of the worst deal, if that is
// below zero; nil is zero, which refuses nothing.
func (p *Profile) walkAway() *big.Rat {
	if p.Reservation != nil {
		return p.Reservation
	}
	if least := p.least(); least.Sign() < 0 {
		return least
	}
	return nil
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
