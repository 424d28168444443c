package node

import (
	"errors"
	"fmt"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

// ErrNotEmpty is returned by Backup.Restore for stores that hold something already.
var ErrNotEmpty = errors.New("node: the stores are not empty")

// raftTermKey is where Raft keeps its current term in the stable store.
const raftTermKey = "CurrentTerm"

// Restore puts the backup into empty stores, such that a node that is started on them goes on from it: with the state and
// the record of the backup, and these machines in Raft's configuration. All machines of a conference have to be restored
// from the same backup, or else those that were not have to be wiped: a machine that knows a later record would win.
// Restore may be called for the stores of one machine after the other.
func (b *Backup) Restore(stores Stores, servers []Server) error {
	used, err := stores.Used()
	if err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	if used {
		return ErrNotEmpty
	}
	var conf raft.Configuration
	for _, s := range servers {
		suffrage := raft.Voter
		if !s.Votes {
			suffrage = raft.Nonvoter
		}
		if s.Address == "" {
			s.Address = s.ID
		}
		conf.Servers = append(conf.Servers, raft.Server{Suffrage: suffrage, ID: raft.ServerID(s.ID), Address: raft.ServerAddress(s.Address)})
	}
	// Raft asks a transport only for how to write the old format of its peers.
	_, nowhere := raft.NewInmemTransport("")
	defer func() { _ = nowhere.Close() }()
	sink, err := stores.Snapshots.Create(1, b.snapshot.Index, b.snapshot.RaftTerm, conf, 1, nowhere)
	if err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	if err := b.snapshot.Persist(sink); err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	// The Raft terms to come must not lie before that of the snapshot.
	if err := stores.Stable.SetUint64([]byte(raftTermKey), b.snapshot.RaftTerm); err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	return nil
}

// Machines lists the machines of a conference as its state knows them: those of all capitals that have not been expelled,
// with the addresses that the record names.
func Machines(s *terms.State) []Server {
	var servers []Server
	for _, c := range s.Members() {
		servers = append(servers, Server{ID: c.ID, Address: c.Address, Votes: c.Votes()})
	}
	return servers
}
