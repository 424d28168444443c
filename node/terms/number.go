package terms

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Number is an exact decimal with six places: a quantity, a weight or a share. One is 1,000,000.
// Floating point is kept out of the state machine so that every machine counts alike.
type Number int64

// One is the Number 1.
const One Number = 1_000_000

// Int returns n as a Number.
func Int(n int64) Number { return Number(n) * One }

// ParseNumber reads a decimal such as "38", "-0.5" or "10_000". It returns an error for anything else, for more than six
// decimal places and for values beyond plus or minus 4,000,000,000,000.
func ParseNumber(s string) (Number, error) {
	text := strings.ReplaceAll(s, "_", "")
	neg := strings.HasPrefix(text, "-")
	text = strings.TrimPrefix(text, "-")
	whole, frac, point := strings.Cut(text, ".")
	if whole == "" || point && frac == "" || len(frac) > 6 || len(whole) > 13 {
		return 0, fmt.Errorf("%q is not a number with at most 13 digits and six decimal places", s)
	}
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%q is not a number", s)
		}
	}
	w, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || w >= 4_000_000_000_000 {
		return 0, fmt.Errorf("%q is too large", s)
	}
	n := Int(w)
	if frac != "" {
		f, err := strconv.ParseInt((frac + "000000")[:6], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a number", s)
		}
		n += Number(f)
	}
	if neg {
		n = -n
	}
	return n, nil
}

// String writes the shortest exact decimal, such as "38" or "0.55".
func (n Number) String() string {
	sign := ""
	u := uint64(n)
	if n < 0 {
		sign, u = "-", -u
	}
	s := sign + strconv.FormatUint(u/uint64(One), 10)
	if frac := u % uint64(One); frac != 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%06d", frac), "0")
	}
	return s
}

// MarshalText writes the decimal.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (n *Number) UnmarshalText(b []byte) error {
	v, err := ParseNumber(string(b))
	if err != nil {
		return err
	}
	*n = v
	return nil
}

// percent writes a share such as 0.55 as "55%".
func percent(share Number) string { return (share * 100).String() + "%" }

// reaches reports whether part is at least (strict: more than) share of whole, exactly. All three are non-negative.
func reaches(part, whole, share Number, strict bool) bool {
	ah, al := bits.Mul64(uint64(part), uint64(One))
	bh, bl := bits.Mul64(uint64(whole), uint64(share))
	if ah == bh && al == bl {
		return !strict
	}
	return ah > bh || ah == bh && al > bl
}
