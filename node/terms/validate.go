package terms

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
)

// Bounds on a charter and on the lists of a move.
const (
	maxCapitals = 1000
	maxList     = 2000
	maxName     = 256
	maxWeight   = Number(1_000_000_000) * One
)

// Validate reports everything that is wrong with the charter, joined. Files are checked by package scenarios, which
// knows lines and columns; this is the last check, of a charter that came from elsewhere.
func (c *Charter) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(c.Capitals) == 0 || len(c.Capitals) > maxCapitals {
		return fmt.Errorf("a conference has 1 to %d capitals, not %d", maxCapitals, len(c.Capitals))
	}
	if c.Start < minInstant || c.Start > maxInstant {
		bad("the start lies outside the years 0001 to 9999")
	}
	if len(c.Terms) > maxList || len(c.Procedures) > maxList || len(c.Groups) > maxList {
		return fmt.Errorf("a charter has at most %d terms, procedures and groups", maxList)
	}
	voters := 0
	seen := map[string]bool{}
	for i := range c.Capitals {
		x := &c.Capitals[i]
		if x.ID == "" || len(x.ID) > maxName || seen[x.ID] {
			bad("capital %d: its id %q is empty, too long or taken", i+1, clip(x.ID))
		}
		seen[x.ID] = true
		if !slices.Contains([]Role{Belligerent, Guarantor, Mediator, Observer}, x.Role) {
			bad("capital %s: %q is not a role", x.ID, clip(string(x.Role)))
		}
		if len(x.Key) != 0 && len(x.Key) != ed25519.PublicKeySize {
			bad("capital %s: a key has %d bytes, not %d", x.ID, ed25519.PublicKeySize, len(x.Key))
		}
		for _, w := range x.Weights {
			if w.Name == "" || w.Value < 0 || w.Value > maxWeight {
				bad("capital %s: weight %q is not between 0 and %s", x.ID, clip(w.Name), maxWeight)
			}
		}
		if x.Votes() {
			voters++
		}
	}
	if voters == 0 {
		bad("no capital's machine votes: the record could never be written")
	}
	c.validateTerms(bad)
	c.validateProcedures(bad)
	return errors.Join(errs...)
}

func (c *Charter) validateTerms(bad func(string, ...any)) {
	seen := map[string]bool{}
	for i := range c.Terms {
		t := &c.Terms[i]
		if t.ID == "" || len(t.ID) > maxName || seen[t.ID] {
			bad("term %d: its id %q is empty, too long or taken", i+1, clip(t.ID))
		}
		seen[t.ID] = true
		switch t.Kind {
		case KindFlag, KindDuration, KindSet:
		case KindChoice:
			if len(t.Options) < 2 {
				bad("term %s: a choice has two options or more", t.ID)
			}
		case KindQuantity:
			if t.Min > t.Max || t.Step < 0 {
				bad("term %s: the quantity goes from %s to %s in steps of %s", t.ID, t.Min, t.Max, t.Step)
			}
		default:
			bad("term %s: %q is not a kind of term", t.ID, clip(string(t.Kind)))
		}
		c.validateCapitals(bad, "term "+t.ID, slices.Concat(t.ReservedTo, t.Members), false)
		c.validateCapitals(bad, "term "+t.ID+", reserved_to", t.ReservedTo, true)
	}
}

func (c *Charter) validateProcedures(bad func(string, ...any)) {
	seen := map[string]bool{}
	for i := range c.Procedures {
		p := &c.Procedures[i]
		where := "procedure " + clip(p.Name)
		if p.Name == "" || seen[p.Name] || len(p.Stages) == 0 {
			bad("%s: its name is empty or taken, or it has no stages", where)
		}
		seen[p.Name] = true
		if !slices.Contains([]OnAmendment{"", Restart, Stay}, p.OnAmendment) {
			bad("%s: on_amendment is restart or stay, not %q", where, clip(string(p.OnAmendment)))
		}
		c.validateCapitals(bad, where, slices.Concat(p.Proposers, p.Amenders), true)
		names := map[string]bool{}
		for j := range p.Stages {
			st := &p.Stages[j]
			at := where + ", stage " + clip(st.Name)
			if st.Name == "" || names[st.Name] {
				bad("%s: its name is empty or taken", at)
			}
			names[st.Name] = true
			c.validateStage(bad, at, p, j)
		}
	}
}

func (c *Charter) validateStage(bad func(string, ...any), at string, p *Procedure, j int) {
	st := &p.Stages[j]
	if len(st.Members) == 0 {
		bad("%s: it has no members", at)
		return
	}
	if st.Window < 0 || st.Window > maxDuration {
		bad("%s: its window is not a length of time", at)
	}
	if !slices.Contains([]Silence{"", SilenceAbsent, SilenceConsent}, st.Silence) {
		bad("%s: silence is absent or consent, not %q", at, clip(string(st.Silence)))
	}
	if !slices.Contains([]Decides{"", WhenWon, AtClose}, st.Decides) {
		bad("%s: decides is when-won or at-close, not %q", at, clip(string(st.Decides)))
	}
	for k, id := range st.Members {
		if slices.Contains(st.Members[:k], id) {
			bad("%s: %s is a member twice", at, clip(id))
		}
	}
	c.validateCapitals(bad, at, st.Members, true)
	if _, err := c.StageBallot(p, j, nil); err != nil {
		bad("%s: %w", at, err)
	}
}

// validateCapitals checks that the capitals exist and, where they are to hold positions, that none is an observer.
func (c *Charter) validateCapitals(bad func(string, ...any), where string, ids []string, positions bool) {
	for _, id := range ids {
		x := c.Capital(id)
		if x == nil {
			bad("%s: there is no capital %q", where, clip(id))
		} else if positions && x.Role == Observer {
			bad("%s: %s is an observer and holds no position", where, id)
		}
	}
}

// wellFormed checks the parts of a move that every verb could misuse.
func (s *State) wellFormed(m *Move) *refusal {
	if len(m.Text) > MaxText {
		return refuse(RefusedMalformed, "the text takes %d bytes; at most %d are allowed", len(m.Text), MaxText)
	}
	if len(m.Plan) > maxName || len(m.Term) > maxName {
		return refuse(RefusedMalformed, "an id takes at most %d bytes", maxName)
	}
	if m.For < 0 || m.For > maxDuration || m.Version < 0 {
		return refuse(RefusedMalformed, "a length and a version cannot be negative, nor longer than %s", maxDuration)
	}
	if m.Value != nil && !slices.Contains([]Kind{KindFlag, KindChoice, KindQuantity, KindDuration, KindSet}, m.Value.Kind) {
		return refuse(RefusedMalformed, "%q is not a kind of value", clip(string(m.Value.Kind)))
	}
	for _, n := range []int{len(m.Set), len(m.Drop), len(m.Citing), len(m.Of)} {
		if n > maxList {
			return refuse(RefusedMalformed, "a list of a move holds at most %d items", maxList)
		}
	}
	if m.Draft != nil && (len(m.Draft.Terms) > maxList || len(m.Draft.Requires) > maxList || len(m.Draft.Title) > MaxText) {
		return refuse(RefusedMalformed, "the draft is too long")
	}
	if !slices.Contains(Verbs(), m.Verb) && !slices.Contains([]Verb{VerbClock, VerbAdmit, VerbExpel, VerbRekey}, m.Verb) {
		return refuse(RefusedMalformed, "%q is not a move", clip(string(m.Verb)))
	}
	return nil
}
