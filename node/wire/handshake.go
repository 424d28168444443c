package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/identity"
)

// What the accepting side says after the handshake: refused or welcome, the length of a text and the text. It is the reason,
// or where the accepting capital's interface is: its certificate speaks for it, so no capital can say that of another.
const (
	refused = iota
	welcome
)

const maxHello = 255 // of the text

// accept takes in connections until the wire closes.
func (w *Wire) accept() {
	pause := 5 * time.Millisecond
	for {
		raw, err := w.listener.Accept()
		if w.ctx.Err() != nil {
			if err == nil {
				_ = raw.Close()
			}
			return
		}
		if err != nil { // such as too many open files
			w.log.Error("cannot accept connections", zap.Error(err))
			select {
			case <-time.After(pause):
			case <-w.ctx.Done():
			}
			pause = min(2*pause, time.Second)
			continue
		}
		pause = 5 * time.Millisecond
		w.begin(raw)
		w.group.Go(func() { w.receive(raw) })
	}
}

// begin counts a connection among those that are not verified yet, and closes the oldest of too many.
func (w *Wire) begin(raw net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handshakes = append(w.handshakes, raw)
	if len(w.handshakes) > w.opts.MaxHandshakes {
		_ = w.handshakes[0].Close() // of the plain connection, so that it does not block
		w.handshakes = w.handshakes[1:]
	}
}

// settled ends what begin began.
func (w *Wire) settled(raw net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at := slices.Index(w.handshakes, raw); at >= 0 {
		w.handshakes = slices.Delete(w.handshakes, at, at+1)
	}
}

// receive has a connection prove who it is, and serves it.
func (w *Wire) receive(raw net.Conn) {
	t, peer, err := w.prove(raw)
	w.settled(raw)
	if err != nil {
		_ = raw.Close()
		if w.ctx.Err() == nil {
			w.sayRefused(raw, peer, err)
		}
		return
	}
	c := w.keep(t, peer, false)
	if c == nil {
		return
	}
	if t.ConnectionState().NegotiatedProtocol == raftProtocol {
		w.transport.serve(c)
	} else {
		w.serveCalls(c)
	}
}

// prove shakes hands and welcomes the peer. With an error, peer is whom it claimed to be, if it came to that.
func (w *Wire) prove(raw net.Conn) (t *tls.Conn, peer string, err error) {
	_ = raw.SetDeadline(time.Now().Add(w.opts.HandshakeTimeout))
	t = tls.Server(raw, w.server)
	err = t.HandshakeContext(w.ctx)
	_, peer, nameErr := identity.PeerOf(t.ConnectionState())
	if err == nil {
		err = nameErr
	}
	if err != nil {
		return nil, peer, err
	}
	kind, text := byte(welcome), w.opts.API
	if err = spoken(t.ConnectionState().NegotiatedProtocol); err == nil {
		err = w.opts.Admit(peer)
	}
	if err != nil {
		kind, text = refused, err.Error()
	}
	text = text[:min(len(text), maxHello)]
	if _, writeErr := t.Write(append([]byte{kind, byte(len(text))}, text...)); err == nil {
		err = writeErr
	}
	if err != nil {
		return nil, peer, err
	}
	return t, peer, raw.SetDeadline(time.Time{})
}

// spoken returns an error unless a protocol is one of this version's.
func spoken(protocol string) error {
	switch protocol {
	case raftProtocol, callProtocol:
		return nil
	case "":
		return fmt.Errorf("wire: it asked for no protocol; %s and %s are spoken here", raftProtocol, callProtocol)
	}
	return fmt.Errorf("%w: %s was asked for, and %s and %s are spoken here; run the same version at every capital",
		ErrOtherVersion, protocol, raftProtocol, callProtocol)
}

// alsoOtherVersions has the handshake succeed with a capital that asks for the protocols in another version, so that it can
// be told why it is refused; else all it would learn is that of TLS.
func alsoOtherVersions(own *tls.Config) func(*tls.ClientHelloInfo) (*tls.Config, error) {
	return func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		other := ""
		for _, p := range hello.SupportedProtos {
			switch {
			case spoken(p) == nil:
				return nil, nil // our own configuration
			case other == "" && isOfAnyVersion(p):
				other = p
			}
		}
		if other == "" {
			return nil, nil
		}
		c := own.Clone()
		c.NextProtos = []string{other}
		return c, nil
	}
}

