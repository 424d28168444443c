package terms

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// motion is a change of membership that some capitals have moved and that is not carried yet.
type motion struct {
	Verb    Verb     `json:"verb"`            // admit or expel
	Capital string   `json:"capital"`         // whom
	Admit   *Capital `json:"admit,omitempty"` // of admit: as what
	By      []string `json:"by"`              // who has moved it
}

// membershipRule is the rule by which capitals are admitted and expelled: the charter's, or else all must consent.
func (c *Charter) membershipRule() Rule {
	if c.Membership != nil {
		return *c.Membership
	}
	return Rule{Kind: RuleUnanimous}
}

// membershipBallot binds the rule to all capitals that hold positions and have not been expelled, but for one.
func (s *State) membershipBallot(but string) (*Ballot, error) {
	var voters []Voter
	for i := range s.charter.Capitals {
		c := &s.charter.Capitals[i]
		if c.Role != Observer && c.ID != but && !s.capitals[i].expelled {
			voters = append(voters, Voter{ID: c.ID, Member: true, Weight: c.Weight})
		}
	}
	return Compile(s.charter.membershipRule(), voters)
}

// changeMembership carries out admit and expel: the capital's move counts as its consent, and once the rule is won among
// those that have moved the same, it is done.
func (s *State) changeMembership(m *Move, ci int) *refusal {
	who := s.charter.Capitals[ci].ID
	subject := m.Against
	if m.Verb == VerbAdmit {
		if m.Admit == nil {
			return refuse(RefusedMalformed, "admit needs the capital that is to be admitted")
		}
		subject = m.Admit.ID
	}
	i, known := s.index[subject]
	switch member := known && !s.capitals[i].expelled; {
	case m.Verb == VerbAdmit && member:
		return refuse(RefusedState, "%s is a capital of this conference already", clip(subject))
	case m.Verb == VerbExpel && !member:
		return refuse(RefusedUnknown, "%q is not a capital of this conference", clip(subject))
	case m.Verb == VerbExpel && subject == who:
		return refuse(RefusedNotAllowed, "%s cannot expel itself: it can leave", who)
	}
	if m.Verb == VerbAdmit {
		if _, err := s.charterWith(m.Admit); err != nil {
			return refuse(RefusedMalformed, "%s cannot be admitted: %v", clip(subject), err)
		}
	}
	ballot, err := s.membershipBallot(subject)
	if err != nil {
		return refuse(RefusedState, "the charter's rule for admitting and expelling cannot decide: %v", err)
	}
	mo := s.motionFor(m, subject)
	if !slices.Contains(mo.By, who) {
		mo.By = append(mo.By, who)
	}
	pos := make([]Position, len(ballot.voters))
	for j, v := range ballot.voters {
		if slices.Contains(mo.By, v.ID) {
			pos[j] = Consent
		}
	}
	if ballot.Tally(pos, false) != Won {
		return nil
	}
	by := mo.By
	s.motions = slices.DeleteFunc(s.motions, func(x motion) bool { return x.Capital == subject })
	if m.Verb == VerbAdmit {
		s.admitted(m.Admit, by)
	} else {
		s.expelled(i, by)
	}
	return nil
}

// motionFor returns the motion that the move supports, made anew if there is none.
func (s *State) motionFor(m *Move, subject string) *motion {
	i := slices.IndexFunc(s.motions, func(x motion) bool {
		return x.Verb == m.Verb && x.Capital == subject && (x.Admit == nil || sameCapital(x.Admit, m.Admit))
	})
	if i < 0 {
		s.motions = append(s.motions, motion{Verb: m.Verb, Capital: subject, Admit: m.Admit})
		i = len(s.motions) - 1
	}
	return &s.motions[i]
}

func sameCapital(a, b *Capital) bool {
	return a.ID == b.ID && a.Name == b.Name && a.Role == b.Role && a.NonVoter == b.NonVoter && a.Address == b.Address &&
		slices.Equal(a.Weights, b.Weights) && slices.Equal(a.Key, b.Key)
}

// charterWith is the charter with one capital more, or with an expelled one back.
func (s *State) charterWith(c *Capital) (*Charter, error) {
	next := *s.charter
	next.Capitals = slices.Clone(next.Capitals)
	if i, back := s.index[c.ID]; back {
		next.Capitals[i] = *c
	} else {
		next.Capitals = append(next.Capitals, *c)
	}
	if len(s.charter.Capitals) > 0 && len(s.charter.Capitals[0].Key) > 0 && len(c.Key) == 0 {
		return nil, errors.New("it has no key, and the moves of this conference are signed")
	}
	return &next, next.Validate()
}

