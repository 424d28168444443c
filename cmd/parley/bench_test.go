package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestBenchMeasuresBothSides(t *testing.T) {
	var out, errs bytes.Buffer
	args := []string{"parley", "bench", "--capitals", "3", "--clients", "4", "--rounds", "2", "--time", "50ms", "--through", "followers", "--data", t.TempDir(), "--json"}
	if status := run(t.Context(), args, strings.NewReader(""), &out, &errs); status != 0 {
		t.Fatalf("status %d: %s", status, &errs)
	}
	var r benchResult
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	for _, s := range []benchSide{r.Parley, r.BareRaft} {
		if s.Commits <= 0 || s.P50 <= 0 || s.P99 < s.P50 {
			t.Errorf("a side with %+v", s)
		}
	}
	if r.Capitals != 3 || r.Clients != 4 || len(r.Ratios) != 2 || math.Abs(r.Ratio-(r.Ratios[0]+r.Ratios[1])/2) > 1e-9 {
		t.Errorf("got %+v", r)
	}
	if text := r.text(); !strings.Contains(text, "3 capitals, 4 clients at followers") || !strings.Contains(text, "\nratio_to_bare_raft ") {
		t.Errorf("for people:\n%s", text)
	}
}

func TestBenchRefusesNonsense(t *testing.T) {
	for _, args := range [][]string{{"--capitals", "0"}, {"--clients", "-1"}, {"--rounds", "0"}, {"--time", "0s"}, {"file"},
		{"--through", "anybody"}, {"--capitals", "1", "--through", "followers"},
		{"--data", "/nowhere/at/all"}} {
		var out, errs bytes.Buffer
		if status := run(t.Context(), append([]string{"parley", "bench"}, args...), strings.NewReader(""), &out, &errs); status != 2 {
			t.Errorf("%q: status %d: %s", args, status, &errs)
		}
	}
}
