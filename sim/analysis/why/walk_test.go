package why

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

// drawMinutes draws a negotiation of three hours, in which days are minutes times ten and hours are minutes, with or without
// machines that fail.
func drawMinutes(t *rapid.T) string {
	text := strings.Replace(drawScenario(t), "horizon: 10d", "horizon: 3h", 1)
	text = regexp.MustCompile(`at: (\d+)h`).ReplaceAllString(text, "at: ${1}m")
	text = regexp.MustCompile(`window: (\d)d`).ReplaceAllString(text, "window: ${1}3m")
	text = regexp.MustCompile(`replies_in: (\d)h`).ReplaceAllString(text, "replies_in: ${1}1m")
	if rapid.Bool().Draw(t, "faults") {
		at := rapid.IntRange(1, 60).Draw(t, "fault at")
		text += fmt.Sprintf("  - {at: %dm, %s: b}\n", at, rapid.SampledFrom([]string{"crash", "isolate"}).Draw(t, "fault"))
		text += fmt.Sprintf("  - {at: %dm, %s}\n", at+rapid.IntRange(1, 60).Draw(t, "for"), map[bool]string{true: "restart: b", false: "heal: everything"}[strings.Contains(text, "crash: b")])
	}
	return text
}

// TestNoLengthIsMissed holds the walks to every minute of every dial: the fate is the one that the walk tells of, and where
// it is the goal, a value that is tried, on the same side and no further off, brings it about too.
func TestNoLengthIsMissed(t *testing.T) {
	values, reaching, dialled := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := drawMinutes(t)
		s, err := scenarios.Parse("-", []byte(text))
		if err != nil {
			t.Skip(err.Error())
		}
		pinned := pin(s, s.Seed)
		base := played(t, pinned)
		view := fate(base, "deal")
		f := &finder{s: pinned, h: read(pinned, base), words: report.WordsOf(&s.Charter), goal: goalOf(view), view: view, ctx: context.Background(), tell: &teller{}}
		f.link()
		dials := append(f.windows(), f.times()...)
		if len(dials) == 0 {
			return
		}
		if err := f.turn(dials); err != nil {
			t.Fatal(err)
		}
		if f.bounded > 0 {
			t.Fatalf("%d dials could not be walked to the end\n%s", f.bounded, text)
		}
		w, err := f.walker()
		if err != nil {
			t.Fatal(err)
		}
		d := dials[rapid.IntRange(0, len(dials)-1).Draw(t, "dial")]
		dialled++
		walk := w.walk(d)
		if walk.err != nil {
			t.Fatal(walk.err)
		}
		at := 0
		for v := d.first; v <= d.last; v += terms.Minute {
			c, err := w.at(d, v)
			if err != nil {
				t.Fatal(err)
			}
			for at < len(walk.cells)-1 && v > walk.cells[at].last {
				at++
			}
			if cell := walk.cells[at]; v < cell.first || v > cell.last || c.fate != cell.fate {
				t.Fatalf("%s: at %s it is\n%s\nand not\n%s\n%s", d.tell(v, "+", 1).Text, v, c.fate, cell.fate, text)
			}
			values++
			if c.fate == void || v == d.low || !reaches(t, f, d, v) {
				continue
			}
			reaching++
			if !nearer(t, f, d, v) {
				t.Fatalf("%s flips it; nothing as near is tried\n%s", d.tell(v, "+", 1).Text, text)
			}
		}
	})
	if values < 200 || reaching == 0 {
		t.Errorf("looked at %d values only, %d of them flips", values, reaching)
	}
	t.Logf("looked at %d values of %d dials; %d flip", values, dialled, reaching)
}

// nearer reports whether one of the changes of a dial flips that is on the same side as a value and no further off.
func nearer(t *rapid.T, f *finder, d *dial, v terms.Duration) bool {
	up, down := d.tell(v, "+", 1).family, d.tell(v, "-", 1).family
	for _, c := range f.changes {
		if v >= d.middle() && c.family != up || v < d.middle() && c.family != down || c.Shift > d.shift(v) {
			continue
		}
		if f.goal.reached(fate(played(t, apply(f.s, c)), "deal")) {
			return true
		}
	}
	return false
}

func reaches(t *rapid.T, f *finder, d *dial, v terms.Duration) bool {
	return f.goal.reached(fate(played(t, apply(f.s, &Change{edit: d.edit(v)})), "deal"))
}

// played plays without messages.
func played(t *rapid.T, s *scenarios.Scenario) *sim.Report {
	p, err := sim.Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	if !faulty(s) {
		return p.PlayWhole(s.Seed)
	}
	r, err := p.PlayIdeal(s.Seed)
	if err != nil {
		t.Skip(err.Error())
	}
	return r
}
