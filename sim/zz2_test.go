package sim_test

import (
	"context"
	"fmt"
	"github.com/parley-sim/parley/sim"
	"testing"
)

func TestInfo(t *testing.T) {
	s := month(t, 5)
	for range 3 {
		r, _ := sim.Play(context.Background(), s, sim.Options{})
		fmt.Printf("%v %v %+v unsettled %d\n", r.RaftTime, r.WallTime, r.Raft, r.Unsettled)
		for _, i := range r.Timeline {
			fmt.Println(i.RaftAt, i.Kind, i.Capital)
		}
	}
}
