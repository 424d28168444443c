package terms

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
)

// State is what the record adds up to. It is not safe for concurrent use: whoever applies moves guards it.
type State struct {
	verify     func(m *Move, key []byte) bool
	prepare    func(*Charter) (*Founding, error)
	forgetful  bool // see Options
	charter    *Charter
	founding   [32]byte // SHA-256 of the charter's canonical encoding
	capitals   []capital
	index      map[string]int           // capital id to its place in capitals
	ballots    map[*Procedure][]*Ballot // of the charter's stages, for texts that set no reserved term
	now        Instant
	sequence   uint64
	chain      [32]byte // SHA-256 over every move and result in the record, each with what went before
	plans      []*plan  // in the order of their first proposal
	byID       map[string]*plan
	motions    []motion // changes of membership, in the order in which they were first moved
	charterSum [32]byte // SHA-256 of the charter as it is now
	pledges    []pledge // in the order in which they were made

	open        []*plan // those of plans that are undecided, in the same order
	live        []*plan // those of plans whose agreement waits or has an end to come, in the same order
	conditional int     // consents of open plans and pledges that have conditions
	hashed      int     // how many of plans, from the first, have not changed since the last Hash
	events      []Event // of the move being applied
	scratch     []Position
	written     []byte // room for what is hashed
}

// capital is what the record has made of one.
type capital struct {
	left     bool
	expelled bool
	results  []stored // of its moves, by number from 1
}

// stored is a move's first result, kept to answer a repeated number.
type stored struct {
	Digest   digest  `json:"digest"`
	Sequence uint64  `json:"sequence"`
	Code     Refusal `json:"code,omitempty"`
	Reason   string  `json:"reason,omitempty"`
}

// digest is a move's Digest, written in hexadecimal.
type digest [32]byte

// MarshalText and UnmarshalText write and read hexadecimal.
func (d digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }
func (d *digest) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(d)) {
		return fmt.Errorf("a digest has %d digits, not %d", hex.EncodedLen(len(d)), len(b))
	}
	_, err := hex.Decode(d[:], b)
	return err
}

// Options of a State.
type Options struct {
	// Verify reports whether a move is signed with its capital's key; nil takes no signature for valid. Whoever holds a
	// state of the same conference must have the same rule: that of package signature. A process that holds many states
	// can check each signature once.
	Verify func(m *Move, key []byte) bool

	// Forgetful has the state keep no hashes of moves, which take a sixth of its time. It does not know a repeated move again
	// then, and refuses its number; Hash and Snapshot do not tell which moves led to the state. It is for a conference that
	// nobody else follows.
	Forgetful bool

	// Prepare answers as [Prepare] does, which it is if nil. A process that holds many states of a conference can prepare its
	// charter once.
	Prepare func(*Charter) (*Founding, error)
}

// New returns the state before the founding move.
func New(o Options) *State {
	if o.Verify == nil {
		o.Verify = func(*Move, []byte) bool { return false }
	}
	if o.Prepare == nil {
		o.Prepare = Prepare
	}
	return &State{verify: o.Verify, prepare: o.Prepare, forgetful: o.Forgetful, byID: map[string]*plan{}}
}

// refusal is why a move is refused; nil means that it is not.
type refusal struct {
	code   Refusal
	reason string
}

