package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/check"
)

// The ideal machines keep at once what Raft promises once its machines have settled: whoever leads goes on leading as long
// as it reaches a majority, and somebody of a connected majority leads; a capital that has a way to the leader gets its
// moves recorded, and one that hears the leader has all of the record. No message is sent and no time passes, so a run
// takes as long as one on the state machine alone. Where that is not enough to tell what Raft would come to, a run ends
// with ErrNotIdeal: messages that are slow, lost or held up; a line that works one way; a step that does not wait for the
// machines to settle; a disk that is wiped; and lines of which it depends on who leads what they carry, when that is not
// known. A test holds them to real Raft.

// ErrNotIdeal is wrapped by the error of [Program.PlayIdeal] where what the machines do does not follow from who reaches
// whom.
var ErrNotIdeal = errors.New("what the machines do takes machines to tell")

// PlayIdeal plays the program on ideal machines, with a whole report but for its checks and hashes. The error wraps
// ErrNotIdeal.
func (p *Program) PlayIdeal(seed int64) (*Report, error) {
	s := p.scenario
	for i := range s.Script {
		if s.Script[i].NoSettle {
			return nil, fmt.Errorf("line %d: a step that does not settle: %w", s.Script[i].Pos.Line, ErrNotIdeal)
		}
	}
	r := &runner{scenario: s, seed: seed, ctx: context.Background(), now: s.Start, began: time.Now(), shared: newShared(),
		byID: make(map[string]*capital, len(s.Charter.Capitals)), state: p.founded.Clone()}
	w := &ideal{r: r, state: p.founded.Clone(), index: 1, cut: map[line]bool{}, certain: true, parted: true}
	r.world, r.wires = w, w
	r.report = &Report{Scenario: s, Seed: seed, On: "ideal", Record: []terms.Entry{p.founding}}
	r.journal.applied, r.journal.level = make([]uint64, len(s.Charter.Capitals)), make(chan struct{}, 1)
	r.stands = make([]standing, len(s.Charter.Capitals))
	for i := range s.Charter.Capitals {
		c := newCapital(s, i, seed)
		if s.Parties[i].Policy != nil && c.policy == nil {
			return nil, fmt.Errorf("%s is played by a program: %w", c.id, ErrNotIdeal)
		}
		c.machine = &idealMachine{world: w, capital: c}
		r.seat(c)
		if w.leader == nil && c.votes {
			w.leader = c
		}
	}
	r.settle()
	for r.begin(); r.next(); r.follow() {
		if w.failed != nil {
			return nil, w.failed
		}
	}
	r.finish()
	return r.report, w.failed
}

// ideal is the world of ideal machines.
type ideal struct {
	r       *runner
	state   *terms.State  // what the record adds up to
	index   uint64        // of its last move
	cut     map[line]bool // lines that carry nothing
	leader  *capital      // nil: nobody leads
	certain bool          // it is the very one that leads: otherwise somebody who reaches the same capitals does
	changed bool          // machines or lines have, since the last look
	parted  bool          // the machines fall into groups in which all hear each other and nobody else
	failed  error
}

// idealMachine is a capital's machine in it.
type idealMachine struct {
	world   *ideal
	capital *capital
	behind  *terms.State // what it had applied when it could last hear the leader; nil: it can
	fresh   bool         // it was restarted, and has not heard the leader since
}

// fail ends the run.
func (w *ideal) fail(why string) {
	if w.failed == nil {
		w.failed = fmt.Errorf("%s: %w", why, ErrNotIdeal)
	}
}

// look finds who leads and who hears the leader, after a change.
func (w *ideal) look() {
	if !w.changed {
		return
	}
	w.changed = false
	w.r.linesChanged()
	w.parted = w.inGroups()
	if !w.mutual() {
		w.fail("a line works one way")
	}
	if w.leader != nil && !w.r.reachesMajority(w.leader) {
		w.leader, w.certain = nil, false
	}
	if !w.certain {
		if !w.parted {
			w.fail("it is not known who leads, and not all that hear each other hear the same capitals")
		}
		w.leader = nil
		for _, c := range w.r.capitals {
			if w.leader == nil && w.r.reachesMajority(c) {
				w.leader = c
			}
		}
	}
	var then *terms.State
	for _, c := range w.r.capitals {
		m, up := c.machine.(*idealMachine)
		switch {
		case !up:
		case w.hears(c):
			m.behind, m.fresh = nil, false
			w.level(c)
		case m.fresh:
			w.fail(c.id + " was restarted where it hears no leader")
		case m.behind == nil:
			if then == nil {
				then = w.state.Clone()
			}
			m.behind = then
		}
	}
}

