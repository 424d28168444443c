package node

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-sim/parley/node/signature"
	"github.com/parley-sim/parley/node/terms"
)

// TestLeaderCannotForge has a leader put into the record whatever it likes, beside everything that checks moves on the
// way. Every machine, its own included, refuses it.
func TestLeaderCannotForge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		leader := c.nodes["kyiv"]
		for _, text := range []string{"one", "two"} {
			if _, err := c.nodes["london"].Submit(within(t, time.Minute), say(text)); err != nil {
				t.Fatal(err)
			}
		}
		c.settle()
		real := leader.Record()[2].Move // london's second, as it signed it
		if real.Capital != "london" || real.Text != "two" || len(real.Signature) == 0 {
			t.Fatalf("the record: %+v", leader.Record())
		}
		put := func(m terms.Move) terms.Result {
			t.Helper()
			b, err := m.Encode()
			if err != nil {
				t.Fatal(err)
			}
			result, _, err := leader.apply(within(t, time.Minute), b)
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		next := real
		next.Number++
		alter := func(m terms.Move, how func(*terms.Move)) terms.Move {
			how(&m)
			return m
		}
		forged := map[string]struct {
			move terms.Move
			code terms.Refusal
		}{
			"another text":        {alter(real, func(m *terms.Move) { m.Text = "surrender" }), terms.RefusedSignature},
			"another verb":        {alter(real, func(m *terms.Move) { m.Verb = terms.VerbLeave }), terms.RefusedSignature},
			"another time":        {alter(real, func(m *terms.Move) { m.Time++ }), terms.RefusedSignature},
			"in another's name":   {alter(real, func(m *terms.Move) { m.Capital = "washington" }), terms.RefusedSignature},
			"replayed as a later": {next, terms.RefusedSignature},
			"unsigned":            {alter(next, func(m *terms.Move) { m.Signature = nil }), terms.RefusedSignature},
			"half a signature":    {alter(next, func(m *terms.Move) { m.Signature = m.Signature[:32] }), terms.RefusedSignature},
			"signed by the leader": {alter(next, func(m *terms.Move) {
				m.Sign(c.keys["kyiv"])
			}), terms.RefusedSignature},
			"of another conference": {alter(next, func(m *terms.Move) {
				m.Conference = "another"
				m.Sign(c.keys["london"]) // as london did there
			}), terms.RefusedConference},
			"of no conference": {alter(next, func(m *terms.Move) {
				m.Conference = ""
				m.Sign(c.keys["london"])
			}), terms.RefusedConference},
			"ahead of its turn": {alter(next, func(m *terms.Move) {
				m.Number++
				m.Sign(c.keys["london"])
			}), terms.RefusedNumber},
			"under a number that is taken": {alter(real, func(m *terms.Move) {
				m.Text = "three"
				m.Sign(c.keys["london"])
			}), terms.RefusedNumber},
			"another charter": {terms.Move{Verb: terms.VerbCharter, Charter: &terms.Charter{Conference: "test",
				Capitals: c.charter.Capitals[:1], Procedures: c.charter.Procedures}}, terms.RefusedNotFounded},
		}
		for name, f := range forged {
			if r := put(f.move); !r.Refused || r.Code != f.code || r.Sequence != 0 {
				t.Errorf("%s: %+v", name, r)
			}
		}
		for range 3 { // a replay of the real one changes nothing and is answered as the first time
			if r := put(real); r.Refused || !r.Repeat || r.Sequence != 3 {
				t.Errorf("replayed: %+v", r)
			}
		}
		if _, err := c.nodes["london"].Submit(within(t, time.Minute), say("three")); err != nil {
			t.Error(err)
		}
		if said := c.checkRecords(); !slices.Equal(said, []string{"one", "two", "three"}) {
			t.Errorf("the record says %q", said)
		}
		for _, id := range c.ids {
			for _, e := range c.nodes[id].Record()[1:] {
				if e.Move.Capital != "london" || !signature.Verify(&e.Move, c.charter.Capital("london").Key) {
					t.Errorf("%s has %+v", id, e)
				}
			}
		}
	})
}
