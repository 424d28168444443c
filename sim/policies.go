package sim

import (
	"strconv"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/policy"
)

// consultPolicies has every capital's policy look at what the capital has applied, if that has changed. What it means to
// do goes on the agenda, each matter once.
func (r *runner) consultPolicies() {
	for _, c := range r.capitals {
		if c.program != nil {
			r.consultProgram(c)
		}
		if c.policy == nil || c.down() {
			continue
		}
		var tasks []policy.Task
		c.view(func(s *terms.State) {
			if s.Sequence()+1 == c.looked {
				return
			}
			c.looked = s.Sequence() + 1
			tasks = c.policy.Look(s)
		})
		for _, t := range tasks {
			if !c.tasks[t.Matter] {
				c.tasks[t.Matter] = true
				r.agenda.add(r.now.Add(c.policy.Delay(t)), classReply, func() { r.reply(c, t) })
			}
		}
	}
}

// reply has a capital act on a matter, going by what it has applied by now. A capital whose machine is down, or which has
// moves waiting, comes to it later.
func (r *runner) reply(c *capital, t policy.Task) {
	if c.down() {
		delete(c.tasks, t.Matter) // it looks again when it is back
		c.looked = 0
		return
	}
	var reply policy.Reply
	c.view(func(s *terms.State) { reply = c.policy.Do(s, t, r.now) })
	if reply.Again > r.now {
		r.agenda.add(reply.Again, classReply, func() { r.reply(c, t) })
	}
	if reply.Move == nil || r.waitsToSay(c, reply.Move) {
		return
	}
	if r.direct {
		r.record(c, reply.Move, true)
		return
	}
	r.enqueue(c, *reply.Move, true)
	r.pump(c, true)
	r.settle()
}

// waitsToSay reports whether a move of the capital on the same plan waits already: the script's, which overrides, or an
// earlier answer.
func (r *runner) waitsToSay(c *capital, m *terms.Move) bool {
	for _, p := range c.queue {
		if p.move.Plan == m.Plan && p.move.Plan != "" {
			return true
		}
	}
	return false
}

// draw draws from a span by the seed and the place in the file.
func (r *runner) draw(span scenarios.Span, what string, place int) terms.Duration {
	return policy.Draw(r.seed, span, what, strconv.Itoa(place))
}
