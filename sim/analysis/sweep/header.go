package sweep

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/scenarios"
)

// Shard is a part of a sweep: its runs are those that leave the same remainder. The zero value is the whole sweep.
type Shard struct{ Index, Of int } // Index from 1 to Of

// MaxShards bounds into how many parts a sweep can be divided.
const MaxShards = 100_000

// ParseShard reads "2/8": the second of eight parts.
func ParseShard(s string) (Shard, error) {
	i, n, is := strings.Cut(s, "/")
	index, err1 := strconv.Atoi(i)
	of, err2 := strconv.Atoi(n)
	if !is || err1 != nil || err2 != nil {
		return Shard{}, fmt.Errorf("%q is not a shard: write which of how many, such as 1/8 for the first of eight", clip(s))
	}
	if of < 1 || of > MaxShards {
		return Shard{}, fmt.Errorf("a sweep is divided into 1 to %d shards, not %d", MaxShards, of)
	}
	if index < 1 || index > of {
		return Shard{}, fmt.Errorf("shard %d of %d is out of range: of %d shards the first is 1/%d and the last %d/%d", index, of, of, of, of, of)
	}
	return Shard{index, of}, nil
}

// String writes what ParseShard reads; "" for the whole sweep.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}

// Whole reports whether the shard has all runs. Shard 1/1 is the whole sweep, too.
func (s Shard) Whole() bool { return s.Of <= 1 }

// First and Next go through the shard's runs, counted from 1: the one after the last is beyond the sweep's.
func (s Shard) First() int {
	if s.Whole() {
		return 1
	}
	return s.Index
}

// Next is the run of the shard that follows a run of it.
func (s Shard) Next(run int) int { return run + max(s.Of, 1) }

// Count is how many of the sweep's runs the shard has.
func (s Shard) Count(runs int) int {
	if runs < s.First() {
		return 0
	}
	return (runs-s.First())/max(s.Of, 1) + 1
}

// header is the first line of a results file: all that is needed to play the sweep again, the scenario's text included.
type header struct {
	Format   int      `json:"parley_sweep"`
	Version  string   `json:"version"`
	Scenario string   `json:"scenario"`
	SHA256   string   `json:"sha256"` // of the text
	On       string   `json:"on"`
	Seed     int64    `json:"seed"`
	Runs     int      `json:"runs"`
	Vary     []string `json:"vary"`
	Shard    string   `json:"shard,omitempty"`
	Text     string   `json:"text"`
}

// format is raised whenever files are written that older programs would misread.
const format = 1

const (
	onVirtual = "virtual"
	onDirect  = "direct"
)

// maxHeader bounds a header line in bytes.
const maxHeader = 8 << 20

func (w *Sweep) header(s Shard) []byte {
	h := header{Format: format, Version: w.Version, Scenario: w.Scenario, On: onVirtual, Seed: w.Seed, Runs: w.Runs, Vary: w.Vary, Text: w.Text}
	sum := sha256.Sum256([]byte(w.Text))
	h.SHA256 = hex.EncodeToString(sum[:])
	if w.Direct {
		h.On = onDirect
	}
	if !s.Whole() {
		h.Shard = s.String()
	}
	line, err := json.Marshal(h)
	if err != nil { // none of its fields can fail to encode
		panic("sweep: encode a header: " + err.Error())
	}
	return line
}

// Handout returns what a process needs to play runs of the sweep: see [Receive].
func (w *Sweep) Handout() []byte { return w.header(Shard{}) }

// Receive makes a sweep ready that another process handed out.
func Receive(handout []byte) (*Sweep, error) {
	w, _, err := parseHeader(handout)
	return w, err
}

// parseHeader reads a header line and makes its sweep ready.
func parseHeader(line []byte) (*Sweep, Shard, error) {
	if len(line) > maxHeader {
		return nil, Shard{}, errors.New("its first line is too long for the head of a sweep's results")
	}
	var h header
	if err := json.Unmarshal(line, &h); err != nil || h.Format == 0 {
		return nil, Shard{}, errors.New("it does not begin as the results of parley sweep do")
	}
	if h.Format != format {
		return nil, Shard{}, fmt.Errorf("it is in format %d; this program reads format %d", h.Format, format)
	}
	sum := sha256.Sum256([]byte(h.Text))
	if hex.EncodeToString(sum[:]) != h.SHA256 {
		return nil, Shard{}, errors.New("its head was edited: the scenario in it is not the one that was played")
	}
	shard := Shard{}
	if h.Shard != "" {
		var err error
		if shard, err = ParseShard(h.Shard); err != nil {
			return nil, Shard{}, fmt.Errorf("its head was edited: %w", err)
		}
	}
	if h.On != onDirect && h.On != onVirtual {
		return nil, Shard{}, fmt.Errorf("its head was edited: there is no back end %q", clip(h.On))
	}
	s, err := scenarios.Parse("-", []byte(h.Text))
	if err != nil {
		return nil, Shard{}, fmt.Errorf("this program does not understand the scenario in its head: %w", err)
	}
	w, err := New(Config{Version: h.Version, Text: h.Text, Vary: h.Vary, Seed: h.Seed, Runs: h.Runs, Direct: h.On == onDirect}, s)
	if err != nil {
		return nil, Shard{}, fmt.Errorf("its head was edited: %w", err)
	}
	return w, shard, nil
}

// difference says in what the sweep of a results file differs from this one; "" if they are the same.
func (w *Sweep) difference(of *Sweep) string {
	on := func(direct bool) string {
		if direct {
			return "on the state machine alone (--direct)"
		}
		return "on real Raft"
	}
	switch {
	case of.Scenario != w.Scenario:
		return fmt.Sprintf("its scenario is %s, not %s", of.Scenario, w.Scenario)
	case of.Text != w.Text:
		return fmt.Sprintf("its text of scenario %s is another", w.Scenario)
	case !slices.Equal(of.Vary, w.Vary):
		return fmt.Sprintf("it varies %s, not %s", clip(strings.Join(of.Vary, ", ")), clip(strings.Join(w.Vary, ", ")))
	case of.Seed != w.Seed:
		return fmt.Sprintf("its seed is %d, not %d", of.Seed, w.Seed)
	case of.Runs != w.Runs:
		return fmt.Sprintf("it has %d runs, not %d", of.Runs, w.Runs)
	case of.Direct != w.Direct:
		return fmt.Sprintf("it was played %s, not %s", on(of.Direct), on(w.Direct))
	case of.Version != w.Version:
		return fmt.Sprintf("it was played by version %q of parley, not %q, and they may come to different outcomes", clip(of.Version), w.Version)
	}
	return ""
}
