package page

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report/page/browser"
)

// feed gives a live page a record, and machines that have all of it.
func feed(l *Live, run *Run) {
	for i := range run.Report.Record {
		l.Move(&run.Report.Record[i])
	}
	last := run.Report.Record[len(run.Report.Record)-1].Index
	for i, c := range run.Scenario.Charter.Capitals {
		m := Machine{Answers: true, Role: "Follower", RaftTerm: 2, Leader: "london", LastIndex: last, Applied: uint64(len(run.Report.Record))}
		if c.ID == "london" {
			m.Role = "Leader"
		}
		if i == 0 {
			m = Machine{}
		}
		l.Look(c.ID, m, run.Scenario.Start.Add(terms.Day).Time())
	}
}

func TestLivePageFollows(t *testing.T) {
	run := play(t, "hostile.yaml", []byte(hostile), nil)
	l := NewLive(&run.Scenario.Charter)
	server := httptest.NewServer(l.Handler())
	t.Cleanup(server.Close)
	p := browser.Open(t, server.URL+"/", wide, 900, false)
	if got := browser.Eval[string](p, said(".text")); !strings.Contains(got, "No plan has been proposed yet") {
		t.Errorf("before anything has happened it says %q", got)
	}
	feed(l, run)
	p.Await(fmt.Sprintf(`document.querySelectorAll(".record tbody tr").length === %d`, len(run.Report.Record)))
	p.Await(`document.querySelector(".seat.veto") !== null`)
	p.Await(`document.querySelector(".network .state").innerText.startsWith("London leads (Raft term 2).")`)
	if got := browser.Eval[string](p, `typeof hacked`); got != "undefined" {
		t.Error("a script of the scenario ran")
	}
	// One that comes late sees the same.
	q := browser.Open(t, server.URL+"/", wide, 900, false)
	for _, part := range []string{".text", ".network", ".record"} {
		if a, b := browser.Eval[string](p, said(part)), browser.Eval[string](q, said(part)); a != b {
			t.Errorf("%s: who was there sees %q, who comes late %q", part, a, b)
		}
	}
	p.CleanBut(server.URL + "/events")
}

// TestStreamGoesOn reads the stream in two parts: nothing is told twice or left out.
func TestStreamGoesOn(t *testing.T) {
	run := play(t, "hostile.yaml", []byte(hostile), nil)
	l := NewLive(&run.Scenario.Charter)
	feed(l, run)
	whole, n, _ := l.news(l.generation, 0)
	if n < 6 || strings.Count(whole, "event: more") != n {
		t.Fatalf("%d parts: %s", n, whole)
	}
	first := whole[:strings.Index(whole, "id: 4\n")]
	rest, _, _ := l.news(l.generation, 3)
	if first+rest != whole {
		t.Error("the stream from its third part on is another one")
	}
	for name, c := range map[string]struct{ query, id, want string }{
		"another film":   {"film=9&after=0", "", "event: reload"},
		"ahead":          {"film=1&after=99", "", "event: reload"},
		"going on":       {"film=1&after=0", "3", "id: 4\n"},
		"no film":        {"after=0", "", "whole numbers"},
		"a wrong number": {"film=1&after=-1", "", "whole numbers"},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // what is there is sent before it is looked at
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/events?"+c.query, nil)
		if c.id != "" {
			r.Header.Set("Last-Event-ID", c.id)
		}
		w := httptest.NewRecorder()
		l.Handler().ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), c.want) || c.id != "" && strings.Contains(w.Body.String(), "id: 3\n") {
			t.Errorf("%s: got %d %s", name, w.Code, w.Body)
		}
	}
}

func TestLookTellsOfChangesOnly(t *testing.T) {
	run := play(t, "hostile.yaml", []byte(hostile), nil)
	l := NewLive(&run.Scenario.Charter)
	feed(l, run)
	before := len(l.parts)
	at := run.Scenario.Start.Add(terms.Day).Time()
	m := l.machines[1].Machine
	for range 3 {
		at = at.Add(time.Second)
		l.Look("moscow", m, at)
	}
	l.Look("nobody", m, at)
	if len(l.parts) != before {
		t.Errorf("looking again gave %d parts more", len(l.parts)-before)
	}
	l.Look("moscow", Machine{}, at)
	l.Look("moscow", m, at.Add(-time.Hour)) // a clock that was set back
	if len(l.parts) != before+2 || l.film.Roles[len(l.film.Roles)-1][0] < l.film.Roles[len(l.film.Roles)-2][0] {
		t.Errorf("down and up again gave %d parts, and the roles %v", len(l.parts)-before, l.film.Roles)
	}
}

// TestAdmission: a capital that is admitted is in the film, which begins again.
func TestAdmission(t *testing.T) {
	run := play(t, "hostile.yaml", []byte(hostile), nil)
	l := NewLive(&run.Scenario.Charter)
	feed(l, run)
	at := run.Report.Record[len(run.Report.Record)-1].Move.Time
	numbers := map[string]uint64{}
	for i := range run.Report.Record {
		numbers[run.Report.Record[i].Move.Capital]++
	}
	for _, id := range []string{"kyiv", "moscow", "london"} {
		m := terms.Move{Conference: "hostile", Capital: id, Number: numbers[id] + 1, Time: at, Verb: terms.VerbAdmit,
			Admit: &terms.Capital{ID: "oslo", Name: "Oslo", Role: terms.Mediator}}
		e := terms.Entry{Index: uint64(100 + len(l.entries)), RaftTerm: 2, Move: m}
		if id == "london" {
			e.Result.Events = []terms.Event{{Kind: terms.EventAdmitted, Capitals: []string{"oslo"}}}
		}
		l.Move(&e)
	}
	if l.generation != 2 || len(l.film.Capitals) != 4 || l.film.Capitals[3].Name != "Oslo" || len(l.film.Record) != len(l.entries) {
		t.Errorf("generation %d, capitals %v, %d of %d moves", l.generation, l.film.Capitals, len(l.film.Record), len(l.entries))
	}
}
