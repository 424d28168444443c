package scenarios

import (
	"strings"
	"testing"
	"time"
)

func TestMachines(t *testing.T) {
	const head = "scenario: m\ncapitals: {a: , b: }\n"
	s, err := Parse("m.yaml", []byte(head+"machines: {trailing_logs: 0, snapshot_threshold: 4, snapshot_interval: 20ms, settle_within: 5s}\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := s.Machines
	if m.TrailingLogs == nil || *m.TrailingLogs != 0 || m.SnapshotThreshold != 4 || m.SnapshotInterval != 20*time.Millisecond ||
		m.SettleWithin != 5*time.Second {
		t.Errorf("read %+v", m)
	}
	if s, err = Parse("m.yaml", []byte(head+"machines:\n")); err != nil || s.Machines != (Machines{}) {
		t.Errorf("empty: %v, %+v", err, s.Machines)
	}
	for line, want := range map[string]string{
		"machines: {trailing_logs: 1000001}":    "at most 1000000",
		"machines: {trailing_logs: -1}":         "machines.trailing_logs",
		"machines: {snapshot_threshold: 0}":     "machines.snapshot_threshold",
		"machines: {snapshot_interval: 1ms}":    "from 5ms to 1h0m0s",
		"machines: {settle_within: 1d}":         "Raft time",
		"machines: {settle_within: 2m}":         "from 3s to 1m0s",
		"machines: {trailing_log: 3}":           "did you mean trailing_logs",
		"machines: [1]":                         "is a mapping",
		"machines: {snapshot_interval: [20ms]}": "machines.snapshot_interval",
	} {
		_, err := Parse("m.yaml", []byte(head+line+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", line, err, want)
		}
	}
}

func TestReadAnswers(t *testing.T) {
	known := []string{"how-many", "outcome"}
	got, err := ReadAnswers("a.yaml", []byte("# predict\nhow-many: 2\noutcome:\n"), known)
	if err != nil || got["how-many"] != "2" || got["outcome"] != "" {
		t.Errorf("got %v, %v", got, err)
	}
	for src, want := range map[string]string{
		"how-many: 2\n":                          "the question outcome is gone",
		"how-many: 2\noutcom: x\noutcome: x\n":   "did you mean outcome",
		"how-many: [2]\noutcome: x\n":            "a.yaml:1:",
		"how-many: 2\nhow-many: 3\noutcome: x\n": "given twice",
		"":                                       "a.yaml:1:1",
		"- 2\n":                                  "is a mapping",
		"how-many: " + strings.Repeat("[", 2000) + "\n": "levels deep",
	} {
		_, err := ReadAnswers("a.yaml", []byte(src), known)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %q", src, err, want)
		}
	}
}

func FuzzReadAnswers(f *testing.F) {
	f.Add([]byte("a: 1\nb: two\n"))
	f.Add([]byte("a: [1\nb: &x *x"))
	f.Fuzz(func(t *testing.T, src []byte) {
		answers, err := ReadAnswers("a.yaml", src, []string{"a", "b"})
		if (err == nil) != (answers != nil) {
			t.Errorf("answers %v, error %v", answers, err)
		}
	})
}
