package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/parley-sim/parley/node"
)

// The protocols of connections, as ALPN names them. Their version is that of what capitals say to each other and of the
// rules by which each of them keeps the record. It is raised whenever capitals of two versions could part ways, as when one
// takes a move that the other refuses: they do not speak to each other then.
//
//	1  the first
//	2  moves may bear a signature that was made for several of them together (package signature)
//	3  an abstention is told as a missing consent, and no more as an objection: states have other hashes
const (
	protocolVersion = "3"
	raftProtocol    = raftPrefix + protocolVersion
	callProtocol    = callPrefix + protocolVersion

	raftPrefix = "parley-raft/"
	callPrefix = "parley-call/"
)

// reverifyEvery is how long a connection whose certificate is no longer good can live on.
const reverifyEvery = 10 * time.Second

// ErrClosed is returned by what needs a wire that was closed.
var ErrClosed = errors.New("wire: closed")

// ErrOtherVersion is why a capital is refused that runs a version of parley which keeps the record otherwise.
var ErrOtherVersion = errors.New("it runs another version of parley")

// Wire is a capital's end of the wires to all others. Make it with Listen. Its methods may be called by any goroutine.
type Wire struct {
	opts      Options
	capital   string
	advertise string
	log       *zap.Logger // says the same only once a minute
	listener  net.Listener
	server    *tls.Config
	dialer    net.Dialer
	transport *Transport
	faults    *Faults // nil without Options.Chaos
	handler   atomic.Pointer[handler]

	ctx   context.Context // ends when the wire closes
	end   context.CancelFunc
	group sync.WaitGroup // everything that Close waits for
	ended chan struct{}  // closed at the end of Close

	mu         sync.Mutex
	handshakes []net.Conn        // in order of arrival
	conns      []*conn           // in order of admission
	peers      map[string]*peer  // by capital, made by the first call
	apis       map[string]string // by capital: where it has said that its interface is
}

var _ node.Links = (*Wire)(nil)

// Listen opens the capital's port and answers there from then on. What comes before Raft and a handler are there waits,
// or is refused, respectively.
func Listen(o Options) (*Wire, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	keepAlive := net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3}
	config := net.ListenConfig{KeepAliveConfig: keepAlive}
	listener, err := config.Listen(context.Background(), "tcp", o.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("wire: %s cannot listen on %s: another process has that port; stop it, or choose another port: %w",
			o.Identity.Capital(), o.Listen, err)
	}
	if err != nil {
		return nil, fmt.Errorf("wire: %s cannot listen on %s: %w", o.Identity.Capital(), o.Listen, err)
	}
	advertise, err := advertised(o.Advertise, listener.Addr())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	once := zap.WrapCore(func(c zapcore.Core) zapcore.Core { return zapcore.NewSamplerWithOptions(c, time.Minute, 1, 0) })
	w := &Wire{opts: o, capital: o.Identity.Capital(), advertise: advertise, log: o.Logger.Named("wire").WithOptions(once),
		listener: listener, server: o.Identity.Server(raftProtocol, callProtocol), dialer: net.Dialer{KeepAliveConfig: keepAlive},
		ended: make(chan struct{}), peers: map[string]*peer{}, apis: map[string]string{}}
	w.ctx, w.end = context.WithCancel(context.Background())
	if o.Chaos != nil {
		w.faults = newFaults(w.capital, o.Chaos.Seed)
	}
	w.server.GetConfigForClient = alsoOtherVersions(w.server)
	w.transport = newTransport(w)
	w.group.Go(w.accept)
	w.group.Go(w.watch)
	return w, nil
}

// advertised returns the address to tell the others.
func advertised(wanted string, listening net.Addr) (string, error) {
	host, port, err := net.SplitHostPort(listening.String())
	if err != nil {
		return "", fmt.Errorf("wire: it listens on %s: %w", listening, err)
	}
	if wanted != "" {
		wantedHost, wantedPort, err := net.SplitHostPort(wanted)
		if err != nil || wantedPort != "0" {
			return wanted, err
		}
		host = wantedHost
	}
	if isWildcard(host) {
		return "", fmt.Errorf("wire: it listens on %s, which others cannot reach: set Advertise to this machine's name or address",
			listening)
	}
	return net.JoinHostPort(host, port), nil
}

// Address returns the host:port under which the others reach this capital: its address for Raft.
func (w *Wire) Address() string { return w.advertise }

// Transport returns Raft's transport. Closing it closes the wire.
func (w *Wire) Transport() *Transport { return w.transport }

// Faults returns the faults of what this capital sends, or nil without Options.Chaos.
func (w *Wire) Faults() *Faults { return w.faults }

// Peers implements node.Links: the other capitals, in the Directory's order.
func (w *Wire) Peers() []string {
	return slices.DeleteFunc(slices.Clone(w.opts.Directory.Peers()), func(id string) bool { return id == w.capital })
}

// Close closes the port and all connections, ends the contexts of handlers, and waits for what serves connections, but not
// for handlers. It can be called again.
func (w *Wire) Close() error {
	w.mu.Lock()
	first := w.ctx.Err() == nil
	w.end()
	conns, handshakes := slices.Clone(w.conns), slices.Clone(w.handshakes)
	w.mu.Unlock()
	if !first {
		<-w.ended
		return nil
	}
	defer close(w.ended)
	err := w.listener.Close()
	w.transport.shut()
	if w.faults != nil {
		w.faults.close()
	}
	for _, c := range handshakes {
		_ = c.Close()
	}
	for _, c := range conns {
		w.group.Go(func() { _ = c.Close() })
	}
	w.group.Wait()
	if err != nil {
		return fmt.Errorf("wire: close %s: %w", w.capital, err)
	}
	return nil
}

// watch verifies the connections again from time to time.
func (w *Wire) watch() {
	ticker := time.NewTicker(reverifyEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			w.Reverify()
		case <-w.ctx.Done():
			return
		}
	}
}

// Reverify closes the connections of capitals that would not be let in any more, and returns how many. The wire does it
// by itself every ten seconds.
func (w *Wire) Reverify() (closed int) {
	w.mu.Lock()
	conns := slices.Clone(w.conns)
	w.mu.Unlock()
	for _, c := range conns {
		if err := c.verify(); err != nil {
			w.log.Warn("closed a connection with "+c.peer+", which would not be let in any more", zap.Error(err))
			_ = c.Close()
			closed++
		}
	}
	return closed
}
