//go:build unix

package host_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
)

// siege is a conference of hosts in this process, whose logs are watched.
type siege struct {
	t       *testing.T
	folder  string
	configs []*host.Config
	hosts   []*host.Host
	logs    []*observer.ObservedLogs
}

func besiege(t *testing.T) *siege {
	t.Helper()
	s := &siege{t: t}
	s.folder, s.configs = conference(t)
	for _, c := range s.configs {
		core, logs := observer.New(zapcore.InfoLevel)
		h, err := host.Start(context.Background(), c, host.Options{Logger: zap.New(core)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeHost(t, h) })
		s.hosts, s.logs = append(s.hosts, h), append(s.logs, logs)
	}
	for i, c := range s.configs {
		say(t, client(t, c), "from "+ids[i])
	}
	return s
}

// undisturbed checks that nothing is lost, and that everybody makes moves as ever.
func (s *siege) undisturbed(sequence uint64) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for i, c := range s.configs {
		say(s.t, client(s.t, c), "still here, "+ids[i])
		sequence++
	}
	for _, h := range s.hosts {
		if _, err := h.Node().Read(ctx, node.Linearizable, func(st *terms.State) {
			if n := st.Sequence(); n != sequence {
				s.t.Errorf("%s has %d moves in its record; want %d", h.Node().ID(), n, sequence)
			}
		}); err != nil {
			s.t.Error(err)
		}
	}
}

func (s *siege) sequence() (n uint64) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := s.hosts[0].Node().Read(ctx, node.Linearizable, func(st *terms.State) { n = st.Sequence() }); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// logged returns how many lines of the first capital's log, from a length on, have a part in their message or fields.
func (s *siege) logged(from int, part string) (n int) {
	for _, e := range s.logs[0].All()[from:] {
		if strings.Contains(e.Message+fmt.Sprint(e.ContextMap()), part) {
			n++
		}
	}
	return n
}

// awaitLogged waits until the log of the first capital has something from a length on, and returns how often.
func (s *siege) awaitLogged(from int, part string) int {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if n := s.logged(from, part); n > 0 {
			return n
		}
	}
	return 0
}

// TestWrongCertificates comes to both ports of a capital with certificates that are not good.
func TestWrongCertificates(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	before := s.sequence()
	authority, err := identity.LoadAuthority(s.folder + "/ca")
	if err != nil {
		t.Fatal(err)
	}
	same, err := identity.NewConference("truce") // another conference of that name
	if err != nil {
		t.Fatal(err)
	}
	other, err := identity.NewConference("another")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, x := range []struct {
		name      string
		authority *identity.Authority
		validity  identity.Validity
		says      error
	}{
		{"expired", authority, identity.Validity{From: now.Add(-time.Hour), Until: now.Add(-time.Minute)}, identity.ErrExpired},
		{"not valid yet", authority, identity.Validity{From: now.Add(time.Hour), Until: now.Add(2 * time.Hour)}, identity.ErrNotYetValid},
		{"of an authority of the same name", same, identity.For(time.Hour), identity.ErrUnsigned},
		{"of another conference", other, identity.For(time.Hour), identity.ErrOtherConference},
	} {
		capital, err := identity.NewCapital(x.authority, "london", nil, x.validity)
		if err != nil {
			t.Fatal(err)
		}
		pair := tls.Certificate{Certificate: [][]byte{capital.Certificate.Raw}, PrivateKey: capital.Key}
		for port, address := range map[string]string{"raft": s.configs[0].Raft.Address(), "api": s.configs[0].API.Address()} {
			from := s.logs[0].Len()
			protocol := map[string]string{"raft": "parley-call/3", "api": "http/1.1"}[port]
			conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{pair},
				NextProtos: []string{protocol}})
			if err == nil {
				_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
				_, err = conn.Read(make([]byte, 1)) // with TLS 1.3 the refusal comes with the first read
				_ = conn.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "tls") {
				t.Errorf("%s on the %s port: it was let in: %v", x.name, port, err)
			}
			if n := s.awaitLogged(from, x.says.Error()); n != 1 {
				t.Errorf("%s on the %s port: %q was logged %d times", x.name, port, x.says, n)
			}
		}
	}
	// A good certificate of another capital reads, and makes no moves here.
	from := s.logs[0].Len()
	london := s.httpClient(1, "kyiv")
	answer, body := s.post(london, "/v1/moves", []byte(`{"verb": "say", "text": "I am not kyiv"}`))
	if answer != http.StatusForbidden || !strings.Contains(body, "you speak for london") {
		t.Errorf("london at kyiv's interface: %d %s", answer, body)
	}
	if n := s.logged(from, "you speak for london"); n != 1 {
		t.Errorf("it was logged %d times", n)
	}
	s.undisturbed(before)
}

