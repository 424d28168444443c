package check

import (
	"fmt"
	"slices"

	"github.com/parley-sim/parley/node/terms"
)

// End is what there is at the end of a run, from a capital that has applied all that was committed.
type End struct {
	Record   []terms.Entry // the record, in order; lines that left no trace (Sequence 0 or Repeat) may be among them
	Plans    []terms.PlanView
	NoQuorum bool // no majority was ever connected, so that nothing could be recorded

	// How says of a check, by its name, what stood for what could not be looked at. It is added to the result's detail.
	How map[string]string
}

// Finish judges the run. Called once, when no machine runs any more.
func (r *Run) Finish(e End) []Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.NoQuorum && r.elected == 0 && r.applies == 0 && len(r.acks) == 0 && len(e.Record) == 0 && len(e.Plans) == 0 {
		return nothing()
	}
	r.checkStretches()
	entries := r.matchLogs()
	lines := r.exactlyOnce(e.Record)
	results := []Result{
		r.result(ElectionSafety, r.elected, fmt.Sprintf("%d elections in %d Raft terms", r.elected, len(r.leaders))),
		r.result(LogMatching, entries, fmt.Sprintf("%d entries of %d logs", entries, len(r.ledWith))),
		r.result(LeaderCompleteness, r.pairs, fmt.Sprintf("%d pairs of a leader and a committed entry", r.pairs)),
		r.result(StateMachineSafety, r.applies+r.told, r.applications()),
		r.result(ExactlyOnce, lines, fmt.Sprintf("%d moves of the record, %d answers", lines-len(r.acks), len(r.acks))),
		Outcomes(e.Record, e.Plans),
	}
	if c := &results[2]; r.pairs == 0 && c.LookedAt == 0 && r.wrong[LeaderCompleteness] == "" && r.lastLeadersWiped() {
		c.Held, c.Detail = true, "the disk of who led last was wiped, and nobody was elected after that: there was nothing to compare"
	}
	for i := range results {
		if how := e.How[results[i].Name]; how != "" && results[i].Held {
			results[i].Detail += "; " + how
		}
	}
	return results
}

// lastLeadersWiped reports whether the log of each leader of the highest Raft term was lost after it had led. The caller
// holds mu.
func (r *Run) lastLeadersWiped() bool {
	return len(r.tops) > 0 && !slices.ContainsFunc(r.tops, func(t topLeader) bool { return !r.machine(t.capital).wiped })
}

func (r *Run) applications() string {
	detail := fmt.Sprintf("%d moves applied at %d capitals", r.applies, len(r.capitals))
	if r.told > 0 {
		detail += fmt.Sprintf(", %d hashes that capitals told of their states", r.told)
	}
	return detail
}

// nothing is the answer for a run without a quorum: nothing was recorded, so nothing can be wrong with it, and every
// check says that it looked at nothing.
func nothing() []Result {
	var results []Result
	for _, name := range Names() {
		results = append(results, Result{Name: name, Held: true, Detail: "no quorum ever existed and nothing was recorded"})
	}
	return results
}

func (r *Run) result(name string, lookedAt int, detail string) Result {
	if wrong := r.wrong[name]; wrong != "" {
		return Result{name, false, lookedAt, wrong}
	}
	if lookedAt == 0 {
		return Result{name, false, 0, "it looked at nothing"}
	}
	return Result{name, true, lookedAt, detail}
}

// checkStretches looks whether every capital applied every committed move between the first and the last of a stretch.
func (r *Run) checkStretches() {
	for capital, m := range r.capitals {
		for _, s := range append(m.past, stretch{m.from, m.last, m.count}) {
			var want uint64
			for i := range r.applied {
				if i > s.from && i <= s.last {
					want++
				}
			}
			if s.count < want {
				r.fault(StateMachineSafety, "%s applied %d of the %d moves from entry %d to entry %d", capital, s.count, want,
					s.from+1, s.last)
			}
		}
	}
}

