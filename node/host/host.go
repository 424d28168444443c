package host

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/node/wire"
)

// Options say how a capital is run. The zero value runs it on its data folder, without a log.
type Options struct {
	Logger  *zap.Logger
	Memory  bool                  // keep the record in memory; the data folder is not touched
	Version string                // of Parley, for the status
	Gather  []prometheus.Gatherer // more metrics, such as api.RaftMetrics
	Page    http.Handler          // shows the conference to people, at the interface's address; nil: there is none
	Tune    func(*node.Config)    // changes the node's settings before it starts; nil: those of a live capital
}

// Host is one running capital. Make it with Start.
type Host struct {
	config *Config
	log    *zap.Logger
	node   *node.Node
	wire   *wire.Wire
	stores node.Stores

	directory *directory

	stop   context.CancelFunc
	work   sync.WaitGroup
	failed chan error    // what ended the interface, if anything did
	turns  chan struct{} // holds something after a turn of an election
	once   sync.Once
	ended  error
}

// Start runs a capital: it claims the data folder, opens its ports and starts its node, founding the conference if
// nobody has. It returns when the interface answers, before there is a leader. End it with Close.
func Start(ctx context.Context, c *Config, o Options) (h *Host, err error) {
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	h = &Host{config: c, directory: newDirectory(c), log: o.Logger.With(zap.String("capital", c.Capital)), failed: make(chan error, 1), turns: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%s: %w", c.Capital, err), h.Close(context.Background()))
			h = nil
		}
	}()
	charter, err := c.LoadCharter()
	if err != nil {
		return h, err
	}
	id, err := identity.Open(c.IdentityFolder(), h.identityChanged)
	if err != nil {
		return h, err
	}
	if id.Conference() != c.Conference || id.Capital() != c.Capital {
		return h, fmt.Errorf("%s holds the keys of %s of %s", c.IdentityFolder(), id.Capital(), id.Conference())
	}
	if err := id.Check(); err != nil {
		return h, err
	}
	keys, err := identity.Load(c.IdentityFolder())
	if err != nil {
		return h, err
	}
	if h.stores, err = h.openStores(o.Memory); err != nil {
		return h, err
	}
	if err := h.openWire(id); err != nil {
		return h, err
	}
	if !o.Memory { // the ports are this capital's, and nothing has been written yet
		if err := upgrade(c.DataFolder()); err != nil {
			return h, err
		}
	}
	feed := api.NewFeed()
	if err := h.startNode(ctx, charter, keys.Signing.Ed25519(), feed, o.Tune); err != nil {
		return h, err
	}
	if err := h.serve(id, feed, o); err != nil {
		return h, err
	}
	h.attend(charter)
	return h, nil
}

func (h *Host) identityChanged(err error) {
	if err != nil {
		h.log.Warn("keys or certificates have changed and cannot be used; the old ones stay in use", zap.Error(err))
		return
	}
	h.log.Info("keys or certificates have changed and are in use")
}

func (h *Host) openStores(memory bool) (node.Stores, error) {
	if memory {
		return node.MemoryStores(), nil
	}
	folder := h.config.DataFolder()
	if err := claim(folder, h.config.Conference, h.config.Capital); err != nil {
		return node.Stores{}, err
	}
	return node.OpenStores(folder, h.log)
}

func (h *Host) openWire(id *identity.Identity) error {
	o := wire.Options{Identity: id, Listen: h.config.Raft.Listen, Advertise: h.config.Raft.Advertise, API: h.config.API.Address(),
		Directory: h.directory, Logger: h.log}
	if h.config.Chaos {
		o.Chaos = &wire.Chaos{}
	}
	var err error
	h.wire, err = wire.Listen(o)
	return err
}

