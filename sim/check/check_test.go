package check

import (
	"crypto/ed25519"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/parley-sim/parley/node/terms"
)

// history is a sound run of three capitals: a charter, a plan that a proposes and b consents to, and a statement. The
// tests break it in one place each.
type history struct {
	entries []terms.Entry
	apps    []Application
	plans   []terms.PlanView
}

var trio = []string{"a", "b", "c"}

func hash(words ...any) (h [32]byte) {
	copy(h[:], fmt.Sprint(words...))
	return h
}

func soundHistory(t testing.TB) *history {
	c := &terms.Charter{Conference: "h", Start: start, Terms: everyTerm(), Procedures: []terms.Procedure{{Name: "p",
		Stages: []terms.Stage{{Name: "only", Members: trio, Rule: terms.Rule{Kind: terms.RuleYes, N: 2}, Window: day}}}}}
	for _, id := range trio {
		c.Capitals = append(c.Capitals, terms.Capital{ID: id, Name: id, Role: terms.Belligerent})
	}
	return play(t, c,
		terms.Move{Capital: "a", Verb: terms.VerbPropose, Plan: "truce", Draft: &terms.Draft{Procedure: "p"}},
		terms.Move{Capital: "b", Verb: terms.VerbConsent, Plan: "truce"},
		terms.Move{Capital: "c", Verb: terms.VerbObject, Plan: "truce"}, // refused: it is adopted
		terms.Move{Capital: "c", Verb: terms.VerbSay, Text: "so be it"},
	)
}

// play puts moves through the state machine, an hour apart, each under its capital's next number.
func play(t testing.TB, c *terms.Charter, moves ...terms.Move) *history {
	h := &history{}
	s := terms.New(terms.Options{})
	numbers := map[string]uint64{}
	moves = append([]terms.Move{{Verb: terms.VerbCharter, Charter: c}}, moves...)
	for i, m := range moves {
		m.Conference, m.Time = c.Conference, start.Add(hour*terms.Duration(i))
		if i > 0 {
			numbers[m.Capital]++
			m.Number = numbers[m.Capital]
		}
		r := s.Apply(&m)
		if !traced(r) {
			t.Fatalf("move %d: %+v", i, r)
		}
		index := uint64(i + 3)
		h.entries = append(h.entries, terms.Entry{Index: index, RaftTerm: 2, Move: m, Result: r})
		h.apps = append(h.apps, Application{Index: index, RaftTerm: 2, Digest: hash(index), Hash: s.Hash(), Sequence: r.Sequence})
	}
	h.plans = s.Plans()
	return h
}

func (h *history) log() Log {
	l := Log{Entries: []LogEntry{{1, 1, hash(1)}, {2, 2, hash(2)}}}
	for _, a := range h.apps {
		l.Entries = append(l.Entries, LogEntry{a.Index, a.RaftTerm, a.Digest})
	}
	return l
}

// run feeds the history to a Run; the hooks of a test come between what was applied and the logs of the end.
func (h *history) run(r *Run, between func()) []Result {
	first := h.log()
	first.Entries = first.Entries[:2]
	r.Leader(2, "a", &first)
	for _, c := range trio {
		for _, a := range h.apps {
			r.Applied(c, a)
		}
	}
	for _, e := range h.entries {
		r.Acknowledged(e.Move.Capital, e.Move.Number, e.Result)
	}
	if between != nil {
		between()
	}
	for _, c := range trio {
		r.Stored(c, h.log())
	}
	return r.Finish(End{Record: h.entries, Plans: h.plans})
}

// failed lists the checks that did not hold, each with what it says.
func failed(results []Result) map[string]string {
	out := map[string]string{}
	for _, r := range results {
		if !r.Held {
			out[r.Name] = r.Detail
		}
	}
	return out
}

func TestSound(t *testing.T) {
	results := soundHistory(t).run(&Run{}, nil)
	if bad := failed(results); len(bad) > 0 || len(results) != len(Names()) {
		t.Fatal(bad)
	}
	for i, r := range results {
		if r.LookedAt == 0 || r.Name != Names()[i] {
			t.Errorf("%+v", r)
		}
	}
}

// TestWhatCannotBeLookedAt: machines that are seen from outside only.
func TestWhatCannotBeLookedAt(t *testing.T) {
	h, r := soundHistory(t), &Run{}
	r.Leader(2, "a", nil)
	for _, c := range trio {
		for i := range h.apps {
			r.Applied(c, h.apps[i])
			r.Told(c, h.apps[i].Index, h.apps[i].Hash)
		}
	}
	late := Application{Index: 8, RaftTerm: 3, Digest: hash(8)} // of a leader that nobody told of, after a had crashed
	r.Applied("b", late)
	r.Stored("a", h.log())
	results := r.Finish(End{Record: h.entries, Plans: h.plans, How: map[string]string{LogMatching: "on paper"}})
	if bad := failed(results); len(bad) > 0 {
		t.Fatal(bad)
	}
	for _, res := range results {
		if want := map[string]string{LogMatching: "; on paper", StateMachineSafety: ", 15 hashes that capitals told of their states"}[res.Name]; !strings.HasSuffix(res.Detail, want) {
			t.Errorf("%s: %q does not say %q", res.Name, res.Detail, want)
		}
	}
}

