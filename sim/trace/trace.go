// Package trace writes and reads a run as one document: the scenario, every message between machines, what was seen of
// the machines and their lines, the record and the report. It is what parley run --trace writes and parley view reads.
//
// A document is lines of JSON. The first is its header, which says what it is:
//
//	{"parley":"trace","version":1,"scenario":"truce","file":"truce.yaml","seed":1,"on":"virtual","text":"scenario: ..."}
//
// The lines of messages have no key "parley"; every other line has, and says with it what it is: "seen" (a
// [sim.Sighting]), "entry" (a [terms.Entry] of the record), "report" (the [sim.Report], without scenario and record) or
// "failed" (why there is no report). The last line is
//
//	{"parley":"end","lines":812,"sha256":"..."}
//
// with the number of lines before it, the header included, and a hash of their bytes: a document that was cut short or
// edited is found out. It is no signature: who edits it on purpose can make a new one. Documents may follow one another in
// a file. A reader refuses a version that it does not know, and reading plays nothing.
package trace

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"sync"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/network"
)

// Version is the version of the format that this package writes, and the newest that it reads.
const Version = 1

// Run is one run with all that was seen of it.
type Run struct {
	File string // of the scenario, for error messages
	Text []byte // of the scenario
	Seed int64
	On   string // the back end

	Scenario  *scenarios.Scenario
	Report    *sim.Report // its Record included; nil if the run was not finished: then Failed says why
	Failed    string
	Messages  []network.Message // none on a cluster, where they cannot be seen
	Sightings []sim.Sighting
}

// Collect returns options that play as o does and gather the messages and sightings in run. It fills in all fields but
// Report and Failed, which are for who calls [sim.Play] with the options.
func Collect(run *Run, s *scenarios.Scenario, o sim.Options) sim.Options {
	var mu sync.Mutex
	run.Scenario, run.Seed, run.On = s, s.Seed, string(o.On)
	if o.Seed != nil {
		run.Seed = *o.Seed
	}
	if o.On == "" {
		run.On = string(sim.Virtual)
	}
	o.Trace = func(m network.Message) {
		mu.Lock()
		defer mu.Unlock()
		run.Messages = append(run.Messages, m)
	}
	o.Watch = func(s sim.Sighting) {
		mu.Lock()
		defer mu.Unlock()
		run.Sightings = append(run.Sightings, s)
	}
	return o
}

// The marks of lines that are no messages.
const (
	markTrace  = "trace"
	markSeen   = "seen"
	markEntry  = "entry"
	markReport = "report"
	markFailed = "failed"
	markEnd    = "end"
)

// header is the first line.
type header struct {
	Parley   string `json:"parley"`
	Version  int    `json:"version"`
	Scenario string `json:"scenario"`
	File     string `json:"file"`
	Seed     int64  `json:"seed"`
	On       string `json:"on"`
	Text     string `json:"text"`
}

// end is the last line.
type end struct {
	Parley string `json:"parley"`
	Lines  int    `json:"lines"`
	SHA256 string `json:"sha256"`
}

type seenLine struct {
	Parley string `json:"parley"`
	sim.Sighting
}

type entryLine struct {
	Parley string `json:"parley"`
	terms.Entry
}

type reportLine struct {
	Parley string      `json:"parley"`
	Report *sim.Report `json:"report"`
}

type failedLine struct {
	Parley string `json:"parley"`
	Error  string `json:"error"`
}

// messageLine is one event in the life of one message.
type messageLine struct {
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

// Writer writes one document. Its methods may be called by several goroutines. After a failure they do nothing; Close
// returns the first one.
type Writer struct {
	mu       sync.Mutex
	w        *bufio.Writer
	sum      hash.Hash
	enc      *json.Encoder
	scenario string
	lines    int
	err      error
}

// NewWriter begins a document about a run, of which it reads only what is known beforehand.
func NewWriter(w io.Writer, run *Run) *Writer {
	out := &Writer{w: bufio.NewWriterSize(w, 64<<10), sum: sha256.New(), scenario: run.Scenario.ID}
	out.enc = json.NewEncoder(io.MultiWriter(out.w, out.sum))
	out.line(header{markTrace, Version, run.Scenario.ID, run.File, run.Seed, run.On, string(run.Text)})
	return out
}

func (t *Writer) line(v any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = t.enc.Encode(v)
		t.lines++
	}
}

// Message writes what happened to a message. It fits [sim.Options].Trace.
func (t *Writer) Message(m network.Message) {
	t.line(messageLine{
		Scenario: t.scenario, Seq: m.Seq, RaftMS: float64(m.At) / 1e6, Event: m.Event.String(), From: m.From, To: m.To,
		Kind: m.Kind.String(), Answer: m.Answer, Number: m.Number, RaftTerm: m.Term, Index: m.Index, Entries: m.Entries, OK: m.OK,
	})
}

// Sighting writes what was seen. It fits [sim.Options].Watch.
func (t *Writer) Sighting(s sim.Sighting) { t.line(seenLine{markSeen, s}) }

// Close ends the document with the run's report or, if there is none, with why. It returns the first error of all.
func (t *Writer) Close(r *sim.Report, failed error) error {
	if r != nil {
		for i := range r.Record {
			t.line(entryLine{markEntry, r.Record[i]})
		}
		bare := *r
		bare.Scenario, bare.Record = nil, nil
		t.line(reportLine{markReport, &bare})
	} else {
		why := "the run was not finished"
		if failed != nil {
			why = failed.Error()
		}
		t.line(failedLine{markFailed, why})
	}
	t.line(end{markEnd, t.lines, hex.EncodeToString(t.sum.Sum(nil))})
	if err := t.w.Flush(); t.err == nil {
		t.err = err
	}
	return t.err
}

// Write writes a run that has been collected as a document.
func Write(w io.Writer, run *Run) error {
	t := NewWriter(w, run)
	for i := range run.Messages {
		t.Message(run.Messages[i])
	}
	for i := range run.Sightings {
		t.Sighting(run.Sightings[i])
	}
	var failed error
	if run.Failed != "" {
		failed = failure(run.Failed)
	}
	return t.Close(run.Report, failed)
}

type failure string

func (f failure) Error() string { return string(f) }
