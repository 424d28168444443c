package terms

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of scenario time in whole seconds.
type Duration int64

// The units of a written duration.
const (
	Minute Duration = 60
	Hour            = 60 * Minute
	Day             = 24 * Hour
	Week            = 7 * Day
)

// maxDuration bounds what can be written: a thousand years.
const maxDuration = 365_250 * Day

// ParseDuration reads "90m", "6h", "2d", "4w", "30s" and sums such as "1d12h". There is no sign and no fraction.
func ParseDuration(s string) (Duration, error) {
	bad := func() (Duration, error) {
		return 0, fmt.Errorf("%q is not a duration such as 90m, 6h, 2d, 4w or 1d12h", s)
	}
	if s == "" {
		return bad()
	}
	var total Duration
	for rest := s; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 || digits > 9 || digits == len(rest) {
			return bad()
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil {
			return bad()
		}
		var unit Duration
		switch rest[digits] {
		case 's':
			unit = 1
		case 'm':
			unit = Minute
		case 'h':
			unit = Hour
		case 'd':
			unit = Day
		case 'w':
			unit = Week
		default:
			return bad()
		}
		if total += Duration(n) * unit; total > maxDuration {
			return 0, fmt.Errorf("%q is longer than a thousand years", s)
		}
		rest = rest[digits+1:]
	}
	return total, nil
}

// String writes the duration in days, hours, minutes and seconds, such as "1d12h"; zero is "0h".
func (d Duration) String() string {
	if d == 0 {
		return "0h"
	}
	var b strings.Builder
	if d < 0 {
		b.WriteByte('-')
		d = -d
	}
	for _, u := range [...]struct {
		size Duration
		name byte
	}{{Day, 'd'}, {Hour, 'h'}, {Minute, 'm'}, {1, 's'}} {
		if n := d / u.size; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10))
			b.WriteByte(u.name)
			d -= n * u.size
		}
	}
	return b.String()
}

// MarshalText writes what String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDuration takes.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := ParseDuration(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Instant is a point of scenario time: seconds since 1970-01-01T00:00:00Z.
type Instant int64

// The earliest and latest instants that can be written: the years 0001 to 9999.
const (
	minInstant Instant = -62_135_596_800
	maxInstant Instant = 253_402_300_799
)

// ParseInstant reads RFC 3339, such as 2025-03-02T15:00:00Z, to the second.
func ParseInstant(s string) (Instant, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not an instant such as 2025-03-02T15:00:00Z", s)
	}
	i := Instant(t.Unix())
	if i < minInstant || i > maxInstant {
		return 0, fmt.Errorf("%q is not within the years 0001 to 9999", s)
	}
	return i, nil
}

// Add returns the instant d later, at most the end of the year 9999.
func (i Instant) Add(d Duration) Instant { return min(i+Instant(d), maxInstant) }

// Sub returns how long i is after j.
func (i Instant) Sub(j Instant) Duration { return Duration(i - j) }

// Time returns the instant as a UTC time, for formatting.
func (i Instant) Time() time.Time { return time.Unix(int64(i), 0).UTC() }

// String writes RFC 3339 in UTC.
func (i Instant) String() string { return i.Time().Format(time.RFC3339) }

// MarshalText writes RFC 3339 in UTC.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads RFC 3339.
func (i *Instant) UnmarshalText(b []byte) error {
	v, err := ParseInstant(string(b))
	if err != nil {
		return err
	}
	*i = v
	return nil
}
