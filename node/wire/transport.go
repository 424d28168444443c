package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/hlog"
)

// maxPool is how many idle connections Raft keeps to each peer. It sends heartbeats and entries side by side.
const maxPool = 3

// Transport carries Raft's messages: a raft.Transport with pre-votes and Close. Its addresses are host:port. Appends are
// not pipelined (hashicorp/raft#612), and heartbeats go through Raft's main queue (hashicorp/raft#695).
type Transport struct {
	wire  *Wire
	log   hclog.Logger
	out   *raft.NetworkTransport // for what this capital sends
	inbox chan raft.RPC
}

var (
	_ raft.Transport   = (*Transport)(nil)
	_ raft.WithPreVote = (*Transport)(nil)
	_ raft.WithClose   = (*Transport)(nil)
)

func newTransport(w *Wire) *Transport {
	t := &Transport{wire: w, log: hlog.New(w.log), inbox: make(chan raft.RPC)}
	t.out = t.network(&stream{wire: w, ended: make(chan struct{})}, maxPool)
	return t
}

// network makes a raft.NetworkTransport, which speaks Raft's protocol over a stream layer.
func (t *Transport) network(s *stream, pool int) *raft.NetworkTransport {
	return raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream: s, MaxPool: pool, MaxRPCsInFlight: 1, Timeout: t.wire.opts.RPCTimeout, Logger: t.log,
	})
}

// shut ends the sending side; connections are closed by the wire.
func (t *Transport) shut() { _ = t.out.Close() }

// Close closes the wire, calls included.
func (t *Transport) Close() error { return t.wire.Close() }

// Consumer returns the channel on which Raft receives requests, each of which came from the capital that it says.
func (t *Transport) Consumer() <-chan raft.RPC { return t.inbox }

// LocalAddr returns the address under which the others reach this capital.
func (t *Transport) LocalAddr() raft.ServerAddress { return raft.ServerAddress(t.wire.advertise) }

// EncodePeer returns a capital's address as bytes.
func (t *Transport) EncodePeer(id raft.ServerID, addr raft.ServerAddress) []byte {
	return []byte(t.address(id, addr))
}

// DecodePeer returns the address that EncodePeer encoded.
func (t *Transport) DecodePeer(b []byte) raft.ServerAddress { return raft.ServerAddress(b) }

// SetHeartbeatHandler does nothing: heartbeats go through Raft's main queue (hashicorp/raft#695).
func (t *Transport) SetHeartbeatHandler(func(raft.RPC)) {}

// AppendEntriesPipeline always returns raft.ErrPipelineReplicationNotSupported (hashicorp/raft#612).
func (t *Transport) AppendEntriesPipeline(raft.ServerID, raft.ServerAddress) (raft.AppendPipeline, error) {
	return nil, raft.ErrPipelineReplicationNotSupported
}

// address returns where a capital is: as the directory says, else as Raft's configuration says.
func (t *Transport) address(id raft.ServerID, target raft.ServerAddress) string {
	if string(id) == t.wire.capital {
		return t.wire.advertise
	}
	if address, ok := t.wire.opts.Directory.Address(string(id)); ok {
		return address
	}
	return string(target)
}

// dialName is what the sending side's NetworkTransport takes for an address: it dials by that alone, and the dialler must
// know whom to expect there.
func (t *Transport) dialName(id raft.ServerID, target raft.ServerAddress) raft.ServerAddress {
	return raft.ServerAddress(string(id) + "@" + t.address(id, target))
}

// stream is a raft.StreamLayer. It dials, if it has no connection; else it accepts that connection and no other.
type stream struct {
	wire  *Wire
	conn  *conn
	taken bool // only used by Accept
	end   sync.Once
	ended chan struct{}
}

// Accept returns the connection the first time, and then waits for Close.
func (s *stream) Accept() (net.Conn, error) {
	if s.conn != nil && !s.taken {
		s.taken = true
		return s.conn, nil
	}
	<-s.ended
	return nil, net.ErrClosed
}

// Close has Accept return.
func (s *stream) Close() error {
	s.end.Do(func() { close(s.ended) })
	return nil
}

// Addr returns the wire's address.
func (s *stream) Addr() net.Addr { return s.wire.listener.Addr() }

// Dial connects to a capital at an address, as dialName put them together.
func (s *stream) Dial(name raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	at := strings.LastIndexByte(string(name), '@')
	if at < 0 {
		return nil, fmt.Errorf("wire: %q is not capital@host:port", name)
	}
	ctx, cancel := context.WithTimeout(s.wire.ctx, timeout)
	defer cancel()
	c, err := s.wire.dial(ctx, string(name[:at]), string(name[at+1:]), raftProtocol)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// serve receives a peer's requests on a connection, one at a time, until it ends.
func (t *Transport) serve(c *conn) {
	s := &stream{wire: t.wire, conn: c, ended: make(chan struct{})}
	in := t.network(s, 0)
	c.atEnd(func() { _ = in.Close() })
	for {
		select {
		case rpc := <-in.Consumer():
			if err := t.take(c, rpc); err != nil {
				if t.wire.ctx.Err() == nil && !errors.Is(err, net.ErrClosed) {
					t.wire.log.Warn("closed a Raft connection from "+c.peer, zap.Error(err))
				}
				_ = c.Close()
				return
			}
		case <-s.ended:
			return
		}
	}
}

// take gives a request to Raft. Its error ends the connection.
func (t *Transport) take(c *conn, rpc raft.RPC) error {
	header, ok := rpc.Command.(raft.WithRPCHeader)
	if !ok {
		return fmt.Errorf("wire: a request of type %T", rpc.Command)
	}
	if sender := string(header.GetRPCHeader().ID); sender != c.peer {
		return fmt.Errorf("wire: a message of %.80q by a connection of %q: the certificate does not speak for that capital",
			sender, c.peer)
	}
	if rpc.Reader != nil {
		rpc.Reader = &patient{from: rpc.Reader, conn: c, patience: t.wire.opts.RPCTimeout}
	}
	if t.wire.faults != nil {
		return t.takeWithFaults(c, rpc)
	}
	return t.give(c, rpc)
}

func (t *Transport) give(c *conn, rpc raft.RPC) error {
	select {
	case t.inbox <- rpc:
		return nil
	case <-c.closed:
		return net.ErrClosed
	}
}

// patient reads a snapshot off a connection. Raft reads it in its main loop, so a peer that falls silent within it must
// not hold that up for longer than one message may take.
type patient struct {
	from     io.Reader
	conn     *conn
	patience time.Duration
}

// Read reads what has come, waiting for something for the patience.
func (p *patient) Read(b []byte) (int, error) {
	_ = p.conn.SetReadDeadline(time.Now().Add(p.patience))
	n, err := p.from.Read(b)
	_ = p.conn.SetReadDeadline(time.Time{})
	if err != nil && !errors.Is(err, io.EOF) {
		_ = p.conn.Close() // what would come next is the middle of a snapshot
	}
	return n, err
}
