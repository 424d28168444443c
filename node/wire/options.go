package wire

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/identity"
)

// Options is what a wire is made with. Identity and Listen are needed; a zero elsewhere means the default.
type Options struct {
	// Identity is who this capital is, and whom it trusts.
	Identity *identity.Identity

	// Listen is the host:port to listen on. Port 0 is any free one.
	Listen string

	// Advertise is the host:port under which the others reach this capital, and its address in Raft's configuration. By
	// default it is where the capital listens, which then must not be a wildcard such as 0.0.0.0. Port 0 is the port on
	// which it listens.
	Advertise string

	// API is the host:port of the capital's interface, which it tells whoever connects; "": it tells nobody.
	API string

	// Directory says where the others are. Raft's own configuration counts for capitals that it does not know.
	Directory Directory

	// Admit, if set, decides whether a capital whose certificate is in order may connect. Its error is told to the peer. It
	// is asked again every few seconds for connections that are open.
	Admit func(capital string) error

	Logger *zap.Logger // nil: nothing is logged

	RPCTimeout       time.Duration // for one Raft message and its answer; a snapshot has more by its size. Default 1 s
	CallTimeout      time.Duration // for a Call whose context has no deadline. Default 10 s
	HandshakeTimeout time.Duration // from connecting until the peer is let in. Default 5 s

	MaxHandshakes   int // connections that are not verified yet. Default 64
	MaxConnsPerPeer int // accepted connections of one capital. Default 32
	MaxCallsPerConn int // calls of one connection being answered. Default 128
	MaxRequestBytes int // of a call. Default 2 MiB
	MaxAnswerBytes  int // of a call's answer. Default 9 MiB

	// Chaos switches Faults on. It is for simulations: whoever can reach Wire.Faults can silence the capital.
	Chaos *Chaos
}

// Chaos is the configuration of Faults.
type Chaos struct {
	Seed int64 // decides which messages a lossy link loses
}

// Directory says where capitals are. It may change while the wire is in use.
type Directory interface {
	// Address returns the host:port of a capital.
	Address(capital string) (string, bool)

	// Peers lists the capitals, always in the same order. The wire leaves out its own.
	Peers() []string
}

// Addresses is a Directory that does not change: addresses by capital. Its Peers are in alphabetical order.
type Addresses map[string]string

// Address implements Directory.
func (a Addresses) Address(capital string) (string, bool) {
	address, ok := a[capital]
	return address, ok
}

// Peers implements Directory.
func (a Addresses) Peers() []string {
	list := make([]string, 0, len(a))
	for id := range a {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

// withDefaults returns the options with defaults filled in, or what is wrong with them.
func (o Options) withDefaults() (Options, error) {
	var wrong []error
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf("wire: "+format, args...)) }
	if o.Identity == nil {
		bad("Identity is missing")
	}
	if _, _, err := net.SplitHostPort(o.Listen); err != nil {
		bad("Listen %q is not host:port: %w", o.Listen, err)
	}
	if o.Advertise != "" {
		if host, _, err := net.SplitHostPort(o.Advertise); err != nil {
			bad("Advertise %q is not host:port: %w", o.Advertise, err)
		} else if isWildcard(host) {
			bad("Advertise %q is an address that others cannot reach: name a host", o.Advertise)
		}
	}
	if o.API != "" && !isAddress(o.API) {
		bad("API %.300q is not host:port, with an IP address or a name in ASCII and a port in digits", o.API)
	}
	if o.Directory == nil {
		o.Directory = Addresses{}
	}
	if o.Admit == nil {
		o.Admit = func(string) error { return nil }
	}
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	times := func(name string, d *time.Duration, def time.Duration) {
		if *d < 0 {
			bad("%s is %v; it must be positive", name, *d)
		} else if *d == 0 {
			*d = def
		}
	}
	times("RPCTimeout", &o.RPCTimeout, time.Second)
	times("CallTimeout", &o.CallTimeout, 10*time.Second)
	times("HandshakeTimeout", &o.HandshakeTimeout, 5*time.Second)
	numbers := func(name string, n *int, def int) {
		if *n < 0 {
			bad("%s is %d; it must be positive", name, *n)
		} else if *n == 0 {
			*n = def
		}
	}
	numbers("MaxHandshakes", &o.MaxHandshakes, 64)
	numbers("MaxConnsPerPeer", &o.MaxConnsPerPeer, 32)
	numbers("MaxCallsPerConn", &o.MaxCallsPerConn, 128)
	numbers("MaxRequestBytes", &o.MaxRequestBytes, 2<<20)
	numbers("MaxAnswerBytes", &o.MaxAnswerBytes, 9<<20)
	return o, errors.Join(wrong...)
}

// isWildcard reports whether a host means all addresses of this machine.
func isWildcard(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}
