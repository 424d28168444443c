package wire

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"
)

// TestCapitalsSayWhereTheirInterfaceIs has moscow start, start again at another place, and say nonsense.
func TestCapitalsSayWhereTheirInterfaceIs(t *testing.T) {
	c := newConference(t, "kyiv")
	kyiv := c.wires["kyiv"]
	c.book.set("moscow", "127.0.0.1:1")
	if err := kyiv.Greet(within(t, 20*time.Second), "moscow"); err == nil || kyiv.API("moscow") != "" {
		t.Errorf("%v, %q; nobody is there", err, kyiv.API("moscow"))
	}
	c.book.forget("moscow")
	for _, api := range []string{"127.0.0.1:7001", "moscow.example:7002", "[::1]:7003", ""} {
		c.change = func(o *Options) { o.API = api }
		c.open("moscow")
		for line, err := kyiv.peer("moscow").line(t.Context()); ; line, err = kyiv.peer("moscow").line(t.Context()) {
			if err != nil { // a wire that was closed a moment ago
				continue
			}
			if kyiv.API("moscow") == api {
				break
			}
			receive(t, line.out.gone, "the end of the connection to what moscow was before")
		}
		if err := kyiv.Greet(t.Context(), "moscow"); err != nil {
			t.Error(err)
		}
		if err := c.wires["moscow"].Close(); err != nil {
			t.Error(err)
		}
	}
	// By Raft's connections, too; and what a capital that nobody knows says is not kept.
	c.change = func(o *Options) { o.API = "127.0.0.1:7004" }
	c.open("london")
	got := c.respond("london")
	if err := c.appendTo("kyiv", "london", 7); err != nil || receive(t, got, "an append") != 7 || kyiv.API("london") != "127.0.0.1:7004" {
		t.Errorf("%v, %q", err, kyiv.API("london"))
	}
	c.book.forget("london")
	conn, err := kyiv.dial(t.Context(), "london", c.wires["london"].Address(), callProtocol)
	if err != nil || kyiv.API("london") != "" {
		t.Errorf("%v, %q", err, kyiv.API("london"))
	}
	_ = conn.Close()
}

// TestACapitalThatSaysNonsenseOfItself has moscow say of itself what is no address.
func TestACapitalThatSaysNonsenseOfItself(t *testing.T) {
	c := newConference(t, "kyiv")
	says := make(chan string, 1)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", c.identity("moscow").Server(raftProtocol, callProtocol))
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
			text := <-says
			_, _ = conn.Write(append([]byte{welcome, byte(len(text))}, text...))
			_ = conn.Close()
		}
	}()
	c.book.set("moscow", listener.Addr().String())
	for _, text := range []string{"moscow", "moscow:0", "moscow:70000", "moscow:https", ":7001", "a b:7001", "a\x1b[31m:7001", "kyiv@moscow:7001",
		"moscow/x:7001", "[fe80::1%eth0]:7001", "москва:7001", strings.Repeat("a", 254) + ":1"} {
		text = text[:min(len(text), maxHello)]
		says <- text
		if err := c.wires["kyiv"].Greet(within(t, 20*time.Second), "moscow"); err == nil || !strings.Contains(err.Error(), "is not host:port") ||
			c.wires["kyiv"].API("moscow") != "" {
			t.Errorf("%q: %v, %q", text, err, c.wires["kyiv"].API("moscow"))
		}
	}
}
