package terms

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// better orders positions by how well they serve a text: an abstention can no longer turn into an objection, so while a
// vote is open it serves it better than absence.
var better = []Position{Object, Absent, Abstain, Consent}

func drawRule(t *rapid.T, voters []string, depth int) Rule {
	kinds := []RuleKind{
		RuleYes, RuleWeight, RuleShare, RuleConsentOf, RuleNoObjectionFrom, RuleUnanimous, RuleConsensus, RuleConsensusMinus,
		RuleAllBut, RuleAll, RuleAny,
	}
	if depth == 0 {
		kinds = kinds[:9]
	}
	r := Rule{Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	switch r.Kind {
	case RuleYes, RuleConsensusMinus, RuleAllBut:
		r.N = rapid.IntRange(1, len(voters)).Draw(t, "n")
	case RuleWeight:
		r.Number, r.Of = Int(int64(rapid.IntRange(0, 10).Draw(t, "weight"))), "votes"
	case RuleShare:
		r.Number = Number(rapid.IntRange(1, 100).Draw(t, "share")) * One / 100
		r.Strict = rapid.Bool().Draw(t, "strict")
		r.Of = rapid.SampledFrom([]string{Members, "votes"}).Draw(t, "of")
	case RuleConsentOf, RuleNoObjectionFrom:
		r.Capitals = rapid.SliceOfN(rapid.SampledFrom(voters), 1, 3).Draw(t, "capitals")
	case RuleAll, RuleAny:
		for range rapid.IntRange(1, 3).Draw(t, "rules") {
			r.Rules = append(r.Rules, drawRule(t, voters, depth-1))
		}
	}
	return r
}

func drawBallot(t *rapid.T) (*Ballot, []Position) {
	ids := []string{"a", "b", "c", "d", "heard"}
	weights := rapid.SliceOfN(rapid.IntRange(1, 4), 5, 5).Draw(t, "weights")
	var voters []Voter
	for i, id := range ids {
		voters = append(voters, Voter{ID: id, Member: id != "heard", Weight: func(string) Number { return Int(int64(weights[i])) }})
	}
	b, err := Compile(drawRule(t, ids, 2), voters)
	if err != nil {
		t.Skip(err.Error())
	}
	return b, rapid.SliceOfN(rapid.SampledFrom(better), 5, 5).Draw(t, "positions")
}

// A rule is monotone: what serves a text better never turns won into not won, at a close or before, silence or not.
func TestRulesAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, p := drawBallot(t)
		q := slices.Clone(p)
		i := rapid.IntRange(0, len(p)-1).Draw(t, "voter")
		from := slices.Index(better, p[i])
		q[i] = better[rapid.IntRange(from, len(better)-1).Draw(t, "to")]
		if b.Wins(p) && !b.Wins(q) {
			t.Fatalf("%v wins, %v does not", p, q)
		}
		for _, silence := range []bool{false, true} {
			if b.Tally(p, silence) == Won && b.Tally(q, silence) != Won {
				t.Fatalf("silence %t: %v is won, %v is not", silence, p, q)
			}
		}
	})
}

// The verdicts mean what they say: see [Rule]. The absent of a pending or won vote are tried in every way.
func TestVerdictsMeanWhatTheySay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, p := drawBallot(t)
		silence := rapid.Bool().Draw(t, "silence")
		verdict := b.Tally(p, silence)
		if verdict == Won && !b.Wins(p) {
			t.Fatalf("%v is won, and does not win", p)
		}
		if verdict == Won && silence && !b.Wins(withAbsentConsenting(p)) {
			t.Fatalf("%v is won, and would not be if the silent consented", p)
		}
		can := false
		every(p, func(q []Position) { can = can || b.Wins(q) })
		if (verdict == Lost) == can {
			t.Fatalf("%v is %s; it can be won: %t", p, verdict, can)
		}
		if outcome := b.OutcomeAtClose(p); (outcome == Adopted) != b.Wins(p) || outcome == Rejected && can || outcome == Lapsed && !can {
			t.Fatalf("%v at a close: %s; it can be won: %t", p, outcome, can)
		}
		if (len(b.Unmet(p)) == 0) != b.Wins(p) {
			t.Fatalf("%v wins: %t, yet it fails on %v", p, b.Wins(p), b.Unmet(p))
		}
	})
}

// every tries all that the absent could say.
func every(p []Position, try func([]Position)) {
	i := slices.Index(p, Absent)
	if i < 0 {
		try(p)
		return
	}
	for _, x := range []Position{Consent, Object, Abstain} {
		q := slices.Clone(p)
		q[i] = x
		every(q, try)
	}
}

