package scenarios

import (
	"fmt"
	"strings"
	"time"

	"github.com/parley-sim/parley/node/terms"
)

// duration reads a length of scenario time.
func (p *parser) duration(v value) (terms.Duration, bool) {
	t, ok := p.word(v)
	if !ok {
		return 0, false
	}
	d, err := parseDuration(t)
	if err != nil {
		p.wrong(v, "%v", err)
		return 0, false
	}
	return d, true
}

// parseDuration is terms.ParseDuration that knows what people forget.
func parseDuration(t string) (terms.Duration, error) {
	if t == "0" {
		return 0, nil
	}
	if strings.Trim(t, "0123456789") == "" && t != "" {
		return 0, fmt.Errorf("%s of what? Give the unit: %sh or %sd", t, t, t)
	}
	if strings.HasPrefix(t, "-") {
		return 0, fmt.Errorf("%s lies before the start; a duration has no sign", quote(t))
	}
	d, err := terms.ParseDuration(t)
	if err != nil && len(t) > maxID {
		return 0, fmt.Errorf("%s is not a duration such as 90m, 6h, 2d, 4w or 1d12h", quote(t))
	}
	return d, err
}

// span reads a duration, or a..b.
func (p *parser) span(v value) (Span, bool) {
	t, ok := p.word(v)
	if !ok {
		return Span{}, false
	}
	from, to, drawn := strings.Cut(t, "..")
	if !drawn {
		d, ok := p.duration(v)
		return Span{d, d}, ok
	}
	a, err := parseDuration(strings.TrimSpace(from))
	if err != nil {
		p.wrong(v, "%v", err)
		return Span{}, false
	}
	b, err := parseDuration(strings.TrimSpace(to))
	if err != nil {
		p.wrong(v, "%v", err)
		return Span{}, false
	}
	if a > b {
		p.wrong(v, "%s is longer than %s: write the shorter first", a, b)
		return Span{}, false
	}
	return Span{a, b}, true
}

// String writes the span as a file would: "6h" or "1d..2d".
func (s Span) String() string {
	if s.Min == s.Max {
		return s.Min.String()
	}
	return s.Min.String() + ".." + s.Max.String()
}

// offset reads when something happens: an offset from the start, a span of them, or an instant.
func (p *parser) offset(v value) (Span, bool) {
	t, ok := p.word(v)
	if !ok {
		return Span{}, false
	}
	if i, err := parseInstant(t); err == nil {
		d := i.Sub(p.scenario.Start)
		if d < 0 {
			p.wrong(v, "%s lies before the start, %s", i, p.scenario.Start)
			return Span{}, false
		}
		return Span{d, d}, p.inTime(v, Span{d, d})
	}
	if strings.Count(t, "-") >= 2 && !strings.HasPrefix(t, "-") {
		_, err := parseInstant(t)
		p.wrong(v, "%v", err)
		return Span{}, false
	}
	s, ok := p.span(v)
	return s, ok && p.inTime(v, s)
}

// inTime reports whether a time falls into the run.
func (p *parser) inTime(v value, s Span) bool {
	horizon := p.scenario.Horizon
	if s.Min > horizon {
		p.wrong(v, "this comes %s after the start, and the run ends at its horizon, %s: move it forward or raise horizon",
			s.Min, horizon)
		return false
	}
	if s.Max > horizon {
		p.warn(v, "this may come %s after the start, and the run ends at its horizon, %s", s.Max, horizon)
	}
	return true
}

// parseInstant reads RFC 3339, or a day, which begins at midnight UTC.
func parseInstant(t string) (terms.Instant, error) {
	if d, err := time.Parse(time.DateOnly, t); err == nil {
		return terms.ParseInstant(d.Format(time.RFC3339))
	}
	if len(t) > maxID {
		t = t[:maxID]
	}
	return terms.ParseInstant(t)
}
