package trace

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/network"
)

// Bounds on a document, so that no file exhausts the reader.
const (
	maxLine  = 64 << 20
	maxLines = 20_000_000
)

// ErrNoTrace is wrapped by Read's error if what it reads is no trace at all.
var ErrNoTrace = errors.New("this is no trace of Parley")

// IsTrace reports whether a file begins as a trace does. It may be given just the beginning.
func IsTrace(beginning []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(beginning, " \t\r\n"), []byte(`{"parley":`))
}

// Read reads all documents of a file, whose name is for the errors: they say in which line what is wrong.
func Read(name string, r io.Reader) ([]*Run, error) {
	in := &reader{name: name, r: bufio.NewReaderSize(r, 256<<10), kinds: map[string]network.Kind{}, events: map[string]network.Event{}}
	for k := network.Heartbeat; k <= network.Call; k++ {
		in.kinds[k.String()] = k
	}
	for e := network.Sent; e <= network.Lost; e++ {
		in.events[e.String()] = e
	}
	var runs []*Run
	for {
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		var run *Run
		if err == nil {
			run, err = in.document(line)
		}
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("%s: %w: it is empty", name, ErrNoTrace)
	}
	return runs, nil
}

type reader struct {
	name   string
	r      *bufio.Reader
	number int // of the line read last
	kinds  map[string]network.Kind
	events map[string]network.Event

	report *sim.Report // of the document that is being read
	record []terms.Entry
}

func (in *reader) wrong(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", in.name, in.number, fmt.Errorf(format, args...))
}

// next returns the next line with its end.
func (in *reader) next() ([]byte, error) {
	var line []byte
	for {
		part, err := in.r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine || in.number >= maxLines {
			in.number++
			return nil, in.wrong("it is too long for a trace")
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) > 0:
			in.number++
			return nil, in.wrong("the trace is cut short: its last line is not whole")
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		case err != nil:
			return nil, fmt.Errorf("%s: %w", in.name, err)
		}
		in.number++
		return line, nil
	}
}

// begin reads a header.
func (in *reader) begin(line []byte) (*Run, error) {
	var h header
	if json.Unmarshal(line, &h) != nil || h.Parley != markTrace {
		var m messageLine
		if json.Unmarshal(line, &m) == nil && m.Event != "" {
			return nil, in.wrong("%w with a header: an older parley wrote it, messages only. Play the scenario again with --trace", ErrNoTrace)
		}
		return nil, in.wrong("%w: a trace begins with {\"parley\":\"trace\"", ErrNoTrace)
	}
	switch {
	case h.Version > Version:
		return nil, in.wrong("the trace is of version %d, and this parley reads up to version %d: use a newer one", h.Version, Version)
	case h.Version < 1:
		return nil, in.wrong("the trace is of version %d, which there never was", h.Version)
	}
	run := &Run{File: h.File, Text: []byte(h.Text), Seed: h.Seed, On: h.On}
	var err error
	if run.Scenario, err = scenarios.Parse(h.File, run.Text); err != nil {
		return nil, in.wrong("the scenario in the trace is wrong: %w", err)
	}
	return run, nil
}

// document reads one document, of which the first line has been read.
func (in *reader) document(line []byte) (*Run, error) {
	first := in.number
	in.report, in.record = nil, nil
	run, err := in.begin(line)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	for {
		_, _ = sum.Write(line) // never fails
		if line, err = in.next(); errors.Is(err, io.EOF) {
			return nil, in.wrong("the trace is cut short: it has no last line")
		}
		if err != nil {
			return nil, err
		}
		ended, err := in.line(run, line, func(e *end) error {
			switch {
			case e.Lines != in.number-first:
				return in.wrong("the trace was changed after it was written: it had %d lines, and now has %d", e.Lines, in.number-first)
			case e.SHA256 != hex.EncodeToString(sum.Sum(nil)):
				return in.wrong("the trace was changed after it was written: its checksum does not fit")
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if ended {
			return run, in.complete(run)
		}
	}
}

// complete puts the parts together once the last line has vouched for them.
func (in *reader) complete(run *Run) error {
	switch {
	case in.report != nil:
		run.Report, run.Failed = in.report, ""
		run.Report.Scenario, run.Report.Record = run.Scenario, in.record
	case run.Failed == "":
		return in.wrong("the trace has no report")
	}
	return nil
}

// line reads one line, and reports whether it is the last.
func (in *reader) line(run *Run, line []byte, check func(*end) error) (bool, error) {
	var mark struct {
		Parley string `json:"parley"`
	}
	err := json.Unmarshal(line, &mark)
	if err != nil {
		return false, in.wrong("this is no line of a trace: %w", err)
	}
	switch mark.Parley {
	case "":
		return false, in.message(run, line)
	case markSeen:
		var l seenLine
		if err = json.Unmarshal(line, &l); err == nil {
			run.Sightings = append(run.Sightings, l.Sighting)
		}
	case markEntry:
		var l entryLine
		if err = json.Unmarshal(line, &l); err == nil {
			in.record = append(in.record, l.Entry)
		}
	case markReport:
		var l reportLine
		err = json.Unmarshal(line, &l)
		in.report = l.Report
	case markFailed:
		var l failedLine
		err = json.Unmarshal(line, &l)
		run.Failed = l.Error
	case markEnd:
		var l end
		if err = json.Unmarshal(line, &l); err == nil {
			return true, check(&l)
		}
	default:
		return false, in.wrong("there is no line %.20q in a trace of version %d", mark.Parley, Version)
	}
	if err != nil {
		return false, in.wrong("this line cannot be read: %w", err)
	}
	return false, nil
}

func (in *reader) message(run *Run, line []byte) error {
	var l messageLine
	if err := json.Unmarshal(line, &l); err != nil {
		return in.wrong("this line cannot be read: %w", err)
	}
	kind, known := in.kinds[l.Kind]
	event, happens := in.events[l.Event]
	if !known || !happens || l.RaftMS < 0 || l.RaftMS > math.MaxInt64/2e6 {
		return in.wrong("this is no message: %.40q %.40q at %v ms", l.Event, l.Kind, l.RaftMS)
	}
	run.Messages = append(run.Messages, network.Message{
		Seq: l.Seq, At: time.Duration(math.Round(l.RaftMS * 1e6)), Event: event, From: l.From, To: l.To, Kind: kind, Answer: l.Answer,
		Number: l.Number, Term: l.RaftTerm, Index: l.Index, Entries: l.Entries, OK: l.OK,
	})
	return nil
}
