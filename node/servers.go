package node

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/raft"
)

// SetServers brings Raft's configuration into step with the machines of the conference, one change at a time: it adds who
// is missing, removes who is not a member any more, and changes who votes. Only the leader can; others return ErrNotLeader.
// A machine without an address is left as it is.
func (n *Node) SetServers(ctx context.Context, want []Server) error {
	return n.ask(ctx, "set servers", func(r *raft.Raft) error {
		if r.State() != raft.Leader {
			return ErrNotLeader
		}
		current := r.GetConfiguration()
		if err := current.Error(); err != nil {
			return fmt.Errorf("read Raft's configuration: %w", err)
		}
		have := current.Configuration().Servers
		for _, w := range want {
			i := slices.IndexFunc(have, func(s raft.Server) bool { return string(s.ID) == w.ID })
			if w.Address == "" || i >= 0 && (have[i].Suffrage == raft.Voter) == w.Votes && string(have[i].Address) == w.Address {
				continue
			}
			if err := n.setServer(r, w, i >= 0 && have[i].Suffrage == raft.Voter); err != nil {
				return fmt.Errorf("add %s: %w", w.ID, err)
			}
		}
		for _, s := range have {
			if !slices.ContainsFunc(want, func(w Server) bool { return w.ID == string(s.ID) }) {
				if err := r.RemoveServer(s.ID, 0, n.cfg.AttemptTimeout).Error(); err != nil {
					return fmt.Errorf("remove %s: %w", s.ID, err)
				}
			}
		}
		return nil
	})
}

func (n *Node) setServer(r *raft.Raft, w Server, votes bool) error {
	id, address := raft.ServerID(w.ID), raft.ServerAddress(w.Address)
	if w.Votes {
		return r.AddVoter(id, address, 0, n.cfg.AttemptTimeout).Error()
	}
	if votes {
		return r.DemoteVoter(id, 0, n.cfg.AttemptTimeout).Error()
	}
	return r.AddNonvoter(id, address, 0, n.cfg.AttemptTimeout).Error()
}
