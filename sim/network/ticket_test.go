package network_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/sim/bubble"
	"github.com/parley-sim/parley/sim/network"
)

// askVote asks kyiv for a vote in a Raft term, and returns the answer, how long it took and the error.
func askVote(tr *network.Transport, raftTerm uint64) (raft.RequestVoteResponse, time.Duration, error) {
	var resp raft.RequestVoteResponse
	began := time.Now()
	err := tr.RequestVote("kyiv", "kyiv", &raft.RequestVoteRequest{Term: raftTerm}, &resp)
	return resp, time.Since(began), err
}

func TestDownWhileRaftServesResets(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		paris := n.Up("paris")
		n.Up("kyiv") // nobody answers
		time.AfterFunc(100*time.Millisecond, func() { n.Down("kyiv") })
		_, took, err := askVote(paris, 2)
		if !errors.Is(err, network.ErrReset) {
			t.Errorf("got %v", err)
		}
		if took < 100*time.Millisecond || took > 103*time.Millisecond {
			t.Errorf("the reset came after %v, want a hop after the crash at 100 ms", took)
		}
		if f := n.Flight(); f != (network.Flight{}) {
			t.Errorf("in flight at the end: %+v", f)
		}
	})
}

func TestDownResetsAtOnceThoughTheHandlerStays(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		echo(n, "paris", "kyiv")
		n.Handle("kyiv", func(context.Context, string, []byte) []byte {
			time.Sleep(500 * time.Millisecond) // deaf to its context
			return []byte("too late")
		})
		time.AfterFunc(100*time.Millisecond, func() { n.Down("kyiv") })
		answer, took, err := call(n, "paris", "kyiv", "")
		if !errors.Is(err, network.ErrReset) || took > 103*time.Millisecond {
			t.Errorf("got %q, %v after %v", answer, err, took)
		}
		time.Sleep(time.Second)
		bubble.Wait()
		if s := n.Stats().ByKind[network.Call]; s != (network.Count{Sent: 2, Delivered: 2}) {
			t.Errorf("counted %+v: one answer should have come", s)
		}
		if f := n.Flight(); f != (network.Flight{}) {
			t.Errorf("in flight at the end: %+v", f)
		}
	})
}

// TestEachRequestHasItsOwnDeadline asks at times between which the alarm of the peer rings for requests that are answered.
func TestEachRequestHasItsOwnDeadline(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		paris, kyiv := n.Up("paris"), n.Up("kyiv")
		stop := make(chan struct{})
		defer close(stop)
		serveRaft(kyiv, stop, func(request raft.RPC) {
			if request.Command.(*raft.RequestVoteRequest).Term%2 == 0 {
				request.Respond(&raft.RequestVoteResponse{Granted: true}, nil)
			}
		})
		for i := range uint64(12) {
			resp, took, err := askVote(paris, i)
			switch {
			case i%2 == 0 && (err != nil || !resp.Granted):
				t.Errorf("request %d: got %+v, %v", i, resp, err)
			case i%2 == 1 && (!errors.Is(err, network.ErrTimeout) || took != 500*time.Millisecond):
				t.Errorf("request %d: got %v after %v", i, err, took)
			}
			time.Sleep(170*time.Millisecond + time.Duration(i)*time.Microsecond)
		}
	})
}

// TestEarlierRequestTimesOutFirst has two requests wait at a peer at a time.
func TestEarlierRequestTimesOutFirst(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		n.Up("kyiv") // nobody answers
		var took [2]time.Duration
		for i, id := range []string{"paris", "london"} {
			tr := n.Up(id)
			go func() { _, took[i], _ = askVote(tr, 2) }()
			time.Sleep(200 * time.Millisecond)
		}
		time.Sleep(time.Second)
		bubble.Wait() // orders what the others did before what the test reads
		if took != [2]time.Duration{500 * time.Millisecond, 500 * time.Millisecond} {
			t.Errorf("timed out after %v", took)
		}
	})
}

// TestLateAnswerIsNobodyElses has Raft answer requests that their callers do not wait for any more.
func TestLateAnswerIsNobodyElses(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		paris, kyiv := n.Up("paris"), n.Up("kyiv")
		stop := make(chan struct{})
		defer close(stop)
		var late []raft.RPC
		serveRaft(kyiv, stop, func(request raft.RPC) {
			switch raftTerm := request.Command.(*raft.RequestVoteRequest).Term; {
			case raftTerm < 4:
				late = append(late, request)
			default:
				for _, l := range late {
					l.Respond(&raft.RequestVoteResponse{Term: 1, Granted: true}, nil)
				}
				late = nil
				request.Respond(&raft.RequestVoteResponse{Term: raftTerm}, nil)
			}
		})
		for i := range uint64(4) {
			if _, _, err := askVote(paris, i); !errors.Is(err, network.ErrTimeout) {
				t.Errorf("request %d: got %v", i, err)
			}
		}
		for i := uint64(4); i < 10; i++ {
			if resp, _, err := askVote(paris, i); err != nil || resp.Term != i || resp.Granted {
				t.Errorf("request %d: got %+v, %v", i, resp, err)
			}
		}
		if f := n.Flight(); f != (network.Flight{}) {
			t.Errorf("in flight at the end: %+v", f)
		}
	})
}
