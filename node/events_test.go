package node

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

// TestEventsTravelWhole has replies with any events written and read: whatever field an event has, none is forgotten.
func TestEventsTravelWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Make[terms.Event](), 1, 4).Draw(t, "events")
		for i := range events {
			tidy(&events[i])
		}
		result := terms.Result{Refused: true, Code: "x", Reason: "y", Repeat: true, Sequence: 9, Events: events}
		want := reply{Version: protocolVersion, Fate: fateNames[answered], Result: result,
			Items: []item{{fate: inDoubt, result: result, index: 3}}}
		got, err := decodeReply(want.encode())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\nwas read as\n%+v", want, got)
		}
	})
}

// tidy makes an event one that a state machine could tell of: lists that have to be there are, and others are not empty.
func tidy(e *terms.Event) {
	e.Version &= math.MaxInt32
	optional := func(list *[]string) {
		if len(*list) == 0 {
			*list = nil
		}
	}
	needed := func(lists ...*[]string) {
		for _, list := range lists {
			*list = append([]string{}, *list...)
		}
	}
	optional(&e.Capitals)
	optional(&e.Terms)
	if e.Tally != nil {
		needed(&e.Tally.Consent, &e.Tally.Object, &e.Tally.Abstain, &e.Tally.Absent)
	}
	if len(e.Reasons) == 0 {
		e.Reasons = nil
	}
	for i := range e.Reasons {
		needed(&e.Reasons[i].Capitals, &e.Reasons[i].Terms)
	}
}