// A capital holds a veto exactly if no positions of the others win over its objection.
func TestVetoesCannotBeOverridden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, p := drawBallot(t)
		i := rapid.IntRange(0, len(p)-1).Draw(t, "voter")
		p[i] = Object
		if b.Vetoes(i) && b.Wins(p) {
			t.Fatalf("voter %d holds a veto, and %v wins over it", i, p)
		}
	})
}

// The conditions that hold are the greatest set that bears itself out: compared with every subset.
func TestConditionsAreTheGreatestFixedPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := founded(randomCharter)
		drawConditions(t, s)
		found := conditionsMet(s)
		n := len(found)
		if n != s.conditional {
			t.Fatalf("%d conditions are counted, %d are there", s.conditional, n)
		}
		union := make([]bool, n)
		for set := range 1 << n {
			// Plans that could be adopted with these conditions are tried as adopted, and struck out as conditions are.
			s.assumeAll()
			i := 0
			s.eachCondition(func(met *bool, _ *Condition, _ *plan, _ int) { *met = set>>i&1 == 1; i++ })
			for again := true; again; {
				again = false
				for _, p := range s.open {
					if p.assumed && !s.wouldPass(p) {
						p.assumed, again = false, true
					}
				}
			}
			sound := true
			s.eachCondition(func(met *bool, c *Condition, p *plan, _ int) { sound = sound && (!*met || s.holds(c, p)) })
			if sound {
				for i := range union {
					union[i] = union[i] || set>>i&1 == 1
				}
			}
		}
		if !slices.Equal(found, union) {
			t.Fatalf("found %v, the greatest is %v", found, union)
		}
	})
}

func conditionsMet(s *State) (met []bool) {
	s.eachCondition(func(m *bool, _ *Condition, _ *plan, _ int) { met = append(met, *m) })
	return met
}

// drawConditions puts three plans before the conference, and up to eight conditional consents and pledges.
func drawConditions(t *rapid.T, s *State) {
	do := func(who string, m Move) {
		m.Capital, m.Number, m.Time = who, s.LastNumber(who)+1, s.Now()
		s.Apply(&m)
	}
	for _, plan := range []string{"p", "q", "r"} {
		procedure := rapid.SampledFrom([]string{"staged", "stays", "quick", "closing"}).Draw(t, "procedure")
		do("d", Move{Verb: VerbPropose, Plan: plan, Draft: &Draft{Procedure: procedure, Terms: drawSettings(t)}})
	}
	for range rapid.IntRange(1, 8).Draw(t, "conditions") {
		c := drawCondition(t, 1)
		m := Move{Verb: VerbConsent, Plan: somePlan.Draw(t, "plan"), If: &c}
		if rapid.IntRange(0, 3).Draw(t, "pledge") == 0 {
			m = Move{Verb: VerbPledge, Term: someTerm.Draw(t, "term"), If: &c}
		}
		do(someCapital.Draw(t, "capital"), m)
	}
}

// Two states that are fed the same moves are equal at each step, though one is written out and restored, into a state of
// another conference, wherever the draw says. This is also what finds a plan that was changed without touch.
func TestRestoredStatesGoOnAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, twin := founded(randomCharter), founded(randomCharter)
		for range rapid.IntRange(1, 25).Draw(t, "moves") {
			if rapid.IntRange(0, 3).Draw(t, "restore") == 0 {
				twin = restored(twin)
			}
			m := drawMove(t, s)
			over := overTheWire(&m)
			r, other := s.Apply(&m), twin.Apply(&over)
			if resultText(r) != resultText(other) {
				t.Fatalf("%+v:\n%s\n%s", m, resultText(r), resultText(other))
			}
			if s.Hash() != twin.Hash() || political(s) != political(twin) {
				t.Fatalf("after %+v:\n%s\n%s", m, political(s), political(twin))
			}
			if fresh := restored(s); fresh.Hash() != s.Hash() {
				t.Fatalf("after %+v: the restored state has another hash; was a plan changed without touch?", m)
			}
		}
	})
}

// A refused move does what silence at its time would do; a repeated number answers with the first result and does nothing;
// a move that is not admitted does nothing.
func TestRefusedMovesChangeNothingPolitical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := founded(randomCharter)
		var record []Move
		var results []Result
		for range rapid.IntRange(1, 40).Draw(t, "moves") {
			m := drawMove(t, s)
			silent := restored(s)
			r := s.Apply(&m)
			if r.Refused && r.Sequence > 0 {
				silent.Apply(&Move{Capital: m.Capital, Number: m.Number, Time: m.Time, Verb: VerbSay})
				if political(silent) != political(s) {
					t.Fatalf("%+v was refused (%s), and changed\n%s\nto\n%s", m, r.Reason, political(silent), political(s))
				}
			} else if r.Sequence == 0 && silent.Hash() != s.Hash() {
				t.Fatalf("%+v was not admitted (%s), and changed the state", m, r.Reason)
			}
			if r.Sequence > 0 && !r.Repeat {
				record, results = append(record, m), append(results, r)
			}
			if len(record) > 0 {
				i := rapid.IntRange(0, len(record)-1).Draw(t, "repeated")
				checkRepeat(t, s, record[i], results[i])
			}
		}
	})
}

