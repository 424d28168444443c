package report

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/parley-sim/parley/sim/network"
)

// Trace writes the messages between machines as JSON lines. Its zero value cannot be used: see [NewTrace].
type Trace struct {
	w        *bufio.Writer
	enc      *json.Encoder
	scenario string
	err      error
}

// traceLine is one event in the life of one message.
type traceLine struct {
	Scenario string  `json:"scenario"`
	Seq      uint64  `json:"seq"`
	RaftMS   float64 `json:"raft_ms"` // Raft time since the run began
	Event    string  `json:"event"`   // sent, held, delivered or lost
	From     string  `json:"from"`
	To       string  `json:"to"`
	Kind     string  `json:"kind"`
	Answer   bool    `json:"answer,omitempty"`
	Number   uint64  `json:"number"`
	RaftTerm uint64  `json:"raft_term,omitempty"`
	Index    uint64  `json:"index,omitempty"`
	Entries  int     `json:"entries,omitempty"`
	OK       bool    `json:"ok,omitempty"` // of an answer
}

// NewTrace returns a Trace of the scenario's run that writes to w.
func NewTrace(w io.Writer, scenario string) *Trace {
	buffered := bufio.NewWriterSize(w, 64<<10)
	return &Trace{w: buffered, enc: json.NewEncoder(buffered), scenario: scenario}
}

// Write writes one line. It is to be called by one goroutine at a time. After a failure it does nothing.
func (t *Trace) Write(m network.Message) {
	if t.err != nil {
		return
	}
	t.err = t.enc.Encode(traceLine{
		Scenario: t.scenario, Seq: m.Seq, RaftMS: float64(m.At) / 1e6, Event: m.Event.String(), From: m.From, To: m.To,
		Kind: m.Kind.String(), Answer: m.Answer, Number: m.Number, RaftTerm: m.Term, Index: m.Index, Entries: m.Entries, OK: m.OK,
	})
}

// Close writes out what is left and returns the first error of all.
func (t *Trace) Close() error {
	if err := t.w.Flush(); t.err == nil {
		t.err = err
	}
	return t.err
}
