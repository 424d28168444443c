package terms

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// Verb is what a move does.
type Verb string

// The verbs. Beside each: the fields of [Move] that it uses, those in brackets optional.
const (
	VerbCharter  Verb = "charter"  // Charter: founds the conference; the first move, of no capital
	VerbPropose  Verb = "propose"  // Plan, Draft
	VerbAmend    Verb = "amend"    // Plan, Set and/or Drop, [Version]
	VerbConsent  Verb = "consent"  // Plan, [Version, If]
	VerbObject   Verb = "object"   // Plan, [Version]
	VerbAbstain  Verb = "abstain"  // Plan, [Version]
	VerbVeto     Verb = "veto"     // Plan, [Version, Citing]
	VerbLift     Verb = "lift"     // Plan: takes the capital's veto or objection back
	VerbCall     Verb = "call"     // Plan: closes the stage's vote now
	VerbWithdraw Verb = "withdraw" // Plan: by its proposer
	VerbPledge   Verb = "pledge"   // Term, [Value, If]
	VerbUnpledge Verb = "unpledge" // Term
	VerbLeave    Verb = "leave"    // walks out of the conference
	VerbReturn   Verb = "return"   // comes back
	VerbReport   Verb = "report"   // Plan, Against, [Of]: a violation of an agreement
	VerbDenounce Verb = "denounce" // Plan: ends an agreement
	VerbExtend   Verb = "extend"   // Plan, [For]: asks for an agreement to run longer
	VerbSay      Verb = "say"      // Text: a statement for the record
	VerbAdmit    Verb = "admit"    // Admit: supports the admission of a capital
	VerbExpel    Verb = "expel"    // Against: supports the expulsion of a capital
	VerbRekey    Verb = "rekey"    // Key: signs with another key from now on
	VerbClock    Verb = "clock"    // Time: settles the deadlines up to now; any capital
)

// Verbs lists the verbs that a capital can be scripted to use, in the order of a negotiation.
func Verbs() []Verb {
	return []Verb{VerbPropose, VerbAmend, VerbConsent, VerbObject, VerbAbstain, VerbVeto, VerbLift, VerbCall, VerbWithdraw,
		VerbPledge, VerbUnpledge, VerbLeave, VerbReturn, VerbReport, VerbDenounce, VerbExtend, VerbSay}
}

// Draft is the text that propose puts to the conference.
type Draft struct {
	Title     string      `json:"title,omitempty"`
	Procedure string      `json:"procedure"`
	Terms     []Setting   `json:"terms,omitempty"`    // sorted by term
	Requires  []Condition `json:"requires,omitempty"` // all must hold before an adopted plan enters into force

	// How long the agreement runs once in force: Lasts, or else the value of the term LastsTerm, or else, if the text sets
	// exactly one duration, that; or else without end.
	Lasts     Duration `json:"lasts,omitzero"`
	LastsTerm string   `json:"lasts_term,omitempty"`

	// CollapsesAfter is the number of reported violations at which the agreement collapses; 0 is DefaultCollapsesAfter.
	CollapsesAfter int `json:"collapses_after,omitempty"`
}

// DefaultCollapsesAfter is how many reported violations end an agreement that does not say so itself.
const DefaultCollapsesAfter = 3

// Move is one entry of the record: what a capital does, at a scenario time. Its capital numbers its moves 1, 2, 3, ... and
// signs them. A move is sent again under its own number until its result is known.
type Move struct {
	Conference string     `json:"conference,omitempty"`
	Capital    string     `json:"capital,omitempty"`
	Number     uint64     `json:"number,omitempty"`
	Time       Instant    `json:"time"`
	Verb       Verb       `json:"verb"`
	Plan       string     `json:"plan,omitempty"`
	Version    int        `json:"version,omitempty"` // the version answered; 0 is whichever stands
	Draft      *Draft     `json:"draft,omitempty"`
	Set        []Setting  `json:"set,omitempty"`
	Drop       []string   `json:"drop,omitempty"`
	If         *Condition `json:"if,omitempty"`
	Citing     []string   `json:"citing,omitempty"`
	Term       string     `json:"term,omitempty"`
	Value      *Value     `json:"value,omitempty"`
	Of         []string   `json:"of,omitempty"`
	Against    string     `json:"against,omitempty"`
	For        Duration   `json:"for,omitzero"`
	Text       string     `json:"text,omitempty"` // what is said with the move, or by say
	Charter    *Charter   `json:"charter,omitempty"`
	Admit      *Capital   `json:"admit,omitempty"`
	Key        []byte     `json:"key,omitempty"`
	Signature  []byte     `json:"signature,omitempty"`
}

