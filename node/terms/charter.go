package terms

import "slices"

// Role is the part a capital plays. Rules do not look at it, but an observer holds no position.
type Role string

// The roles.
const (
	Belligerent Role = "belligerent"
	Guarantor   Role = "guarantor"
	Mediator    Role = "mediator"
	Observer    Role = "observer" // a Raft non-voter; it may say, report, leave and return
)

// Weight is a named number of a capital, such as votes or population.
type Weight struct {
	Name  string `json:"name"`
	Value Number `json:"value"`
}

// Capital is one party of the conference, and one node of its cluster.
type Capital struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Role    Role     `json:"role"`
	Weights []Weight `json:"weights,omitempty"` // sorted by name

	// NonVoter keeps the capital's machine out of Raft's majority (its suffrage) whatever its role. Observers always are.
	NonVoter bool `json:"non_voter,omitempty"`

	// Key is the ed25519 public key that signs the capital's moves. Without one its moves are not signed.
	Key []byte `json:"key,omitempty"`

	// Address is where the capital's machine is reached by the others, host:port. Only machines look at it; in a
	// simulation there is none.
	Address string `json:"address,omitempty"`
}

// Votes reports whether the capital's machine counts towards Raft's majority.
func (c *Capital) Votes() bool { return c.Role != Observer && !c.NonVoter }

// Weight returns the weight of that name, zero if there is none.
func (c *Capital) Weight(name string) Number {
	for _, w := range c.Weights {
		if w.Name == name {
			return w.Value
		}
	}
	return 0
}

// Group is a named list of capitals. Groups are expanded by whoever writes a charter; they are kept for display.
type Group struct {
	Name     string   `json:"name"`
	Capitals []string `json:"capitals"`
}

// Silence says what a member that took no position means when a stage closes.
type Silence string

// The meanings of silence.
const (
	SilenceAbsent  Silence = "absent"
	SilenceConsent Silence = "consent" // the silence procedure
)

// Decides says when a stage that is won passes.
type Decides string

// The times at which a stage decides.
const (
	WhenWon Decides = "when-won"
	AtClose Decides = "at-close"
)

// Stage is one step of a procedure.
type Stage struct {
	Name    string   `json:"name"`
	Members []string `json:"members"`
	Rule    Rule     `json:"rule"`
	Window  Duration `json:"window,omitzero"`   // how long it is open at most; 0 is without end
	Silence Silence  `json:"silence,omitempty"` // "" is absent
	Decides Decides  `json:"decides,omitempty"` // "" is when-won
}

// OnAmendment says where an amended plan goes.
type OnAmendment string

// Where an amended plan goes.
const (
	Restart OnAmendment = "restart" // back to its first stage
	Stay    OnAmendment = "stay"    // it keeps its stage and deadline
)

// Procedure is the way a plan takes through its stages.
type Procedure struct {
	Name        string      `json:"name"`
	Stages      []Stage     `json:"stages"`
	OnAmendment OnAmendment `json:"on_amendment,omitempty"` // "" is restart
	Proposers   []string    `json:"proposers,omitempty"`    // none: any capital but an observer
	Amenders    []string    `json:"amenders,omitempty"`     // none: any capital but an observer
}

// Charter is what a conference is founded on: the first move of its record. Its parts are lists, in the order in which
// they were written, so that it has one encoding.
type Charter struct {
	Conference string      `json:"conference"` // a name, such as the scenario's id
	Start      Instant     `json:"start"`
	Capitals   []Capital   `json:"capitals"`
	Groups     []Group     `json:"groups,omitempty"`
	Terms      []Term      `json:"terms,omitempty"`
	Procedures []Procedure `json:"procedures"`

	// Membership is the rule by which capitals are admitted and expelled, over all that hold positions; nil: all consent.
	Membership *Rule `json:"membership,omitempty"`
}

// Capital, Term and Procedure look a part up by its id or name; they return nil if there is none.
func (c *Charter) Capital(id string) *Capital {
	return find(c.Capitals, func(x *Capital) bool { return x.ID == id })
}
func (c *Charter) Term(id string) *Term {
	return find(c.Terms, func(x *Term) bool { return x.ID == id })
}
func (c *Charter) Procedure(name string) *Procedure {
	return find(c.Procedures, func(x *Procedure) bool { return x.Name == name })
}

func find[T any](items []T, match func(*T) bool) *T {
	for i := range items {
		if match(&items[i]) {
			return &items[i]
		}
	}
	return nil
}

// Name returns the capital's name for display: its id where the charter does not know it.
func (c *Charter) Name(id string) string {
	if x := c.Capital(id); x != nil && x.Name != "" {
		return x.Name
	}
	return id
}

// Voters lists who is asked in a stage: its members and, in the procedure's last stage, the capitals that hold a reserved
// term of the text and are members of no stage (or, where an amended plan keeps its stage, are no members of that one). Called by the state machine, the parser and the analysis.
func (c *Charter) Voters(p *Procedure, stage int, reserved []string) []Voter {
	var voters []Voter
	add := func(id string, member bool) {
		if cap := c.Capital(id); cap != nil {
			voters = append(voters, Voter{ID: id, Member: member, Weight: cap.Weight})
		}
	}
	for _, id := range p.Stages[stage].Members {
		add(id, true)
	}
	for _, id := range reserved {
		if stage == p.lastStageOf(id) && !slices.Contains(p.Stages[stage].Members, id) {
			add(id, false)
		}
	}
	return voters
}

// lastStageOf returns the stage in which the consent of a capital that holds a reserved term is asked for. Where an
// amended plan keeps its stage, that is the procedure's last one: the text can change after any other.
func (p *Procedure) lastStageOf(id string) int {
	if p.OnAmendment == Stay {
		return len(p.Stages) - 1
	}
	for i := len(p.Stages) - 1; i >= 0; i-- {
		if slices.Contains(p.Stages[i].Members, id) {
			return i
		}
	}
	return len(p.Stages) - 1
}

// Reserved lists the capitals to which a term of the text is reserved, each once, in the charter's order.
func (c *Charter) Reserved(text []Setting) []string {
	var holders []string
	for i := range text {
		if t := c.Term(text[i].Term); t != nil {
			holders = append(holders, t.ReservedTo...)
		}
	}
	if len(holders) == 0 {
		return nil
	}
	var ids []string
	for i := range c.Capitals {
		if id := c.Capitals[i].ID; slices.Contains(holders, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// StageBallot compiles the rule by which a stage decides on a text: the stage's rule and, where terms of the text are
// reserved, the consents of the capitals that hold them.
func (c *Charter) StageBallot(p *Procedure, stage int, text []Setting) (*Ballot, error) {
	reserved := c.Reserved(text)
	rule := p.Stages[stage].Rule
	var asked []string
	for _, id := range reserved {
		if p.lastStageOf(id) == stage {
			asked = append(asked, id)
		}
	}
	if len(asked) > 0 {
		rule = Rule{Kind: RuleAll, Rules: []Rule{rule, {Kind: RuleConsentOf, Capitals: asked}}}
	}
	return Compile(rule, c.Voters(p, stage, reserved))
}
