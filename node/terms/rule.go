package terms

import (
	"fmt"
	"strings"
)

// Position is what a member of a stage says of a text.
type Position uint8

// The positions. A member that has said nothing, or whose conditions do not hold, is absent.
const (
	Absent Position = iota
	Consent
	Object
	Abstain
)

// String names the position.
func (p Position) String() string { return [...]string{"absent", "consent", "object", "abstain"}[p] }

// Verdict is a rule's answer to the positions taken so far.
type Verdict uint8

// The verdicts: see [Rule].
const (
	Pending Verdict = iota
	Won
	Lost
)

// String names the verdict.
func (v Verdict) String() string { return [...]string{"pending", "won", "lost"}[v] }

// RuleKind names what a rule asks for, in the words of a scenario file.
type RuleKind string

// The kinds of rule. N, Number, Of, Capitals and Rules of [Rule] are used as said here, and are zero otherwise.
const (
	RuleYes             RuleKind = "yes"               // N or more members consent
	RuleWeight          RuleKind = "weight"            // the weights Of the consenting members sum to Number or more
	RuleShare           RuleKind = "share"             // consenting members make up Number (0.55) or more Of the members or a weight
	RuleConsentOf       RuleKind = "consent_of"        // each of Capitals consents
	RuleNoObjectionFrom RuleKind = "no_objection_from" // none of Capitals objects
	RuleUnanimous       RuleKind = "unanimous"         // every member consents
	RuleConsensus       RuleKind = "consensus"         // no member objects, one or more consent
	RuleConsensusMinus  RuleKind = "consensus_minus"   // at most N members object
	RuleAllBut          RuleKind = "all_but"           // all but at most N members consent
	RuleAll             RuleKind = "all"               // every one of Rules is won
	RuleAny             RuleKind = "any"               // one or more of Rules is won
)

// Members is the Of of a share that counts heads.
const Members = "members"

// Rule is a decision rule: a monotone function of the positions of a stage's members (a simple game in the sense of von
// Neumann and Morgenstern; Taylor and Zwicker, "Simple Games", 1999). It is plain data; [Compile] binds it to members.
//
// Its verdict on an open vote is
//   - won, if the positions taken win;
//   - lost, if it would not be won even with every absent member consenting;
//   - pending otherwise.
//
// Two clauses speak about what all members have not said: consensus and consensus_minus. While the vote is open they
// are won only once no absent member could still break them, or else the first consent would end the vote. A
// no_objection_from holds until one of its capitals objects: they hold a brake, not a key. (A stage that should hear them
// first decides at the close.) Where silence means consent, the silent are being waited for, and no_objection_from too is
// won only once none of its capitals can still object.
type Rule struct {
	Kind     RuleKind `json:"kind"`
	N        int      `json:"n,omitempty"`
	Number   Number   `json:"number,omitzero"`
	Strict   bool     `json:"strict,omitempty"` // of a share: more than Number, not just as much
	Of       string   `json:"of,omitempty"`
	Capitals []string `json:"capitals,omitempty"`
	Rules    []Rule   `json:"rules,omitempty"`
}

// String writes the rule in words: "9 or more consent, and no objection from london, paris".
func (r Rule) String() string {
	switch r.Kind {
	case RuleYes:
		return fmt.Sprintf("%d or more consent", r.N)
	case RuleWeight:
		return fmt.Sprintf("consents weigh %s or more of %s", r.Number, r.Of)
	case RuleShare:
		how := "at least "
		if r.Strict {
			how = "more than "
		}
		if r.Of == Members {
			return how + percent(r.Number) + " of the members consent"
		}
		return "consents hold " + how + percent(r.Number) + " of " + r.Of
	case RuleConsentOf:
		return "consent of " + strings.Join(r.Capitals, ", ")
	case RuleNoObjectionFrom:
		return "no objection from " + strings.Join(r.Capitals, ", ")
	case RuleUnanimous:
		return "every member consents"
	case RuleConsensus:
		return "one or more consent and no member objects"
	case RuleConsensusMinus:
		return fmt.Sprintf("at most %d object", r.N)
	case RuleAllBut:
		return fmt.Sprintf("all but at most %d consent", r.N)
	case RuleAll, RuleAny:
		words := make([]string, len(r.Rules))
		for i, sub := range r.Rules {
			words[i] = sub.String()
			if sub.Kind == RuleAll || sub.Kind == RuleAny {
				words[i] = "(" + words[i] + ")"
			}
		}
		if r.Kind == RuleAll {
			return strings.Join(words, ", and ")
		}
		return strings.Join(words, ", or ")
	}
	return "?"
}
