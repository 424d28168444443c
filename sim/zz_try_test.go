package sim

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/parley-sim/parley/scenarios"
)

func TestTry(t *testing.T) {
	src, err := os.ReadFile(os.Getenv("SC"))
	if err != nil {
		t.Skip()
	}
	s, err := scenarios.Parse(os.Getenv("SC"), src)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Play(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range r.Timeline {
		fmt.Println(i.At, i.Kind, i.RaftAt, i.Capital, i.Text)
		if i.Move != nil {
			fmt.Println("   ", i.Move.Capital, i.Move.Verb, i.Move.Plan, "v", i.Move.Version, i.Move.Outcome, i.Move.Reason, i.Move.Via)
		}
		for _, e := range i.Events {
			fmt.Printf("      %+v\n", e)
		}
	}
	for _, p := range r.Plans {
		fmt.Printf("%+v\n", p)
	}
	for _, p := range r.Findings {
		fmt.Printf("%+v\n", p)
	}
	for _, p := range r.Checks {
		fmt.Printf("%+v\n", p)
	}
	fmt.Printf("%+v %+v %x %x %v %v\n", r.Raft, r.Moves, r.RecordHash, r.TraceHash, r.RaftTime, r.WallTime)
}
