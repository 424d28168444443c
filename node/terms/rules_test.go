package terms

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestRules plays testdata/rules*.txt.
//
//	members us uk fr                     who votes
//	weights votes us 4 uk 3              a weight of theirs
//	heard kyiv                           asked, but no member: it holds a reserved term
//	rule yes 2                           compiled; answers who holds a veto, or what is wrong with the rule
//	vote consent us; object uk; abstain fr [; silence consent]
//
// A vote answers: the verdict while the vote is open, what a close would make of it, and on whom the rule fails.
func TestRules(t *testing.T) {
	runTranscripts(t, "rules*.txt", func(*testing.T) func(string) string {
		return (&ruleFile{weights: map[string]map[string]Number{}}).answer
	})
}

type ruleFile struct {
	voters  []Voter
	weights map[string]map[string]Number // by capital
	ballot  *Ballot
}

func (f *ruleFile) answer(line string) string {
	what, rest, _ := strings.Cut(line, " ")
	w := strings.Fields(rest)
	switch what {
	case "members", "heard":
		if what == "members" {
			f.voters = nil
		}
		for _, id := range w {
			weight := func(name string) Number { return f.weights[id][name] }
			f.voters = append(f.voters, Voter{ID: id, Member: what == "members", Weight: weight})
		}
	case "weights":
		for pair := range slices.Chunk(w[1:], 2) {
			if f.weights[pair[0]] == nil {
				f.weights[pair[0]] = map[string]Number{}
			}
			f.weights[pair[0]][w[0]] = number(pair[1])
		}
	case "rule":
		return f.compile(ruleOf(rest))
	case "vote":
		return f.vote(rest)
	default:
		panic("no command: " + line)
	}
	return ""
}

func (f *ruleFile) compile(r Rule) string {
	b, err := Compile(r, f.voters)
	if err != nil {
		return "wrong: " + err.Error() + "\n"
	}
	f.ballot = b
	var holders []string
	for i, v := range b.Voters() {
		if b.Vetoes(i) {
			holders = append(holders, v.ID)
		}
	}
	if holders == nil {
		holders = []string{"nobody"}
	}
	return fmt.Sprintf("%s; a veto is held by %s\n", r, strings.Join(holders, " "))
}

func (f *ruleFile) vote(text string) string {
	pos := make([]Position, len(f.voters))
	silence := false
	for _, part := range splitTrim(text, ";") {
		w := strings.Fields(part)
		if len(w) == 0 || w[0] == "silence" {
			silence = len(w) > 0
			continue
		}
		position := map[string]Position{"consent": Consent, "object": Object, "abstain": Abstain}[w[0]]
		for _, id := range w[1:] {
			i := slices.IndexFunc(f.voters, func(v Voter) bool { return v.ID == id })
			if i < 0 || position == Absent {
				panic("no vote: " + part)
			}
			pos[i] = position
		}
	}
	line := fmt.Sprintf("%s; at a close: %s", f.ballot.Tally(pos, silence), f.ballot.OutcomeAtClose(pos))
	var unmet []string
	for _, i := range f.ballot.Unmet(pos) {
		unmet = append(unmet, f.voters[i].ID)
	}
	return line + words("; fails on ", unmet) + "\n"
}
