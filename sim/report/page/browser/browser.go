// Package browser opens pages in a real Chromium, for tests alone.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/performance"
	cdruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds all that a test does with one page. It is generous, since a machine can be busy.
const patience = 2 * time.Minute

var shared struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

// Run runs a package's tests and ends the browser, if one was started. It is for TestMain.
func Run(m *testing.M) int {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	return code
}

// chromium starts one browser for all tests of the package, with a profile of its own that is removed at the end.
func chromium(t testing.TB) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{os.Getenv("PARLEY_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); name != "" && err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("NOT RUN: no Chromium was found, so nothing was looked at in a browser; apt-get install chromium, or name it in PARLEY_CHROMIUM")
	}
	shared.once.Do(func() {
		profile, err := os.MkdirTemp("", "parley-chromium-")
		if err != nil {
			shared.err = err
			return
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.UserDataDir(profile), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute))
		allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, endBrowser := chromedp.NewContext(allocator)
		shared.ctx, shared.err = ctx, chromedp.Do(ctx)
		shared.stop = func() {
			endBrowser()
			endAllocator()
			_ = os.RemoveAll(profile)
		}
	})
	if shared.err != nil {
		t.Fatalf("Chromium did not start: %v", shared.err)
	}
	return shared.ctx
}

// Tab is a page in the browser.
type Tab struct {
	t        testing.TB
	ctx      context.Context
	mu       sync.Mutex
	errors   []string // of scripts, and what the console was told
	requests []string // but for the page itself
}

// Open opens an address in a new tab of a width and height, and waits until the page is ready.
func Open(t testing.TB, address string, width, height int64, dark bool) *Tab {
	t.Helper()
	ctx, end := chromedp.NewContext(chromium(t))
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	p := &Tab{t: t, ctx: ctx}
	listen := func(e any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch e := e.(type) {
		case *cdruntime.EventExceptionThrown:
			p.errors = append(p.errors, fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.Exception.Description))
		case *cdruntime.EventConsoleAPICalled:
			p.errors = append(p.errors, fmt.Sprintf("%s: %v", e.Type, e.Args))
		case *network.EventRequestWillBeSent:
			if e.Request.URL != strings.SplitN(address, "#", 2)[0] && !strings.HasPrefix(e.Request.URL, "data:") {
				p.requests = append(p.requests, e.Request.URL)
			}
		case *log.EventEntryAdded:
			p.errors = append(p.errors, e.Entry.Text)
		}
	}
	if err := chromedp.Listen(ctx, listen); err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	call(p, network.Enable, network.EnableParams{})
	call(p, log.Enable, cdp.Empty{})
	call(p, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	Do(p, chromedp.Navigate(address))
	p.Await(`document.documentElement.dataset.ready === "yes"`)
	return p
}

// Do carries out an action and returns its value.
func Do[T any](p *Tab, action chromedp.Action[T]) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, action)
	if err != nil {
		p.t.Fatalf("the browser: %v (the page's errors: %v)", err, p.errors)
	}
	return v
}

// call sends a command of the protocol.
func call[P, R any](p *Tab, command cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.t.Fatalf("the browser: %s: %v", command.Method, err)
	}
}

// Await waits until an expression is true.
func (p *Tab) Await(expression string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(patience))); err != nil {
		p.t.Fatalf("%s did not come true: %v (the page's errors: %v)", expression, err, p.errors)
	}
}

// Eval returns what an expression gives, once it is known if it is a promise.
func Eval[T any](p *Tab, expression string) T {
	p.t.Helper()
	return Do(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Clean fails the test if the page said or asked for anything.
func (p *Tab) Clean() {
	p.t.Helper()
	p.CleanBut("")
}

// CleanBut is Clean, but lets the page ask for addresses that begin so, if that is not empty.
func (p *Tab) CleanBut(allowed string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.errors) > 0 {
		p.t.Errorf("errors in the page: %v", p.errors)
	}
	for _, r := range p.requests {
		if allowed == "" || !strings.HasPrefix(r, allowed) {
			p.t.Errorf("the page asks for %s", r)
		}
	}
}

// MainThread returns how much processor time the page's main thread has taken since it was opened: scripts, style, layout
// and painting. Unlike frames a second it does not depend on what else the machine does.
func (p *Tab) MainThread() time.Duration {
	p.t.Helper()
	result, err := chromedp.Call(p.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		p.t.Fatalf("the browser: %v", err)
	}
	for _, m := range result.Metrics {
		if m.Name == "TaskDuration" {
			return time.Duration(m.Value * float64(time.Second))
		}
	}
	p.t.Fatal("the browser does not say how much time its main thread took")
	return 0
}
