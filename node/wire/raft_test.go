package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/hlog"
)

// machine is a state machine that tells what it applies and restores.
type machine struct{ got chan string }

func (m *machine) Apply(l *raft.Log) any               { m.got <- string(l.Data); return nil }
func (m *machine) Snapshot() (raft.FSMSnapshot, error) { return nothing{}, nil }
func (m *machine) Restore(r io.ReadCloser) error {
	b, err := io.ReadAll(r)
	m.got <- fmt.Sprintf("a snapshot of %d bytes", len(b))
	return errors.Join(err, r.Close())
}

type nothing struct{}

func (nothing) Persist(s raft.SnapshotSink) error {
	_, err := s.Write(make([]byte, 1<<20))
	return errors.Join(err, s.Close())
}
func (nothing) Release() {}

// cluster is capitals with Raft, in memory, over any transport.
type cluster struct {
	t       testing.TB
	rafts   map[string]*raft.Raft
	applied map[string]*machine
	leads   chan string // who became leader
}

func newCluster(t testing.TB, ids []string, transport func(id string) raft.Transport) *cluster {
	k := &cluster{t: t, rafts: map[string]*raft.Raft{}, applied: map[string]*machine{}, leads: make(chan string, 100)}
	var servers raft.Configuration
	for _, id := range ids {
		servers.Servers = append(servers.Servers, raft.Server{ID: raft.ServerID(id), Address: transport(id).LocalAddr()})
	}
	for _, id := range ids {
		k.start(id, transport(id), servers)
	}
	return k
}

func (k *cluster) start(id string, transport raft.Transport, servers raft.Configuration) {
	k.t.Helper()
	cfg := raft.DefaultConfig()
	cfg.LocalID, cfg.Logger = raft.ServerID(id), hlog.New(nil)
	cfg.HeartbeatTimeout, cfg.ElectionTimeout, cfg.LeaderLeaseTimeout = 400*time.Millisecond, 400*time.Millisecond, 300*time.Millisecond
	cfg.CommitTimeout, cfg.TrailingLogs, cfg.SnapshotInterval = 5*time.Millisecond, 1, time.Hour
	notify := make(chan bool, 100)
	cfg.NotifyCh = notify
	go func() {
		for leads := range notify {
			if leads {
				k.leads <- id
			}
		}
	}()
	store := raft.NewInmemStore()
	snapshots := raft.NewInmemSnapshotStore()
	if len(servers.Servers) > 0 {
		if err := raft.BootstrapCluster(cfg, store, store, snapshots, transport, servers); err != nil {
			k.t.Fatal(err)
		}
	}
	k.applied[id] = &machine{make(chan string, 10000)}
	r, err := raft.NewRaft(cfg, k.applied[id], store, store, snapshots, transport)
	if err != nil {
		k.t.Fatal(err)
	}
	k.rafts[id] = r
	k.t.Cleanup(func() { _ = r.Shutdown().Error(); close(notify) })
}

// commit has something recorded by whoever leads, and waits until all the others have it.
func (k *cluster) commit(leader, what string, by ...string) {
	k.t.Helper()
	if err := k.rafts[leader].Apply([]byte(what), 10*time.Second).Error(); err != nil {
		k.t.Fatal(err)
	}
	for _, id := range by {
		for receive(k.t, k.applied[id].got, what+" at "+id) != what {
		}
	}
}

