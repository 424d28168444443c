package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/parley-sim/parley/scenarios"
)

func mustParse(t *testing.T, id string) *scenarios.Scenario {
	t.Helper()
	s, err := library(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFramesGoThrough(t *testing.T) {
	var b bytes.Buffer
	out := &sender{w: &b}
	want := []frame{{Trace: []byte("a\nb")}, {Progress: 0.5}, {Result: &result{Error: "x"}}}
	for _, f := range want {
		if err := out.send(f); err != nil {
			t.Fatal(err)
		}
	}
	in := newReceiver(&b)
	for i := range want {
		var f frame
		if err := in.receive(&f); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(f.Trace, want[i].Trace) || f.Progress != want[i].Progress || (f.Result == nil) != (want[i].Result == nil) {
			t.Errorf("frame %d: got %+v", i, f)
		}
	}
	var f frame
	if err := in.receive(&f); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: got %v", err)
	}
}

func TestReceiveRefusesWhatIsNoFrame(t *testing.T) {
	var f frame
	if err := newReceiver(strings.NewReader("{]\n")).receive(&f); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

// A terminal is none of these.
func TestNoColourWithoutTerminal(t *testing.T) {
	e := &env{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
	if e.colour("auto") || !e.colour("always") || e.colour("never") {
		t.Error("colour is not as asked for")
	}
	if e.newProgress(1) != nil {
		t.Error("a progress bar without a terminal")
	}
	if e.width(0) != 80 || e.width(60) != 60 {
		t.Error("the width is not as asked for")
	}
}
