package sim

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/policy"
)

// capital is one party: its machine, which may be down, and what the party still has to do.
type capital struct {
	id      string
	place   int // among the runner's capitals
	votes   bool
	key     ed25519.PrivateKey // in a simulated conference whose moves are signed
	machine machine            // nil while it is down
	own     *terms.State       // instead of a machine, where there is the state machine alone: what all have applied

	downBecause string // crashed, or wiped
	queue       []*pending
	waits       []*Wait

	policy  *policy.Policy // nil: scripted only
	program *program       // that plays it; nil: none does
	looked  uint64         // the record's length when the policy last looked, plus one
	tasks   map[policy.Matter]bool
}

func newCapital(s *scenarios.Scenario, i int, seed int64) *capital {
	c := &s.Charter.Capitals[i]
	made := &capital{id: c.ID, place: i, votes: c.Votes()}
	if party := &s.Parties[i]; party.Policy != nil && len(party.Policy.Program) == 0 {
		made.policy, made.tasks = policy.New(s, party, seed), map[policy.Matter]bool{}
	}
	return made
}

// down reports whether the capital can neither see nor do anything.
func (c *capital) down() bool { return c.machine == nil && c.own == nil }

// keyOf derives a capital's key from its name: a simulated conference has no secrets to keep.
func keyOf(conference, id string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("parley simulated key\x00" + conference + "\x00" + id))
	return ed25519.NewKeyFromSeed(seed[:])
}

// sees returns the version of a plan as the capital has it, 0 if it has none or is down.
func (c *capital) sees(plan string) int {
	version := 0
	c.view(func(s *terms.State) {
		version = s.Version(plan)
	})
	return version
}

// view shows what the capital itself has applied; nothing while it is down.
func (c *capital) view(f func(*terms.State)) {
	if c.own != nil {
		f(c.own)
	} else if c.machine != nil {
		c.machine.view(f)
	}
}

// convene starts all machines and founds the conference.
func (r *runner) convene() error {
	r.watch.see(Sighting{Kind: SeenTime, Time: r.now})
	for _, c := range r.capitals {
		r.watch.see(Sighting{Kind: SeenUp, Capital: c.id})
	}
	if err := r.world.convene(); err != nil {
		return err
	}
	r.settle()
	r.seeReach()
	return nil
}

// leader returns the capital that leads with a majority, "" if there is none.
func (r *runner) leader() string {
	for _, c := range r.capitals {
		if c.machine != nil && r.reachesMajority(c) && c.machine.stand().leads {
			return c.id
		}
	}
	return ""
}

// crash stops a capital's machine at once; its disk stays.
func (r *runner) crash(c *capital) {
	if c.machine == nil {
		return
	}
	c.machine.crash()
	c.machine, c.downBecause = nil, "crashed"
	r.watch.see(Sighting{Kind: SeenDown, Capital: c.id, Text: c.downBecause})
	c.looked = 0
}

// wipe crashes a capital and erases its disk.
func (r *runner) wipe(c *capital) {
	r.crash(c)
	r.world.wipe(c)
	c.downBecause = "crashed, its disk wiped"
	r.watch.see(Sighting{Kind: SeenDown, Capital: c.id, Text: c.downBecause})
	r.watch.see(Sighting{Kind: SeenCut, Capital: c.id})
	r.journal.checker.Wiped(c.id)
}

// restart starts a machine that is down, on its disk.
func (r *runner) restart(c *capital) string {
	if c.machine != nil {
		return c.id + " is running already"
	}
	r.watch.see(Sighting{Kind: SeenUp, Capital: c.id})
	r.journal.restore(c, 0, emptyHash())
	m, err := r.world.start(c)
	if err != nil {
		return err.Error()
	}
	c.machine, c.downBecause = m, ""
	return ""
}

// chair hands leadership to a capital.
func (r *runner) chair(c *capital) string {
	leader := r.byID[r.leader()]
	switch {
	case leader == c:
		return ""
	case leader == nil:
		return "nobody leads who could hand over"
	case c.machine == nil:
		return c.id + "'s machine is down"
	case !c.votes:
		return c.id + " does not vote, so it cannot lead"
	}
	ctx, cancel := context.WithTimeout(r.ctx, patience)
	defer cancel()
	if err := leader.machine.handOver(ctx, c.id); err != nil {
		if cause := errors.Unwrap(err); cause != nil {
			err = cause // it says who and to whom
		}
		return leader.id + " could not hand over: " + err.Error()
	}
	return ""
}

// shutDown stops all machines, so that the bubble can end.
func (r *runner) shutDown() {
	r.world.close()
}

// emptyHash is that of a state before its founding move.
func emptyHash() [32]byte { return terms.New(terms.Options{}).Hash() }