func TestRaftElectsAndCommits(t *testing.T) {
	ids := []string{"kyiv", "moscow", "washington"}
	c := newConference(t, ids...)
	k := newCluster(t, ids, func(id string) raft.Transport { return c.wires[id].Transport() })
	first := receive(t, k.leads, "a leader")
	for n := range 50 {
		k.commit(first, fmt.Sprint("move ", n), ids...)
	}
	_ = k.rafts[first].Shutdown().Error() // closes its wire
	if _, err := c.wires[first].Call(t.Context(), "kyiv", nil); !errors.Is(err, ErrClosed) {
		t.Error("the wire outlived its Raft:", err)
	}
	var rest []string
	for _, id := range ids {
		if id != first {
			rest = append(rest, id)
		}
	}
	second := receive(t, k.leads, "another leader")
	k.commit(second, "after a leader's death", rest...)

	// It comes back without its record, on the same port, and gets a snapshot.
	if err := k.rafts[second].Snapshot().Error(); err != nil {
		t.Fatal(err)
	}
	c.open(first)
	k.start(first, c.wires[first].Transport(), raft.Configuration{})
	k.commit(second, "after a wipe", first)
	k.rafts[second].Stats() // does not race
	if err := k.rafts[second].LeadershipTransferToServer(raft.ServerID(rest[0]), "").Error(); err == nil && second == rest[0] {
		t.Error("handed over to itself")
	}
}

// TestRaftWithFaults cuts the leader's lines, each way in turn: what it says, and what it hears.
func TestRaftWithFaults(t *testing.T) {
	ids := []string{"kyiv", "moscow", "washington"}
	c := newChaos(t, ids...)
	k := newCluster(t, ids, func(id string) raft.Transport { return c.wires[id].Transport() })
	leader := receive(t, k.leads, "a leader")
	k.commit(leader, "sound", ids...)
	for round, cut := range []func(a, b string){
		func(a, b string) { c.wires[a].Faults().Cut(b) },
		func(a, b string) { c.wires[b].Faults().Cut(a) },
		func(a, b string) { c.wires[a].Faults().Hold(b) },
	} {
		for _, id := range ids {
			if id != leader {
				cut(leader, id)
			}
		}
		if round == 1 { // it is heard, and hears nothing: nobody can replace it until it has lost its lease
			for k.rafts[leader].State() == raft.Leader {
				receive(t, k.rafts[leader].LeaderCh(), "the leader to step down")
			}
		} else {
			next := receive(t, k.leads, "another leader")
			for next == leader {
				next = receive(t, k.leads, "another leader")
			}
			k.commit(next, fmt.Sprint("round ", round))
		}
		for _, w := range c.wires {
			w.Faults().HealAll()
		}
		leader = k.agree(fmt.Sprint("healed ", round), ids)
	}
}

// agree waits until something can be recorded and has reached all, and returns who led.
func (k *cluster) agree(what string, ids []string) string {
	k.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		for id, r := range k.rafts {
			if r.State() == raft.Leader && r.Apply([]byte(what), time.Second).Error() == nil {
				for _, to := range ids {
					for receive(k.t, k.applied[to].got, what+" at "+to) != what {
					}
				}
				return id
			}
		}
		select {
		case <-k.leads:
		case <-time.After(10 * time.Millisecond):
		}
	}
	k.t.Fatal("nobody leads")
	return ""
}

