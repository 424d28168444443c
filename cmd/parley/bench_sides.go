package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/node/wire"
)

// benchStart bounds how long a side has to elect a leader, and benchStop how long it has to stop.
const (
	benchStart = 30 * time.Second
	benchStop  = 30 * time.Second
)

// benchText is what every move of the measurement says.
const benchText = "We are ready to talk, here and now, and about everything."

func benchCapitals(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("capital-%d", i+1)
	}
	return ids
}

// benchConference writes the folder of a conference and returns its charter and the capitals' settings.
func benchConference(folder string, ids []string) (*terms.Charter, []*host.Config, error) {
	charter := &terms.Charter{Conference: "bench", Procedures: []terms.Procedure{{Name: "all", Stages: []terms.Stage{{Name: "all",
		Members: ids, Rule: terms.Rule{Kind: terms.RuleUnanimous}}}}}}
	for _, id := range ids {
		charter.Capitals = append(charter.Capitals, terms.Capital{ID: id, Name: id, Role: terms.Belligerent})
	}
	places, err := host.Loopback(ids)
	if err != nil {
		return nil, nil, err
	}
	if err := host.Init(folder, charter, places, false); err != nil {
		return nil, nil, err
	}
	return host.OpenFolder(folder)
}

// parleySide is capitals as parley node runs them. Clients are spread over some of them, beginning at the leader.
type parleySide struct {
	hosts []*host.Host
	at    []*host.Host // where clients are
	start terms.Instant
}

func startParley(ctx context.Context, folder string, ids []string, through string) (_ *parleySide, err error) {
	charter, configs, err := benchConference(filepath.Join(folder, "parley"), ids)
	if err != nil {
		return nil, err
	}
	p := &parleySide{start: charter.Start}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.stop())
		}
	}()
	for _, c := range configs {
		h, err := host.Start(ctx, c, host.Options{})
		if err != nil {
			return nil, err
		}
		p.hosts = append(p.hosts, h)
	}
	err = benchAwait(ctx, "a conference", func() bool {
		for i, h := range p.hosts {
			if h.Node().IsLeader() && len(h.Node().Record()) > 0 {
				p.hosts[0], p.hosts[i] = p.hosts[i], p.hosts[0]
				return true
			}
		}
		return false
	})
	switch p.at = p.hosts; through {
	case benchLeader:
		p.at = p.hosts[:1]
	case benchFollowers:
		p.at = p.hosts[1:]
	}
	return p, err
}

func (p *parleySide) commit(ctx context.Context, client int) error {
	n := p.at[client%len(p.at)].Node()
	r, err := n.Submit(ctx, terms.Move{Verb: terms.VerbSay, Time: p.start, Text: benchText})
	if err == nil && r.Outcome != node.Recorded {
		err = fmt.Errorf("%s's move was %s: %s", n.ID(), r.Outcome, r.Result.Reason)
	}
	return err
}

func (p *parleySide) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), benchStop)
	defer cancel()
	var errs []error
	for _, h := range p.hosts {
		errs = append(errs, h.Close(ctx))
	}
	return errors.Join(errs...)
}

// bareSide is Raft with nothing around it but the same wires, stores and settings. Clients are at the leader.
type bareSide struct {
	rafts  []*raft.Raft
	closes []func() error
	leader *raft.Raft
	data   []byte
}

func startBare(ctx context.Context, folder string, ids []string) (_ *bareSide, err error) {
	charter, configs, err := benchConference(filepath.Join(folder, "bare"), ids)
	if err != nil {
		return nil, err
	}
	b := &bareSide{}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.stop())
		}
	}()
	for _, c := range configs {
		if err := b.start(charter, c); err != nil {
			return nil, err
		}
	}
	if b.data, err = benchMove(charter, configs[0]); err != nil {
		return nil, err
	}
	err = benchAwait(ctx, "a leader of bare Raft", func() bool {
		for _, r := range b.rafts {
			if r.State() == raft.Leader {
				b.leader = r
			}
		}
		return b.leader != nil
	})
	return b, err
}

// start starts one capital's Raft.
func (b *bareSide) start(charter *terms.Charter, c *host.Config) error {
	id, err := identity.Open(c.IdentityFolder(), nil)
	if err != nil {
		return err
	}
	book := wire.Addresses{}
	servers := node.Servers(charter)
	for i := range servers {
		servers[i].Address, _ = c.Address(servers[i].ID)
		book[servers[i].ID] = servers[i].Address
	}
	w, err := wire.Listen(wire.Options{Identity: id, Listen: c.Raft.Listen, Directory: book})
	if err != nil {
		return err
	}
	b.closes = append(b.closes, w.Close)
	stores, err := node.OpenStores(c.DataFolder(), zap.NewNop())
	if err != nil {
		return err
	}
	b.closes = append(b.closes, stores.Close)
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Transport, cfg.Stores = c.Capital, w.Transport(), stores
	if err := node.Bootstrap(cfg, servers); err != nil {
		return err
	}
	r, err := raft.NewRaft(cfg.Raft(), emptyFSM{}, stores.Log, stores.Stable, stores.Snapshots, w.Transport())
	if err != nil {
		return err
	}
	b.rafts = append(b.rafts, r)
	return nil
}

// benchMove returns the bytes of a move as Parley's side would store it.
func benchMove(charter *terms.Charter, c *host.Config) ([]byte, error) {
	keys, err := identity.Load(c.IdentityFolder())
	if err != nil {
		return nil, err
	}
	m := terms.Move{Conference: charter.Conference, Capital: c.Capital, Number: 1000, Time: charter.Start, Verb: terms.VerbSay,
		Text: benchText}
	m.Sign(keys.Signing.Ed25519())
	return m.Encode()
}

func (b *bareSide) commit(context.Context, int) error {
	return b.leader.Apply(b.data, time.Minute).Error()
}

func (b *bareSide) stop() error {
	var stopping []raft.Future
	for _, r := range b.rafts {
		stopping = append(stopping, r.Shutdown())
	}
	var errs []error
	for _, f := range stopping {
		errs = append(errs, f.Error())
	}
	for _, end := range b.closes {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// emptyFSM does nothing, in batches.
type emptyFSM struct{}

func (emptyFSM) Apply(*raft.Log) any                 { return nil }
func (emptyFSM) ApplyBatch(logs []*raft.Log) []any   { return make([]any, len(logs)) }
func (emptyFSM) Snapshot() (raft.FSMSnapshot, error) { return emptySnapshot{}, nil }
func (emptyFSM) Restore(r io.ReadCloser) error       { return r.Close() }

type emptySnapshot struct{}

func (emptySnapshot) Persist(sink raft.SnapshotSink) error { return sink.Close() }
func (emptySnapshot) Release()                             {}

// benchAwait waits until ok holds.
func benchAwait(ctx context.Context, what string, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, benchStart)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		}
	}
	return nil
}
