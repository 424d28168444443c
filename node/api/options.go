package api

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// Capital is what the interface needs of a capital. [node.Node] is one.
type Capital interface {
	ID() string
	Submit(ctx context.Context, move terms.Move) (node.Receipt, error)
	Read(ctx context.Context, c node.Consistency, f func(*terms.State)) (uint64, error)
	ReadAlone(ctx context.Context, c node.Consistency, f func(*terms.State)) (uint64, error)
	Record() []terms.Entry
	Changed() <-chan struct{}
	Stats() node.Stats
	TransferLeadership(ctx context.Context, to string) error
	Snapshot(ctx context.Context) error
	Backup(ctx context.Context, c node.Consistency) (*node.Backup, error)
}

// Options of the interface. The zero value serves reads to anybody and refuses everything else.
type Options struct {
	// Who tells for which capital a request's client speaks: "" for a client that may only read. An error turns the client
	// away. nil: nobody speaks for a capital, and everybody may read.
	Who func(*http.Request) (capital string, err error)

	// Clock supplies the scenario time of moves that bring none; nil is the time of day. A move is never made before the
	// time that the record has reached, whatever the clock says.
	Clock func() terms.Instant

	// Feed, if set, supplies the stream's Raft events. It has to be the node's Config.Observe as well, and new for every
	// start of the capital.
	Feed *Feed

	// Where, if set, returns the base URL of a capital's interface, "" if it is not known, to tell a client where the leader
	// and the others are. It is called under the state's lock: it must not call the capital.
	Where func(capital string) string

	// Chaos, if set, carries out faults: see Fault. nil: there is no such route.
	Chaos func(ctx context.Context, f Fault) error

	// Page, if set, shows the conference to people. It is served below /page/ to whoever may read, is not part of the
	// versioned interface, and gets requests for / and for its stream /events alone. nil: there is none.
	Page http.Handler

	// About is shown in the status to everybody who may read.
	About About

	// Gather has more metrics to show, such as those of RaftMetrics.
	Gather []prometheus.Gatherer

	Limits Limits
	Logger *zap.Logger // says of itself which capital it is; nil: nothing is logged
}

// About is what a process says of itself. Empty fields are left out.
type About struct {
	Version string `json:"version,omitempty"` // of Parley
	PID     int    `json:"pid,omitempty"`
	API     string `json:"api,omitempty"`  // where this interface is reached
	Raft    string `json:"raft,omitempty"` // where the other capitals reach it
	Data    string `json:"data,omitempty"` // its data folder
}

// Limits bound what clients can ask for. A field that is zero takes the value of DefaultLimits.
type Limits struct {
	Connections     int           // at once; for a further one the one that has been silent for longest makes room, or it waits
	Requests        int           // of one client at once; further ones are answered 429
	Streams         int           // at once in all, backups included; further ones are answered 503
	StreamsOfClient int           // at once of one client; further ones are answered 429
	BodyBytes       int64         // of a request; longer ones are answered 413
	HeaderBytes     int           // of a request
	PageEntries     int           // of the record in one answer
	PageBytes       int           // after which a page of the record ends, though never before its first entry
	HeaderTimeout   time.Duration // for a TLS handshake, and for a request's header
	BodyTimeout     time.Duration // for a request's body
	WriteTimeout    time.Duration // for each write; a client that takes longer to read is dropped
	IdleTimeout     time.Duration // of a connection between requests
	Wait            time.Duration // how long a request waits for a leader if it does not say
	MaxWait         time.Duration // how long it may ask to wait
	Heartbeat       time.Duration // how often a stream without events shows that it is alive
	Grace           time.Duration // for requests under way when Serve ends
}

// DefaultLimits returns the limits of a live capital.
func DefaultLimits() Limits {
	return Limits{
		Connections: 512, Requests: 128, Streams: 256, StreamsOfClient: 64,
		BodyBytes: terms.MaxMoveBytes, HeaderBytes: 64 << 10, PageEntries: 1000, PageBytes: 8 << 20,
		HeaderTimeout: 5 * time.Second, BodyTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		IdleTimeout: 2 * time.Minute, Wait: 5 * time.Second, MaxWait: time.Minute, Heartbeat: 15 * time.Second,
		Grace: 10 * time.Second,
	}
}

// orDefault fills in what is zero.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	fill(&l.Connections, d.Connections)
	fill(&l.Requests, d.Requests)
	fill(&l.Streams, d.Streams)
	fill(&l.StreamsOfClient, d.StreamsOfClient)
	fill(&l.BodyBytes, d.BodyBytes)
	fill(&l.HeaderBytes, d.HeaderBytes)
	fill(&l.PageEntries, d.PageEntries)
	fill(&l.PageBytes, d.PageBytes)
	fill(&l.HeaderTimeout, d.HeaderTimeout)
	fill(&l.BodyTimeout, d.BodyTimeout)
	fill(&l.WriteTimeout, d.WriteTimeout)
	fill(&l.IdleTimeout, d.IdleTimeout)
	fill(&l.Wait, d.Wait)
	fill(&l.MaxWait, d.MaxWait)
	fill(&l.Heartbeat, d.Heartbeat)
	fill(&l.Grace, d.Grace)
	return l
}

func fill[T int | int64 | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}