// isOfAnyVersion reports whether a protocol is one of this package's, in whatever version.
func isOfAnyVersion(protocol string) bool {
	for _, prefix := range []string{raftPrefix, callPrefix} {
		if version, ok := strings.CutPrefix(protocol, prefix); ok {
			_, err := strconv.ParseUint(version, 10, 16)
			return err == nil
		}
	}
	return false
}

// noCommonProtocol is the TLS alert no_application_protocol (RFC 7301): the other side speaks no protocol that was asked for.
const noCommonProtocol = tls.AlertError(120)

// ofOtherVersion makes an error of a handshake that failed for want of a common protocol say so.
func ofOtherVersion(err error, asked string) error {
	var remote *net.OpError
	if !errors.As(err, &remote) || remote.Err == nil || remote.Err.Error() != noCommonProtocol.Error() { // TLS hides the alert's type
		return err
	}
	return fmt.Errorf("%w: it does not speak %s; run the same version at every capital: %w", ErrOtherVersion, asked, err)
}

// sayRefused logs why a connection was refused. The message is the same for the same host, peer and kind of fault, so
// that it is written once a minute.
func (w *Wire) sayRefused(raw net.Conn, peer string, err error) {
	host, _, splitErr := net.SplitHostPort(raw.RemoteAddr().String())
	if splitErr != nil {
		host = raw.RemoteAddr().String()
	}
	kind := "no proper handshake"
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		kind = "no handshake in time"
	case errors.Is(err, net.ErrClosed):
		kind = "too many unfinished handshakes"
	case errors.Is(err, io.EOF):
		kind = "it left during the handshake"
	}
	for _, e := range []error{identity.ErrExpired, identity.ErrNotYetValid, identity.ErrOtherConference,
		identity.ErrOtherCapital, identity.ErrUnsigned, identity.ErrNoCertificate, identity.ErrNotACapital, ErrOtherVersion} {
		if errors.Is(err, e) {
			kind = e.Error()
			break
		}
	}
	if peer != "" {
		host = fmt.Sprintf("%q at %s", peer, host)
	}
	w.log.Warn("refused a connection from "+host+": "+kind, zap.Error(err))
}

// dial connects to a capital at an address. Whatever its error, nothing but the handshake was sent.
func (w *Wire) dial(ctx context.Context, to, address, protocol string) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, w.opts.HandshakeTimeout)
	defer cancel()
	defer context.AfterFunc(w.ctx, cancel)()
	c, err := w.connect(ctx, to, address, protocol)
	if w.ctx.Err() != nil {
		if c != nil {
			_ = c.Close()
		}
		return nil, ErrClosed
	}
	return c, err
}

func (w *Wire) connect(ctx context.Context, to, address, protocol string) (*conn, error) {
	raw, err := w.dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("wire: %s cannot be reached at %s: %w", to, address, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	t := tls.Client(raw, w.opts.Identity.Client(to, protocol))
	if err := t.HandshakeContext(ctx); err != nil {
		err = ofOtherVersion(err, protocol)
		return nil, errors.Join(fmt.Errorf("wire: %s at %s is not accepted: %w", to, address, err), raw.Close())
	}
	api, err := readWelcome(t)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("wire: %s at %s does not accept %s: %w", to, address, w.capital, err), raw.Close())
	}
	if !stop() {
		return nil, errors.Join(fmt.Errorf("wire: %s at %s: %w", to, address, context.Cause(ctx)), raw.Close())
	}
	c := w.keep(t, to, true)
	if c == nil {
		return nil, ErrClosed
	}
	w.noteAPI(to, api)
	return c, nil
}

// readWelcome reads whether the other side lets this one in, and where its interface is, "" if it does not say.
func readWelcome(r io.Reader) (api string, err error) {
	var b [2]byte
	if _, err := io.ReadFull(r, b[:1]); err != nil {
		return "", err
	}
	if b[0] != welcome && b[0] != refused {
		return "", fmt.Errorf("wire: it does not speak as a capital does (%#x)", b[0])
	}
	if _, err := io.ReadFull(r, b[1:]); err != nil {
		return "", err
	}
	text := make([]byte, b[1])
	if _, err := io.ReadFull(r, text); err != nil {
		return "", err
	}
	if b[0] == refused {
		return "", fmt.Errorf("wire: refused: %q", text)
	}
	if api = string(text); api != "" && !isAddress(api) {
		return "", fmt.Errorf("wire: it says that its interface is at %q, which is not host:port", text)
	}
	return api, nil
}
