package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/parley-sim/parley/sim/report/page/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Run(m)) }

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
	if live := os.Getenv("PARLEY_SHOTS_LIVE"); live != "" {
		p := browser.Open(t, live, 1280, 900, false)
		if err := os.WriteFile(filepath.Join(folder, "live.png"), browser.Do(p, chromedp.FullScreenshot(100)), 0o600); err != nil {
			t.Fatal(err)
		}
		return
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
			p := browser.Open(t, "file://"+file+os.Getenv("PARLEY_SHOTS_AT"), look.width, look.height, look.dark)
			if script := os.Getenv("PARLEY_SHOTS_DO"); script != "" {
				browser.Eval[int](p, script+";0")
			}
			browser.Eval[int](p, `new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(0))))`)
			shot := chromedp.CaptureScreenshot()
			if look.full {
				shot = chromedp.FullScreenshot(100)
			}
			b := browser.Do(p, shot)
			if err := os.WriteFile(filepath.Join(folder, name+".png"), b, 0o600); err != nil {
				t.Fatal(err)
			}
			p.Clean()
		}
	}
}
