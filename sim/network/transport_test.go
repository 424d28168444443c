package network_test

import (
	"bytes"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/sim/bubble"
	"github.com/parley-sim/parley/sim/network"
)

// serveRaft answers the Raft requests of a capital until its transport is told to stop.
func serveRaft(tr *network.Transport, stop <-chan struct{}, answer func(raft.RPC)) {
	go func() {
		for {
			select {
			case request := <-tr.Consumer():
				answer(request)
			case <-stop:
				return
			}
		}
	}()
}

func TestAppendIsCopied(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		paris, kyiv := n.Up("paris"), n.Up("kyiv")
		stop := make(chan struct{})
		defer close(stop)
		var got *raft.AppendEntriesRequest
		var said *raft.AppendEntriesResponse
		serveRaft(kyiv, stop, func(request raft.RPC) {
			asked := *request.Command.(*raft.AppendEntriesRequest)
			got = &asked // the request itself is used again
			said = &raft.AppendEntriesResponse{RPCHeader: raft.RPCHeader{ID: []byte("kyiv")}, Term: 3, Success: true}
			request.Respond(said, nil)
		})
		sent := &raft.AppendEntriesRequest{
			RPCHeader: raft.RPCHeader{ID: []byte("paris"), Addr: []byte("paris")},
			Term:      3,
			Entries:   []*raft.Log{{Index: 1, Term: 3, Data: []byte("move"), Extensions: []byte("ext")}},
		}
		var resp raft.AppendEntriesResponse
		if err := paris.AppendEntries("kyiv", "kyiv", sent, &resp); err != nil || !resp.Success || resp.Term != 3 {
			t.Fatalf("got %+v, %v", resp, err)
		}
		bubble.Wait() // orders what the other capital did before what the test reads
		for _, b := range [][]byte{sent.ID, sent.Addr, sent.Entries[0].Data, sent.Entries[0].Extensions, said.ID} {
			b[0] = '!'
		}
		sent.Entries[0].Index = 9
		for _, b := range [][]byte{got.ID, got.Addr, got.Entries[0].Data, got.Entries[0].Extensions, resp.ID} {
			if b[0] == '!' {
				t.Errorf("%q is shared", b)
			}
		}
		if got.Entries[0].Index != 1 {
			t.Error("the entry is shared")
		}
	})
}

// TestAppendIsNotUsedAgainBeforeItsAnswer has a capital keep an append that its sender has given up, while others come.
func TestAppendIsNotUsedAgainBeforeItsAnswer(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		paris, kyiv := n.Up("paris"), n.Up("kyiv")
		stop := make(chan struct{})
		defer close(stop)
		var kept []raft.RPC
		serveRaft(kyiv, stop, func(request raft.RPC) {
			term := request.Command.(*raft.AppendEntriesRequest).Term
			if term%2 == 1 {
				kept = append(kept, request)
				return
			}
			request.Respond(&raft.AppendEntriesResponse{Term: term, Success: true}, nil)
		})
		for term := uint64(1); term <= 10; term++ {
			var resp raft.AppendEntriesResponse
			err := paris.AppendEntries("kyiv", "kyiv", &raft.AppendEntriesRequest{Term: term,
				Entries: []*raft.Log{{Index: term, Data: []byte{byte(term)}}}}, &resp)
			if answered := term%2 == 0; answered != (err == nil) || answered && (resp.Term != term || !resp.Success) {
				t.Errorf("term %d: got %+v, %v", term, resp, err)
			}
		}
		bubble.Wait()
		for i, request := range kept {
			asked, term := request.Command.(*raft.AppendEntriesRequest), uint64(2*i+1)
			if asked.Term != term || len(asked.Entries) != 1 || asked.Entries[0].Index != term || asked.Entries[0].Data[0] != byte(term) {
				t.Errorf("request %d has become %+v", i, asked)
			}
			request.Respond(&raft.AppendEntriesResponse{Term: 99}, nil) // which comes to nobody
		}
	})
}

func TestRPCTimeoutAndLateDelivery(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		paris, kyiv := n.Up("paris"), n.Up("kyiv")
		stop := make(chan struct{})
		defer close(stop)
		var arrived atomic.Int32
		serveRaft(kyiv, stop, func(request raft.RPC) {
			arrived.Add(1)
			request.Respond(&raft.RequestVoteResponse{Granted: true}, nil)
		})
		n.Slow("paris", "kyiv", 2*time.Second)
		began := time.Now()
		var resp raft.RequestVoteResponse
		err := paris.RequestVote("kyiv", "kyiv", &raft.RequestVoteRequest{Term: 2}, &resp)
		if !errors.Is(err, network.ErrTimeout) || time.Since(began) != 500*time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
		if n.InFlight() != 1 || arrived.Load() != 0 {
			t.Error("the slow message should still be under way")
		}
		time.Sleep(2 * time.Second)
		if arrived.Load() != 1 || n.InFlight() != 0 {
			t.Errorf("arrived %d times, in flight %d", arrived.Load(), n.InFlight())
		}
	})
}

func TestBusyPeerTimesOut(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		paris := n.Up("paris")
		n.Up("kyiv") // nobody takes its requests
		began := time.Now()
		var resp raft.RequestPreVoteResponse
		err := paris.RequestPreVote("kyiv", "kyiv", &raft.RequestPreVoteRequest{Term: 2}, &resp)
		if !errors.Is(err, network.ErrTimeout) || time.Since(began) != 500*time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
}

func TestSnapshotAndRaftError(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		paris, kyiv := n.Up("paris"), n.Up("kyiv")
		stop := make(chan struct{})
		defer close(stop)
		content := strings.Repeat("x", 1<<20)
		var got bytes.Buffer
		serveRaft(kyiv, stop, func(request raft.RPC) {
			_, _ = got.ReadFrom(request.Reader)
			request.Respond(&raft.InstallSnapshotResponse{Term: 4}, errors.New("disk full"))
		})
		var resp raft.InstallSnapshotResponse
		err := paris.InstallSnapshot("kyiv", "kyiv", &raft.InstallSnapshotRequest{Term: 4}, &resp, strings.NewReader(content))
		if err == nil || err.Error() != "disk full" || resp.Term != 4 || got.String() != content {
			t.Errorf("got %v, term %d, %d bytes", err, resp.Term, got.Len())
		}
	})
}
