package sweep

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// MaxRuns bounds a sweep.
const MaxRuns = 10_000_000

// Config says what a sweep is. Two sweeps of equal configurations play the same runs.
type Config struct {
	Version  string   // of the program: outcomes of different versions are not mixed
	Scenario string   // its id
	Text     string   // of the scenario's file
	Vary     []string // specs; none is seed
	Seed     int64    // of the sweep; the runs' own seeds are drawn from it
	Runs     int
	Direct   bool // on the state machine alone, without Raft
}

// Sweep is a configuration made ready. It is read-only: several goroutines may use it.
type Sweep struct {
	Config
	Played  *scenarios.Scenario // as the file has it
	inputs  []*input
	program *sim.Program
	plans   []string // ids, in the file's order
}

// input is something that is varied.
type input struct {
	name    string
	values  string   // as the spec has them
	touches []string // see target
	domain  domain
	set     func(v *variant, in *input, x Value) // nil for seeds and faults
	stream  uint64
}

// Drawn is what a run's inputs are, in the order of the sweep's.
type Drawn []Value

// New makes a sweep ready. The error says what is wrong with the configuration; that of a spec is a [*SpecError].
func New(c Config, s *scenarios.Scenario) (*Sweep, error) {
	if c.Runs < 2 || c.Runs > MaxRuns {
		return nil, fmt.Errorf("a sweep has 2 to %d runs, not %d", MaxRuns, c.Runs)
	}
	if len(c.Vary) == 0 {
		c.Vary = []string{"seed"}
	}
	if len(c.Vary) > maxSpecs {
		return nil, fmt.Errorf("%d inputs are to vary; at most %d can", len(c.Vary), maxSpecs)
	}
	c.Scenario = s.ID
	w := &Sweep{Config: c, Played: s}
	for i := range s.Plans {
		w.plans = append(w.plans, s.Plans[i].ID)
	}
	if err := w.readSpecs(); err != nil {
		return nil, err
	}
	if err := w.varies(); err != nil {
		return nil, err
	}
	var err error
	w.program, err = sim.Compile(s)
	return w, err
}

func (w *Sweep) readSpecs() error {
	touched := map[string]string{}
	for _, text := range w.Vary {
		inputs, err := inputsOf(w.Played, text)
		if err != nil {
			return err
		}
		for _, in := range inputs {
			for _, what := range in.touches {
				if before, twice := touched[what]; twice {
					return &SpecError{text, fmt.Sprintf("%s is varied already, by --vary %s", what, clip(before))}
				}
				touched[what] = text
			}
			if _, is := in.domain.(faults); is && w.Direct {
				return &SpecError{text, "on the state machine alone there are no machines and lines for faults to strike: leave --direct out"}
			}
			in.stream = stream(w.Seed, in.name)
			w.inputs = append(w.inputs, in)
		}
	}
	if len(w.inputs) > maxInputs {
		return fmt.Errorf("the specs vary %d inputs; at most %d can be varied", len(w.inputs), maxInputs)
	}
	return nil
}

// looks is how many runs are drawn to see whether their inputs differ.
const looks = 10_000

// varies makes sure that the runs do not all have the same inputs.
func (w *Sweep) varies() error {
	if w.Direct && len(w.inputs) == 1 && w.inputs[0].name == "seed" && !drawsFromSeed(w.Played) {
		return errors.New("nothing of this scenario is drawn from the seed (no a..b in it), so on the state machine alone all runs " +
			"would be the same: vary something else, such as " + example(w.Played))
	}
	first := w.Fingerprint(w.Draw(1))
	for run := 2; run <= min(w.Runs, looks); run++ {
		if w.Fingerprint(w.Draw(run)) != first {
			return nil
		}
	}
	return fmt.Errorf("the inputs of all %d runs are the same: nothing would vary (%s); raise the rate, list more values or ask for more runs",
		min(w.Runs, looks), strings.Join(w.Vary, ", "))
}

// drawsFromSeed reports whether a scenario's politics depend on its seed: there is an a..b in its script, its expectations
// or its policies.
func drawsFromSeed(s *scenarios.Scenario) bool {
	drawn := func(x scenarios.Span) bool { return x.Max > x.Min }
	for i := range s.Script {
		if x := &s.Script[i]; x.At != nil && drawn(*x.At) || drawn(x.After) {
			return true
		}
	}
	for i := range s.Expect {
		if x := &s.Expect[i]; x.At != nil && drawn(*x.At) {
			return true
		}
	}
	return slices.ContainsFunc(s.Parties, func(p scenarios.Party) bool { return p.Policy != nil && drawn(p.Policy.RepliesIn) })
}

// Draw returns the inputs of a run, counted from 1.
func (w *Sweep) Draw(run int) Drawn {
	values := make(Drawn, len(w.inputs))
	for i, in := range w.inputs {
		values[i] = in.domain.draw(at(in.stream, run))
	}
	return values
}

// Fingerprint is a hash of inputs: runs that differ in what is played differ in it, but for one in 2^64.
func (w *Sweep) Fingerprint(d Drawn) uint64 {
	h := fnv.New64a()
	var b []byte
	for i, in := range w.inputs {
		f, are := in.domain.(faults)
		if !are {
			b = binary.LittleEndian.AppendUint64(b, uint64(d[i]))
			continue
		}
		all := f.happen(d[i])
		b = binary.AppendUvarint(b, uint64(len(all)))
		for _, x := range all {
			b = fmt.Append(b, x.begins, x.ends, x.first, " ", x.second, "\x00")
		}
	}
	_, _ = h.Write(b) // never fails
	return mix(h.Sum64())
}

// Variant returns what is played for inputs: the scenario and the run's seed.
func (w *Sweep) Variant(d Drawn) (*scenarios.Scenario, int64) {
	seed := w.Played.Seed
	var v *variant
	change := func() *variant {
		if v == nil {
			v = newVariant(w.Played)
		}
		return v
	}
	for i, in := range w.inputs {
		switch x := in.domain.(type) {
		case seeds:
			seed = int64(d[i])
		case faults:
			change().add(x.happen(d[i]))
		default:
			in.set(change(), in, d[i])
		}
	}
	if v == nil {
		return w.Played, seed
	}
	return v.settle(), seed
}

// Play plays a run on the state machine alone.
func (w *Sweep) Play(run int) Result {
	d := w.Draw(run)
	s, seed := w.Variant(d)
	return w.resultOf(run, d, w.alone(s, seed))
}

// alone plays a variant on the state machine alone.
func (w *Sweep) alone(s *scenarios.Scenario, seed int64) *sim.Report {
	p := w.program
	if s != w.Played {
		p = p.With(s)
	}
	return p.Play(seed)
}
