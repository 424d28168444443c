package page

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserPatience bounds everything that a test waits for in the browser.
const browserPatience = 30 * time.Second

var browser struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.stop != nil {
		browser.stop()
	}
	os.Exit(code)
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
	browser.once.Do(func() {
		profile, err := os.MkdirTemp("", "parley-chromium-")
		if err != nil {
			browser.err = err
			return
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.UserDataDir(profile), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute))
		allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, endBrowser := chromedp.NewContext(allocator)
		browser.ctx, browser.err = ctx, chromedp.Do(ctx)
		browser.stop = func() {
			endBrowser()
			endAllocator()
			_ = os.RemoveAll(profile)
		}
	})
	if browser.err != nil {
		t.Fatalf("Chromium did not start: %v", browser.err)
	}
	return browser.ctx
}

// tab is a page in the browser.
type tab struct {
	t        testing.TB
	ctx      context.Context
	mu       sync.Mutex
	errors   []string // of scripts, and what the console was told
	requests []string // but for the page itself
}

// open opens an address in a new tab of a width and height, and waits until the page is ready.
func open(t testing.TB, address string, width, height int64, dark bool) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(chromium(t))
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, browserPatience)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
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
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	do(p, chromedp.Navigate(address))
	p.await(`document.documentElement.dataset.ready === "yes"`)
	return p
}

// do carries out an action and returns its value.
func do[T any](p *tab, action chromedp.Action[T]) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, action)
	if err != nil {
		p.t.Fatalf("the browser: %v (the page's errors: %v)", err, p.errors)
	}
	return v
}

// call sends a command of the protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.t.Fatalf("the browser: %s: %v", command.Method, err)
	}
}

// await waits until an expression is true.
func (p *tab) await(expression string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(browserPatience))); err != nil {
		p.t.Fatalf("%s did not come true: %v (the page's errors: %v)", expression, err, p.errors)
	}
}

// eval returns what an expression gives, once it is known if it is a promise.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	return do(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// clean fails the test if the page said or asked for anything.
func (p *tab) clean() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.errors) > 0 {
		p.t.Errorf("errors in the page: %v", p.errors)
	}
	if len(p.requests) > 0 {
		p.t.Errorf("the page asks for %v", p.requests)
	}
}

// TestScreenshots takes pictures of pages for a person to look at: PARLEY_SHOTS names the folder, in which *.html are the
// pages.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("PARLEY_SHOTS")
	if folder == "" {
		t.Skip("takes pictures only if PARLEY_SHOTS names a folder of pages")
	}
	pages, err := filepath.Glob(filepath.Join(folder, "*.html"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages in %s: %v", folder, err)
	}
	only := os.Getenv("PARLEY_SHOTS_ONLY")
	for _, file := range pages {
		for _, look := range []struct {
			name          string
			width, height int64
			dark, full    bool
		}{{"light", 1280, 900, false, true}, {"fold", 1280, 800, false, false}, {"dark", 1280, 900, true, true}, {"narrow", 400, 850, false, true},
			{"projector", 1024, 768, false, false}} {
			name := strings.TrimSuffix(filepath.Base(file), ".html") + "-" + look.name
			if only != "" && !strings.Contains(name, only) {
				continue
			}
			p := open(t, "file://"+file+os.Getenv("PARLEY_SHOTS_AT"), look.width, look.height, look.dark)
			if script := os.Getenv("PARLEY_SHOTS_DO"); script != "" {
				eval[int](p, script+";0")
			}
			eval[int](p, `new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(0))))`)
			shot := chromedp.CaptureScreenshot()
			if look.full {
				shot = chromedp.FullScreenshot(100)
			}
			b := do(p, shot)
			if err := os.WriteFile(filepath.Join(folder, name+".png"), b, 0o600); err != nil {
				t.Fatal(err)
			}
			p.clean()
		}
	}
}
