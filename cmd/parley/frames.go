package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// A worker process and its master exchange lines of JSON: the master writes a job, the worker answers with frames, the
// last of which holds the result; then comes the next job. Standard input's end is the worker's order to go.

// maxFrame bounds a line in bytes, so that a mad worker cannot exhaust its master.
const maxFrame = 256 << 20

// job is one run of one scenario.
type job struct {
	File     string `json:"file"`
	Text     []byte `json:"text"`
	Seed     *int64 `json:"seed,omitempty"` // nil: the scenario's own
	On       string `json:"on"`
	Brief    bool   `json:"brief,omitempty"`    // the hashes are enough
	Trace    bool   `json:"trace,omitempty"`    // send the run's trace
	Progress bool   `json:"progress,omitempty"` // say how far the run is
	Programs bool   `json:"programs,omitempty"` // the programs that the scenario names may be run

	// Sweep is a sweep's handout, of which Runs are to be played. Nothing above is set then.
	Sweep []byte `json:"sweep,omitempty"`
	Runs  []int  `json:"runs,omitempty"`
	Whole bool   `json:"whole,omitempty"` // send the report with its record
	Lean  bool   `json:"lean,omitempty"`  // send the report without its timeline: how the plans stand is enough

	Edited *scenarios.Scenario `json:"edited,omitempty"` // to be played instead of the text
}

// frame is one line of a worker. Exactly one field is set.
type frame struct {
	Trace    []byte  `json:"trace,omitempty"`    // a piece of the trace
	Progress float64 `json:"progress,omitempty"` // how much of the scenario time has passed, 0 to 1
	Result   *result `json:"result,omitempty"`
}

// result is what came of a job.
type result struct {
	Report     *sim.Report `json:"report,omitempty"` // without its Scenario and, unless it is whole, its Record; nil for a brief job
	Status     sim.Status  `json:"status"`
	RecordHash string      `json:"record_hash"`
	TraceHash  string      `json:"trace_hash"`
	Lines      []string    `json:"lines,omitempty"` // of a sweep: a line of results for each run
	Error      string      `json:"error,omitempty"` // the run was not finished; nothing else is set
}

// sender writes lines of JSON. Several goroutines may use it.
type sender struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *sender) send(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}
	if len(line) >= maxFrame {
		return fmt.Errorf("a message takes %d bytes; at most %d are allowed", len(line), maxFrame-1)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("send a message: %w", err)
	}
	return nil
}

// receiver reads lines of JSON.
type receiver struct{ scanner *bufio.Scanner }

func newReceiver(r io.Reader) *receiver {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 64<<10), maxFrame)
	return &receiver{s}
}

// receive reads the next line into v. At the end it returns io.EOF.
func (r *receiver) receive(v any) error {
	if !r.scanner.Scan() {
		if err := r.scanner.Err(); err != nil {
			return fmt.Errorf("receive a message: %w", err)
		}
		return io.EOF
	}
	if err := json.Unmarshal(r.scanner.Bytes(), v); err != nil {
		return errors.Join(errors.New("receive a message: not what was expected"), err)
	}
	return nil
}
