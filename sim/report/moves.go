package report

import (
	"fmt"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
)

// phrase is how a verb is written. A %s is what the move is about: a plan, or the term of a pledge.
type phrase struct{ one, many, noun string }

func phraseOf(v terms.Verb) phrase {
	switch v {
	case terms.VerbPropose:
		return phrase{"proposes %s", "propose %s", "proposal of %s"}
	case terms.VerbAmend:
		return phrase{"amends %s", "amend %s", "amendment to %s"}
	case terms.VerbConsent:
		return phrase{"consents to %s", "consent to %s", "consent to %s"}
	case terms.VerbObject:
		return phrase{"objects to %s", "object to %s", "objection to %s"}
	case terms.VerbAbstain:
		return phrase{"abstains on %s", "abstain on %s", "abstention on %s"}
	case terms.VerbVeto:
		return phrase{"vetoes %s", "veto %s", "veto of %s"}
	case terms.VerbLift:
		return phrase{"lifts its veto or objection to %s", "lift their vetoes or objections to %s", "lifting of its veto of %s"}
	case terms.VerbCall:
		return phrase{"calls the vote on %s", "call the vote on %s", "call for the vote on %s"}
	case terms.VerbWithdraw:
		return phrase{"withdraws %s", "withdraw %s", "withdrawal of %s"}
	case terms.VerbPledge:
		return phrase{"pledges %s", "pledge %s", "pledge of %s"}
	case terms.VerbUnpledge:
		return phrase{"takes back its pledge of %s", "take back their pledges of %s", "taking back of its pledge of %s"}
	case terms.VerbLeave:
		return phrase{"leaves the conference", "leave the conference", "leaving of the conference"}
	case terms.VerbReturn:
		return phrase{"returns to the conference", "return to the conference", "return to the conference"}
	case terms.VerbReport:
		return phrase{"reports a violation of %s", "report a violation of %s", "report of a violation of %s"}
	case terms.VerbDenounce:
		return phrase{"denounces %s", "denounce %s", "denunciation of %s"}
	case terms.VerbExtend:
		return phrase{"asks to extend %s", "ask to extend %s", "request to extend %s"}
	case terms.VerbSay:
		return phrase{"says", "say", "statement"}
	case terms.VerbAdmit:
		return phrase{"agrees to admit %s", "agree to admit %s", "agreement to admit %s"}
	case terms.VerbExpel:
		return phrase{"agrees to expel %s", "agree to expel %s", "agreement to expel %s"}
	case terms.VerbRekey:
		return phrase{"signs with another key from now on", "sign with other keys from now on", "change of its signing key"}
	case terms.VerbClock:
		return phrase{"lets time pass", "let time pass", "passing of time"}
	}
	return phrase{string(v) + " %s", string(v) + " %s", string(v) + " %s"}
}

// about fills in what a phrase is about.
func about(format, subject string) string {
	if !strings.Contains(format, "%s") {
		return format
	}
	return strings.TrimSpace(strings.Replace(format, "%s", subject, 1))
}

// subject is what a move is about.
func subject(m *terms.Move) string {
	switch {
	case m.Plan != "":
		return m.Plan
	case m.Verb == terms.VerbAdmit && m.Admit != nil:
		return m.Admit.ID
	case m.Verb == terms.VerbExpel:
		return m.Against
	}
	return m.Term
}

// noun names a move of a capital: "Kyiv's consent to truce".
func (w words) noun(capital string, v terms.Verb, subject string) string {
	return w.name(capital) + "'s " + about(phraseOf(v).noun, subject)
}

// made says that capitals made a move, all the same one. The sentence is still to be ended: see [ended].
func (w words) made(capitals []string, m *sim.Played) string {
	form := phraseOf(m.Verb).one
	if len(capitals) > 1 {
		form = phraseOf(m.Verb).many
	}
	var b strings.Builder
	b.WriteString(w.who(capitals) + " " + about(form, subject(&m.Move)))
	if m.Verb == terms.VerbPropose && m.Draft != nil && m.Draft.Title != "" {
		b.WriteString(", " + quoted(m.Draft.Title))
	}
	if m.Verb == terms.VerbPledge && m.Value != nil && m.Value.Kind != terms.KindFlag {
		b.WriteString(": " + w.value(m.Term, *m.Value))
	}
	if m.Against != "" && m.Verb != terms.VerbExpel {
		b.WriteString(" by " + w.name(m.Against))
	}
	if len(m.Of) > 0 {
		b.WriteString(" (" + join(m.Of, "and") + ")")
	}
	if m.For > 0 {
		b.WriteString(" for " + m.For.String())
	}
	if m.If != nil {
		b.WriteString(", if " + w.condition(*m.If))
	}
	if len(m.Citing) > 0 {
		b.WriteString(", citing " + join(m.Citing, "and"))
	}
	if m.Text != "" {
		b.WriteString(": " + quoted(m.Text))
	}
	return b.String()
}

// refused says that a move was refused, by what way it came, and why.
func (w words) refused(m *sim.Played, how string) string {
	return fmt.Sprintf("Refused: %s%s. %s", w.noun(m.Capital, m.Verb, subject(&m.Move)), how, sentence(w.byName(m.Reason)))
}

// sentence folds a text into one line and ends it.
func sentence(s string) string { return ended(oneLine(s)) }

// ended ends a sentence with a full stop, unless it has its end, in a quotation too.
func ended(s string) string {
	if inner := strings.TrimRight(s, "\"”"); s == "" || strings.ContainsAny(inner[max(0, len(inner)-1):], ".!?") {
		return s
	}
	return s + "."
}

// texts follows what each plan says while the timeline is read, so that an amendment can be shown as a change.
type texts map[string][]terms.Setting

// change is what an amendment does to one term.
type change struct {
	term     string
	old, new *terms.Value // nil: not set
}

// read takes in a move, and returns what it changed if it was an amendment. A refused move changes nothing.
func (t texts) read(m *sim.Played) []change {
	if m.Outcome != "recorded" {
		return nil
	}
	switch m.Verb {
	case terms.VerbPropose:
		if m.Draft != nil {
			t[m.Plan] = append([]terms.Setting(nil), m.Draft.Terms...)
		}
	case terms.VerbAmend:
		return t.amend(m)
	}
	return nil
}

func (t texts) amend(m *sim.Played) []change {
	var changes []change
	text := t[m.Plan]
	find := func(term string) int {
		for i := range text {
			if text[i].Term == term {
				return i
			}
		}
		return -1
	}
	for _, set := range m.Set {
		c := change{term: set.Term, new: &set.Value}
		if i := find(set.Term); i >= 0 {
			old := text[i].Value
			c.old = &old
			text[i].Value = set.Value
		} else {
			text = append(text, set)
		}
		changes = append(changes, c)
	}
	for _, term := range m.Drop {
		if i := find(term); i >= 0 {
			old := text[i].Value
			changes = append(changes, change{term: term, old: &old})
			text = append(text[:i], text[i+1:]...)
		}
	}
	t[m.Plan] = text
	return changes
}

// changed writes a change: "force: coalition → un".
func (w words) changed(c change) string {
	old, now := "not set", "dropped"
	if c.old != nil {
		old = w.value(c.term, *c.old)
	}
	if c.new != nil {
		now = w.value(c.term, *c.new)
	}
	return c.term + ": " + old + " → " + now
}
