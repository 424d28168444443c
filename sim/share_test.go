package sim_test

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/parley-sim/parley/sim"
)

// BenchmarkShare says whose the processor time of the run with 5 capitals is, going by a profile that it takes: "make share".
// A sample belongs to the innermost frame of its stack that is hashicorp/raft's or Parley's; what either has Go and other
// libraries do is its own. Samples with neither are the scheduler's, the timers' and the garbage collector's.
func BenchmarkShare(b *testing.B) {
	s := month(b, 5)
	var buf bytes.Buffer
	if err := pprof.StartCPUProfile(&buf); err != nil {
		b.Skipf("leave -cpuprofile out, since this takes a profile of its own: %v", err)
	}
	for b.Loop() {
		if r, err := sim.Play(context.Background(), s, sim.Options{}); err != nil || !r.Held() {
			b.Fatal(r, err)
		}
	}
	pprof.StopCPUProfile()
	p, err := profile.Parse(&buf)
	if err != nil {
		b.Fatal(err)
	}
	var all, raft, below, beside, within float64
	for _, sample := range p.Sample {
		owner, called := ownerOf(sample)
		n := float64(sample.Value[0])
		all += n
		switch {
		case owner == raftOwns:
			raft += n
		case owner == parleyOwns && called:
			below += n
		case owner == parleyOwns:
			beside += n
		}
		if owner == raftOwns || called {
			within += n
		}
	}
	if all == 0 {
		b.Skip("it took less time than a profile can see: try -benchtime 3000x")
	}
	b.ReportMetric(all, "samples")
	b.ReportMetric(100*raft/all, "%raft")
	b.ReportMetric(100*below/all, "%ours-called-by-raft")
	b.ReportMetric(100*beside/all, "%ours-elsewhere")
	b.ReportMetric(100*raft/max(1, raft+below+beside), "%raft-of-both")
	b.ReportMetric(100*within/all, "%stacks-with-raft")
}

type owner int

const (
	nobodyOwns owner = iota
	raftOwns
	parleyOwns
)

// ownerOf says whom a sample belongs to, and whether Raft called what it was taken in.
func ownerOf(s *profile.Sample) (o owner, calledByRaft bool) {
	for _, place := range s.Location { // the innermost first
		for _, line := range place.Line {
			name := line.Function.Name
			switch {
			case strings.HasPrefix(name, "github.com/hashicorp/raft."):
				if o == nobodyOwns {
					return raftOwns, false
				}
				return o, true
			case o == nobodyOwns && strings.HasPrefix(name, "github.com/parley-sim/parley/"):
				o = parleyOwns
			}
		}
	}
	return o, false
}

func TestOwnerOf(t *testing.T) {
	const (
		raft   = "github.com/hashicorp/raft.(*Raft).runFSM"
		store  = "github.com/hashicorp/raft-boltdb/v2.(*BoltStore).Get"
		parley = "github.com/parley-sim/parley/node.(*fsm).apply"
		goes   = "runtime.mallocgc"
	)
	for _, c := range []struct {
		stack  []string // the innermost first
		owner  owner
		called bool
	}{
		{[]string{goes, raft, parley}, raftOwns, false},
		{[]string{goes, parley, goes, raft}, parleyOwns, true},
		{[]string{goes, parley, goes}, parleyOwns, false},
		{[]string{goes, store, parley}, parleyOwns, false},
		{[]string{goes}, nobodyOwns, false},
		{nil, nobodyOwns, false},
	} {
		s := &profile.Sample{}
		for _, f := range c.stack {
			s.Location = append(s.Location, &profile.Location{Line: []profile.Line{{Function: &profile.Function{Name: f}}}})
		}
		if owner, called := ownerOf(s); owner != c.owner || called != c.called {
			t.Errorf("%v: %v, %t", c.stack, owner, called)
		}
	}
}