// mutual reports whether all lines work both ways or neither.
func (w *ideal) mutual() bool {
	for l := range w.cut {
		if !w.cut[line{l.to, l.from}] && w.r.byID[l.from].machine != nil && w.r.byID[l.to].machine != nil {
			return false
		}
	}
	return true
}

// inGroups reports whether the machines fall into groups in which all hear each other and nobody else.
func (w *ideal) inGroups() bool {
	for _, a := range w.r.capitals {
		for _, b := range w.r.capitals {
			if a.machine == nil || b.machine == nil || !w.r.connected(a, b) {
				continue
			}
			for _, c := range w.r.capitals {
				if c.machine != nil && w.r.connected(a, c) != w.r.connected(b, c) {
					return false
				}
			}
		}
	}
	return true
}

// hears reports whether a capital hears the leader.
func (w *ideal) hears(c *capital) bool {
	return w.leader != nil && (c == w.leader || w.r.connected(w.leader, c))
}

// reaches reports whether a capital has a way to the leader: directly, or over one that hears both.
func (w *ideal) reaches(c *capital) bool {
	return w.hears(c) || w.leader != nil && slices.ContainsFunc(w.r.capitals, func(over *capital) bool {
		return over.machine != nil && w.hears(over) && w.r.connected(c, over)
	})
}

// level tells the journal that a capital has applied all of the record.
func (w *ideal) level(c *capital) {
	j := &w.r.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.applied[c.place] = j.last
}

func (m *idealMachine) submit(_ context.Context, move terms.Move, _ time.Duration) (node.Receipt, error) {
	w := m.world
	w.look()
	if !w.reaches(m.capital) {
		if w.leader != nil && !w.parted {
			w.fail("whether " + m.capital.id + " reaches the leader depends on who passes its move on")
		}
		return node.Receipt{Outcome: node.Unknown}, nil
	}
	move.Number = w.state.LastNumber(move.Capital) + 1
	result := w.state.Apply(&move)
	receipt := node.Receipt{Outcome: node.Recorded, Number: move.Number, Result: result}
	if result.Refused {
		receipt.Outcome = node.Refused
	}
	if result.Sequence == 0 {
		return receipt, nil // it leaves no trace
	}
	w.index++
	receipt.Index = w.index
	j := &w.r.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last = w.index
	j.entries = append(j.entries, terms.Entry{Index: w.index, Move: move, Result: result})
	for _, c := range w.r.capitals {
		if o, up := c.machine.(*idealMachine); up && o.behind == nil {
			j.applied[c.place] = w.index
		}
	}
	return receipt, nil
}

func (m *idealMachine) view(f func(*terms.State)) {
	m.world.look()
	if m.behind != nil {
		f(m.behind)
		return
	}
	f(m.world.state)
}

func (m *idealMachine) stand() standing {
	w := m.world
	w.look()
	s := standing{leads: w.leader == m.capital, last: w.index, applied: w.index}
	if w.hears(m.capital) {
		s.follows = w.leader.id
	}
	return s
}

func (m *idealMachine) handOver(_ context.Context, to string) error {
	w := m.world
	c := w.r.byID[to]
	if !w.hears(c) {
		return fmt.Errorf("%s does not hear %s", to, m.capital.id)
	}
	w.leader, w.certain, w.changed = c, true, true
	return nil
}

func (m *idealMachine) crash() { m.world.changed = true }

func (w *ideal) convene() error { return nil }

func (w *ideal) start(c *capital) (machine, error) {
	w.changed = true
	return &idealMachine{world: w, capital: c, fresh: true}, nil
}

func (w *ideal) wipe(c *capital) { w.fail("the disk of " + c.id + " is wiped") }

func (w *ideal) calm() { w.look() }

func (w *ideal) underWay() int { return 0 }

func (w *ideal) broken() error { return w.failed }

func (w *ideal) halt() {}

func (w *ideal) readLog(*capital) (check.Log, bool) { return check.Log{}, false }

func (w *ideal) sumUp(*Report) map[string]string { return nil }

func (w *ideal) close() {}

// Cut implements wires, as do the methods after it.
func (w *ideal) Cut(from, to string) { w.cut[line{from, to}], w.changed = true, true }

func (w *ideal) Slow(string, string, time.Duration) { w.fail("a line is slow") }

func (w *ideal) Drop(string, string, float64) { w.fail("a line loses messages") }

func (w *ideal) Hold(string, string) { w.fail("messages are held up") }

func (w *ideal) Release(string, string) {}

func (w *ideal) Heal(from, to string) {
	delete(w.cut, line{from, to})
	w.changed = true
}

func (w *ideal) HealAll() {
	clear(w.cut)
	w.changed = true
}

func (w *ideal) Reachable(from, to string) bool {
	return w.r.byID[from].machine != nil && w.r.byID[to].machine != nil && !w.cut[line{from, to}]
}
