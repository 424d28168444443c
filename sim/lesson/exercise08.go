package lesson

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// Exercise 8: write the rule. The student's rule is compared with the treaty's on every vote that the members can cast.

// treaty is the treaty's rule: 55 % of the members with 65 % of the population, or all but two.
func treaty(members []terms.Capital, consents []bool) bool {
	n, share, all := 0, terms.Number(0), terms.Number(0)
	for i := range members {
		all += members[i].Weights[0].Value
		if consents[i] {
			n++
			share += members[i].Weights[0].Value
		}
	}
	return n*100 >= 55*len(members) && share*100 >= 65*all || len(members)-n < 3
}

func unionVotes(s *sheet) *fault {
	if f := unionFrozen(s); f != nil {
		return f
	}
	for _, r := range s.plays() {
		for _, p := range r.Plans {
			consents := coalition(&s.mine.Charter, p.Tally.Consent)
			want := terms.Rejected
			if treaty(s.mine.Charter.Capitals, consents) {
				want = terms.Adopted
			}
			if p.Outcome != want {
				return s.fault("vote-wrong", r.moment(r.decided(p.ID)), "plan", p.ID, "consent", r.names(p.Tally.Consent),
					"n", len(p.Tally.Consent), "share", shareOf(&s.mine.Charter, consents), "want", want, "outcome", p.Outcome)
			}
		}
	}
	return nil
}

// unionFrozen faults a change to anything but the rule.
func unionFrozen(s *sheet) *fault {
	if f := s.frozen(partCapitals, partTerms, partPlans, partPolicies, partScript, partHorizon); f != nil {
		return f
	}
	same := slices.EqualFunc(s.given.Charter.Procedures, s.mine.Charter.Procedures, func(a, b terms.Procedure) bool {
		return alike(ruleless(a), ruleless(b))
	})
	if !same {
		return s.fault("frozen", nil, "part", "procedures", "file", s.lesson.Edit, "change", s.lesson.Change)
	}
	return nil
}

// ruleless is a procedure without the rules of its stages.
func ruleless(p terms.Procedure) terms.Procedure {
	p.Stages = slices.Clone(p.Stages)
	for i := range p.Stages {
		p.Stages[i].Rule = terms.Rule{}
	}
	return p
}

func coalition(c *terms.Charter, ids []string) []bool {
	in := make([]bool, len(c.Capitals))
	for i := range c.Capitals {
		in[i] = slices.Contains(ids, c.Capitals[i].ID)
	}
	return in
}

func shareOf(c *terms.Charter, in []bool) terms.Number {
	var sum terms.Number
	for i := range c.Capitals {
		if in[i] {
			sum += c.Capitals[i].Weights[0].Value
		}
	}
	return sum
}

func unionAll(s *sheet) *fault {
	c := &s.mine.Charter
	ballot, err := c.StageBallot(&c.Procedures[0], 0, nil)
	if err != nil {
		s.fail(err)
		return nil
	}
	members := c.Capitals
	right, all := 0, 1<<len(members)
	var first []bool
	for set := range all {
		in, pos := make([]bool, len(members)), make([]terms.Position, len(members))
		for i := range members {
			pos[i] = terms.Object
			if in[i] = set&(1<<i) != 0; in[i] {
				pos[i] = terms.Consent
			}
		}
		if ballot.Wins(pos) == treaty(members, in) {
			right++
		} else if first == nil {
			first = in
		}
	}
	s.runs += all
	if first != nil {
		return s.otherVote(first, right, all)
	}
	if namesCapitals(c.Procedures[0].Stages[0].Rule) {
		return s.fault("not-heads", nil)
	}
	return nil
}

// otherVote is the fault of a vote that is not in the file. It is played, so that it can be looked at.
func (s *sheet) otherVote(in []bool, right, all int) *fault {
	c := &s.mine.Charter
	var yes, no []string
	for i := range c.Capitals {
		if in[i] {
			yes = append(yes, c.Capitals[i].ID)
		} else {
			no = append(no, c.Capitals[i].ID)
		}
	}
	want, got := "adopted", "not adopted"
	if !treaty(c.Capitals, in) {
		want, got = "not adopted", "adopted"
	}
	why := fmt.Sprintf("(%d of nine are %.1f %% of the members; %d are against it.)", len(yes), float64(len(yes))*100/float64(len(in)), len(no))
	var script []string
	proposer := append(slices.Clone(yes), no...)[0]
	script = append(script, "{at: 0h, propose: first, by: "+proposer+"}")
	if len(yes) > 0 {
		script = append(script, "{at: 1h, consent: first, by: ["+strings.Join(yes, ", ")+"]}")
	}
	if len(no) > 0 {
		script = append(script, "{at: 1h, object: first, by: ["+strings.Join(no, ", ")+"]}")
	}
	var m *Moment
	if text := s.scripted(script); text != "" {
		r := s.playsText(text)
		if len(r) > 0 {
			m = r[0].moment(r[0].decided("first"))
		}
	}
	return s.fault("other-wrong", m, "right", right, "all", all, "consent", names(c, yes), "n", len(yes), "share", shareOf(c, in),
		"want", want, "got", got, "why", why)
}

// scripted returns the student's scenario with another script and no expectations, "" if it is not laid out in blocks.
func (s *sheet) scripted(steps []string) string {
	var out []string
	skip := false
	for line := range strings.SplitSeq(strings.ReplaceAll(string(s.files[s.lesson.Edit]), "\r\n", "\n"), "\n") {
		if line != "" && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "-") {
			skip = strings.HasPrefix(line, "script:") || strings.HasPrefix(line, "expect:")
		}
		if !skip {
			out = append(out, line)
		}
	}
	out = append(out, "script:")
	for _, step := range steps {
		out = append(out, "  - "+step)
	}
	text := strings.Join(out, "\n") + "\n"
	if _, err := scenarios.Parse(s.lesson.Edit, []byte(text)); err != nil {
		return ""
	}
	return text
}

func namesCapitals(r terms.Rule) bool {
	return len(r.Capitals) > 0 || slices.ContainsFunc(r.Rules, namesCapitals)
}
