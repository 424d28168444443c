package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

const testTime = 30 * time.Second // more than any test needs

func TestOutcomes(t *testing.T) {
	f := newFake(t, "kyiv")
	c, _ := serve(t, f, Options{Clock: func() terms.Instant { return 5 }})
	ctx := within(t, testTime)
	a, err := c.Submit(ctx, MoveRequest{Verb: terms.VerbSay, Text: "hello"})
	if err != nil || a.Outcome != node.Recorded || a.Sequence != 2 || a.Number != 1 || a.Index == 0 {
		t.Errorf("recorded: %+v, %v", a, err)
	}
	if at := f.Record()[1].Move.Time; at != 1_000_000_000 {
		t.Errorf("the clock says 5, the record 1000000000, the move %d", at)
	}
	a, err = c.Submit(ctx, MoveRequest{Verb: terms.VerbConsent, Plan: "peace"})
	if err != nil || a.Outcome != node.Refused || a.Code != terms.RefusedUnknown || a.Sequence != 3 || a.Reason == "" {
		t.Errorf("refused: %+v, %v", a, err)
	}
	early := terms.Instant(7)
	a, err = c.Submit(ctx, MoveRequest{Verb: terms.VerbSay, Time: &early})
	if err != nil || a.Outcome != node.Refused || a.Code != terms.RefusedTime {
		t.Errorf("too early: %+v, %v", a, err)
	}
	f.submit = func(terms.Move) (node.Receipt, error, bool) {
		return node.Receipt{Outcome: node.Unknown, MayBeRecorded: true, Number: 3}, node.ErrUnknown, true
	}
	a, err = c.Submit(ctx, MoveRequest{Verb: terms.VerbSay})
	if !errors.Is(err, node.ErrUnknown) || errors.Is(err, node.ErrNotRecorded) || a.Outcome != node.Unknown || a.Number != 3 || !a.MayBeRecorded {
		t.Errorf("in doubt: %+v, %v", a, err)
	}
	f.submit = func(terms.Move) (node.Receipt, error, bool) {
		return node.Receipt{Outcome: node.Unknown}, node.ErrNotRecorded, true
	}
	a, err = c.Submit(ctx, MoveRequest{Verb: terms.VerbSay})
	if !errors.Is(err, node.ErrNotRecorded) || errors.Is(err, node.ErrUnknown) || a.Outcome != node.Unknown || a.MayBeRecorded {
		t.Errorf("not recorded: %+v, %v", a, err)
	}
}

// A client that loses an answer does not know; one that reaches nobody does.
func TestDefiniteAndIndefiniteFailures(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	a, err := clientOf(t, "kyiv", gone.URL).Submit(within(t, testTime), MoveRequest{Verb: terms.VerbSay})
	if !errors.Is(err, node.ErrNotRecorded) || a.MayBeRecorded {
		t.Errorf("nobody there: %+v, %v", a, err)
	}
	a, err = clientOf(t, "kyiv", gone.URL).Submit(within(t, testTime), MoveRequest{Verb: terms.VerbSay, Number: 4})
	if !errors.Is(err, node.ErrUnknown) || !a.MayBeRecorded || a.Number != 4 {
		t.Errorf("nobody there, for a move that was tried before: %+v, %v", a, err)
	}
	for name, h := range map[string]http.HandlerFunc{
		"breaks off":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half answer": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"outcome":"reco`)) },
		"proxy":       func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "bad gateway", http.StatusBadGateway) },
	} {
		srv := httptest.NewServer(h)
		c, err := NewClient([]string{srv.URL}, srv.Client())
		if err != nil {
			t.Fatal(err)
		}
		a, err := c.Submit(within(t, testTime), MoveRequest{Verb: terms.VerbSay})
		if !errors.Is(err, node.ErrUnknown) || errors.Is(err, node.ErrNotRecorded) || a.Outcome != node.Unknown || !a.MayBeRecorded {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		srv.Close()
	}
}

func TestSubmitUntilKnownRecordsOnce(t *testing.T) {
	f := newFake(t, "kyiv")
	c, _ := serve(t, f, Options{})
	lose := 0
	c.http = &http.Client{Transport: lossy{c.http.Transport, func(r *http.Request) bool {
		lose++
		return r.Method == "POST" && lose%3 != 0
	}}}
	for _, text := range []string{"a", "b", "c"} {
		a, err := c.SubmitUntilKnown(within(t, testTime), MoveRequest{Verb: terms.VerbSay, Text: text})
		if err != nil || a.Outcome != node.Recorded {
			t.Fatalf("%s: %+v, %v", text, a, err)
		}
	}
	// Another client of the same capital takes the number in between.
	stolen := false
	f.submit = func(terms.Move) (node.Receipt, error, bool) {
		if !stolen {
			stolen = true
			f.say("thief")
		}
		return node.Receipt{}, nil, false
	}
	if a, err := c.SubmitUntilKnown(within(t, testTime), MoveRequest{Verb: terms.VerbSay, Text: "d"}); err != nil || a.Outcome != node.Recorded {
		t.Fatalf("%+v, %v", a, err)
	}
	var said []string
	for _, e := range f.Record()[1:] {
		said = append(said, e.Move.Text)
	}
	if got := strings.Join(said, " "); got != "a b c thief d" {
		t.Errorf("the record says %s", got)
	}
	c, _ = serve(t, f, Options{Who: func(*http.Request) (string, error) { return "london", nil }})
	if _, err := c.SubmitUntilKnown(within(t, testTime), MoveRequest{Verb: terms.VerbSay}); !isCode(err, CodeNotYours) {
		t.Errorf("got %v", err)
	}
}

// lossy loses answers after the request was carried out.
type lossy struct {
	next http.RoundTripper
	lose func(*http.Request) bool
}

func (l lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.next.RoundTrip(r)
	if err == nil && l.lose(r) {
		_ = answer.Body.Close()
		return nil, errors.New("the answer was lost")
	}
	return answer, err
}
