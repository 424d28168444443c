package domains

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// function reads an <evaluator>: a linear, constant or triangular function of a number.
func (g *genius) function(where string, e *element, is *Issue) ([]*big.Rat, error) {
	ev := e.child("evaluator")
	if ev == nil || is.Number == nil {
		g.d.lose(where, "the issue has no evaluations: it is worth nothing to this party")
		return make([]*big.Rat, 0), nil
	}
	arg := map[string]*big.Rat{}
	for _, a := range []string{"slope", "offset", "parameter0", "parameter1", "parameter2"} {
		if ev.attr[a] != "" {
			n, err := number(ev.attr[a])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", a, err)
			}
			arg[a] = n
		}
	}
	need := func(names ...string) error {
		for _, n := range names {
			if arg[n] == nil {
				return fmt.Errorf("its evaluator says no %s", n)
			}
		}
		return nil
	}
	kind := strings.ToLower(ev.attr["ftype"])
	cut := clamp
	if g.raw {
		cut = func(y *big.Rat) *big.Rat { return y }
	}
	var f func(x *big.Rat) *big.Rat
	switch {
	case arg["slope"] != nil || arg["offset"] != nil: // of an integer: counted from its lower bound
		if err := need("slope", "offset"); err != nil {
			return nil, err
		}
		low := is.Number[0]
		if g.raw {
			low = zero()
		} else if own, err := number(e.attr["lowerbound"]); err == nil {
			low = own
		}
		f = func(x *big.Rat) *big.Rat {
			y := new(big.Rat).Sub(x, low)
			return cut(y.Add(y.Mul(y, arg["slope"]), arg["offset"]))
		}
	case kind == "linear":
		if err := need("parameter0", "parameter1"); err != nil {
			return nil, err
		}
		f = func(x *big.Rat) *big.Rat {
			y := new(big.Rat).Mul(x, arg["parameter1"])
			return cut(y.Add(y, arg["parameter0"]))
		}
	case kind == "constant":
		if err := need("parameter0"); err != nil {
			return nil, err
		}
		f = func(*big.Rat) *big.Rat { return arg["parameter0"] }
	case kind == "triangular":
		if err := need("parameter0", "parameter1", "parameter2"); err != nil {
			return nil, err
		}
		f = func(x *big.Rat) *big.Rat { return triangle(x, arg["parameter0"], arg["parameter1"], arg["parameter2"]) }
	default:
		return nil, fmt.Errorf("its evaluator is of the type %s; linear, constant and triangular ones are read", strconv.Quote(clip(kind)))
	}
	out := make([]*big.Rat, len(is.Number))
	for k, x := range is.Number {
		out[k] = f(x)
	}
	return out, nil
}

// triangle rises from 0 at low to 1 at top, and falls to 0 at high.
func triangle(x, low, high, top *big.Rat) *big.Rat {
	between := func(a, b *big.Rat) *big.Rat { // the part of the way from a to b at which x lies
		return new(big.Rat).Quo(new(big.Rat).Sub(x, a), new(big.Rat).Sub(b, a))
	}
	switch {
	case x.Cmp(low) < 0 || x.Cmp(high) >= 0:
		return zero()
	case x.Cmp(top) < 0:
		return between(low, top)
	}
	return new(big.Rat).Sub(big.NewRat(1, 1), between(top, high))
}
