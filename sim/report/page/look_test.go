package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/parley-sim/parley/sim/report/page/browser"
	"github.com/parley-sim/parley/sim/trace"
)

const (
	wide   = 1280
	narrow = 400
)

// said is the text of an element.
func said(selector string) string {
	return fmt.Sprintf("document.querySelector(%q).innerText", selector)
}

// frames lets the page draw: two frames later what was asked for is drawn.
const frames = `new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(0))))`

func TestOpensFromDiskAndSaysWhatWasAgreed(t *testing.T) {
	run := playLibrary(t, "security-council-vote")
	p := browser.Open(t, saved(t, Options{}, run), wide, 900, false)
	agreed := browser.Eval[string](p, said(".politics"))
	for _, want := range []string{"VETOED", "A survey of the seabed", "Paris vetoes the text, citing fleet.", "REJECTED", "ADOPTED"} {
		if !strings.Contains(agreed, want) {
			t.Errorf("the headline does not say %q: %s", want, agreed)
		}
	}
	machines := browser.Eval[string](p, said(".headline > .technical"))
	if !strings.Contains(machines, "15 voters, 1 election") || strings.Contains(machines, "veto") {
		t.Errorf("of the machines it says %s", machines)
	}
	browser.Eval[int](p, frames)
	p.Clean()
}

func TestStepsByKeyboard(t *testing.T) {
	run := playLibrary(t, "one-month-truce")
	p := browser.Open(t, saved(t, Options{At: Moment{Item: 3}}, run), wide, 900, false)
	steps := len(run.Report.Timeline)
	at := func() string {
		return browser.Eval[string](p, said(".clock")) + browser.Eval[string](p, said(".what-now"))
	}
	if got := at(); !strings.Contains(got, fmt.Sprintf("step 3/%d", steps)) {
		t.Errorf("opened at %q, want step 3", got)
	}
	for _, c := range []struct{ key, want string }{
		{"ArrowRight", "step 4/"}, {"ArrowRight", "step 5/"}, {"ArrowLeft", "step 4/"}, {"Home", "step 0/"}, {"End", "the end"},
	} {
		browser.Eval[int](p, fmt.Sprintf(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: %q, bubbles: true})); 0`, c.key))
		if got := at(); !strings.Contains(got, c.want) {
			t.Errorf("after %s: %q, want %s", c.key, got, c.want)
		}
	}
	// The slider speaks, and real keys move it.
	browser.Do(p, chromedp.Focus(".slider"))
	browser.Do(p, chromedp.KeyEvent(kb.ArrowLeft))
	p.Await(`document.querySelector(".slider").getAttribute("aria-valuetext").startsWith("Step")`)
	// Space plays and stops.
	browser.Eval[int](p, `document.activeElement.blur(); document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Home", bubbles: true})); 0`)
	browser.Eval[int](p, `document.body.dispatchEvent(new KeyboardEvent("keydown", {key: " ", bubbles: true})); 0`)
	p.Await(`document.querySelector(".clock").innerText.includes("step 2/")`)
	browser.Eval[int](p, `document.body.dispatchEvent(new KeyboardEvent("keydown", {key: " ", bubbles: true})); 0`)
	if got := browser.Eval[string](p, `document.querySelector(".play").getAttribute("aria-label")`); got != "Play" {
		t.Errorf("after space twice it offers %q", got)
	}
	p.Clean()
}

// TestScrubs follows the moment through all parts of the page.
func TestScrubs(t *testing.T) {
	run := playLibrary(t, "oval-office-rift")
	p := browser.Open(t, saved(t, Options{}, run), wide, 900, false)
	ended := browser.Eval[string](p, said(".state"))
	scrub := func(place int) {
		browser.Eval[int](p, fmt.Sprintf(`(() => {const s = document.querySelector(".slider"); s.value = %d; s.dispatchEvent(new Event("input", {bubbles: true})); return 0})()`, place))
	}
	scrub(7) // the line is cut since step 6
	if got := browser.Eval[string](p, said(".state")); !strings.Contains(got, "The line between Washington and Kyiv is cut.") || got == ended {
		t.Errorf("while the line is cut the network is said to be: %s", got)
	}
	if got := browser.Eval[int](p, `document.querySelectorAll(".network .bad.cut").length`); got != 1 {
		t.Errorf("%d lines are drawn as cut, want 1", got)
	}
	if got := browser.Eval[string](p, said(".seats")); !strings.Contains(got, "London\nconsents") || !strings.Contains(got, "Kyiv\nhas not spoken") {
		t.Errorf("the seats say %s", got)
	}
	ahead := browser.Eval[int](p, `document.querySelectorAll(".record tr.ahead").length`)
	scrub(0)
	if got := browser.Eval[int](p, `document.querySelectorAll(".record tr.ahead").length`); ahead == 0 || got != len(run.Report.Record) {
		t.Errorf("%d moves were still to come, and before the first step %d of %d are", ahead, got, len(run.Report.Record))
	}
	// A click into the lanes moves the moment too, and a hover explains.
	browser.Do(p, chromedp.ScrollIntoView(".lane-area"))
	browser.Eval[int](p, frames)
	atLanes := func(event string) {
		browser.Eval[int](p, fmt.Sprintf(`(() => {const a = document.querySelector(".lane-area"), b = a.getBoundingClientRect();
			a.dispatchEvent(new %s{clientX: b.left + b.width / 2, clientY: b.top + 70, bubbles: true})); return 0})()`,
			event))
	}
	atLanes(`MouseEvent("click", `)
	if got := browser.Eval[string](p, said(".clock")); strings.Contains(got, "step 0/") {
		t.Errorf("after a click in the middle of the lanes it is still %s", got)
	}
	atLanes(`PointerEvent("pointermove", `)
	if got := browser.Eval[string](p, said(".tip")); !strings.Contains(got, "London") && !strings.Contains(got, "Raft term") {
		t.Errorf("the lanes explain %q", got)
	}
	// The messages of the moment can be gone through with the keyboard, each explained.
	browser.Eval[int](p, `document.querySelector(".lane-area").dispatchEvent(new KeyboardEvent("keydown", {key: "m", bubbles: true})); 0`)
	if got := browser.Eval[string](p, `document.querySelector("[role=status]").textContent`); !strings.Contains(got, "Sent at") {
		t.Errorf("the message is explained with %q", got)
	}
	p.Clean()
}

