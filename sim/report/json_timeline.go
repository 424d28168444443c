package report

import (
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

// items writes the timeline. Every item has kind, at and raft_seconds; the other keys are there if they say something:
//
//	move      move, events
//	events    events
//	fault     fault, text
//	election  capital, raft_term
//	waiting   move, text
//	program   capital, text
//	unsettled text
func items(all []sim.Item) []map[string]any {
	out := make([]map[string]any, len(all))
	for i := range all {
		it := &all[i]
		o := map[string]any{"kind": it.Kind, "at": it.At, "raft_seconds": seconds(it.RaftAt)}
		if it.Move != nil {
			move := moveObject(it.Move)
			if it.Kind == sim.ItemWaiting { // what became of it is told where it did
				for _, key := range []string{"outcome", "tries", "code", "reason", "index", "via", "leader"} {
					delete(move, key)
				}
			}
			o["move"] = move
		}
		if len(it.Events) > 0 {
			events := make([]map[string]any, len(it.Events))
			for j := range it.Events {
				events[j] = eventObject(&it.Events[j])
			}
			o["events"] = events
		}
		if it.Fault != nil {
			o["fault"] = faultObject(it.Fault)
		}
		put(o, "text", it.Text)
		put(o, "capital", it.Capital)
		put(o, "raft_term", it.RaftTerm)
		out[i] = o
	}
	return out
}

// put sets a key that says something.
func put[T comparable](o map[string]any, key string, value T) {
	var zero T
	if value != zero {
		o[key] = value
	}
}

func putList[T any](o map[string]any, key string, value []T) {
	if len(value) > 0 {
		o[key] = value
	}
}

// moveObject writes a move: capital, verb and outcome, and whatever else it has.
func moveObject(m *sim.Played) map[string]any {
	o := map[string]any{"capital": m.Capital, "verb": m.Verb, "outcome": m.Outcome, "tries": m.Tries}
	put(o, "number", m.Number)
	put(o, "plan", m.Plan)
	put(o, "version", m.Version)
	if m.Draft != nil {
		put(o, "title", m.Draft.Title)
		o["terms"] = jsonText(m.Draft.Terms)
	}
	if len(m.Set) > 0 {
		o["set"] = jsonText(m.Set)
	}
	putList(o, "drop", m.Drop)
	if m.If != nil {
		o["if"] = m.If.String()
	}
	putList(o, "citing", m.Citing)
	put(o, "term", m.Term)
	if m.Value != nil {
		o["value"] = jsonValue(*m.Value)
	}
	putList(o, "of", m.Of)
	put(o, "against", m.Against)
	put(o, "for", m.For)
	put(o, "text", m.Text)
	put(o, "code", m.Code)
	put(o, "reason", m.Reason)
	put(o, "index", m.Index)
	putList(o, "via", m.Via)
	put(o, "leader", m.Leader)
	put(o, "first", m.First)
	put(o, "policy", m.Policy)
	return o
}

func eventObject(e *terms.Event) map[string]any {
	o := map[string]any{"kind": e.Kind, "at": e.Time}
	put(o, "plan", e.Plan)
	put(o, "version", e.Version)
	put(o, "stage", e.Stage)
	putList(o, "capitals", e.Capitals)
	putList(o, "terms", e.Terms)
	put(o, "detail", e.Detail)
	put(o, "until", e.Until)
	if t := e.Tally; t != nil {
		o["tally"] = terms.Tally{Consent: list(t.Consent), Object: list(t.Object), Abstain: list(t.Abstain), Absent: list(t.Absent)}
	}
	if len(e.Reasons) > 0 {
		o["because"] = reasons(e.Reasons)
	}
	return o
}

func faultObject(f *scenarios.Fault) map[string]any {
	o := map[string]any{"kind": f.Kind}
	if len(f.Links) > 0 {
		links := make([]map[string]string, len(f.Links))
		for i, l := range f.Links {
			links[i] = map[string]string{"from": l.From, "to": l.To}
		}
		o["links"] = links
	}
	putList(o, "capitals", f.Capitals)
	putList(o, "sides", f.Sides)
	if f.By != 0 {
		o["by_seconds"] = f.By.Seconds()
	}
	put(o, "rate", f.Rate)
	return o
}