// Bounds on a move, so that one cannot exhaust a machine.
const (
	MaxMoveBytes = 1 << 20  // an encoded move
	MaxText      = 16 << 10 // bytes of Text
)

// Encode writes the move as it is stored in Raft's log: JSON.
func (m *Move) Encode() ([]byte, error) {
	b, flat := m.encodeFlat()
	if !flat {
		var err error
		if b, err = json.Marshal(m); err != nil {
			return nil, fmt.Errorf("encode move: %w", err)
		}
	}
	if len(b) > MaxMoveBytes {
		return nil, fmt.Errorf("the move takes %d bytes; at most %d are allowed", len(b), MaxMoveBytes)
	}
	return b, nil
}

// DecodeMove reads what Encode wrote. Fields that it does not know are ignored, so that older capitals can read on.
func DecodeMove(b []byte) (m Move, err error) {
	err = m.Decode(b)
	return m, err
}

// Decode is DecodeMove for a move that is there: it is replaced as a whole.
func (m *Move) Decode(b []byte) error {
	*m = Move{}
	if len(b) > MaxMoveBytes {
		return fmt.Errorf("the move takes %d bytes; at most %d are allowed", len(b), MaxMoveBytes)
	}
	if decodeFlat(b, m) {
		return nil
	}
	*m = Move{}
	if err := json.Unmarshal(b, m); err != nil {
		return fmt.Errorf("decode move: %w", err)
	}
	return nil
}

// Sign signs the move with its capital's key. Called by the capital that makes it, after its number and time are set.
func (m *Move) Sign(key ed25519.PrivateKey) { m.Signature = ed25519.Sign(key, m.AppendSigned(nil)) }

// AppendSigned appends the bytes that the signature is over: the whole move but the signature. Whether one is valid is for
// Options.Verify to say.
func (m *Move) AppendSigned(b []byte) []byte { return m.canonical(b, true) }

// Digest identifies what the move does: SHA-256 of its canonical bytes without time and signature. A move that is sent
// again later under its own number carries another time and has the same digest.
func (m *Move) Digest() [32]byte {
	var buf [512]byte
	return sha256.Sum256(m.canonical(buf[:0], false))
}

// canonical appends the one encoding of the move that is signed and hashed: each field in order, lengths before contents.
func (m *Move) canonical(b []byte, withTime bool) []byte {
	b = append(b, "parley move 1\n"...)
	b = appendString(b, m.Conference)
	b = appendString(b, m.Capital)
	b = binary.AppendUvarint(b, m.Number)
	if withTime {
		b = binary.AppendVarint(b, int64(m.Time))
	}
	b = appendString(b, string(m.Verb))
	b = appendString(b, m.Plan)
	b = binary.AppendVarint(b, int64(m.Version))
	b = appendOptional(b, m.Draft, appendDraft)
	b = appendSettings(b, m.Set)
	b = appendStrings(b, m.Drop)
	b = appendOptional(b, m.If, appendCondition)
	b = appendStrings(b, m.Citing)
	b = appendString(b, m.Term)
	b = appendOptional(b, m.Value, appendValue)
	b = appendStrings(b, m.Of)
	b = appendString(b, m.Against)
	b = binary.AppendVarint(b, int64(m.For))
	b = appendString(b, m.Text)
	b = appendOptional(b, m.Charter, appendCharter)
	return appendString(appendOptional(b, m.Admit, appendCapital), string(m.Key))
}
