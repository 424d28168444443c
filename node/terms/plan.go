package terms

import (
	"slices"
	"strings"
)

// plan is a plan as the record has made it. Its exported fields are what a snapshot holds.
type plan struct {
	ID        string     `json:"id"`
	Proposer  string     `json:"proposer"`
	Draft     Draft      `json:"draft"` // Terms as first proposed; the text is Terms below
	Version   int        `json:"version"`
	Terms     []Setting  `json:"terms,omitempty"` // sorted by term
	Stage     int        `json:"stage"`
	Opened    Instant    `json:"opened"`
	Deadline  Instant    `json:"deadline,omitzero"`   // of the stage; 0 is none
	Answers   []answer   `json:"answers,omitempty"`   // by the stage's voters
	Consented []string   `json:"consented,omitempty"` // in earlier stages of this version
	Vetoes    []veto     `json:"vetoes,omitempty"`
	Outcome   Outcome    `json:"outcome"`
	DecidedAt Instant    `json:"decided_at,omitzero"`
	Tally     *Tally     `json:"tally,omitempty"` // at the decision
	Because   []Reason   `json:"because,omitempty"`
	Agreement *Agreement `json:"agreement,omitempty"`
	Extend    []asked    `json:"extend,omitempty"`

	order     int // its place in State.plans
	procedure *Procedure
	ballot    *Ballot
	closing   string   // how its stage closes at this instant, "" if it does not
	assumed   bool     // that it is adopted is taken to hold while conditions are resolved
	hash      [32]byte // of the plan, if hashed
	hashed    bool     // the plan has not changed since
	upTo      [32]byte // hash of this plan and of all before it, where State.hashed counts it
}

// answer is what a voter has said in the present stage.
type answer struct {
	Position Position   `json:"position,omitempty"`
	If       *Condition `json:"if,omitempty"`
	Met      bool       `json:"met,omitempty"` // the condition holds
}

// effective is the position that counts.
func (a *answer) effective() Position {
	if a.If != nil && !a.Met {
		return Absent
	}
	return a.Position
}

// veto is a veto that stands.
type veto struct {
	Capital string   `json:"capital"`
	Citing  []string `json:"citing,omitempty"`
	Text    string   `json:"text,omitempty"`
	Version int      `json:"version"`
}

// asked is a capital's wish to extend an agreement.
type asked struct {
	Capital string   `json:"capital"`
	For     Duration `json:"for"`
}

func (p *plan) stage() *Stage     { return &p.procedure.Stages[p.Stage] }
func (p *plan) stageName() string { return p.stage().Name }
func (p *plan) lastStage() bool   { return p.Stage == len(p.procedure.Stages)-1 }

// voter returns the capital's place among the stage's voters, -1 if it is not asked.
func (p *plan) voter(id string) int {
	return slices.IndexFunc(p.ballot.voters, func(v Voter) bool { return v.ID == id })
}

// vetoOf returns the place of the capital's standing veto, -1 if it has none.
func (p *plan) vetoOf(id string) int {
	return slices.IndexFunc(p.Vetoes, func(v veto) bool { return v.Capital == id })
}

// positions appends the positions that count, by voter, to buf.
func (p *plan) positions(buf []Position) []Position {
	for i := range p.Answers {
		buf = append(buf, p.Answers[i].effective())
	}
	for i := range p.Vetoes {
		if v := p.voter(p.Vetoes[i].Capital); v >= 0 {
			buf[v] = Object
		}
	}
	return buf
}

// spoken reports whether the i-th voter has taken a position, whether or not its conditions hold.
func (p *plan) spoken(i int) bool {
	return p.Answers[i].Position != Absent || p.vetoOf(p.ballot.voters[i].ID) >= 0
}

// consentedTo reports whether the capital has consented to the present version: in the present stage or, as long as it has
// no position there that counts, in an earlier one.
func (p *plan) consentedTo(id string) bool {
	if p.Outcome == Open {
		if v := p.voter(id); v >= 0 {
			if p.vetoOf(id) >= 0 {
				return false
			}
			if now := p.Answers[v].effective(); now != Absent {
				return now == Consent
			}
		}
	}
	return slices.Contains(p.Consented, id)
}

// setting returns the text's value for a term.
func setting(text []Setting, term string) (Value, bool) {
	i, found := slices.BinarySearchFunc(text, term, func(s Setting, t string) int { return strings.Compare(s.Term, t) })
	if !found {
		return Value{}, false
	}
	return text[i].Value, true
}

// ends reports whether the plan is an agreement in force that has an end to come.
func (p *plan) ends() bool {
	return p.Agreement != nil && p.Agreement.Status == InForce && p.Agreement.Until != 0
}

// length is how long the agreement runs, 0 for without end.
func (p *plan) length() Duration {
	d := &p.Draft
	if d.Lasts > 0 {
		return d.Lasts
	}
	if v, set := setting(p.Terms, d.LastsTerm); set {
		return v.Duration
	}
	var only Duration
	n := 0
	for _, s := range p.Terms {
		if s.Value.Kind == KindDuration {
			only, n = s.Value.Duration, n+1
		}
	}
	if n == 1 {
		return only
	}
	return 0
}
