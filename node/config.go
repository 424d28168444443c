package node

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/hlog"
	"github.com/parley-sim/parley/node/terms"
)

// Config is what a node is started with. Begin with DefaultConfig and set ID, Transport and Stores.
type Config struct {
	ID        string             // the capital's id, and its id in Raft
	Key       ed25519.PrivateKey // signs the capital's moves; nil: they are not signed. It is never logged
	Keys      KeyFinder          // finds the key that a rekey move has put in the place of Key; nil: there is none
	Transport raft.Transport     // carries Raft's messages; closed by Close and Crash if it is a raft.WithClose
	Links     Links              // carries messages between capitals beside Raft; nil: only the leader can submit and read
	Stores    Stores             // stays the caller's, who closes it after Close
	Logger    *zap.Logger        // says of itself which capital it is; nil: nothing is logged

	// Terms are the options of the state machine.
	Terms terms.Options

	// Decode reads an entry of the log into a move; nil is terms.Move's Decode. A process that runs many capitals of one
	// conference can decode each entry once: state machines do not change a move.
	Decode func(entry []byte, into *terms.Move) error

	// Raft's timings and sizes; see raft.Config.
	HeartbeatTimeout   time.Duration // a follower without news from a leader for so long stands for election
	ElectionTimeout    time.Duration // an election that has not been won for so long starts again
	LeaderLeaseTimeout time.Duration // a leader without news from a majority for so long steps down
	CommitTimeout      time.Duration // followers learn of a lone commit after so long
	MaxAppendEntries   int           // entries in one message, and moves in one commit
	SnapshotInterval   time.Duration // how often Raft checks whether a snapshot is due
	SnapshotThreshold  uint64        // entries after which one is
	TrailingLogs       uint64        // entries kept behind a snapshot; less than the default invites hashicorp/raft#697

	// Pace, if it is more than HeartbeatTimeout, takes its place and that of ElectionTimeout until the capital has followed
	// somebody: at the start, others may need longer.
	Pace time.Duration

	// Heartbeat is how long a leader waits at least between two heartbeats to a follower; Raft draws a time between once and
	// twice that. 0: a tenth of HeartbeatTimeout. So followers can be quicker to miss a leader without hearing from it more
	// often; but one lost heartbeat must not end a LeaderLeaseTimeout.
	Heartbeat time.Duration

	// Rest is how long an idle leader holds back an append that has nothing to say, so that an idle conference costs little;
	// 0: not at all. It is Raft time, and must be shorter than HeartbeatTimeout. Simulations leave it at 0.
	Rest time.Duration

	// Rounds is how many groups of moves a leader has recorded at a time; what comes meanwhile goes together in the next
	// one. 0: moves go as they come, and Raft groups what it finds. Simulations leave it at 0.
	Rounds int

	// Lag is how long a follower lets moves wait that it could apply, so that it can check their signatures together with those
	// of others; not while a read waits for them. 0: not at all.
	Lag time.Duration

	// Overlap has a leader write moves to its own disk while the others write them to theirs, or a moment later; nothing is
	// committed before a majority has written it. Simulations leave it out.
	Overlap bool

	// AttemptTimeout bounds one try to reach one capital, so that a cut line does not use up a Submit's whole time. It
	// is Raft time, and should be longer than LeaderLeaseTimeout.
	AttemptTimeout time.Duration

	// Observe, if set, is told of elections. It is called by one goroutine at a time, in order, and Raft waits for it.
	Observe func(RaftEvent)

	// OnApply, if set, is told of every move that reached the state machine, repeats and untraceable refusals included,
	// in order. hash computes the hash of the state after the move, and must not be called after OnApply has returned.
	// It is called under the state's lock: it must not call the node. It must not change e, nor keep it.
	OnApply func(e *terms.Entry, hash func() [32]byte)

	// OnRestore, if set, is told that the state was replaced by a snapshot that reaches up to a log index. As OnApply.
	OnRestore func(index uint64, hash func() [32]byte)
}

// KeyFinder finds the private key of a public one among those that the capital has. It is asked when the record names
// another key than the one in use; an error leaves that in use.
type KeyFinder func(ed25519.PublicKey) (ed25519.PrivateKey, error)

// DefaultConfig returns the settings of a live capital.
func DefaultConfig() Config {
	return Config{
		HeartbeatTimeout:   time.Second,
		ElectionTimeout:    time.Second,
		LeaderLeaseTimeout: 500 * time.Millisecond,
		CommitTimeout:      5 * time.Millisecond, // Raft's default of 50 ms is how long followers would lag
		MaxAppendEntries:   256,                  // 1.5 times the commits of Raft's default 64 at 256 clients
		SnapshotInterval:   2 * time.Minute,
		SnapshotThreshold:  8192,
		TrailingLogs:       10240,
		AttemptTimeout:     2 * time.Second,
	}
}

