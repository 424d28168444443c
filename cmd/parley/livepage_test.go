package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/parley-sim/parley/sim/report/page/browser"
)

var pageAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+/[0-9a-f]{36}/`)

// address waits until parley has printed the address of a page.
func (p *parley) address() string {
	p.t.Helper()
	p.hears("http://127.0.0.1:")
	p.mu.Lock()
	defer p.mu.Unlock()
	return pageAddress.FindString(strings.Join(p.said, "\n"))
}

// TestLivePage watches a conference in a browser: what its capitals do is on the page.
func TestLivePage(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	up := begin(t, "up", "testdata/truce.yaml", "--data", folder, "--dev")
	address := up.address()
	_, all := at(t, folder)
	says(t, all[0], "before anybody looks")
	p := browser.Open(t, address, 1280, 900, false)
	p.Await(`document.querySelector(".record").innerText.includes("before anybody looks")`)
	p.Await(`document.querySelector(".network .state").innerText.includes(" leads (Raft term ")`)
	does(t, 0, "propose", "truce", "--as", "london", "--data", folder)
	p.Await(`document.querySelector(".text").innerText.includes("proposed by London")`)
	says(t, all[1], "<img src=x onerror=hacked=1>")
	p.Await(`document.querySelector(".story").innerText.includes("<img src=x onerror=hacked=1>")`)
	if n := browser.Eval[int](p, `document.querySelectorAll("#page img").length`); n != 0 {
		t.Errorf("%d elements come from what was said", n)
	}
	// Another process that has a capital's certificate serves the same.
	view := begin(t, "view", "--data", folder, "--as", "kyiv", "--no-open")
	q := browser.Open(t, view.address(), 1280, 900, true)
	q.Await(`document.querySelector(".record").innerText.includes("before anybody looks")`)
	view.interrupt()
	view.ends(0)
	p.CleanBut(address + "events")
	up.interrupt()
	up.ends(0)
	p.Await(`document.querySelector(".live-state").innerText.includes("The connection is lost")`)
}

// TestNodeServesAPage: a capital alone can be watched before there is a conference.
func TestNodeServesAPage(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "truce")
	does(t, 0, "init", "testdata/truce.yaml", "-o", folder)
	node := begin(t, "node", "--config", filepath.Join(folder, "kyiv", "config.json"), "--page")
	answer, err := http.Get(node.address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("it answers %s, %v", answer.Status, answer.Header)
	}
	node.interrupt()
	node.ends(0)
}

// TestPageAtTheInterface: each capital serves the page, and goes on feeding it, to who has a certificate, in processes and in
// one.
func TestPageAtTheInterface(t *testing.T) {
	for _, how := range [][]string{nil, {"--dev"}} {
		t.Run(strings.Join(append(how, "up"), " "), func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "truce")
			up := begin(t, append([]string{"up", "testdata/truce.yaml", "--data", folder, "--no-page"}, how...)...)
			up.hears("the record can be written")
			c, all := at(t, folder)
			says(t, all[0], "before anybody looks")
			looked := 0
			for _, config := range c.configs {
				s, err := sessionOf(config, folder)
				if err != nil {
					t.Fatal(err)
				}
				defer s.close()
				base := "https://" + config.API.Address() + "/page/"
				status, body := get(t, s.http, base)
				if status != http.StatusOK || !strings.Contains(body, "before anybody looks") {
					t.Fatalf("%s answers %d and %d bytes", config.Capital, status, len(body))
				}
				ctx, cancel := context.WithTimeout(t.Context(), within)
				defer cancel()
				r, err := http.NewRequestWithContext(ctx, "GET", base+"events?film=1&after=0", nil)
				if err != nil {
					t.Fatal(err)
				}
				stream, err := s.http.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = stream.Body.Close() }()
				says(t, all[0], "seen by "+config.Capital)
				lines := bufio.NewScanner(stream.Body)
				lines.Buffer(nil, 1<<22)
				for lines.Scan() && !strings.Contains(lines.Text(), "seen by "+config.Capital) {
				}
				if lines.Err() != nil || lines.Text() == "" {
					t.Errorf("%s: the stream ended: %v", config.Capital, lines.Err())
				}
				looked++
			}
			if looked < 3 {
				t.Errorf("%d pages looked at", looked)
			}
			up.interrupt()
			up.ends(0)
		})
	}
}

// get reads what is at an address.
func get(t *testing.T, client *http.Client, address string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestPageIsForWhoKnowsIt(t *testing.T) {
	const host, path = "127.0.0.1:7777", "/0123456789/"
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, "inside "+r.URL.Path) })
	h := guardPage(host, path, inner)
	for name, c := range map[string]struct {
		method, host, path, want string
		status                   int
	}{
		"the page":          {"GET", host, path, "inside /", 200},
		"by another name":   {"GET", "localhost:7777", path, "inside /", 200},
		"its stream":        {"GET", host, path + "events", "inside /events", 200},
		"without the path":  {"GET", host, "/", "there is no such page", 404},
		"a part of it":      {"GET", host, "/01234567/", "there is no such page", 404},
		"another path":      {"GET", host, "/0123456788/", "there is no such page", 404},
		"another site":      {"GET", "evil.example", path, "this page is served as", 421},
		"another port":      {"GET", "127.0.0.1:80", path, "this page is served as", 421},
		"something written": {"POST", host, path, "can only be read", 405},
	} {
		r := httptest.NewRequest(c.method, "http://"+c.host+c.path, nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: got %d %s", name, w.Code, w.Body)
		}
	}
}

// TestPageHasSoManyStreams: one more than there is room for is turned away.
func TestPageHasSoManyStreams(t *testing.T) {
	const host, path = "127.0.0.1:7777", "/0123456789/"
	entered, leave := make(chan struct{}), make(chan struct{})
	h := guardPage(host, path, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-leave
	}))
	ask := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), "GET", "http://"+host+path+"events", nil))
		return w
	}
	for range pageStreams {
		go ask()
		<-entered
	}
	if w := ask(); w.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d", w.Code)
	}
	close(leave)
}
