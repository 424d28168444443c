package deals

import (
	"fmt"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// game is the rule that a deal must pass: that of the last stage, with the consents that reserved terms need.
type game struct {
	s      *scenarios.Scenario
	plan   string // "" where the file has none
	proc   *terms.Procedure
	stage  int
	always []string       // reserved terms that every deal sets
	maybe  []reservedTerm // reserved terms that a deal may leave out

	ballots map[uint64]*ballot // by which of maybe are set
	m       *model
}

type reservedTerm struct {
	term string
	line int // that it is set
}

// ballot is a rule on the capitals that it asks, each with the judge that speaks for it.
type ballot struct {
	*terms.Ballot
	judge    []int // by voter; -1 for one of whom nothing is known
	unscored bool  // there is one
	won      map[uint64][2]bool
}

func newGame(s *scenarios.Scenario, plan *scenarios.Plan, proc *terms.Procedure) *game {
	g := &game{s: s, proc: proc, stage: len(proc.Stages) - 1, ballots: map[uint64]*ballot{}}
	if plan != nil {
		g.plan = plan.ID
	}
	return g
}

// may lists the reserved terms that a deal may leave out.
func (g *game) may() []string {
	var ids []string
	for _, r := range g.maybe {
		ids = append(ids, r.term)
	}
	return ids
}

// reservedBits is how many bits of a key, above the conditions, say which reserved terms are set.
func (g *game) reservedBits() int {
	if g == nil {
		return 0
	}
	return len(g.maybe)
}

func (g *game) reservedKey(holds *flags, from int) uint64 {
	if g == nil || len(g.maybe) == 0 {
		return 0
	}
	var k uint64
	for i, r := range g.maybe {
		if holds.has(r.line) {
			k |= 1 << (from + i)
		}
	}
	return k
}

// bind compiles the rule once, so that what is wrong with it comes out at once, and finds out who has no sheet.
func (g *game) bind(m *model) error {
	g.m = m
	b, err := g.ballot(0)
	if err != nil {
		return err
	}
	for i, v := range b.Voters() {
		if b.judge[i] < 0 {
			m.unscored = append(m.unscored, v.ID)
		}
	}
	return nil
}

// ballot returns the rule for the deals that set these of the terms in maybe.
func (g *game) ballot(set uint64) (*ballot, error) {
	if b, ok := g.ballots[set]; ok {
		return b, nil
	}
	var text []terms.Setting
	for _, id := range g.always {
		text = append(text, terms.Setting{Term: id})
	}
	for i, r := range g.maybe {
		if set>>i&1 == 1 {
			text = append(text, terms.Setting{Term: r.term})
		}
	}
	compiled, err := g.s.Charter.StageBallot(g.proc, g.stage, text)
	if err != nil {
		return nil, fmt.Errorf("the rule of %s: %w", g.proc.Name, err)
	}
	b := &ballot{Ballot: compiled, won: map[uint64][2]bool{}}
	for _, v := range compiled.Voters() {
		j := g.judgeOf(v.ID)
		b.judge = append(b.judge, j)
		b.unscored = b.unscored || j < 0
	}
	g.ballots[set] = b
	return b, nil
}

func (g *game) judgeOf(id string) int {
	for j := range g.m.judges {
		for _, c := range g.m.judges[j].capitals {
			if c == id {
				return j
			}
		}
	}
	return -1
}

// maxRemembered bounds the verdicts that a ballot remembers.
const maxRemembered = 1 << 16

// passes reports whether deals with this key pass, first with those of whom nothing is known objecting, then consenting.
func (g *game) passes(key uint64) (objecting, consenting bool) {
	b, err := g.ballot(key >> len(g.m.conditions))
	if err != nil {
		return false, false // a rule that cannot be won once the capitals of a reserved term are asked
	}
	var accepts uint64
	for j := range g.m.judges {
		if key&g.m.judges[j].wants == 0 {
			accepts |= 1 << j
		}
	}
	if w, ok := b.won[accepts]; ok {
		return w[0], w[1]
	}
	positions := make([]terms.Position, len(b.judge))
	var won [2]bool
	for k, unknown := range []terms.Position{terms.Object, terms.Consent} {
		for i, j := range b.judge {
			switch {
			case j < 0:
				positions[i] = unknown
			case accepts>>j&1 == 1:
				positions[i] = terms.Consent
			default:
				positions[i] = terms.Object
			}
		}
		won[k] = b.Wins(positions)
	}
	if len(b.won) < maxRemembered {
		b.won[accepts] = won
	}
	return won[0], won[1]
}
