package wire

import (
	"io"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/hlog"
)

// BenchmarkTransport measures one append of a 1 KiB entry and its answer: over plain TCP by hashicorp/raft's own transport
// and over the wire, in turn, in one run. ratio is the wire's messages a second to those over plain TCP.
func BenchmarkTransport(b *testing.B) {
	c := newConference(b, "kyiv", "moscow")
	c.respondForever(c.wires["moscow"].Transport())
	wire := c.wires["kyiv"].Transport()

	var plain [2]*raft.NetworkTransport
	for i := range plain {
		t, err := raft.NewTCPTransport("127.0.0.1:0", nil, maxPool, time.Second, io.Discard)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = t.Close() }()
		plain[i] = t
	}
	c.respondForever(plain[1])

	req := &raft.AppendEntriesRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: 3, ID: []byte("kyiv")}, Term: 1,
		Entries: []*raft.Log{{Index: 1, Data: make([]byte, 1<<10)}}}
	send := func(t raft.Transport, to raft.ServerAddress) (took time.Duration) {
		began := time.Now()
		for range 10 {
			if err := t.AppendEntries("moscow", to, req, &raft.AppendEntriesResponse{}); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
	send(wire, "") // connects
	send(plain[0], plain[1].LocalAddr())
	var secure, bare time.Duration
	rounds := 0
	for b.Loop() {
		secure += send(wire, "")
		bare += send(plain[0], plain[1].LocalAddr())
		rounds += 10
	}
	b.ReportMetric(float64(bare)/float64(secure), "ratio")
	b.ReportMetric(float64(secure.Microseconds())/float64(rounds), "µs/tls")
	b.ReportMetric(float64(bare.Microseconds())/float64(rounds), "µs/plain")
}

func (c *conference) respondForever(t raft.Transport) {
	stop := make(chan struct{})
	c.t.Cleanup(func() { close(stop) })
	go func() {
		for {
			select {
			case rpc := <-t.Consumer():
				rpc.Respond(&raft.AppendEntriesResponse{Success: true}, nil)
			case <-stop:
				return
			}
		}
	}()
}

// BenchmarkCommits measures commits of three capitals in memory by 64 clients, over plain TCP and over the wire in turn.
func BenchmarkCommits(b *testing.B) {
	ids := []string{"kyiv", "moscow", "washington"}
	c := newConference(b, ids...)
	secure := newCluster(b, ids, func(id string) raft.Transport { return c.wires[id].Transport() })
	tcp := map[string]raft.Transport{}
	bare := newCluster(b, ids, func(id string) raft.Transport {
		if tcp[id] == nil {
			// With the settings of the wire.
			config := &raft.NetworkTransportConfig{MaxPool: maxPool, MaxRPCsInFlight: 1, Timeout: time.Second, Logger: hlog.New(nil)}
			t, err := raft.NewTCPTransportWithConfig("127.0.0.1:0", nil, config)
			if err != nil {
				b.Fatal(err)
			}
			tcp[id] = t
		}
		return tcp[id]
	})
	data := make([]byte, 512)
	commit := func(k *cluster, leader string) time.Duration {
		began := time.Now()
		futures := make([]raft.ApplyFuture, 64)
		for i := range futures {
			futures[i] = k.rafts[leader].Apply(data, time.Minute)
		}
		for _, f := range futures {
			if err := f.Error(); err != nil {
				b.Fatal(err)
			}
		}
		took := time.Since(began)
		for _, m := range k.applied {
			for len(m.got) > 0 {
				<-m.got
			}
		}
		return took
	}
	secureLeader, bareLeader := receive(b, secure.leads, "a leader"), receive(b, bare.leads, "a leader")
	var wire, plain time.Duration
	rounds := 0
	for b.Loop() {
		wire += commit(secure, secureLeader)
		plain += commit(bare, bareLeader)
		rounds += 64
	}
	b.ReportMetric(float64(plain)/float64(wire), "ratio")
	b.ReportMetric(float64(rounds)/wire.Seconds(), "commits/s")
}

// BenchmarkCall is a call and its answer, and 64 of them at a time.
func BenchmarkCall(b *testing.B) {
	c := newConference(b, "kyiv", "moscow")
	c.wires["moscow"].Handle(echo)
	body := make([]byte, 512)
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			if _, err := c.wires["kyiv"].Call(b.Context(), "moscow", body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("many", func(b *testing.B) {
		b.SetParallelism(32)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if _, err := c.wires["kyiv"].Call(b.Context(), "moscow", body); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkConnect is a new connection: handshake, both certificates, welcome.
func BenchmarkConnect(b *testing.B) {
	c := newConference(b, "kyiv", "moscow")
	address, _ := c.book.Address("moscow")
	for b.Loop() {
		conn, err := c.wires["kyiv"].dial(b.Context(), "moscow", address, callProtocol)
		if err != nil {
			b.Fatal(err)
		}
		_ = conn.Close()
	}
}
