package terms

import (
	"crypto/ed25519"
	"testing"
)

// stdRule is a rule for signatures, for honest ones the same as that of package signature.
func stdRule(m *Move, key []byte) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, m.AppendSigned(nil), m.Signature)
}

// Without a rule no signature is valid.
func TestNoRule(t *testing.T) {
	c, keys := benchCharter(5, true)
	s := New(Options{})
	if r := s.Apply(&Move{Verb: VerbCharter, Charter: c}); r.Refused {
		t.Fatal(r.Reason)
	}
	m := Move{Conference: "test", Capital: "c1", Number: 1, Time: c.Start, Verb: VerbSay, Text: "peace"}
	m.Sign(keys[1])
	if r := s.Apply(&m); r.Code != RefusedSignature {
		t.Errorf("%+v", r)
	}
}

// A move is taken only with its own capital's signature over the whole of it, for this conference.
func TestSignatures(t *testing.T) {
	c, keys := benchCharter(5, true)
	base := Move{Conference: "test", Capital: "c1", Number: 1, Time: c.Start, Verb: VerbSay, Text: "peace"}
	for _, tt := range []struct {
		name string
		key  ed25519.PrivateKey
		turn func(m *Move) // what is done to the move after it is signed
		want Refusal
	}{
		{"its own key", keys[1], func(*Move) {}, ""},
		{"another capital's key", keys[2], func(*Move) {}, RefusedSignature},
		{"no signature", keys[1], func(m *Move) { m.Signature = nil }, RefusedSignature},
		{"another text", keys[1], func(m *Move) { m.Text = "war" }, RefusedSignature},
		{"another time", keys[1], func(m *Move) { m.Time++ }, RefusedSignature},
		{"another number", keys[1], func(m *Move) { m.Number = 2 }, RefusedSignature},
		{"another plan", keys[1], func(m *Move) { m.Plan = "p" }, RefusedSignature},
		{"in another's name", keys[1], func(m *Move) { m.Capital = "c2" }, RefusedSignature},
		{"of another conference", keys[1], func(m *Move) { m.Conference = "other" }, RefusedConference},
		{"of no conference", keys[1], func(m *Move) { m.Conference = "" }, RefusedConference},
	} {
		s := founded(c)
		before := s.Hash()
		m := base
		m.Sign(tt.key)
		tt.turn(&m)
		m = overTheWire(&m)
		r := s.Apply(&m)
		if r.Code != tt.want {
			t.Errorf("%s: %q, not %q", tt.name, r.Code, tt.want)
		}
		if r.Refused && s.Hash() != before {
			t.Errorf("%s: a move that nobody can be said to have made changed the state", tt.name)
		}
	}
}

// A move that is sent again at a later time is signed again, and is the same move.
func TestSignedAgain(t *testing.T) {
	c, keys := benchCharter(5, true)
	s := founded(c)
	m := Move{Conference: "test", Capital: "c1", Number: 1, Time: c.Start, Verb: VerbSay, Text: "peace"}
	m.Sign(keys[1])
	first := s.Apply(&m)
	m.Time += 60
	m.Sign(keys[1])
	if again := s.Apply(&m); !again.Repeat || again.Sequence != first.Sequence {
		t.Errorf("sent again: %+v instead of a repeat of %+v", again, first)
	}
}

// The conference is founded once; the same charter again is a repeat, and a bad one founds nothing.
func TestFounding(t *testing.T) {
	s := New(Options{})
	if r := s.Apply(&Move{Capital: "a", Number: 1, Verb: VerbSay}); r.Code != RefusedNotFounded {
		t.Errorf("a move before the charter: %+v", r)
	}
	for _, m := range []Move{
		{Verb: VerbCharter},
		{Verb: VerbCharter, Charter: &Charter{}},
		{Verb: VerbCharter, Charter: randomCharter, Time: maxInstant + 1},
	} {
		if r := s.Apply(&m); !r.Refused || s.Charter() != nil {
			t.Errorf("%+v founded a conference", m)
		}
	}
	founding := Move{Verb: VerbCharter, Charter: randomCharter}
	if r := s.Apply(&founding); r.Refused || r.Sequence != 1 {
		t.Fatalf("founding: %+v", r)
	}
	over := overTheWire(&founding)
	if r := s.Apply(&over); !r.Repeat || r.Sequence != 1 {
		t.Errorf("founding again: %+v", r)
	}
	other, _ := benchCharter(5, false)
	if r := s.Apply(&Move{Verb: VerbCharter, Charter: other}); r.Code != RefusedNotFounded {
		t.Errorf("another charter: %+v", r)
	}
}
