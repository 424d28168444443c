package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/terms"
)

func aScene() *scene {
	standing := func(id, state string) standing {
		return standing{id: id, status: &api.Status{Stats: node.Stats{Capital: id, State: state, RaftTerm: 2, AppliedIndex: 12, Sequence: 7}}}
	}
	s := &scene{leader: "kyiv", raftTerm: 2, applied: 12, moves: 7, now: 1740927600}
	s.capitals = append(s.capitals, standing("kyiv", "Leader"), standing("london", "Follower"))
	s.capitals = append(s.capitals, fallen("moscow", "signal: killed"), fallen("paris", ""))
	s.plans = []terms.PlanView{
		{ID: "truce", Version: 2, Outcome: terms.Open, Stage: "parties", Verdict: "pending", Vetoes: []terms.VetoView{{Capital: "moscow"}}},
		{ID: "pause", Version: 1, Outcome: terms.Adopted, Agreement: &terms.Agreement{Status: terms.InForce}},
	}
	return s
}

func fallen(id, how string) standing { return standing{id: id, fallen: how} }

func TestSceneOnATerminal(t *testing.T) {
	const want = `leader kyiv, Raft term 2, applied 12, 7 moves, 2025-03-02T15:00:00Z

CAPITAL  STATE                 RAFT TERM  APPLIED  MOVES
kyiv     leader                2          12       7
london   follower              2          12       7
moscow   down: signal: killed
paris    no answer

truce: version 2, open at parties, pending, vetoed by moscow
pause: version 1, adopted, in-force
`
	if got := aScene().draw(false); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	coloured := aScene().draw(true)
	if !strings.Contains(coloured, green) || ansi.Strip(coloured) != want {
		t.Errorf("in colour it is\n%s", coloured)
	}
}

func TestScenesElsewhereTellWhatHasChanged(t *testing.T) {
	var out bytes.Buffer
	v := (&env{stdout: &out}).newView()
	s := aScene()
	for range 2 {
		if err := v.show(s); err != nil {
			t.Fatal(err)
		}
	}
	s.leader, s.capitals[2] = "", s.capitals[1]
	s.capitals[2].id = "moscow"
	if err := v.show(s); err != nil {
		t.Fatal(err)
	}
	const want = `leader kyiv, Raft term 2
moscow: down: signal: killed
paris: no answer
truce: version 2, open at parties, pending, vetoed by moscow
pause: version 1, adopted, in-force
nobody leads
moscow: it runs
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}
