package terms

import (
	"bytes"
	"crypto/ed25519"
	"slices"
	"testing"
)

// council is a conference of a, b and c with an observer w, and the moves of each numbered.
type council struct {
	t       *testing.T
	state   *State
	numbers map[string]uint64
	keys    map[string]ed25519.PrivateKey
}

func newCouncil(t *testing.T, membership *Rule, signed bool) *council {
	c := &council{t: t, state: New(Options{Verify: stdRule}), numbers: map[string]uint64{}, keys: map[string]ed25519.PrivateKey{}}
	charter := &Charter{Conference: "council", Membership: membership, Procedures: []Procedure{{Name: "p",
		Stages: []Stage{{Name: "s", Members: []string{"a", "b", "c"}, Rule: Rule{Kind: RuleYes, N: 2}, Window: Day, Silence: SilenceConsent}}}}}
	for _, id := range []string{"a", "b", "c", "w"} {
		x := Capital{ID: id, Name: id, Role: Mediator}
		if id == "w" {
			x.Role = Observer
		}
		if signed {
			c.keys[id] = keyFor(id)
			x.Key = c.keys[id].Public().(ed25519.PublicKey)
		}
		charter.Capitals = append(charter.Capitals, x)
	}
	if r := c.state.Apply(&Move{Verb: VerbCharter, Charter: charter}); r.Refused {
		t.Fatal(r.Reason)
	}
	return c
}

func keyFor(name string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(append(bytes.Repeat([]byte{'k'}, 32-len(name)), name...))
}

// move makes a capital's next move, and checks that a restored state has the same hash.
func (c *council) move(by string, m Move) Result {
	c.t.Helper()
	m.Capital, m.Conference, m.Number = by, "council", c.numbers[by]+1
	if k := c.keys[by]; k != nil {
		m.Sign(k)
	}
	r := c.state.Apply(&m)
	if r.Sequence > 0 {
		c.numbers[by]++
	}
	b, err := c.state.Snapshot()
	if err != nil {
		c.t.Fatal(err)
	}
	twin := New(Options{Verify: stdRule})
	if err := twin.Restore(b); err != nil {
		c.t.Fatal(err)
	}
	if twin.Hash() != c.state.Hash() {
		c.t.Fatal("a restored state has another hash")
	}
	return r
}