// TestBroken breaks the sound history in one place each: the check that is for it fails, and says what is wrong.
func TestBroken(t *testing.T) {
	for _, c := range []struct {
		name, check, says string
		record            func(h *history)         // changes what the state machine says
		between           func(r *Run, h *history) // happens at the machines
	}{
		{name: "two leaders in a Raft term", check: ElectionSafety, says: "a and b were both leader in Raft term 2",
			between: func(r *Run, h *history) { r.Leader(2, "b", nil) }},
		{name: "different entries at one place", check: LogMatching, says: "at index 5 of Raft term 2",
			between: func(r *Run, h *history) {
				l := h.log()
				l.Entries[4].Digest = hash("other")
				r.Stored("d", l)
			}},
		{name: "logs that agree on an entry and not on the one before", check: LogMatching, says: "after different entries",
			between: func(r *Run, h *history) {
				r.Stored("d", Log{Entries: []LogEntry{{1, 1, hash(1)}, {2, 1, hash("old")}, {3, 2, h.apps[0].Digest}}})
			}},
		{name: "a log with a hole", check: LogMatching, says: "entry 3 of Raft term 2 follows entry 1",
			between: func(r *Run, h *history) {
				r.Stored("d", Log{Entries: []LogEntry{{1, 1, hash(1)}, {3, 2, h.apps[0].Digest}}})
			}},
		{name: "a leader elected without a committed entry", check: LeaderCompleteness, says: "b led in Raft term 3 without entry",
			between: func(r *Run, h *history) { l := h.log(); l.Entries = l.Entries[:6]; r.Leader(3, "b", &l) }},
		{name: "the last leader lost a committed entry", check: LeaderCompleteness, says: "b led in Raft term 4 without entry 7",
			between: func(r *Run, h *history) {
				l := h.log()
				r.Leader(4, "b", nil)
				l.Entries = l.Entries[:6]
				r.Stored("b", l)
			}},
		{name: "another state after the same entry", check: StateMachineSafety, says: "after entry 7 the state of d is not that of a",
			between: func(r *Run, h *history) {
				for _, a := range h.apps {
					if a.Index == 7 {
						a.Hash = hash("other")
					}
					r.Applied("d", a)
				}
			}},
		{name: "another entry at the same index", check: StateMachineSafety, says: "at index 3 a and d applied different entries",
			between: func(r *Run, h *history) { a := h.apps[0]; a.Digest = hash("other"); r.Applied("d", a) }},
		{name: "an entry applied twice", check: StateMachineSafety, says: "c applied entry 7 after it had applied entry 7",
			between: func(r *Run, h *history) { r.Applied("c", h.apps[4]) }},
		{name: "an entry left out", check: StateMachineSafety, says: "d applied 1 of the 2 moves",
			between: func(r *Run, h *history) { r.Applied("d", h.apps[1]) }},
		{name: "restored to a state that never was", check: StateMachineSafety, says: "restored to at index 5",
			between: func(r *Run, h *history) { r.Restored("c", 5, hash("never")) }},
		{name: "a state that is not what the record adds up to", check: StateMachineSafety, says: "the state that b says it has after entry 7",
			between: func(r *Run, h *history) { r.Told("b", 7, hash("other")) }},
		{name: "a state after an entry that nobody applied", check: StateMachineSafety, says: "the state that b says it has after entry 8",
			between: func(r *Run, h *history) { r.Told("b", 8, h.apps[4].Hash) }},
		{name: "an acknowledged move is lost", check: ExactlyOnce, says: "told that its move 3 is line 6 of the record, and it is lost",
			between: func(r *Run, h *history) { r.Acknowledged("c", 3, terms.Result{Sequence: 6}) }},
		{name: "an applied move is lost", check: ExactlyOnce, says: "the record has 4 lines",
			record: func(h *history) { h.entries = h.entries[:4] }},
		{name: "a move recorded twice", check: ExactlyOnce, says: "move 2 of c is in the record twice",
			record: func(h *history) {
				e := h.entries[4]
				e.Index, e.Result.Sequence = 8, 6
				h.entries = append(h.entries, e)
				h.apps = append(h.apps, Application{Index: 8, RaftTerm: 2, Digest: hash(8), Hash: hash(8), Sequence: 6})
			}},
		{name: "another result than acknowledged", check: ExactlyOnce, says: "refused (state)",
			between: func(r *Run, h *history) { r.Acknowledged("c", 1, terms.Result{Sequence: 4}) }},
		{name: "a gap in a capital's numbers", check: ExactlyOnce, says: "move 3 of c stands in the place of its move 2",
			record: func(h *history) { h.entries[4].Move.Number = 3 }},
		{name: "a line that nobody applied", check: ExactlyOnce, says: "line 5 of the record is not what was applied",
			record: func(h *history) { h.entries[4].Index = 20 }},
		{name: "a wrong outcome", check: OutcomeCheck, says: "plan truce, outcome: the record gives adopted (consent: a, b; absent: c)",
			record: func(h *history) { h.plans[0].Outcome = terms.Vetoed }},
		{name: "a wrong tally", check: OutcomeCheck, says: "plan truce, tally",
			record: func(h *history) { h.plans[0].Tally.Consent = trio; h.plans[0].Tally.Absent = nil }},
		{name: "decided at another time", check: OutcomeCheck, says: "plan truce, decided at",
			record: func(h *history) { h.plans[0].DecidedAt++ }},
		{name: "a plan that is not in the record", check: OutcomeCheck, says: "gives 1 plans, the state machine says 2",
			record: func(h *history) { h.plans = append(h.plans, h.plans[0]) }},
		{name: "a wrong refusal", check: OutcomeCheck, says: "entry 5 (consent truce, by b): the record gives not refused",
			record: func(h *history) {
				h.entries[2].Result.Refused, h.entries[2].Result.Code = true, terms.RefusedNotAllowed
			}},
		{name: "a refusal that is missing", check: OutcomeCheck, says: "the record gives refused (state), the state machine says not refused",
			record: func(h *history) { h.entries[3].Result = terms.Result{Sequence: 4} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, r := soundHistory(t), &Run{}
			if c.record != nil {
				c.record(h)
			}
			bad := failed(h.run(r, func() {
				if c.between != nil {
					c.between(r, h)
				}
			}))
			if !strings.Contains(bad[c.check], c.says) || bad[c.check] == "" {
				t.Errorf("%s says %q, not %q; all: %v", c.check, bad[c.check], c.says, bad)
			}
		})
	}
}