// httpClient speaks with the certificate of a capital to another's interface.
func (s *siege) httpClient(as int, to string) *http.Client {
	s.t.Helper()
	id, err := identity.Open(s.configs[as].IdentityFolder(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: id.Client(to)}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

// post sends a body to the first capital's interface.
func (s *siege) post(c *http.Client, path string, body []byte) (status int, answer string) {
	s.t.Helper()
	r, err := c.Post("https://"+s.configs[0].API.Address()+path, "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	return r.StatusCode, string(b)
}

// request encodes what capitals ask of each other, as node does: version 1, a submit, one hop, five seconds.
func request(move []byte) []byte {
	b := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1)
	b = protowire.AppendString(protowire.AppendTag(b, 2, protowire.BytesType), "submit")
	b = protowire.AppendVarint(protowire.AppendTag(b, 3, protowire.VarintType), 2)
	b = protowire.AppendVarint(protowire.AppendTag(b, 4, protowire.VarintType), uint64(5*time.Second))
	return protowire.AppendBytes(protowire.AppendTag(b, 6, protowire.BytesType), move)
}

// TestMovesInAnothersName has one capital send to the others moves that are not its own, and others' again, over its own
// good connection.
func TestMovesInAnothersName(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	before := s.sequence()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var londons terms.Move
	for _, e := range s.hosts[0].Node().Record() {
		if e.Move.Capital == "london" {
			londons = e.Move
		}
	}
	moscow := s.hosts[2]
	keys, err := identity.Load(s.configs[2].IdentityFolder())
	if err != nil {
		t.Fatal(err)
	}
	send := func(m terms.Move) string {
		t.Helper()
		b, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		answer, err := moscow.Wire().Call(ctx, "kyiv", request(b))
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	forged := londons
	forged.Number, forged.Text = londons.Number+1, "we give up"
	forged.Sign(keys.Signing.Ed25519())
	if a := send(forged); !strings.Contains(a, string(terms.RefusedSignature)) || !strings.Contains(a, "not signed by london") {
		t.Errorf("signed by moscow: %q", a)
	}
	if a := send(londons); strings.Contains(a, "refused") || !strings.Contains(a, "answered") {
		t.Errorf("replayed: %q", a)
	}
	londons.Text = "changed"
	if a := send(londons); !strings.Contains(a, string(terms.RefusedSignature)) {
		t.Errorf("changed: %q", a)
	}
	reordered := terms.Move{Conference: "truce", Capital: "moscow", Number: 99, Time: londons.Time, Verb: terms.VerbSay, Text: "from later"}
	reordered.Sign(keys.Signing.Ed25519())
	if a := send(reordered); !strings.Contains(a, string(terms.RefusedNumber)) {
		t.Errorf("out of order: %q", a)
	}
	if a, err := moscow.Wire().Call(ctx, "kyiv", bytes.Repeat([]byte{0xff}, 1<<20)); err != nil || !strings.Contains(string(a), "not-stored") {
		t.Errorf("garbage: %q, %v", a, err)
	}
	if _, err := moscow.Wire().Call(ctx, "kyiv", make([]byte, 4<<20)); !errors.Is(err, node.ErrNotDelivered) {
		t.Errorf("four megabytes: %v", err)
	}
	s.undisturbed(before)
}

// TestGarbage sends what nobody should to both ports of a capital, or nothing at all.
func TestGarbage(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	before := s.sequence()
	var work sync.WaitGroup
	for port, address := range map[string]string{"raft": s.configs[0].Raft.Address(), "api": s.configs[0].API.Address()} {
		for _, kind := range []string{"noise", "plain HTTP", "half a handshake", "silence", "gone at once"} {
			work.Go(func() {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					t.Errorf("%s on the %s port: %v", kind, port, err)
					return
				}
				defer func() { _ = conn.Close() }()
				var b []byte
				switch kind {
				case "noise":
					b = make([]byte, 1<<20)
					_, _ = rand.Read(b) // it never fails
				case "plain HTTP":
					b = []byte("GET /v1/state HTTP/1.1\r\nHost: kyiv\r\n\r\n")
				case "half a handshake":
					b = []byte{22, 3, 1, 2, 0, 1, 0, 1}
				case "gone at once":
					return
				}
				_, _ = conn.Write(b) // it may be closed before it has read all that
				_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
				_, err = io.Copy(io.Discard, conn)
				var late net.Error
				if errors.As(err, &late) && late.Timeout() {
					t.Errorf("%s on the %s port: the connection is still open after 30 s", kind, port)
				}
			})
		}
	}
	// Meanwhile the conference goes on.
	for i := range 10 {
		say(t, client(t, s.configs[i%3]), fmt.Sprint("meanwhile ", i))
	}
	work.Wait()
	kyiv := s.httpClient(0, "kyiv")
	for _, x := range []struct {
		name, body string
		status     int
		says       string
	}{
		{"two megabytes", `{"verb": "say", "text": "` + strings.Repeat("x", 2<<20) + `"}`, http.StatusRequestEntityTooLarge, "at most|more than"},
		{"no JSON", "\x00\xff garbage", http.StatusBadRequest, "malformed"},
		{"an unknown field", `{"verb": "say", "capital": "moscow"}`, http.StatusBadRequest, "capital"},
		{"no verb", `{}`, http.StatusUnprocessableEntity, "verb"},
		{"a charter", `{"verb": "charter"}`, http.StatusUnprocessableEntity, "founded"},
	} {
		status, answer := s.post(kyiv, "/v1/moves", []byte(x.body))
		found := false
		for part := range strings.SplitSeq(x.says, "|") {
			found = found || strings.Contains(answer, part)
		}
		if status != x.status || !found {
			t.Errorf("%s: %d %.300s", x.name, status, answer)
		}
	}
	from := s.logs[0].Len()
	// The same fault again is not logged again: the log cannot be flooded.
	raft := s.configs[0].Raft.Address()
	for range 20 {
		conn, err := net.Dial("tcp", raft)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
	}
	if n := s.logged(from, "refused a connection"); n > 1 {
		t.Errorf("20 times the same garbage was logged %d times", n)
	}
	s.undisturbed(before + 10)
}

func FuzzLoadConfig(f *testing.F) {
	f.Add([]byte(`{"format": 1, "conference": "truce", "capital": "kyiv", "identity": ".", "charter": "charter.json", "data": "data",
		"raft": {"listen": "127.0.0.1:1"}, "api": {"listen": "127.0.0.1:2"},
		"peers": [{"capital": "kyiv", "raft": "127.0.0.1:1", "api": "127.0.0.1:2"}]}`))
	f.Add([]byte(`{"format": 2}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		folder := t.TempDir()
		file := filepath.Join(folder, host.ConfigFile)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := host.LoadConfig(file)
		switch {
		case err != nil && !strings.Contains(err.Error(), file):
			t.Errorf("which file is it? %v", err)
		case err == nil && c.Save(folder) != nil:
			t.Errorf("it was read and cannot be written: %s", b)
		}
	})
}