func (h *Host) startNode(ctx context.Context, charter *terms.Charter, key ed25519.PrivateKey, feed *api.Feed, tune func(*node.Config)) error {
	cfg := node.LiveConfig()
	cfg.ID, cfg.Transport, cfg.Links, cfg.Stores = h.config.Capital, h.wire.Transport(), h.wire, h.stores
	cfg.Logger = h.log
	cfg.Observe = func(e node.RaftEvent) {
		feed.Observe(e)
		select {
		case h.turns <- struct{}{}:
		default:
		}
	}
	if signed(charter) {
		cfg.Key = key
		cfg.Keys = func(public ed25519.PublicKey) (ed25519.PrivateKey, error) {
			found, err := identity.SigningKeyFor(h.config.IdentityFolder(), public)
			return found.Ed25519(), err
		}
	}
	if tune != nil {
		tune(&cfg)
	}
	used, err := h.stores.Used()
	if err != nil {
		return err
	}
	// A capital that was admitted later, or whose disk was wiped, is told by the leader who else there is.
	if founder := charter.Capital(h.config.Capital) != nil; !used && founder {
		servers := node.Servers(charter)
		for i := range servers {
			if address, known := h.config.Address(servers[i].ID); known {
				servers[i].Address = address
			}
		}
		if err := node.Bootstrap(cfg, servers); err != nil && !errors.Is(err, node.ErrBootstrapped) {
			return err
		}
	}
	h.node, err = node.Start(ctx, cfg)
	return err
}

// signed reports whether the moves of a conference are signed. A capital that is admitted later is not in the charter on
// which it was founded, and signs like the others.
func signed(charter *terms.Charter) bool {
	return slices.ContainsFunc(charter.Capitals, func(c terms.Capital) bool { return len(c.Key) > 0 })
}

// serve opens the interface.
func (h *Host) serve(id *identity.Identity, feed *api.Feed, o Options) error {
	listener, err := net.Listen("tcp", h.config.API.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("its interface cannot listen on %s: another process has that port; stop it, or choose another port: %w",
			h.config.API.Listen, err)
	}
	if err != nil {
		return fmt.Errorf("its interface cannot listen on %s: %w", h.config.API.Listen, err)
	}
	ao := api.Options{
		Who: func(r *http.Request) (string, error) {
			if r.TLS == nil {
				return "", identity.ErrNoCertificate
			}
			return id.VerifyClient(*r.TLS)
		},
		Feed: feed, Where: h.where, Gather: o.Gather, Page: o.Page, Logger: h.log,
		About: api.About{Version: o.Version, PID: os.Getpid(), API: "https://" + h.config.API.Address(), Raft: h.wire.Address(),
			Data: h.config.DataFolder()},
	}
	if o.Memory {
		ao.About.Data = ""
	}
	if faults := h.wire.Faults(); faults != nil {
		ao.Chaos = func(_ context.Context, f api.Fault) error { return inflict(faults, f) }
	}
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	handler := api.New(h.node, ao)
	h.work.Go(func() {
		if err := api.Serve(ctx, tls.NewListener(listener, id.Server("http/1.1")), handler, ao.Limits, h.log); err != nil {
			h.failed <- err
		}
	})
	return nil
}

// where returns the base URL of a capital's interface, "" if it is not known: that of the settings or, for a capital that was
// admitted since, what it says itself.
func (h *Host) where(capital string) string {
	for _, p := range h.config.Peers {
		if p.Capital == capital {
			return "https://" + p.API
		}
	}
	if _, member := h.directory.Address(capital); member {
		if address := h.wire.API(capital); address != "" {
			return "https://" + address
		}
	}
	return ""
}

// Node returns the capital's node.
func (h *Host) Node() *node.Node { return h.node }

// Wire returns the capital's wires.
func (h *Host) Wire() *wire.Wire { return h.wire }

// Failed returns a channel on which comes what ended the capital's interface before Close did.
func (h *Host) Failed() <-chan error { return h.failed }

// Close stops the capital: its interface first, then its node, its wires and its stores. It waits for all of them.
func (h *Host) Close(ctx context.Context) error {
	h.once.Do(func() {
		if h.stop != nil {
			h.stop()
		}
		h.work.Wait()
		var errs []error
		if h.node != nil {
			errs = append(errs, h.node.Close(ctx))
		}
		if h.wire != nil {
			errs = append(errs, h.wire.Close())
		}
		h.ended = errors.Join(append(errs, h.stores.Close())...)
	})
	return h.ended
}