// matchLogs looks whether logs that have an entry of the same index and Raft term are identical up to it. It is enough
// that such entries are the same and follow entries of the same Raft term: the rest follows entry by entry. What was
// applied is one more log.
func (r *Run) matchLogs() (looked int) {
	type place struct{ index, raftTerm uint64 }
	type seen struct {
		digest   [32]byte
		before   uint64 // the Raft term of the entry before, if preceded
		preceded bool
		capital  string
	}
	known := map[place]*seen{}
	for _, f := range r.applied {
		known[place{f.Index, f.RaftTerm}] = &seen{digest: f.Digest, capital: f.capital}
	}
	for _, l := range r.ledWith {
		for i, e := range l.log.Entries {
			looked++
			now := seen{digest: e.Digest, capital: l.capital}
			if i > 0 {
				b := l.log.Entries[i-1]
				if b.Index+1 != e.Index || b.RaftTerm > e.RaftTerm {
					r.fault(LogMatching, "in the log of %s entry %d of Raft term %d follows entry %d of Raft term %d", l.capital,
						e.Index, e.RaftTerm, b.Index, b.RaftTerm)
				}
				now.before, now.preceded = b.RaftTerm, true
			}
			k := known[place{e.Index, e.RaftTerm}]
			switch {
			case k == nil:
				kept := now // so that only what is kept is allocated
				known[place{e.Index, e.RaftTerm}] = &kept
			case k.digest != e.Digest:
				r.fault(LogMatching, "%s and %s hold different entries at index %d of Raft term %d", k.capital, l.capital,
					e.Index, e.RaftTerm)
			case k.preceded && now.preceded && k.before != now.before:
				r.fault(LogMatching, "%s and %s hold entry %d of Raft term %d after different entries", k.capital, l.capital,
					e.Index, e.RaftTerm)
			case now.preceded && !k.preceded:
				k.before, k.preceded = now.before, true
			}
		}
	}
	return looked
}

// exactlyOnce compares the record with what was applied and with what the submitters were told.
func (r *Run) exactlyOnce(record []terms.Entry) (looked int) {
	type key struct {
		capital string
		number  uint64
	}
	lines := map[key]*terms.Entry{}
	numbers := map[string]uint64{}
	var sequence, index uint64
	for i := range record {
		e := &record[i]
		if !traced(e.Result) {
			continue
		}
		looked++
		sequence++
		k := key{e.Move.Capital, e.Move.Number}
		if lines[k] != nil {
			r.fault(ExactlyOnce, "move %d of %s is in the record twice", k.number, k.capital)
		}
		lines[k] = e
		if e.Move.Verb != terms.VerbCharter {
			numbers[k.capital]++
			if k.number != numbers[k.capital] {
				r.fault(ExactlyOnce, "move %d of %s stands in the place of its move %d", k.number, k.capital, numbers[k.capital])
			}
		}
		if e.Result.Sequence != sequence || e.Index <= index {
			r.fault(ExactlyOnce, "line %d of the record says that it is line %d, entry %d after entry %d", sequence,
				e.Result.Sequence, e.Index, index)
		}
		index = e.Index
		if f := r.applied[e.Index]; f == nil || f.RaftTerm != e.RaftTerm || f.Sequence != e.Result.Sequence {
			r.fault(ExactlyOnce, "line %d of the record is not what was applied at entry %d", sequence, e.Index)
		}
	}
	for _, f := range r.applied {
		if f.Sequence > sequence {
			r.fault(ExactlyOnce, "%s applied a move as line %d (entry %d), and the record has %d lines", f.capital, f.Sequence,
				f.Index, sequence)
		}
	}
	for _, a := range r.acks {
		looked++
		if a.result.Sequence == 0 {
			if !a.result.Refused {
				r.fault(ExactlyOnce, "%s was told that its move %d is recorded, at no place", a.capital, a.number)
			}
			continue // refused without a trace; it may have been sent again since
		}
		e := lines[key{a.capital, a.number}]
		if e == nil {
			r.fault(ExactlyOnce, "%s was told that its move %d is line %d of the record, and it is lost", a.capital, a.number,
				a.result.Sequence)
			continue
		}
		if got := e.Result; got.Sequence != a.result.Sequence || got.Refused != a.result.Refused || got.Code != a.result.Code {
			r.fault(ExactlyOnce, "%s was told that its move %d is line %d, %s; the record says line %d, %s", a.capital, a.number,
				a.result.Sequence, fate(a.result), got.Sequence, fate(got))
		}
	}
	return looked
}

// traced reports whether a result is that of a line of the record.
func traced(r terms.Result) bool { return r.Sequence > 0 && !r.Repeat }

// fate says in words whether a move was refused.
func fate(r terms.Result) string {
	if r.Refused {
		return fmt.Sprintf("refused (%s)", r.Code)
	}
	return "not refused"
}
