package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/terms"
)

// ErrExpelled: the capital has been expelled from the conference, so that it is told nothing new any more. That is the
// conference's decision and no fault.
var ErrExpelled = errors.New("node: expelled from the conference")

// Expulsion says that a capital has been expelled, and where the record says so; "" if it is not. The record belongs to the
// state.
func Expulsion(s *terms.State, record []terms.Entry, capital string) string {
	if !s.IsExpelled(capital) {
		return ""
	}
	for i := len(record) - 1; i >= 0; i-- {
		for _, e := range record[i].Result.Events {
			if e.Kind == terms.EventExpelled && slices.Contains(e.Capitals, capital) {
				return fmt.Sprintf("%s has been expelled from the conference, by number %d of the record", capital, record[i].Result.Sequence)
			}
		}
	}
	return capital + " has been expelled from the conference"
}

// expulsion is Expulsion by what this capital has applied.
func (n *Node) expulsion(capital string) string {
	n.fsm.mu.RLock()
	defer n.fsm.mu.RUnlock()
	return Expulsion(n.fsm.state, n.fsm.record, capital)
}

// expelled is what a capital knows of its own expulsion that its record may lack: who was down or cut off when it was
// expelled is not sent the move any more.
type expelled struct {
	mu     sync.Mutex
	reason string // "" is that it is not
}

func (x *expelled) is() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.reason
}

func (x *expelled) set(reason string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.reason = reason
}

// expelledPause takes the place of the time after which a capital that was expelled would stand for election.
const expelledPause = 24 * time.Hour

// LearnStanding finds out whether this capital has been expelled, if it follows nobody. One that was does not stand for
// election any more, and still takes its place as soon as a leader sends it entries again. A live capital's host calls it
// every few seconds.
//
// It never keeps a capital from standing whom the conference may need for that. Its own record counts if it has applied all
// that it has of the log: had it been admitted again, it would lack that, and nobody would elect it. Else a majority of the
// voters that it knows of must say so, who can elect one of themselves; that one of them is mistaken does not matter.
func (n *Node) LearnStanding(ctx context.Context) {
	if !n.group.enter() {
		return
	}
	defer n.group.leave()
	r, err := n.current()
	if err != nil || n.fsm.lastApplied() == 0 {
		return
	}
	if n.Leader() != "" {
		n.standAgain(r)
		return
	}
	reason := ""
	if r.AppliedIndex() == r.LastIndex() {
		reason = n.expulsion(n.cfg.ID)
	}
	if reason == "" {
		ctx, stop := n.whileOpen(ctx)
		defer stop()
		if reason = n.majoritySays(ctx, r); reason == "" {
			return
		}
	}
	if n.Leader() != "" { // it was heard meanwhile
		return
	}
	if n.expelled.is() == "" {
		n.log.Warn("this capital has been expelled and stands for no election any more", zap.String("reason", reason))
	}
	n.expelled.set(reason)
	n.retime(r, expelledPause, expelledPause)
}

// standAgain ends what LearnStanding has begun: a leader sends this capital entries again.
func (n *Node) standAgain(r *raft.Raft) {
	if n.expelled.is() == "" {
		return
	}
	n.expelled.set("")
	n.retime(r, n.cfg.HeartbeatTimeout, n.cfg.ElectionTimeout)
}

// majoritySays asks the other voters of Raft's configuration, and returns what a majority of all says of this capital's
// expulsion, "" if none does.
func (n *Node) majoritySays(ctx context.Context, r *raft.Raft) string {
	current := r.GetConfiguration()
	if n.cfg.Links == nil || current.Error() != nil {
		return ""
	}
	voters, asked := 0, 0
	said := make(chan string)
	for _, s := range current.Configuration().Servers {
		if s.Suffrage != raft.Voter {
			continue
		}
		if voters++; string(s.ID) == n.cfg.ID {
			continue
		}
		asked++
		go func() { said <- n.askStanding(ctx, string(s.ID)) }()
	}
	reason, yes := "", 0
	for range asked {
		if text := <-said; text != "" {
			reason = text
			yes++
		}
	}
	if yes <= voters/2 {
		return ""
	}
	return reason
}

// askStanding asks one capital whether its record says that this one has been expelled.
func (n *Node) askStanding(ctx context.Context, of string) string {
	a := n.pass(ctx, &request{Version: protocolVersion, Kind: kindStanding, Hops: 1}, of)
	if a.fate() != answered || !a.Result.Refused {
		return ""
	}
	return a.Result.Reason
}

// standing answers askStanding, and a read of one who has been expelled.
func (n *Node) standing(capital string) (reply, bool) {
	a := reply{Version: protocolVersion, Fate: fateNames[answered]}
	reason := n.expulsion(capital)
	if reason != "" {
		a.Result = terms.Result{Refused: true, Code: terms.RefusedNotAllowed, Reason: reason}
	}
	return a, reason != ""
}