// TestNothing: a run that was not observed fails every check; one without a quorum must be declared, and nothing may
// speak against it.
func TestNothing(t *testing.T) {
	if bad := failed((&Run{}).Finish(End{})); len(bad) != len(Names()) {
		t.Errorf("nothing was looked at, and only these failed: %v", bad)
	}
	for _, r := range (&Run{}).Finish(End{NoQuorum: true}) {
		if !r.Held || r.LookedAt != 0 || r.Detail == "" {
			t.Errorf("%+v", r)
		}
	}
	r := &Run{}
	r.Leader(1, "a", nil)
	if bad := failed(r.Finish(End{NoQuorum: true})); bad[StateMachineSafety] == "" || bad[OutcomeCheck] == "" {
		t.Errorf("a leader was elected, so there was a quorum: %v", bad)
	}
}

// TestRestored: what a capital applies again after a restart is compared, not refused.
func TestRestored(t *testing.T) {
	h, r := soundHistory(t), &Run{}
	bad := failed(h.run(r, func() {
		r.Restored("b", 0, [32]byte{})
		for _, a := range h.apps {
			r.Applied("b", a)
		}
		r.Wiped("c")
		r.Restored("c", 5, h.apps[2].Hash)
		r.Applied("c", h.apps[3])
		l := h.log()
		r.Leader(3, "b", &Log{Snapshot: 5, Entries: l.Entries[4:]})
		r.Acknowledged("a", 2, terms.Result{Refused: true, Code: terms.RefusedTime}) // sent again later, or given up
	}))
	if len(bad) > 0 {
		t.Error(bad)
	}
}

// TestSignatureRefusal: a refusal for a wrong signature is believed only if the signature is wrong.
func TestSignatureRefusal(t *testing.T) {
	h := soundHistory(t)
	public, private, _ := ed25519.GenerateKey(nil)
	h.entries[0].Move.Charter.Capitals[2].Key = public
	m := terms.Move{Conference: "h", Capital: "c", Number: 3, Time: h.entries[4].Move.Time, Verb: terms.VerbSay, Text: "no"}
	e := terms.Entry{Index: 8, RaftTerm: 2, Move: m, Result: terms.Result{Refused: true, Code: terms.RefusedSignature}}
	if r := Outcomes(append(h.entries, e), h.plans); !r.Held {
		t.Error(r.Detail)
	}
	e.Move.Sign(private)
	if r := Outcomes(append(h.entries, e), h.plans); r.Held || !strings.Contains(r.Detail, "signature that is right") {
		t.Error(r)
	}
}

// TestHooksTogether calls the hooks from many goroutines, for the race detector.
func TestHooksTogether(t *testing.T) {
	h, r := soundHistory(t), &Run{}
	first := Log{Entries: h.log().Entries[:2]}
	r.Leader(2, "a", &first)
	var wg sync.WaitGroup
	for _, c := range trio {
		wg.Go(func() {
			for _, a := range h.apps {
				r.Applied(c, a)
			}
			r.Acknowledged("b", 1, h.entries[2].Result)
			r.Stored(c, h.log())
		})
	}
	wg.Wait()
	if bad := failed(r.Finish(End{Record: h.entries, Plans: h.plans})); len(bad) > 0 {
		t.Error(bad)
	}
}
