package sim

import (
	"fmt"
	"time"
)

const (
	// settleBound is how much Raft time the machines get to settle. An election takes one to two seconds at Raft's
	// default settings, and may have to be held again.
	settleBound = 60 * time.Second

	// How often the runner looks where nobody tells it when it is worth while: soon at first, and then less and less often,
	// since an election takes seconds. Odd, so that it does not tie with the machines' own timers.
	firstLook   = 3_000_137 * time.Nanosecond
	longestLook = 40_000_139 * time.Nanosecond

	// afterLevel keeps what the runner does next from happening in the instant in which the last message arrived.
	afterLevel = 139 * time.Nanosecond
)

// settle lets the machines come to rest: a leader that a connected majority follows, every capital that it can reach
// applied up to its last entry, nothing under way; or no majority is connected and nobody still leads. It is bounded in
// Raft time, and not settling is reported.
func (r *runner) settle() {
	within := settleBound
	if d := r.scenario.Machines.SettleWithin; d > 0 {
		within = d
	}
	bound := time.Now().Add(within)
	uneven := r.journal.await(r.followers())
	for pause := firstLook; ; {
		r.getOn()
		r.world.calm()
		why := r.restless(time.Now().After(bound))
		if why == "" || r.ctx.Err() != nil || r.world.broken() != nil {
			break
		}
		if time.Now().After(bound) {
			r.report.Unsettled++
			r.report.Timeline = append(r.report.Timeline, Item{Kind: ItemUnsettled, At: r.now, RaftAt: r.raftTime(),
				Text: fmt.Sprintf("the machines did not settle within %v: %s", within, why)})
			break
		}
		if uneven {
			uneven = !r.awaitLevel(longestLook)
			continue
		}
		time.Sleep(pause)
		pause = min(pause*3/2, longestLook)
	}
	r.collect()
}

// awaitLevel waits until all that the journal waits for have applied the last move, or for a while. It reports whether
// they have.
func (r *runner) awaitLevel(while time.Duration) bool {
	if r.pause == nil {
		r.pause = time.NewTimer(while)
	} else {
		r.pause.Reset(while)
	}
	select {
	case <-r.journal.level:
		r.pause.Stop()
		time.Sleep(afterLevel)
		return true
	case <-r.pause.C:
		return false
	}
}

// followers lists the places of the capitals that can hear whom they followed when the machines were last at rest.
func (r *runner) followers() []int {
	if r.led == nil || r.led.machine == nil {
		return nil
	}
	places := make([]int, 0, len(r.capitals))
	for _, c := range r.capitals {
		if c.machine != nil && (c == r.led || r.connected(r.led, c)) {
			places = append(places, c.place)
		}
	}
	return places
}

// restless says why the machines are not at rest, "" if they are. It looks at what is under way first, since that is soon
// told; for the best reason that there is, it does so last.
func (r *runner) restless(best bool) string {
	if !best && r.world.underWay() > 0 && r.majorityConnected() {
		return "messages are under way"
	}
	var leader *capital
	for _, c := range r.capitals {
		if c.machine == nil {
			continue
		}
		s := c.machine.stand()
		r.stands[c.place] = s
		if s.silent {
			return c.id + " does not answer"
		}
		if s.leads {
			if leader != nil {
				return "both " + leader.id + " and " + c.id + " lead"
			}
			leader = c
		}
	}
	if !r.majorityConnected() {
		if leader != nil {
			return leader.id + " still leads without a majority"
		}
		return ""
	}
	if leader == nil {
		return "nobody leads"
	}
	if !r.reachesMajority(leader) {
		return leader.id + " leads, but cannot reach a majority"
	}
	r.led = leader
	last := r.stands[leader.place].last
	lastMove := r.journal.lastMove()
	for _, c := range r.capitals {
		if c.machine == nil || c != leader && !r.connected(leader, c) {
			continue
		}
		if r.stands[c.place].applied < last || r.journal.appliedBy(c) < lastMove {
			return c.id + " has not applied all that " + leader.id + " holds"
		}
		if r.stands[c.place].follows != leader.id {
			return c.id + " does not follow " + leader.id
		}
	}
	if n := r.world.underWay(); n > 0 {
		return fmt.Sprintf("%d messages are under way", n)
	}
	return ""
}

// connected reports whether two capitals can hear each other directly.
func (r *runner) connected(a, b *capital) bool {
	if r.lines == nil {
		r.lines = make([][]bool, len(r.capitals))
		for i, from := range r.capitals {
			r.lines[i] = make([]bool, len(r.capitals))
			for j, to := range r.capitals {
				r.lines[i][j] = i == j || r.world.Reachable(from.id, to.id)
			}
		}
	}
	return r.lines[a.place][b.place] && r.lines[b.place][a.place]
}

// linesChanged forgets who can hear whom, after a fault.
func (r *runner) linesChanged() { r.lines = nil }

// reachesMajority reports whether the capital, with those that it is connected to, makes up a majority of the voters.
func (r *runner) reachesMajority(c *capital) bool {
	if c.machine == nil || !c.votes {
		return false
	}
	n := 1
	for _, other := range r.capitals {
		if other != c && other.votes && other.machine != nil && r.connected(c, other) {
			n++
		}
	}
	return n > r.report.Raft.Voters/2
}

// majorityConnected reports whether some capital could lead.
func (r *runner) majorityConnected() bool {
	for _, c := range r.capitals {
		if r.reachesMajority(c) {
			return true
		}
	}
	return false
}

// canRecord reports whether a capital has a way to one that could lead: directly or through one that reaches both.
func (r *runner) canRecord(c *capital) bool {
	if c.machine == nil {
		return false
	}
	for _, leader := range r.capitals {
		if !r.reachesMajority(leader) {
			continue
		}
		if leader == c || r.connected(c, leader) {
			return true
		}
		for _, bridge := range r.capitals {
			if bridge != c && bridge != leader && bridge.machine != nil && r.connected(c, bridge) && r.connected(bridge, leader) {
				return true
			}
		}
	}
	return false
}
