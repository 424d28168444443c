package sim

import (
	"context"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/check"
)

// world is what the capitals' machines live in: nodes of this process on simulated wires (nodes), or processes of their
// own on real ones (cluster). The runner cannot tell them apart. It calls all methods from its one goroutine.
type world interface {
	wires

	// convene starts all machines, has the first voting capital lead, and founds the conference.
	convene() error

	// start starts the machine of a capital that is down, on its disk.
	start(c *capital) (machine, error)

	// wipe erases the disk of a capital that is down.
	wipe(c *capital)

	// calm lets everything happen that does not wait for time to pass, where that can be told.
	calm()

	// underWay counts the messages between machines, as far as they can be seen.
	underWay() int

	// broken returns what keeps the run from going on, such as a process that ended by itself.
	broken() error

	// halt stops the machines where their logs cannot be read while they run. Only readLog, sumUp and close follow.
	halt()

	// readLog reads a capital's Raft log from its disk; false if that failed, which broken then tells of.
	readLog(c *capital) (check.Log, bool)

	// sumUp adds to the report what only the world knows, and says of the checks how they looked, where it needs saying.
	sumUp(rep *Report) (how map[string]string)

	// close stops what still runs and leaves nothing behind.
	close()
}

// wires are the links between capitals, each one way. The words mean what they mean in package network.
type wires interface {
	Cut(from, to string)
	Slow(from, to string, by time.Duration)
	Drop(from, to string, rate float64)
	Hold(from, to string)
	Release(from, to string)
	Heal(from, to string)
	HealAll()

	// Reachable tells whether a message sent now would arrive.
	Reachable(from, to string) bool
}

// machine is a capital's machine while it runs. But for submit, its methods are called from the runner's goroutine.
type machine interface {
	// submit has a move of the capital recorded, as node.Submit does, or gives up after a while.
	submit(ctx context.Context, m terms.Move, within time.Duration) (node.Receipt, error)

	// view shows what the capital itself has applied.
	view(f func(*terms.State))

	// stand tells how the machine stands now.
	stand() standing

	// handOver hands Raft's leadership over, if the machine leads.
	handOver(ctx context.Context, to string) error

	// crash ends the machine as a power cut would; its disk stays.
	crash()
}

// standing is how a machine stands.
type standing struct {
	silent  bool   // it did not answer
	leads   bool   // or takes itself for the leader
	follows string // whom it takes for the leader; "" is nobody
	last    uint64 // index of the last entry in its log
	applied uint64 // index up to which it has applied the log, and the runner has seen it
}