func checkRepeat(t *rapid.T, s *State, m Move, first Result) {
	before := s.Hash()
	m.Time += 60 // sent again later
	again := s.Apply(&m)
	first.Repeat, first.Events = true, nil
	if resultText(again) != resultText(first) {
		t.Fatalf("%+v again: %s instead of %s", m, resultText(again), resultText(first))
	}
	if s.Hash() != before {
		t.Fatalf("%+v again: changed the state", m)
	}
}

// What is decided stays decided, unless the plan is proposed again.
func TestDecisionsStand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := founded(randomCharter)
		for range rapid.IntRange(1, 40).Draw(t, "moves") {
			before := s.Plans()
			m := drawMove(t, s)
			r := s.Apply(&m)
			for i, was := range before {
				is := s.Plans()[i]
				proposed := m.Verb == VerbPropose && m.Plan == was.ID && !r.Refused
				if is.Outcome != was.Outcome && was.Outcome != Open && !proposed {
					t.Fatalf("%+v: %s was %s and is %s", m, was.ID, was.Outcome, is.Outcome)
				}
				if was.Outcome == Adopted && (is.Version != was.Version || is.DecidedAt != was.DecidedAt) {
					t.Fatalf("%+v: the adopted text of %s has changed", m, was.ID)
				}
			}
			for _, p := range s.open {
				if p.Deadline != 0 && p.Deadline < s.now {
					t.Fatalf("%+v: the deadline of %s went by unsettled", m, p.ID)
				}
			}
			if s.step() {
				t.Fatalf("%+v: the state was not at rest", m)
			}
		}
	})
}

// TestRequirement holds the two readings of a rule together: for every coalition, the requirement of a ballot says what the
// ballot itself says when the coalition consents and all others object.
func TestRequirement(t *testing.T) {
	coalitions := 0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "voters")
		var voters []Voter
		var ids []string
		for i := range n {
			votes := Number(rapid.Int64Range(0, 3_000_000).Draw(t, "votes"))
			voters = append(voters, Voter{ID: string(rune('a' + i)), Member: rapid.IntRange(0, 5).Draw(t, "member") > 0,
				Weight: func(string) Number { return votes }})
			ids = append(ids, voters[i].ID)
		}
		b, err := Compile(drawRule(t, ids, 3), voters)
		if err != nil {
			return // no such ballot
		}
		r := b.Requirement()
		for mask := range 1 << n {
			p := make([]Position, n)
			for i := range p {
				p[i] = Object
				if mask>>i&1 == 1 {
					p[i] = Consent
				}
			}
			coalitions++
			if got, want := meets(&r, p), b.Wins(p); got != want {
				t.Fatalf("%v on %v: the requirement says %t, the ballot %t; %+v", b.rule, p, got, want, r)
			}
		}
	})
	if coalitions < 200 {
		t.Errorf("looked at %d coalitions only", coalitions)
	}
}

func meets(r *Requirement, p []Position) bool {
	if r.Join == "" {
		var sum Number
		for i, w := range r.Weights {
			if p[i] == Consent {
				sum += w
			}
		}
		return sum >= r.Quota
	}
	met := 0
	for i := range r.Parts {
		if meets(&r.Parts[i], p) {
			met++
		}
	}
	return met == len(r.Parts) || met > 0 && r.Join == RuleAny
}

// TestRequirementAtTheBoundary looks at the quotas where just as much is enough, or is not.
func TestRequirementAtTheBoundary(t *testing.T) {
	for _, c := range []struct {
		share  Number
		strict bool
		of     int
		quota  Number
	}{{One / 2, false, 4, Int(2)}, {One / 2, true, 4, Int(2) + 1}, {One / 2, false, 5, Int(5) / 2}, {One * 2 / 3, false, 3, 1_999_998},
		{One * 55 / 100, false, 27, 14_850_000}, {One, false, 3, Int(3)}, {1, true, 3, 4}} {
		if got := least(Int(int64(c.of)), c.share, c.strict); got != c.quota {
			t.Errorf("share %v of %d, strict %t: quota %v, want %v", c.share, c.of, c.strict, got, c.quota)
		}
	}
}
