package api

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// start serves a capital on a listener and returns how to end it.
func start(t *testing.T, l net.Listener, capital Capital, o Options) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, l, New(capital, o), o.Limits, nil) }()
	stop = func() {
		cancel()
		if err, told := <-served; told && err != nil {
			t.Error(err)
		}
		close(served)
	}
	return stop
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The certificate of a client reaches Options.Who through Serve's bound on connections.
func TestServeOverTLS(t *testing.T) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kyiv"}, IsCA: true,
		NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	own := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	for _, protocol := range []string{"http/1.1", "h2"} {
		l := listen(t)
		stop := start(t, tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own},
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, NextProtos: []string{protocol}}), newFake(t, "kyiv"),
			Options{Who: func(r *http.Request) (string, error) {
				if r.TLS == nil {
					return "", errors.New("no certificate")
				}
				return r.TLS.PeerCertificates[0].Subject.CommonName, nil
			}})
		for _, certs := range [][]tls.Certificate{{own}, nil} {
			transport := &http.Transport{ForceAttemptHTTP2: protocol == "h2", TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: certs}}
			c, err := NewClient([]string{"https://" + l.Addr().String()}, &http.Client{Transport: transport})
			if err != nil {
				t.Fatal(err)
			}
			a, err := c.Submit(within(t, testTime), MoveRequest{Verb: terms.VerbSay, Text: "hello"})
			if certs != nil && (err != nil || a.Outcome != node.Recorded) || certs == nil && err == nil {
				t.Errorf("%s with %d certificates: %+v, %v", protocol, len(certs), a, err)
			}
			transport.CloseIdleConnections()
		}
		stop()
	}
}

// When the interface closes, streams end at once and their readers go on at another capital.
func TestServeEndsStreams(t *testing.T) {
	f := newFake(t, "kyiv")
	first, second := listen(t), listen(t)
	stop := start(t, first, f, Options{})
	defer start(t, second, f, Options{})()
	ctx, cancel := context.WithCancel(within(t, testTime))
	defer cancel()
	c := clientOf(t, "", "http://"+first.Addr().String(), "http://"+second.Addr().String())
	var got []uint64
	for e, err := range c.Follow(ctx, 0) {
		if err != nil {
			break
		}
		if e.Move == nil {
			continue
		}
		if got = append(got, e.Sequence); len(got) == 1 {
			stop()
			f.say("later")
		} else {
			cancel()
		}
	}
	if len(got) != 2 || got[1] != 2 {
		t.Errorf("got %d", got)
	}
	if err := f.follows(c); err != nil {
		t.Error(err)
	}
}

// follows checks that a reader that is ahead of the record is told so, and not for ever sent on.
func (f *fake) follows(c *Client) error {
	for _, err := range c.Follow(context.Background(), 99) {
		if isCode(err, CodeAhead) {
			return nil
		}
		return err
	}
	return errors.New("the stream ended")
}

// A crowd of connections that send nothing makes room for one that does, and keeps none that was used.
func TestTheSilentMakeRoom(t *testing.T) {
	l := listen(t)
	defer start(t, l, newFake(t, "kyiv"), Options{Limits: Limits{Connections: 2, HeaderTimeout: time.Hour, IdleTimeout: time.Hour}})()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if err := c.SetDeadline(time.Now().Add(testTime)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	crowd := func() (list []net.Conn) {
		for range 6 {
			list = append(list, dial())
		}
		return list
	}
	ask := func(c net.Conn) {
		t.Helper()
		if _, err := c.Write([]byte("GET /v1/health HTTP/1.1\r\nHost: kyiv\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%+v, %v", answer, err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatal(err)
		}
	}
	first := crowd()
	used := dial()
	ask(used)
	for _, c := range first[:5] { // the server closed them: the sixth and the one that is used fill its slots
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Error(err)
		}
	}
	for _, c := range crowd()[:5] {
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Error(err)
		}
	}
	ask(used)
}

// Connections that send nothing are closed, and hold up others only for that long; one that is whole gets its answer.
func TestServeBoundsConnections(t *testing.T) {
	l := listen(t)
	defer start(t, l, newFake(t, "kyiv"), Options{Limits: Limits{Connections: 2, HeaderTimeout: 50 * time.Millisecond}})()
	var halfOpen []net.Conn
	for range 6 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		halfOpen = append(halfOpen, c)
	}
	c := clientOf(t, "", "http://"+l.Addr().String())
	if _, err := c.State(within(t, testTime), node.Linearizable); err != nil {
		t.Error(err)
	}
	for _, conn := range halfOpen {
		if _, err := io.Copy(io.Discard, conn); err != nil { // until the server closes it
			t.Error(err)
		}
	}
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte("\x16\x03\x01 garbage\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "400") {
		t.Errorf("garbage: %q, %v", line, err)
	}
}

// A body that does not come is not waited for.
func TestBodiesAreBounded(t *testing.T) {
	l := listen(t)
	defer start(t, l, newFake(t, "kyiv"), Options{Who: whoByHeader, Limits: Limits{BodyTimeout: 50 * time.Millisecond}})()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte("POST /v1/moves HTTP/1.1\r\nHost: kyiv\r\nTest-Client: kyiv\r\nContent-Type: application/json\r\n" +
		"Content-Length: 100\r\n\r\n{")); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "400") {
		t.Errorf("got %q, %v", line, err)
	}
}

func TestMetrics(t *testing.T) {
	raftMetrics, err := RaftMetrics()
	if err != nil {
		t.Fatal(err)
	}
	c := newCluster(t)
	_, srv := serve(t, c.nodes["kyiv"], Options{Gather: []prometheus.Gatherer{raftMetrics}})
	client := clientOf(t, "kyiv", srv.URL)
	if _, err := client.Submit(within(t, testTime), MoveRequest{Verb: terms.VerbSay}); err != nil {
		t.Fatal(err)
	}
	answer, err := client.http.Get(srv.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`parley_moves_total{outcome="recorded"} 1`, `parley_raft_has_leader{capital="kyiv"} 1`,
		`parley_http_requests_total{method="POST",route="/v1/moves",status="200"} 1`, "raft_commitTime_count", "go_goroutines"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the metrics leave out %s:\n%.3000s", want, body)
		}
	}
}
