package wire

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/identity"
)

func TestPortTaken(t *testing.T) {
	c := newConference(t, "kyiv")
	_, err := Listen(Options{Identity: c.identity("moscow"), Listen: c.wires["kyiv"].Address()})
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "moscow cannot listen on "+c.wires["kyiv"].Address()+
		": another process has that port; stop it, or choose another port") {
		t.Error(err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	i := newConference(t).identity("kyiv")
	for says, o := range map[string]Options{
		"Identity is missing":                     {Listen: ":0"},
		`Listen "7000" is not host:port`:          {Identity: i, Listen: "7000"},
		`Advertise "kyiv" is not host:port`:       {Identity: i, Listen: ":0", Advertise: "kyiv"},
		"that others cannot reach":                {Identity: i, Listen: ":0", Advertise: "0.0.0.0:1"},
		"which others cannot reach":               {Identity: i, Listen: "0.0.0.0:0"},
		"RPCTimeout is -1ns; it must be positive": {Identity: i, Listen: ":0", RPCTimeout: -1},
		"MaxHandshakes is -1":                     {Identity: i, Listen: ":0", MaxHandshakes: -1},
	} {
		if _, err := Listen(o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	w, err := Listen(Options{Identity: i, Listen: "0.0.0.0:0", Advertise: "kyiv.example:0"})
	if err != nil {
		t.Fatal(err)
	}
	if _, port, _ := net.SplitHostPort(w.listener.Addr().String()); w.Address() != "kyiv.example:"+port {
		t.Error(w.Address())
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Error(err)
	}
}

// left waits until the other side has closed the connection.
func left(t testing.TB, c net.Conn) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, err := io.Copy(io.Discard, c)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Error("the connection was not closed")
	}
}

func TestStrangersAreRefusedAndSaidOnce(t *testing.T) {
	c := newConference(t, "kyiv", "washington")
	c.wires["kyiv"].Handle(echo)
	got := c.respond("kyiv")
	other, err := identity.NewConference("other")
	if err != nil {
		t.Fatal(err)
	}
	second, err := identity.NewConference("truce")
	if err != nil {
		t.Fatal(err)
	}
	past := identity.Validity{From: time.Now().Add(-2 * time.Hour), Until: time.Now().Add(-time.Hour)}
	for says, config := range map[string]*tls.Config{
		"another conference":  identityOf(t, other, "moscow", identity.For(time.Hour)).Client("", raftProtocol),
		"was not issued by":   identityOf(t, second, "moscow", identity.For(time.Hour)).Client("", raftProtocol),
		"has expired":         identityOf(t, c.authority, "moscow", past).Client("", raftProtocol),
		"no certificate":      {InsecureSkipVerify: true, NextProtos: []string{callProtocol}},
		"no proper handshake": c.identity("moscow").Client("kyiv"), // without a protocol
	} {
		config.VerifyConnection = nil
		for range 5 {
			raw, err := net.Dial("tcp", c.wires["kyiv"].Address())
			if err != nil {
				t.Fatal(err)
			}
			s := tls.Client(raw, config)
			if err := s.Handshake(); err == nil {
				if _, err := readWelcome(s); err == nil {
					t.Error(says, "is welcome")
				}
			}
			left(t, raw)
			_ = raw.Close()
		}
		count := 0
		for _, e := range c.logs["kyiv"].All() {
			if strings.Contains(e.Message, says) {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%q was said %d times: %v", says, count, c.logs["kyiv"].All())
		}
	}
	if b, err := c.wires["washington"].Call(t.Context(), "kyiv", []byte("x")); string(b) != "washington says x" || err != nil {
		t.Error(err)
	}
	if err := c.appendTo("washington", "kyiv", 7); err != nil || receive(t, got, "an append") != 7 || len(got) != 0 {
		t.Error(err)
	}
}

func TestGarbageAndHalfOpenConnections(t *testing.T) {
	c := newConference(t)
	c.change = func(o *Options) { o.MaxHandshakes = 4 }
	c.open("kyiv", "washington")
	kyiv := c.wires["kyiv"]
	kyiv.Handle(echo)
	dial := func() net.Conn {
		raw, err := net.Dial("tcp", kyiv.Address())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = raw.Close() })
		return raw
	}
	var open []net.Conn
	for range 40 {
		open = append(open, dial())
	}
	if b, err := c.wires["washington"].Call(t.Context(), "kyiv", []byte("x")); string(b) != "washington says x" || err != nil {
		t.Error(err)
	}
	for _, raw := range open[:36] { // the oldest had to go
		left(t, raw)
	}
	for _, garbage := range [][]byte{{0}, []byte("GET / HTTP/1.1\r\n\r\n"), bytes.Repeat([]byte{0x16, 3, 1, 0xff}, 1000)} {
		raw := dial()
		_, _ = raw.Write(garbage)
		_ = raw.(*net.TCPConn).CloseWrite()
		left(t, raw)
	}
	// Garbage behind a proper handshake, by either protocol.
	for _, protocol := range []string{raftProtocol, callProtocol} {
		s := tls.Client(dial(), c.identity("washington").Client("kyiv", protocol))
		if _, err := readWelcome(s); err != nil {
			t.Fatal(err)
		}
		_, _ = s.Write(bytes.Repeat([]byte{0xfe}, 100))
		left(t, s)
	}
	if b, err := c.wires["washington"].Call(t.Context(), "kyiv", []byte("y")); string(b) != "washington says y" || err != nil {
		t.Error(err)
	}
	if n := c.logs["kyiv"].Len(); n == 0 || n > 8 {
		t.Errorf("%d messages: %v", n, c.logs["kyiv"].All())
	}
}

