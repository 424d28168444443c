package node

import (
	"time"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"
)

// unhurried gives Raft's settings the timeouts of Config.Pace, with which it starts: until a leader has been heard from, the
// others may still be starting too.
func (n *Node) unhurried(c *raft.Config) {
	c.HeartbeatTimeout = max(c.HeartbeatTimeout, n.cfg.Pace)
	c.ElectionTimeout = max(c.ElectionTimeout, n.cfg.Pace)
}

// heartbeatsOfTimeout is how often Raft's leader sends heartbeats: after a tenth of HeartbeatTimeout, or up to twice that.
const heartbeatsOfTimeout = 10

// pace gives Raft the timeouts of a capital that leads, or of one that follows another: see Config.Pace and Heartbeat.
func (n *Node) pace(r *raft.Raft, e *RaftEvent) {
	if e.Leader != "" {
		n.standAgain(r)
	}
	if n.cfg.Pace <= n.cfg.HeartbeatTimeout && n.cfg.Heartbeat == 0 {
		return
	}
	conf := n.cfg.settings()
	switch {
	case e.State == raft.Leader.String():
		if n.cfg.Heartbeat > 0 {
			conf.HeartbeatTimeout = heartbeatsOfTimeout * n.cfg.Heartbeat
		}
		conf.ElectionTimeout = max(conf.ElectionTimeout, conf.HeartbeatTimeout) // Raft wants it so
	case e.Leader == "" || e.Leader == n.cfg.ID:
		return
	}
	n.retime(r, conf.HeartbeatTimeout, conf.ElectionTimeout)
}

// retime gives Raft other timeouts.
func (n *Node) retime(r *raft.Raft, heartbeat, election time.Duration) {
	c := r.ReloadableConfig()
	if c.HeartbeatTimeout == heartbeat && c.ElectionTimeout == election {
		return
	}
	c.HeartbeatTimeout, c.ElectionTimeout = heartbeat, election
	if err := r.ReloadConfig(c); err != nil { // Validate has seen to it
		n.log.Error("Raft did not take its timeouts", zap.Error(err))
	}
}