func TestFaultsOfRaftMessages(t *testing.T) {
	c := newChaos(t, "kyiv", "moscow")
	got := c.respond("moscow")
	kyiv, moscow := c.wires["kyiv"].Faults(), c.wires["moscow"].Faults()
	kyiv.pace = time.Minute // a busy machine shall not have one overtake another
	send := func(term uint64) error { return c.appendTo("kyiv", "moscow", term) }
	if err := send(1); err != nil || receive(t, got, "1") != 1 {
		t.Fatal(err)
	}
	kyiv.Cut("moscow")
	if err := send(2); !errors.Is(err, ErrTimeout) || len(got) != 0 {
		t.Error("cut:", err)
	}
	kyiv.Heal("moscow")
	moscow.Cut("kyiv")
	if err := send(3); err == nil || receive(t, got, "3") != 3 {
		t.Error("answer cut:", err)
	}
	moscow.Heal("kyiv")
	moscow.Slow("kyiv", 30*time.Millisecond)
	if began := time.Now(); send(4) != nil || time.Since(began) < 30*time.Millisecond || receive(t, got, "4") != 4 {
		t.Error("answer slow")
	}
	moscow.Slow("kyiv", time.Hour)
	if err := send(5); err == nil || receive(t, got, "5") != 5 {
		t.Error("answer too slow:", err)
	}
	moscow.HealAll()

	kyiv.Hold("moscow")
	for term := range uint64(3) {
		if err := send(10 + term); !errors.Is(err, ErrTimeout) {
			t.Error("held:", err)
		}
	}
	if len(got) != 0 || kyiv.Links()["moscow"].Waiting != 3 {
		t.Error(len(got), kyiv.Links())
	}
	kyiv.Release("moscow")
	for term := range uint64(3) {
		if n := receive(t, got, "what was held"); n != 10+term {
			t.Errorf("received %d instead of %d", n, 10+term)
		}
	}
	kyiv.Hold("moscow")
	done := make(chan error, 1)
	go func() { done <- send(20) }()
	for kyiv.Links()["moscow"].Waiting == 0 {
		time.Sleep(time.Millisecond)
	}
	kyiv.Heal("moscow")
	if err := receive(t, done, "the answer"); err != nil || receive(t, got, "20") != 20 {
		t.Error("released in time:", err)
	}

	kyiv.Drop("moscow", 0.5)
	lost := 0
	for term := range uint64(8) {
		if send(100+term) != nil {
			lost++
		} else {
			receive(t, got, "what was not lost")
		}
	}
	if lost == 0 || lost == 8 {
		t.Errorf("lost %d of 8 at a rate of a half", lost)
	}
	kyiv.HealAll()
	if err := send(200); err != nil {
		t.Error(err)
	}
}

// TestDropIsSeeded compares which messages two links of the same seed lose.
func TestDropIsSeeded(t *testing.T) {
	a, b, other := newFaults("kyiv", 7), newFaults("kyiv", 7), newFaults("kyiv", 8)
	same, lost := 0, 0
	for n := range uint64(10000) {
		if a.draw("moscow", n) != b.draw("moscow", n) {
			t.Fatal("the same seed draws otherwise")
		}
		if a.draw("moscow", n) < 0.3 {
			lost++
		}
		if (a.draw("moscow", n) < 0.3) == (other.draw("moscow", n) < 0.3) {
			same++
		}
	}
	if lost < 2800 || lost > 3200 || same > 6200 {
		t.Errorf("lost %d of 10000 at a rate of 0.3, %d as with another seed", lost, same)
	}
}

// stalled is a snapshot that stops coming.
type stalled struct {
	first *bytes.Reader
	over  chan struct{}
}

func (s stalled) Read(b []byte) (int, error) {
	if n, err := s.first.Read(b); err == nil {
		return n, nil
	}
	<-s.over
	return 0, io.EOF
}

func TestStalledSnapshotLetsGo(t *testing.T) {
	c := newConference(t)
	c.change = func(o *Options) { o.RPCTimeout = 100 * time.Millisecond }
	c.open("kyiv", "moscow")
	over, sent := make(chan struct{}), make(chan error, 1)
	go func() {
		req := &raft.InstallSnapshotRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: 3, ID: []byte("kyiv")}, Size: 10 << 20}
		sent <- c.wires["kyiv"].Transport().InstallSnapshot("moscow", "", req, &raft.InstallSnapshotResponse{},
			stalled{bytes.NewReader(make([]byte, 1<<20)), over})
	}()
	rpc := receive(t, c.wires["moscow"].Transport().Consumer(), "the snapshot")
	n, err := io.Copy(io.Discard, rpc.Reader)
	if err == nil || n == 0 || n > 1<<20 {
		t.Errorf("read %d bytes, %v", n, err)
	}
	rpc.Respond(nil, err)
	close(over)
	if err := receive(t, sent, "the sender"); err == nil {
		t.Error("the sender took it for installed")
	}
}