func (s *State) admitted(c *Capital, by []string) {
	next, err := s.charterWith(c)
	if err != nil { // changeMembership made sure of it
		panic("terms: a capital that was checked cannot be admitted: " + err.Error())
	}
	s.changeCharter(next)
	if i, back := s.index[c.ID]; back {
		s.capitals[i].expelled = false
	} else {
		s.index[c.ID] = len(s.capitals)
		s.capitals = append(s.capitals, capital{})
	}
	s.emit(Event{Kind: EventAdmitted, Capitals: []string{c.ID}, Detail: andList(by)})
}

func (s *State) expelled(i int, by []string) {
	id := s.charter.Capitals[i].ID
	s.capitals[i].expelled = true
	for _, p := range s.open {
		s.clearVeto(p, id)
		if v := p.voter(id); v >= 0 {
			s.answer(p, v, answer{})
		}
	}
	for j := len(s.pledges) - 1; j >= 0; j-- {
		if s.pledges[j].Capital == id {
			s.dropPledge(j)
		}
	}
	for j := range s.motions {
		s.motions[j].By = slices.DeleteFunc(s.motions[j].By, func(x string) bool { return x == id })
	}
	s.emit(Event{Kind: EventExpelled, Capitals: []string{id}, Detail: andList(by)})
}

// changeCharter replaces the charter by one with other capitals or keys. Terms and procedures are shared with the old one.
func (s *State) changeCharter(next *Charter) {
	s.charter = next
	s.charterSum = sha256.Sum256(appendCharter(nil, next))
}

// rekey gives the capital another signing key. The move itself is signed with the old one.
func (s *State) rekey(m *Move, ci int) *refusal {
	old := s.charter.Capitals[ci].Key
	if len(old) == 0 {
		return refuse(RefusedState, "the moves of %s are not signed", s.charter.Capitals[ci].ID)
	}
	if len(m.Key) != ed25519.PublicKeySize {
		return refuse(RefusedMalformed, "a key has %d bytes, not %d", ed25519.PublicKeySize, len(m.Key))
	}
	if slices.Equal(old, m.Key) {
		return refuse(RefusedNoChange, "%s signs with that key already", s.charter.Capitals[ci].ID)
	}
	next := *s.charter
	next.Capitals = slices.Clone(next.Capitals)
	next.Capitals[ci].Key = slices.Clone(m.Key)
	s.changeCharter(&next)
	s.emit(Event{Kind: EventRekeyed, Capitals: []string{next.Capitals[ci].ID}})
	return nil
}

// Members lists the capitals that have not been expelled, in the charter's order. Called by nodes, which keep Raft's
// configuration in step.
func (s *State) Members() []Capital {
	var members []Capital
	for i := range s.capitals {
		if !s.capitals[i].expelled {
			members = append(members, s.charter.Capitals[i])
		}
	}
	return members
}

// MotionView is a change of membership that is not carried yet.
type MotionView struct {
	Verb    Verb     `json:"verb"`
	Capital string   `json:"capital"`
	By      []string `json:"by"`
}

// Motions returns the changes of membership that some capitals have moved.
func (s *State) Motions() []MotionView {
	views := make([]MotionView, len(s.motions))
	for i, mo := range s.motions {
		views[i] = MotionView{mo.Verb, mo.Capital, slices.Clone(mo.By)}
	}
	return views
}

func appendMotion(b []byte, mo *motion) []byte {
	b = appendString(appendString(b, string(mo.Verb)), mo.Capital)
	return appendStrings(appendOptional(b, mo.Admit, appendCapital), mo.By)
}

func appendCapital(b []byte, c *Capital) []byte {
	b = appendString(appendString(appendString(b, c.ID), c.Name), string(c.Role))
	b = appendList(b, c.Weights, func(b []byte, w *Weight) []byte {
		return appendString(appendString(b, w.Name), w.Value.String())
	})
	return appendString(appendString(appendBool(b, c.NonVoter), string(c.Key)), c.Address)
}

func (s *State) loadMotion(mo motion) error {
	if mo.Verb != VerbAdmit && mo.Verb != VerbExpel || (mo.Verb == VerbAdmit) != (mo.Admit != nil) {
		return fmt.Errorf("%q is not a change of membership", clip(string(mo.Verb)))
	}
	for _, id := range mo.By {
		if _, known := s.index[id]; !known {
			return fmt.Errorf("%q is not a capital", clip(id))
		}
	}
	s.motions = append(s.motions, mo)
	return nil
}
