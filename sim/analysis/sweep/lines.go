package sweep

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// Format is how results are written: a head, then one line a run, in the order of the runs. Every line ends with a check
// sum of what stands before it, so that a line that was cut short or edited is noticed.
type Format string

// The formats.
const (
	JSONL Format = "jsonl"
	CSV   Format = "csv"
)

// FormatOf tells the format by a file's name; false for another ending.
func FormatOf(file string) (Format, bool) {
	switch {
	case strings.HasSuffix(file, ".jsonl"):
		return JSONL, true
	case strings.HasSuffix(file, ".csv"):
		return CSV, true
	}
	return "", false
}

// Head returns what a results file begins with, line ends included.
func (w *Sweep) Head(f Format, s Shard) []byte {
	head := w.header(s)
	if f == CSV {
		head = append([]byte("# "), head...)
		head = append(append(head, '\n'), w.columns()...)
	}
	return append(head, '\n')
}

// AppendLine appends a run's line, its end included.
func (w *Sweep) AppendLine(b []byte, f Format, r *Result) []byte {
	from := len(b)
	if f == CSV {
		b = w.appendCSV(b, r)
		b = append(b, ',')
	} else {
		b = w.appendJSON(b, r)
		b = append(b, `,"sum":"`...)
	}
	b = appendSum(b, crc32.Checksum(b[from:], castagnoli))
	if f != CSV {
		b = append(b, `"}`...)
	}
	return append(b, '\n')
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendSum(b []byte, sum uint32) []byte {
	const digits = "0123456789abcdef"
	for shift := 28; shift >= 0; shift -= 4 {
		b = append(b, digits[sum>>shift&15])
	}
	return b
}

// appendJSON writes {"run":1,"inputs":{...},"technical":"recorded","expected":"held","plans":{"truce":{"outcome":"adopted",
// "after":"5d","version":2}}, without its end.
func (w *Sweep) appendJSON(b []byte, r *Result) []byte {
	b = append(b, `{"run":`...)
	b = strconv.AppendInt(b, int64(r.Run), 10)
	b = append(b, `,"inputs":{`...)
	for i, in := range w.inputs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendQuoted(b, in.name), ':')
		if text := in.domain.write(r.Inputs[i]); in.domain.plain() {
			b = append(b, text...)
		} else {
			b = appendQuoted(b, text)
		}
	}
	b = append(b, `},"technical":"`...)
	b = append(append(b, r.Technical...), '"')
	if r.Expected != Nothing {
		b = append(b, `,"expected":"`...)
		b = append(append(b, r.Expected...), '"')
	}
	if len(r.Plans) == 0 {
		return b
	}
	b = append(b, `,"plans":{`...)
	for i := range r.Plans {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendQuoted(b, w.plans[i]), ':')
		b = appendPlan(b, &r.Plans[i])
	}
	return append(b, '}')
}

func appendPlan(b []byte, p *PlanResult) []byte {
	b = append(b, `{"outcome":"`...)
	b = append(append(b, p.Outcome...), '"')
	if decided(p.Outcome) {
		b = append(b, `,"after":"`...)
		b = append(append(b, p.After.String()...), '"')
	}
	if p.Version > 0 {
		b = append(b, `,"version":`...)
		b = strconv.AppendInt(b, int64(p.Version), 10)
	}
	if p.Otherwise != "" {
		b = append(b, `,"without_faults":"`...)
		b = append(append(b, p.Otherwise...), '"')
	}
	if len(p.Blocked) > 0 {
		b = append(b, `,"blocked":[`...)
		for i, x := range p.Blocked {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(append(b, `{"kind":"`...), x.Kind...), `","by":`...)
			b = appendNames(b, x.Capitals)
			if len(x.Terms) > 0 {
				b = appendNames(append(b, `,"terms":`...), x.Terms)
			}
			b = append(b, '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendNames(b []byte, names []string) []byte {
	b = append(b, '[')
	for i, n := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, n)
	}
	return append(b, ']')
}

