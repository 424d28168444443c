package sim

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/check"
)

// finish completes the report: what is still open, the expectations and the sums.
func (r *runner) finish() {
	rep := r.report
	rep.EndedAt = r.now
	if !r.direct {
		r.collect()
		r.sumUpMachines()
	}
	rep.Plans = r.plans()
	rep.Pledges = r.state.Pledges()
	r.sumUpPrograms()
	for i := range r.scenario.Expect {
		e := &r.scenario.Expect[i]
		switch {
		case e.At == nil:
			rep.Findings[i] = r.examine(e)
		case rep.Findings[i].Text == "": // its time was not reached: nothing more was left to happen
			rep.Findings[i] = r.examine(e)
		}
	}
}

// sumUpMachines says how the machines stand at the end, and what they made of the moves.
func (r *runner) sumUpMachines() {
	rep := r.report
	// What a settle: false left under way may have been recorded after a later event, at the time at which it was made.
	slices.SortStableFunc(rep.Timeline, func(a, b Item) int { return cmp.Compare(a.At, b.At) })
	rep.NoQuorum = !r.majorityConnected()
	rep.Raft.Leader = r.leader()
	rep.RaftTime = r.raftTime()
	r.sumUpMoves()
}

// sumUpMoves counts the moves and closes the waits.
func (r *runner) sumUpMoves() {
	rep := r.report
	for i := range rep.Timeline {
		if item := &rep.Timeline[i]; item.Kind == ItemMove {
			if item.Move.Code != "" {
				rep.Moves.Refused++
			} else {
				rep.Moves.Recorded++
			}
		}
	}
	for _, c := range r.capitals {
		for _, p := range c.queue {
			if !p.shown {
				rep.Moves.Unknown++
			}
		}
		for _, w := range c.waits {
			if !w.Ended {
				w.Until = r.now
			}
			rep.Waits = append(rep.Waits, *w)
		}
	}
	rep.Raft.Commits = r.journal.lastMove()
	slices.SortStableFunc(rep.Waits, func(a, b Wait) int { return int(a.Since - b.Since) })
}

// plans lists every plan of the file, those that were proposed first, with the technical reasons added.
func (r *runner) plans() []terms.PlanView {
	views := r.state.Plans()
	for i := range r.scenario.Plans {
		id := r.scenario.Plans[i].ID
		if !slices.ContainsFunc(views, func(v terms.PlanView) bool { return v.ID == id }) {
			views = append(views, r.unproposed(i))
		}
	}
	for i := range views {
		if why, ok := r.unrecorded(views[i].ID); ok && views[i].Outcome == terms.Open {
			views[i].Because = append(views[i].Because, why)
		}
	}
	return views
}

// unproposed is how a plan stands that is not in the record.
func (r *runner) unproposed(i int) terms.PlanView {
	p := &r.scenario.Plans[i]
	none := []string{}
	v := terms.PlanView{ID: p.ID, Title: p.Draft.Title, Outcome: terms.Open, Verdict: terms.Pending.String(),
		Tally: terms.Tally{Consent: none, Object: none, Abstain: none, Absent: none}, Because: []terms.Reason{},
		Terms: p.Draft.Terms, Procedure: p.Draft.Procedure}
	if _, waits := r.unrecorded(p.ID); !waits {
		v.Because = append(v.Because, terms.Reason{Kind: terms.ReasonMissing, Capitals: none, Terms: none, Text: "It was not proposed."})
	}
	return v
}

// unrecorded says which capitals' moves on a plan could not be recorded until the end.
func (r *runner) unrecorded(plan string) (terms.Reason, bool) {
	var ids, names []string
	for _, c := range r.capitals {
		for _, p := range c.queue {
			if p.move.Plan == plan && !p.shown {
				ids = append(ids, c.id)
				names = append(names, r.scenario.Charter.Name(c.id))
				break
			}
		}
	}
	if len(ids) == 0 {
		return terms.Reason{}, false
	}
	return terms.Reason{Kind: terms.ReasonNoQuorum, Capitals: ids, Terms: []string{},
		Text: fmt.Sprintf("For a technical reason moves of %s could not be recorded: they reached no leader with a majority.",
			strings.Join(names, ", "))}, true
}

// runChecks reads every capital's log and judges the run.
func (r *runner) runChecks() {
	r.world.halt()
	for _, c := range r.capitals {
		if log, ok := r.world.readLog(c); ok {
			r.journal.checker.Stored(c.id, log)
		}
	}
	r.report.Checks = r.journal.checker.Finish(check.End{
		Record: r.report.Record, Plans: r.state.Plans(), NoQuorum: r.report.NoQuorum, How: r.world.sumUp(r.report),
	})
}

// hashRecord is SHA-256 over the political record: who moved what, when, and what became of it. Log indexes, Raft terms,
// keys and signatures are left out, since they are the machines' affair.
func hashRecord(record []terms.Entry) [32]byte {
	h := sha256.New()
	var b []byte
	for i := range record {
		e := &record[i]
		if e.Move.Verb == terms.VerbCharter {
			continue
		}
		digest := e.Move.Digest()
		b = append(b[:0], digest[:]...)
		b = binary.AppendVarint(b, int64(e.Move.Time))
		b = append(b, e.Result.Code...)
		b = append(b, 0)
		_, _ = h.Write(b) // never fails
	}
	return [32]byte(h.Sum(nil))
}