func TestSlowHandshakeEnds(t *testing.T) {
	c := newConference(t)
	c.change = func(o *Options) { o.HandshakeTimeout = 50 * time.Millisecond }
	c.open("kyiv")
	raw, err := net.Dial("tcp", c.wires["kyiv"].Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	left(t, raw)
}

func TestTooManyConnectionsOfOneCapital(t *testing.T) {
	c := newConference(t)
	c.change = func(o *Options) { o.MaxConnsPerPeer = 3 }
	c.open("kyiv", "washington")
	c.wires["kyiv"].Handle(echo)
	var open []*tls.Conn
	for range 5 {
		raw, err := net.Dial("tcp", c.wires["kyiv"].Address())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = raw.Close() }()
		s := tls.Client(raw, c.identity("moscow").Client("kyiv", callProtocol))
		if _, err := readWelcome(s); err != nil {
			t.Fatal(err)
		}
		open = append(open, s)
		_ = writeFrame(s, frame{request, 9, []byte("x")}) // when it is answered, the connection has its place among the others
		if f, err := readFrame(s, 100); string(f.body) != "moscow says x" || f.number != 9 || err != nil {
			t.Errorf("%+v, %v", f, err)
		}
	}
	left(t, open[0])
	left(t, open[1])
	if b, err := c.wires["washington"].Call(t.Context(), "kyiv", []byte("x")); string(b) != "washington says x" || err != nil {
		t.Error(err)
	}
}

// TestCertificateSpeaksForOneCapital has moscow, with its own certificate, send Raft messages in kyiv's name.
func TestCertificateSpeaksForOneCapital(t *testing.T) {
	c := newConference(t, "washington", "moscow")
	got := c.respond("washington")
	forged := raft.RPCHeader{ProtocolVersion: 3, ID: []byte("kyiv")}
	m := c.wires["moscow"].Transport()
	for _, err := range []error{
		m.AppendEntries("washington", "", &raft.AppendEntriesRequest{RPCHeader: forged, Term: 9}, &raft.AppendEntriesResponse{}),
		m.RequestVote("washington", "", &raft.RequestVoteRequest{RPCHeader: forged, Term: 9}, &raft.RequestVoteResponse{}),
		m.RequestPreVote("washington", "", &raft.RequestPreVoteRequest{RPCHeader: forged, Term: 9}, &raft.RequestPreVoteResponse{}),
		m.TimeoutNow("washington", "", &raft.TimeoutNowRequest{RPCHeader: forged}, &raft.TimeoutNowResponse{}),
		m.TimeoutNow("washington", "", &raft.TimeoutNowRequest{}, &raft.TimeoutNowResponse{}),
		m.InstallSnapshot("washington", "", &raft.InstallSnapshotRequest{RPCHeader: forged, Term: 9, Size: 3},
			&raft.InstallSnapshotResponse{}, strings.NewReader("abc")),
	} {
		if err == nil {
			t.Error("a message in another capital's name was answered")
		}
	}
	if err := c.appendTo("moscow", "washington", 3); err != nil || receive(t, got, "its own") != 3 || len(got) != 0 {
		t.Error("its own name:", err, len(got))
	}
	logs := c.logs["washington"].FilterMessageSnippet("closed a Raft connection from moscow").All()
	if len(logs) != 1 || !strings.Contains(logs[0].ContextMap()["error"].(string), `of "kyiv" by a connection of "moscow"`) {
		t.Error(logs)
	}
}

// TestReverify ends the connections that were made before an authority was replaced.
func TestReverify(t *testing.T) {
	c := newConference(t, "moscow")
	capital, err := identity.NewCapital(c.authority, "kyiv", nil, identity.For(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "kyiv")
	if err := capital.Save(folder); err != nil {
		t.Fatal(err)
	}
	live, err := identity.Open(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.change = func(o *Options) { o.Identity = live }
	c.open("kyiv")
	c.wires["kyiv"].Handle(echo)
	c.wires["moscow"].Handle(echo)
	for _, err := range []error{errCall(c, "kyiv", "moscow"), errCall(c, "moscow", "kyiv")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := c.wires["kyiv"].Reverify(); n != 0 {
		t.Errorf("%d proper connections were closed", n)
	}
	second, err := identity.NewConference("truce")
	if err != nil {
		t.Fatal(err)
	}
	capital.Authorities = []*x509.Certificate{second.Certificate()}
	if err := errors.Join(capital.Renew(second, nil, identity.For(time.Hour)), capital.Save(folder), live.Reload()); err != nil {
		t.Fatal(err)
	}
	if n := c.wires["kyiv"].Reverify(); n != 2 {
		t.Errorf("%d connections were closed", n)
	}
	p := c.wires["moscow"].peer("kyiv")
	p.mu.Lock()
	old := p.current
	p.mu.Unlock()
	receive(t, old.out.gone, "moscow to notice")
	if err := errCall(c, "moscow", "kyiv"); !errors.Is(err, identity.ErrUnsigned) {
		t.Error(err)
	}
}

func errCall(c *conference, from, to string) error {
	_, err := c.wires[from].Call(c.t.Context(), to, []byte("x"))
	return err
}
