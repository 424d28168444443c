package page

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/sim/report/page/browser"
)

// month is 30 days of so many capitals: a plan and an amendment, answers of all of them, a cut, a crash and what is said.
func month(capitals int) string {
	var b strings.Builder
	b.WriteString("scenario: month\nstart: 2025-03-02T15:00:00Z\nhorizon: 30d\ncapitals:\n")
	ids := make([]string, capitals)
	for i := range ids {
		ids[i] = fmt.Sprintf("capital%d", i)
		fmt.Fprintf(&b, "  %s: {role: mediator}\n", ids[i])
	}
	all := strings.Join(ids, ", ")
	fmt.Fprintf(&b, "terms:\n  force: {choice: [none, un, coalition]}\nprocedures:\n  plan:\n    stages:\n"+
		"      - {name: all, members: [%s], rule: {unanimous: true}, window: 29d}\nplans:\n  truce: {terms: {force: coalition}}\nscript:\n", all)
	fmt.Fprintf(&b, "  - {at: 0h, propose: truce, by: %s}\n", ids[0])
	for i := range capitals {
		fmt.Fprintf(&b, "  - {at: %dh, consent: truce, by: %s}\n", 6+i, ids[i])
		fmt.Fprintf(&b, "  - {at: %dh, say: \"What we think of it\", by: %s}\n", 100+20*i, ids[i])
	}
	fmt.Fprintf(&b, "  - {at: 3d, cut: [%s, %s]}\n  - {at: 5d, crash: %s}\n  - {at: 8d, restart: %s}\n  - {at: 12d, heal: all}\n", ids[1], ids[2], ids[0], ids[0])
	fmt.Fprintf(&b, "  - {at: 10d, amend: truce, by: %s, set: {force: un}}\n", ids[3])
	for i := range capitals {
		fmt.Fprintf(&b, "  - {at: %dh, consent: truce, by: %s}\n", 300+15*i, ids[i])
	}
	return b.String()
}

// loop runs a script in each of n frames, and gives the frames a second.
func loop(p *browser.Tab, n int, script string) (rate float64, mainThread time.Duration) {
	before := p.MainThread()
	rate = browser.Eval[float64](p, fmt.Sprintf(`new Promise(done => {
		const n = %d;
		let i = 0, first;
		const frame = now => {
			first ??= now;
			%s;
			if (i++ < n) return requestAnimationFrame(frame);
			done(1000 * (i - 1) / (now - first));
		};
		requestAnimationFrame(frame);
	})`, n, script))
	return rate, (p.MainThread() - before) / time.Duration(n)
}

// BenchmarkScrub opens the page of a month of 21 capitals and scrubs through all of it: how long until the page can be
// used, and how many frames a second it draws, next to a page that draws nothing. The time of the main thread is that of
// the processor, so it holds on a machine that is busy with something else; what rasters the pictures is not in it.
func BenchmarkScrub(b *testing.B) {
	run := play(b, "month.yaml", []byte(month(21)), nil)
	address := saved(b, Options{}, run)
	for b.Loop() {
		p := browser.Open(b, address, wide, 900, false)
		opening := p.MainThread()
		ready := browser.Eval[float64](p, `performance.getEntriesByName("ready")[0].startTime`)
		nothing, _ := loop(p, 200, "")
		steps := browser.Eval[int](p, `Number(document.querySelector(".slider").max)`)
		rate, work := loop(p, 2*steps, `const s = document.querySelector(".slider"); s.value = i % (Number(s.max) + 1);
			s.dispatchEvent(new Event("input", {bubbles: true}))`)
		// In the lanes, where every pixel is a moment, zoomed in so that messages are drawn and the view moves.
		browser.Eval[int](p, `(() => {const a = document.querySelector(".lane-area"); a.setPointerCapture = () => {};
			for (const key of "++") a.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true})); return 0})()`)
		inLanes, laneWork := loop(p, 240, `const a = document.querySelector(".lane-area"), box = a.getBoundingClientRect();
			a.dispatchEvent(new PointerEvent(i ? "pointermove" : "pointerdown", {clientX: box.left + box.width * i / n, clientY: box.top + 10, pointerId: 1, bubbles: true}))`)
		for name, value := range map[string]float64{"ms-to-interactive": ready, "ms-main-thread-to-interactive": millis(opening),
			"frames/s": rate, "frames/s-of-nothing": nothing, "ms-main-thread/frame": millis(work),
			"frames/s-in-lanes": inLanes, "ms-main-thread/frame-in-lanes": millis(laneWork), "steps": float64(steps)} {
			b.ReportMetric(value, name)
		}
		p.Clean()
	}
	b.ReportMetric(float64(len(written(b, Options{}, run)))/1e6, "MB")
}