// appendQuoted writes a JSON string.
func appendQuoted(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' || s[i] >= 0x7f {
			q, err := json.Marshal(s)
			if err != nil { // no string fails to encode
				panic("sweep: " + err.Error())
			}
			return append(b, q...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// decided reports whether an outcome is one that was reached at some time.
func decided(o terms.Outcome) bool {
	switch o {
	case terms.Adopted, terms.Vetoed, terms.Rejected, terms.Lapsed, terms.Withdrawn:
		return true
	}
	return false
}

// columns is the line of a CSV file that names the columns.
func (w *Sweep) columns() []byte {
	names := []string{"run"}
	for _, in := range w.inputs {
		names = append(names, in.name)
	}
	names = append(names, "technical", "expected")
	for _, id := range w.plans {
		names = append(names, id+".outcome", id+".after", id+".version", id+".without_faults", id+".blocked")
	}
	return bytes.TrimSuffix(record(append(names, "sum")), []byte("\n"))
}

// record writes one line of CSV.
func record(fields []string) []byte {
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	_ = c.Write(fields) // to memory
	c.Flush()
	return b.Bytes()
}

// appendCSV writes a run as CSV, without the sum.
func (w *Sweep) appendCSV(b []byte, r *Result) []byte {
	fields := []string{count(r.Run)}
	for i, in := range w.inputs {
		fields = append(fields, in.domain.write(r.Inputs[i]))
	}
	fields = append(fields, string(r.Technical), string(r.Expected))
	for i := range w.plans {
		if len(r.Plans) == 0 {
			fields = append(fields, "", "", "", "", "")
			continue
		}
		p := &r.Plans[i]
		after, version := "", ""
		if decided(p.Outcome) {
			after = p.After.String()
		}
		if p.Version > 0 {
			version = count(p.Version)
		}
		fields = append(fields, string(p.Outcome), after, version, string(p.Otherwise), blockText(p.Blocked))
	}
	return append(b, bytes.TrimSuffix(record(fields), []byte("\n"))...)
}

// blockText writes "veto moscow (force); missing kyiv+paris".
func blockText(all []Block) string {
	parts := make([]string, len(all))
	for i, x := range all {
		parts[i] = string(x.Kind) + " " + strings.Join(x.Capitals, "+")
		if len(x.Terms) > 0 {
			parts[i] += " (" + strings.Join(x.Terms, "+") + ")"
		}
	}
	return strings.Join(parts, "; ")
}

func parseBlocks(text string) ([]Block, error) {
	if text == "" {
		return nil, nil
	}
	var all []Block
	for part := range strings.SplitSeq(text, "; ") {
		kind, rest, is := strings.Cut(part, " ")
		who, what, cites := strings.Cut(strings.TrimSuffix(rest, ")"), " (")
		if !is || who == "" {
			return nil, fmt.Errorf("%q does not say who blocked", clip(part))
		}
		x := Block{Kind: terms.ReasonKind(kind), Capitals: strings.Split(who, "+")}
		if cites {
			x.Terms = strings.Split(what, "+")
		}
		all = append(all, x)
	}
	return all, nil
}

// jsonLine is a line of JSONL as far as it is read back. The inputs are drawn anew.
type jsonLine struct {
	Run       int                 `json:"run"`
	Inputs    json.RawMessage     `json:"inputs"`
	Technical Technical           `json:"technical"`
	Expected  Expected            `json:"expected"`
	Plans     map[string]jsonPlan `json:"plans"`
	Sum       string              `json:"sum"`
}

type jsonPlan struct {
	Outcome   terms.Outcome  `json:"outcome"`
	After     terms.Duration `json:"after"`
	Version   int            `json:"version"`
	Otherwise terms.Outcome  `json:"without_faults"`
	Blocked   []struct {
		Kind  terms.ReasonKind `json:"kind"`
		By    []string         `json:"by"`
		Terms []string         `json:"terms"`
	} `json:"blocked"`
}

var errEdited = errors.New("it was cut short or edited")

// ParseLine reads a run's line, without its end. What the line says must be what AppendLine would write of it, letter by
// letter, and its inputs must be those of its run.
func (w *Sweep) ParseLine(f Format, line []byte) (Result, error) {
	if bytes.ContainsAny(line, "\n\r") {
		return Result{}, errEdited
	}
	read := w.parseJSON
	if f == CSV {
		read = w.parseCSV
	}
	r, err := read(line)
	if err != nil {
		return Result{}, err
	}
	if r.Run < 1 || r.Run > w.Runs {
		return Result{}, fmt.Errorf("there is no run %d in a sweep of %d", r.Run, w.Runs)
	}
	if !w.sound(&r) {
		return Result{}, errEdited
	}
	r.Inputs = w.Draw(r.Run)
	again := w.AppendLine(nil, f, &r)
	if !bytes.Equal(bytes.TrimSuffix(again, []byte("\n")), line) {
		return Result{}, fmt.Errorf("%w: it is not what the sweep wrote of run %d", errEdited, r.Run)
	}
	return r, nil
}

// sound reports whether a result is one that a run can have.
func (w *Sweep) sound(r *Result) bool {
	plans := len(w.plans)
	if r.Technical == Unfinished {
		plans = 0
	}
	if len(r.Plans) != plans || !slices.Contains(technicals(), r.Technical) ||
		!slices.Contains([]Expected{Held, NotHeld, Unjudged, Nothing}, r.Expected) {
		return false
	}
	for i := range r.Plans {
		p := &r.Plans[i]
		if !slices.Contains(outcomes(), p.Outcome) || p.Otherwise != "" && !slices.Contains(outcomes(), p.Otherwise) || p.After < 0 || p.Version < 0 {
			return false
		}
		for _, x := range p.Blocked {
			if x.Kind != terms.ReasonVeto && x.Kind != terms.ReasonObjection && x.Kind != terms.ReasonMissing {
				return false
			}
			for _, id := range x.Capitals {
				if w.Played.Charter.Capital(id) == nil {
					return false
				}
			}
			for _, id := range x.Terms {
				if w.Played.Charter.Term(id) == nil {
					return false
				}
			}
		}
	}
	return true
}

func (w *Sweep) parseJSON(line []byte) (Result, error) {
	var l jsonLine
	if err := json.Unmarshal(line, &l); err != nil {
		return Result{}, errEdited
	}
	r := Result{Run: l.Run, Technical: l.Technical, Expected: l.Expected}
	if l.Plans == nil {
		return r, nil
	}
	for _, id := range w.plans {
		p, there := l.Plans[id]
		if !there {
			return Result{}, errEdited
		}
		out := PlanResult{Outcome: p.Outcome, After: p.After, Version: p.Version, Otherwise: p.Otherwise}
		for _, x := range p.Blocked {
			out.Blocked = append(out.Blocked, Block{x.Kind, x.By, x.Terms})
		}
		r.Plans = append(r.Plans, out)
	}
	return r, nil
}

func (w *Sweep) parseCSV(line []byte) (Result, error) {
	fields, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil || len(fields) != 1+len(w.inputs)+2+5*len(w.plans)+1 {
		return Result{}, errEdited
	}
	run, err := strconv.Atoi(fields[0])
	if err != nil {
		return Result{}, errEdited
	}
	rest := fields[1+len(w.inputs):]
	r := Result{Run: run, Technical: Technical(rest[0]), Expected: Expected(rest[1])}
	if r.Technical == Unfinished {
		return r, nil
	}
	for i := range w.plans {
		x := rest[2+5*i:]
		p := PlanResult{Outcome: terms.Outcome(x[0]), Otherwise: terms.Outcome(x[3])}
		if x[1] != "" {
			if p.After, err = terms.ParseDuration(x[1]); err != nil {
				return Result{}, errEdited
			}
		}
		if x[2] != "" {
			if p.Version, err = strconv.Atoi(x[2]); err != nil {
				return Result{}, errEdited
			}
		}
		if p.Blocked, err = parseBlocks(x[4]); err != nil {
			return Result{}, errEdited
		}
		r.Plans = append(r.Plans, p)
	}
	return r, nil
}