func (c *council) ids() []string {
	var ids []string
	for _, m := range c.state.Members() {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestAdmission(t *testing.T) {
	c := newCouncil(t, nil, false)
	oslo := &Capital{ID: "oslo", Name: "Oslo", Role: Mediator}
	if r := c.move("oslo", Move{Verb: VerbSay, Text: "knock"}); r.Code != RefusedUnknownCapital {
		t.Errorf("a stranger's move: %+v", r)
	}
	if r := c.move("w", Move{Verb: VerbAdmit, Admit: oslo}); r.Code != RefusedNotAllowed {
		t.Errorf("an observer's: %+v", r)
	}
	for i, by := range []string{"a", "b", "a"} { // a second move of the same capital counts once
		if r := c.move(by, Move{Verb: VerbAdmit, Admit: oslo}); r.Refused || len(c.ids()) != 4 {
			t.Fatalf("move %d: %+v, members %v", i, r, c.ids())
		}
	}
	if mo := c.state.Motions(); len(mo) != 1 || !slices.Equal(mo[0].By, []string{"a", "b"}) {
		t.Errorf("moved by %+v", mo)
	}
	other := &Capital{ID: "oslo", Name: "Oslo", Role: Guarantor}
	if r := c.move("c", Move{Verb: VerbAdmit, Admit: other}); r.Refused || len(c.ids()) != 4 {
		t.Fatalf("admission as something else: %+v", r)
	}
	r := c.move("c", Move{Verb: VerbAdmit, Admit: oslo})
	if len(r.Events) != 1 || r.Events[0].Kind != EventAdmitted || !slices.Contains(c.ids(), "oslo") {
		t.Fatalf("%+v, members %v", r, c.ids())
	}
	if len(c.state.Motions()) != 0 {
		t.Errorf("motions left: %+v", c.state.Motions())
	}
	if r := c.move("oslo", Move{Verb: VerbSay, Text: "here"}); r.Refused {
		t.Errorf("the new capital's move: %+v", r)
	}
	if r := c.move("a", Move{Verb: VerbAdmit, Admit: oslo}); r.Code != RefusedState {
		t.Errorf("admitted twice: %+v", r)
	}
	if r := c.move("a", Move{Verb: VerbAdmit}); r.Code != RefusedMalformed {
		t.Errorf("admission of nobody: %+v", r)
	}
}

func TestExpulsion(t *testing.T) {
	c := newCouncil(t, &Rule{Kind: RuleShare, Number: One / 2, Strict: true, Of: Members}, false)
	c.move("a", Move{Verb: VerbPropose, Plan: "x", Draft: &Draft{Procedure: "p"}})
	if r := c.move("c", Move{Verb: VerbExpel, Against: "c"}); r.Code != RefusedNotAllowed {
		t.Errorf("expels itself: %+v", r)
	}
	c.move("a", Move{Verb: VerbExpel, Against: "c"})
	if r := c.move("b", Move{Verb: VerbExpel, Against: "c"}); len(r.Events) != 1 || r.Events[0].Kind != EventExpelled {
		t.Fatalf("two of the two others want it: %+v", r)
	}
	if r := c.move("c", Move{Verb: VerbSay, Text: "no"}); r.Code != RefusedNotAllowed {
		t.Errorf("an expelled capital's move: %+v", r)
	}
	if r := c.move("a", Move{Verb: VerbExpel, Against: "c"}); r.Code != RefusedUnknown {
		t.Errorf("expelled twice: %+v", r)
	}
	c.move("a", Move{Verb: VerbObject, Plan: "x"})
	c.move("b", Move{Verb: VerbClock, Time: Instant(2 * Day)})
	if p, _ := c.state.Plan("x"); p.Outcome != Lapsed || !slices.Equal(p.Tally.Absent, []string{"c"}) {
		t.Errorf("the silence of an expelled capital counts: %s %+v", p.Outcome, p.Tally)
	}
	c.move("a", Move{Verb: VerbAdmit, Time: Instant(2 * Day), Admit: &Capital{ID: "c", Name: "C", Role: Guarantor}})
	c.move("b", Move{Verb: VerbAdmit, Time: Instant(2 * Day), Admit: &Capital{ID: "c", Name: "C", Role: Guarantor}})
	if r := c.move("c", Move{Verb: VerbSay, Time: Instant(2 * Day), Text: "back"}); r.Refused || r.Sequence == 0 {
		t.Errorf("a capital that was admitted again: %+v", r)
	}
}

func TestRekey(t *testing.T) {
	c := newCouncil(t, nil, true)
	old, fresh := c.keys["a"], keyFor("fresh")
	if r := c.move("a", Move{Verb: VerbRekey, Key: old.Public().(ed25519.PublicKey)}); r.Code != RefusedNoChange {
		t.Errorf("the same key: %+v", r)
	}
	if r := c.move("a", Move{Verb: VerbRekey, Key: []byte("short")}); r.Code != RefusedMalformed {
		t.Errorf("half a key: %+v", r)
	}
	if r := c.move("a", Move{Verb: VerbRekey, Key: fresh.Public().(ed25519.PublicKey)}); r.Refused {
		t.Fatalf("%+v", r)
	}
	if r := c.move("a", Move{Verb: VerbSay, Text: "with the old key"}); r.Code != RefusedSignature {
		t.Errorf("the old key still signs: %+v", r)
	}
	c.keys["a"] = fresh
	if r := c.move("a", Move{Verb: VerbSay, Text: "with the new key"}); r.Refused {
		t.Errorf("the new key: %+v", r)
	}
	for _, by := range []string{"a", "b", "c"} {
		r := c.move(by, Move{Verb: VerbAdmit, Admit: &Capital{ID: "oslo", Name: "Oslo", Role: Mediator}})
		if r.Code != RefusedMalformed {
			t.Errorf("a capital without a key among those with keys: %+v", r)
		}
	}
}
