package domains

import (
	"fmt"
	"math/big"
)

// valueFun is what an issue's function says of each of its values.
func valueFun(f *tree, is *Issue) ([]*big.Rat, error) {
	class := "IdentityFun"
	if f != nil {
		class = classOf(f)
	}
	if table := f.get("mapping"); table != nil || f != nil && class == "" && f.kind == treeMap {
		if table == nil {
			table = f
		}
		var row []*big.Rat
		for k, v := range is.Values {
			key := v
			if !table.has(key) { // 1 may be written 1.0
				for _, other := range table.mapKeys() {
					if same(is.Number, k, other) {
						key = other
					}
				}
			}
			n, err := numberAt(table, key)
			if err != nil {
				return nil, err
			}
			row = append(row, n)
		}
		return row, nil
	}
	arg := func(key string, or int64) (*big.Rat, error) {
		if !f.has(key) {
			return big.NewRat(or, 1), nil
		}
		return numberAt(f, key)
	}
	slope, err := arg("slope", 0)
	if err != nil {
		return nil, err
	}
	bias, err := arg("bias", 0)
	if err != nil {
		return nil, err
	}
	switch class {
	case "IdentityFun":
		return tabulate(is, polynomial(zero(), big.NewRat(1, 1)))
	case "ConstFun":
		return constant(is, bias), nil
	case "LinearFun", "AffineFun":
		if slope.Sign() == 0 {
			return constant(is, bias), nil
		}
		return tabulate(is, polynomial(bias, slope))
	case "QuadraticFun":
		var a [2]*big.Rat
		for i, key := range []string{"a1", "a2"} {
			if a[i], err = numberAt(f, key); err != nil {
				return nil, err
			}
		}
		return tabulate(is, polynomial(bias, a[:]...))
	case "PolynomialFun":
		var all []*big.Rat
		for i, c := range list(f.get("coefficients")) {
			n, err := number(c.text)
			if err != nil || i == maxPower {
				return nil, fmt.Errorf("coefficients[%d]: %q is not a number, or it is one of more than %d", i, clip(c.text), maxPower)
			}
			all = append(all, n)
		}
		return tabulate(is, polynomial(bias, all...))
	case "TriangularFun":
		scale, err := arg("scale", 1)
		if err != nil {
			return nil, err
		}
		var at [3]*big.Rat
		for i, key := range []string{"start", "end", "middle"} {
			if at[i], err = numberAt(f, key); err != nil {
				return nil, err
			}
		}
		return tabulate(is, func(x *big.Rat) *big.Rat {
			y := triangle(x, at[0], at[1], at[2])
			return y.Add(y.Mul(y, scale), bias)
		})
	}
	return nil, fmt.Errorf("a function of the kind %q is not read; tables, constants, polynomials and triangles are", clip(class))
}

// maxPower bounds a polynomial.
const maxPower = 8

// polynomial is c + a[0] x + a[1] x² and so on.
func polynomial(c *big.Rat, a ...*big.Rat) func(*big.Rat) *big.Rat {
	return func(x *big.Rat) *big.Rat {
		y := zero()
		for i := len(a) - 1; i >= 0; i-- {
			y.Mul(y.Add(y, a[i]), x)
		}
		return y.Add(y, c)
	}
}

// constant is the same for each value of an issue of any kind.
func constant(is *Issue, n *big.Rat) []*big.Rat {
	row := make([]*big.Rat, len(is.Values))
	for k := range row {
		row[k] = n
	}
	return row
}

// tabulate is what a function says of each value of an issue of numbers.
func tabulate(is *Issue, f func(*big.Rat) *big.Rat) ([]*big.Rat, error) {
	row := make([]*big.Rat, len(is.Values))
	for k, v := range is.Values {
		var x *big.Rat
		if is.Number != nil {
			x = is.Number[k]
		} else {
			var err error
			if x, err = number(v); err != nil {
				return nil, fmt.Errorf("a function of numbers, of %q: %w", clip(v), err)
			}
		}
		row[k] = f(x)
	}
	return row, nil
}
