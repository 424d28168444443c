package sim_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
)

const watched = `
scenario: watched
start: 2025-03-02T15:00:00Z
horizon: 10d
capitals: {london: {role: mediator}, paris: {role: mediator}, kyiv: {role: mediator}}
terms: {force: {choice: [none, un]}}
procedures: {plan: {stages: [{name: all, rule: {unanimous: true}}]}}
plans: {truce: {terms: {force: un}}}
script:
  - {at: 1h, propose: truce, by: london}
  - {at: 1d, cut: {from: kyiv, to: paris}}
  - {at: 2d, slow: {link: [london, kyiv], by: 20ms}}
  - {at: 3d, heal: all}
  - {at: 4d, isolate: london}
  - {at: 5d, say: Nobody hears us, by: london}
  - {at: 6d, heal: all}
  - {at: 7d, wipe: kyiv}
  - {at: 8d, restart: kyiv}
`

// TestWatchTellsWhatHappens follows the sightings of a run: each in its time, and adding up to what the report says.
func TestWatchTellsWhatHappens(t *testing.T) {
	s, err := scenarios.Parse("watched.yaml", []byte(watched))
	if err != nil {
		t.Fatal(err)
	}
	var all []sim.Sighting
	r, err := sim.Play(context.Background(), s, sim.Options{Watch: func(one sim.Sighting) { all = append(all, one) }})
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	last, now := time.Duration(0), ""
	stored, applied, role := map[string]uint64{}, map[string]uint64{}, map[string]string{}
	for _, one := range all {
		if one.At < last {
			t.Errorf("%+v comes after %v", one, last)
		}
		last = one.At
		switch one.Kind {
		case sim.SeenTime:
			now = one.Time.Time().Format("2 15:04")
		case sim.SeenLine:
			fmt.Fprintf(&told, "%s %s>%s %+v\n", now, one.From, one.To, *one.Line)
		case sim.SeenReach:
			fmt.Fprintf(&told, "%s majority %v record %v\n", now, one.Majority, one.Record)
		case sim.SeenDown, sim.SeenUp:
			fmt.Fprintf(&told, "%s %s %s %s\n", now, one.Capital, one.Kind, one.Text)
		case sim.SeenStored:
			stored[one.Capital] = one.Index
		case sim.SeenCut:
			stored[one.Capital] = one.Index
		case sim.SeenApplied, sim.SeenRestored:
			applied[one.Capital] = one.Index
		case sim.SeenRole:
			role[one.Capital] = one.Role
		}
	}
	for _, want := range []string{
		"3 15:00 kyiv>paris {Cut:true Held:false Drop:0 Slow:0s}\n",
		"4 15:00 london>kyiv {Cut:false Held:false Drop:0 Slow:20ms}\n4 15:00 kyiv>london {Cut:false Held:false Drop:0 Slow:20ms}\n",
		"5 15:00 kyiv>london {Cut:false Held:false Drop:0 Slow:0s}\n",
		"6 15:00 majority [paris kyiv] record [paris kyiv]\n",
		"8 15:00 majority [london paris kyiv] record [london paris kyiv]\n",
		"9 15:00 kyiv down crashed\n9 15:00 kyiv down crashed, its disk wiped\n9 15:00 majority [london paris] record [london paris]\n",
		"10 15:00 kyiv up \n10 15:00 majority [london paris kyiv]",
	} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("not told: %s", want)
		}
	}
	if t.Failed() {
		t.Logf("told:\n%s", &told)
	}
	end := r.Record[len(r.Record)-1].Index
	for _, id := range []string{"london", "paris", "kyiv"} {
		if applied[id] != end || stored[id] < end {
			t.Errorf("%s has stored %d and applied %d; the record ends at %d", id, stored[id], applied[id], end)
		}
	}
	if role[r.Raft.Leader] != "Leader" {
		t.Errorf("%s leads at the end, and was last seen as %q", r.Raft.Leader, role[r.Raft.Leader])
	}
}