// LiveConfig returns DefaultConfig with what only real machines need: little work while nothing happens, moves that are
// recorded together, and elections that do not take long. Raft's timer for those runs out after once to twice
// HeartbeatTimeout, but may have to run out twice, and all but a minority of the followers must have missed the leader
// before one of them is elected: with a second, every second election took more than two.
func LiveConfig() Config {
	c := DefaultConfig()
	c.Pace = c.HeartbeatTimeout
	c.HeartbeatTimeout, c.ElectionTimeout = 550*time.Millisecond, 550*time.Millisecond
	c.LeaderLeaseTimeout, c.Heartbeat = 550*time.Millisecond, 130*time.Millisecond
	c.Rest = c.Pace / 2
	c.Rounds, c.Lag, c.Overlap = 1, 12*c.CommitTimeout, true
	return c
}

// Validate returns an error that names every field that cannot be used.
func (c *Config) Validate() error {
	var wrong []error
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf("node: "+format, args...)) }
	if c.ID == "" || len(c.ID) > maxIDBytes {
		bad("ID %q must have 1 to %d bytes", c.ID, maxIDBytes)
	}
	if c.Key != nil && len(c.Key) != ed25519.PrivateKeySize {
		bad("Key has %d bytes; an ed25519 private key has %d", len(c.Key), ed25519.PrivateKeySize)
	}
	if c.Transport == nil {
		bad("Transport is missing")
	}
	if c.Stores.Log == nil || c.Stores.Stable == nil || c.Stores.Snapshots == nil {
		bad("Stores are missing: see MemoryStores and OpenStores")
	}
	if c.Pace < 0 {
		bad("Pace is %v; it must be 0 or more", c.Pace)
	}
	if c.Heartbeat < 0 || 4*c.Heartbeat > c.LeaderLeaseTimeout && c.Heartbeat > 0 {
		bad("Heartbeat is %v; it must be at most a quarter of LeaderLeaseTimeout, %v", c.Heartbeat, c.LeaderLeaseTimeout)
	}
	if c.Rest < 0 || c.Rest > 0 && c.Rest >= c.HeartbeatTimeout {
		bad("Rest is %v; it must be shorter than HeartbeatTimeout, %v", c.Rest, c.HeartbeatTimeout)
	}
	if c.Rounds < 0 {
		bad("Rounds is %d; it must be 0 or more", c.Rounds)
	}
	if c.Lag < 0 {
		bad("Lag is %v; it must be 0 or more", c.Lag)
	}
	if c.AttemptTimeout <= 0 {
		bad("AttemptTimeout is %v; it must be positive", c.AttemptTimeout)
	}
	if c.ID != "" {
		if err := raft.ValidateConfig(c.settings()); err != nil {
			bad("%w", err)
		}
	}
	return errors.Join(wrong...)
}

// Raft returns the settings as Raft takes them.
func (c *Config) Raft() *raft.Config {
	rc := c.settings()
	rc.Logger = hlog.New(hlog.Sparing(c.Logger, time.Minute)).Named("raft")
	return rc
}

// settings is Raft without a logger.
func (c *Config) settings() *raft.Config {
	rc := raft.DefaultConfig()
	rc.LocalID = raft.ServerID(c.ID)
	rc.HeartbeatTimeout, rc.ElectionTimeout = c.HeartbeatTimeout, c.ElectionTimeout
	rc.LeaderLeaseTimeout, rc.CommitTimeout = c.LeaderLeaseTimeout, c.CommitTimeout
	rc.MaxAppendEntries = c.MaxAppendEntries
	rc.SnapshotInterval, rc.SnapshotThreshold = c.SnapshotInterval, c.SnapshotThreshold
	rc.TrailingLogs = c.TrailingLogs
	rc.NoLegacyTelemetry = true
	rc.BatchApplyCh = true // see intake
	return rc
}

// Server is a capital's machine as Raft's configuration knows it.
type Server struct {
	ID      string
	Address string // "" is the id
	Votes   bool   // false: it receives the record, but does not count towards a majority
}

// Servers lists the machines of a conference: observers and other non-voters do not vote. Addresses are the ids.
func Servers(c *terms.Charter) []Server {
	list := make([]Server, len(c.Capitals))
	for i := range c.Capitals {
		list[i] = Server{ID: c.Capitals[i].ID, Votes: c.Capitals[i].Votes()}
	}
	return list
}

// ErrBootstrapped is returned by Bootstrap for stores that hold a record already.
var ErrBootstrapped = errors.New("node: the stores belong to a conference already")

// Bootstrap writes the first entry of Raft's log, which names the capitals, into cfg's stores. It is called once a
// conference, before Start: by one voter, or by all of them with the same servers.
func Bootstrap(cfg Config, servers []Server) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	var conf raft.Configuration
	for _, s := range servers {
		server := raft.Server{ID: raft.ServerID(s.ID), Address: raft.ServerAddress(s.Address), Suffrage: raft.Nonvoter}
		if s.Address == "" {
			server.Address = raft.ServerAddress(s.ID)
		}
		if s.Votes {
			server.Suffrage = raft.Voter
		}
		conf.Servers = append(conf.Servers, server)
	}
	err := raft.BootstrapCluster(cfg.Raft(), cfg.Stores.Log, cfg.Stores.Stable, cfg.Stores.Snapshots, cfg.Transport, conf)
	if errors.Is(err, raft.ErrCantBootstrap) {
		return ErrBootstrapped
	}
	if err != nil {
		return fmt.Errorf("node: bootstrap %s: %w", cfg.ID, err)
	}
	return nil
}