func refuse(code Refusal, format string, args ...any) *refusal {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

// Apply applies the next move of the record. It never fails: a move that cannot be carried out is refused with the reason,
// and changes nothing but its capital's count of moves and the time. The move is one that DecodeMove could have read. The
// state may keep what the move points to (a charter, a draft, a condition, a value), which must not be changed afterwards.
func (s *State) Apply(m *Move) Result {
	if m.Verb == VerbCharter {
		return s.found(m)
	}
	ci, sum, r := s.admit(m)
	if r != nil {
		return *r
	}
	s.events = nil
	s.settle(m.Time, m.Verb == VerbClock && s.wellFormed(m) == nil) // a refused move settles only what fell before it
	s.now = m.Time
	s.sequence++
	first := stored{Digest: sum, Sequence: s.sequence}
	if why := s.do(m, ci); why != nil {
		first.Code, first.Reason = why.code, why.reason
	} else {
		s.resolve()
	}
	c := &s.capitals[ci]
	if c.results == nil {
		c.results = make([]stored, 0, 4)
	}
	c.results = append(c.results, first)
	s.extendChain(sum, m.Time, first.Code)
	res := first.result()
	res.Events = s.events
	s.events = nil
	return res
}

func (f *stored) result() Result {
	return Result{Refused: f.Code != "", Code: f.Code, Reason: f.Reason, Sequence: f.Sequence}
}

func (s *State) extendChain(sum [32]byte, at Instant, code Refusal) {
	if s.forgetful {
		return
	}
	var buf [128]byte
	b := append(buf[:0], s.chain[:]...)
	b = append(b, sum[:]...)
	b = binary.AppendVarint(b, int64(at))
	b = appendString(b, string(code))
	s.chain = sha256.Sum256(b)
}

// found takes the founding move.
func (s *State) found(m *Move) Result {
	untraced := func(code Refusal, reason string) Result {
		return Result{Refused: true, Code: code, Reason: reason}
	}
	if s.charter != nil {
		if m.Charter != nil && sha256.Sum256(appendCharter(nil, m.Charter)) == s.founding {
			return Result{Repeat: true, Sequence: 1}
		}
		return untraced(RefusedNotFounded, "the conference has a charter already")
	}
	if m.Charter == nil {
		return untraced(RefusedMalformed, "the founding move has no charter")
	}
	ready, err := s.prepare(m.Charter)
	if err != nil {
		return untraced(RefusedMalformed, err.Error())
	}
	if m.Time > maxInstant {
		return untraced(RefusedTime, "the founding move lies beyond the year 9999")
	}
	s.adopt(ready)
	s.now = max(m.Time, m.Charter.Start)
	s.sequence = 1
	s.extendChain(s.founding, s.now, "")
	return Result{Sequence: 1}
}

// adopt takes over a charter that is ready.
func (s *State) adopt(f *Founding) {
	s.charter, s.ballots = f.charter, f.ballots
	s.founding, s.charterSum = f.sum, f.sum
	s.capitals = make([]capital, len(f.charter.Capitals))
	s.index = maps.Clone(f.index) // it grows with those that are admitted
}

// ballot binds the rule of a stage to a text.
func (s *State) ballot(p *Procedure, stage int, text []Setting) (*Ballot, error) {
	if len(s.charter.Reserved(text)) == 0 {
		return s.ballots[p][stage], nil
	}
	return s.charter.StageBallot(p, stage, text)
}

// admit checks who makes the move and whether it is the capital's next. A move that is not admitted leaves no trace: the
// result says why, or repeats the first result of a move that is in the record already.
func (s *State) admit(m *Move) (ci int, sum digest, r *Result) {
	untraced := func(code Refusal, format string, args ...any) (int, digest, *Result) {
		return 0, sum, &Result{Refused: true, Code: code, Reason: fmt.Sprintf(format, args...)}
	}
	if s.charter == nil {
		return untraced(RefusedNotFounded, "the conference has no charter yet")
	}
	ci, known := s.index[m.Capital]
	if !known {
		return untraced(RefusedUnknownCapital, "%q is not a capital of this conference", clip(m.Capital))
	}
	key := s.charter.Capitals[ci].Key
	if m.Conference != s.charter.Conference && (m.Conference != "" || len(key) > 0) {
		return untraced(RefusedConference, "the move is of conference %q; this is %q", clip(m.Conference), s.charter.Conference)
	}
	if len(key) > 0 && !s.verify(m, key) {
		return untraced(RefusedSignature, "the move is not signed by %s", m.Capital)
	}
	if !s.forgetful {
		sum = m.Digest()
	}
	results := s.capitals[ci].results
	last := uint64(len(results))
	switch {
	case m.Number == last+1:
	case m.Number == 0 || m.Number > last:
		return untraced(RefusedNumber, "%s's next move is number %d, not %d", m.Capital, last+1, m.Number)
	default:
		first := &results[m.Number-1]
		if first.Digest != sum || s.forgetful {
			return untraced(RefusedNumber, "%s's number %d was used for another move", m.Capital, m.Number)
		}
		res := first.result()
		res.Repeat = true
		return ci, sum, &res
	}
	if m.Time < s.now || m.Time > maxInstant {
		return untraced(RefusedTime, "the move is of %s; the record has reached %s", m.Time, s.now)
	}
	return ci, sum, nil
}

// clip shortens what a stranger sent, for messages.
func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "..."
	}
	return s
}

// do carries out an admitted move, or says why it is refused, having changed nothing.
func (s *State) do(m *Move, ci int) *refusal {
	if why := s.wellFormed(m); why != nil {
		return why
	}
	c := &s.charter.Capitals[ci]
	if s.capitals[ci].expelled && m.Verb != VerbClock {
		return refuse(RefusedNotAllowed, "%s has been expelled from the conference", c.ID)
	}
	if s.capitals[ci].left && m.Verb != VerbReturn && m.Verb != VerbSay && m.Verb != VerbClock {
		return refuse(RefusedNotAllowed, "%s has left the conference", c.ID)
	}
	switch m.Verb {
	case VerbClock, VerbSay:
		return nil
	case VerbLeave:
		return s.leave(ci)
	case VerbReturn:
		return s.comeBack(ci)
	case VerbReport:
		return s.report(m, ci)
	case VerbRekey:
		return s.rekey(m, ci)
	}
	if c.Role == Observer {
		return refuse(RefusedNotAllowed, "%s is an observer: it may say, report, leave and return", c.ID)
	}
	switch m.Verb {
	case VerbPropose:
		return s.propose(m, ci)
	case VerbPledge:
		return s.pledge(m, ci)
	case VerbUnpledge:
		return s.unpledge(m, ci)
	case VerbAdmit, VerbExpel:
		return s.changeMembership(m, ci)
	}
	p := s.find(m.Plan)
	if p == nil {
		return refuse(RefusedUnknown, "there is no plan %q yet", clip(m.Plan))
	}
	switch m.Verb {
	case VerbDenounce:
		return s.denounce(p, ci)
	case VerbExtend:
		return s.extend(p, ci, m.For)
	}
	if p.Outcome != Open {
		return refuse(RefusedState, "%s is %s: it is no longer open", p.ID, p.Outcome)
	}
	if m.Version != 0 && m.Version != p.Version {
		return refuse(RefusedVersion, "%s answers version %d of %s, which now stands at version %d", c.ID, m.Version, p.ID, p.Version)
	}
	switch m.Verb {
	case VerbAmend:
		return s.amend(p, m, ci)
	case VerbWithdraw:
		return s.withdraw(p, ci)
	case VerbCall:
		s.call(p)
		return nil
	}
	return s.takePosition(p, m, ci)
}

func (s *State) find(id string) *plan { return s.byID[id] }

func (s *State) emit(e Event) {
	e.Time = s.now
	s.events = append(s.events, e)
}

// emitFor is emit with the plan's id, version and stage filled in.
func (s *State) emitFor(p *plan, e Event) {
	e.Plan, e.Version, e.Stage = p.ID, p.Version, p.stageName()
	s.emit(e)
}