func TestMarkupIsText(t *testing.T) {
	p := browser.Open(t, saved(t, Options{}, play(t, "hostile.yaml", []byte(hostile), nil)), wide, 900, false)
	if got := browser.Eval[string](p, `typeof hacked`); got != "undefined" {
		t.Errorf("a script of the scenario ran: %s", got)
	}
	all := browser.Eval[string](p, `document.body.textContent`)
	for _, want := range []string{"<b onmouseover=hacked=4>Kyiv</b>", "<img src=x onerror=hacked=8>", "</script><script>hacked=7</script>"} {
		if !strings.Contains(all, want) {
			t.Errorf("the page does not show %q as text", want)
		}
	}
	if n := browser.Eval[int](p, `document.querySelectorAll("#page img, #page script, #page b[onmouseover], #page i i").length`); n != 0 {
		t.Errorf("%d elements come from the scenario", n)
	}
	p.Clean()
}

// TestLooks opens pages in all looks: light and dark, on a projector and on a phone, where nothing may stick out.
func TestLooks(t *testing.T) {
	run := playLibrary(t, "coalition-of-the-willing")
	address := saved(t, Options{}, run)
	papers := map[string]bool{}
	for _, look := range []struct {
		width int64
		dark  bool
	}{{wide, false}, {wide, true}, {1024, false}, {narrow, false}} {
		p := browser.Open(t, address, look.width, 768, look.dark)
		papers[browser.Eval[string](p, `getComputedStyle(document.body).backgroundColor`)] = true
		if got := browser.Eval[int64](p, `document.documentElement.scrollWidth`); got > look.width {
			t.Errorf("at %d pixels the page is %d wide", look.width, got)
		}
		p.Clean()
	}
	if len(papers) != 2 {
		t.Errorf("light and dark have the papers %v", papers)
	}
}

func TestSideBySide(t *testing.T) {
	base := strings.Replace(hostile, "scenario: hostile", "scenario: base", 1)
	a := play(t, "base.yaml", []byte(base), nil)
	b := play(t, "base.yaml", []byte(strings.Replace(base, "veto: truce, by: moscow, citing: [force], saying", "consent: truce, by: moscow, saying", 1)), nil)
	a.Label, b.Label = "before", "after"
	p := browser.Open(t, saved(t, Options{}, a, b), wide, 900, false)
	if got := browser.Eval[string](p, said(".difference")); !strings.Contains(got, "The first difference, move 3 of the record: before") {
		t.Errorf("the difference is told as %q", got)
	}
	if n := browser.Eval[int](p, `document.querySelectorAll(".record tr.first").length`); n != 2 {
		t.Errorf("%d rows are marked as the first difference, want 2", n)
	}
	browser.Do(p, chromedp.Click(".difference button"))
	if got := browser.Eval[string](p, `[...document.querySelectorAll(".story .step-text")].map(e => e.innerText).join("|")`); !strings.Contains(got, "vetoes truce") {
		t.Errorf("at the difference it says %q", got)
	}
	p.Clean()
}

func TestFailedRunOpens(t *testing.T) {
	run := play(t, "hostile.yaml", []byte(hostile), nil)
	failed := &Run{Run: &trace.Run{Scenario: run.Scenario, Seed: 1, On: "virtual", Failed: "the wires burned", Messages: run.Messages, Sightings: run.Sightings}}
	p := browser.Open(t, saved(t, Options{}, failed), wide, 900, false)
	if got := browser.Eval[string](p, said("main")); !strings.Contains(got, "the wires burned") {
		t.Errorf("it says %q", got)
	}
	p.Clean()
}
