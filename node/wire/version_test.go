package wire

import (
	"crypto/tls"
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/parley-sim/parley/node"
)

// TestCapitalsOfOtherVersionsAreToldSo has moscow dial kyiv as earlier and later versions would.
func TestCapitalsOfOtherVersionsAreToldSo(t *testing.T) {
	c := newConference(t, "kyiv", "washington")
	kyiv := c.wires["kyiv"]
	kyiv.Handle(echo)
	got := c.respond("kyiv")
	tried := 0
	own, err := strconv.Atoi(protocolVersion)
	if err != nil {
		t.Fatal(err)
	}
	next := strconv.Itoa(own + 1)
	for _, version := range []string{"1", next, "65535"} {
		for _, prefix := range []string{raftPrefix, callPrefix} {
			raw, err := net.Dial("tcp", kyiv.Address())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = raw.Close() }()
			s := tls.Client(raw, c.identity("moscow").Client("kyiv", prefix+version))
			_, err = readWelcome(s)
			if err == nil || !strings.Contains(err.Error(), "another version of parley: "+prefix+version+" was asked for, and "+raftProtocol) {
				t.Errorf("%s%s: %v", prefix, version, err)
			}
			left(t, s)
			tried++
		}
	}
	if all := c.logs["kyiv"].FilterMessageSnippet("it runs another version of parley").All(); tried != 6 || len(all) != 1 ||
		!strings.Contains(all[0].Message, "moscow") {
		t.Errorf("%d tried, and it was logged %d times: %v", tried, len(all), all)
	}
	for _, protocol := range []string{raftPrefix, raftPrefix + "x", raftPrefix + "65536", callPrefix + "-1", "h2"} {
		raw, err := net.Dial("tcp", kyiv.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = raw.Close() }()
		if err := tls.Client(raw, c.identity("moscow").Client("kyiv", protocol)).Handshake(); err == nil {
			t.Errorf("the handshake for %q succeeds", protocol)
		}
	}
	if b, err := c.wires["washington"].Call(t.Context(), "kyiv", []byte("x")); string(b) != "washington says x" || err != nil {
		t.Error(err)
	}
	if err := c.appendTo("washington", "kyiv", 7); err != nil || receive(t, got, "an append") != 7 || len(got) != 0 {
		t.Error(err)
	}
}

// TestACapitalOfAnotherVersionIsDialled has kyiv dial a capital that speaks the protocols of version 1 only, and does not
// know of others.
func TestACapitalOfAnotherVersionIsDialled(t *testing.T) {
	c := newConference(t, "kyiv")
	listener, err := tls.Listen("tcp", "127.0.0.1:0", c.identity("moscow").Server(raftPrefix+"1", callPrefix+"1"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_ = conn.(*tls.Conn).Handshake()
				_ = conn.Close()
			}()
		}
	}()
	c.book.set("moscow", listener.Addr().String())
	_, err = c.wires["kyiv"].Call(t.Context(), "moscow", []byte("x"))
	if !errors.Is(err, ErrOtherVersion) || !errors.Is(err, node.ErrNotDelivered) || !strings.Contains(err.Error(), "does not speak "+callProtocol) {
		t.Error(err)
	}
	if err := c.appendTo("kyiv", "moscow", 7); !errors.Is(err, ErrOtherVersion) {
		t.Error(err)
	}
}
