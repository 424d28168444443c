package identity

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// shake has two ends shake hands, and returns what each of them made of it.
func shake(t testing.TB, server, client *tls.Config) (state tls.ConnectionState, atServer, atClient error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	a, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _, _ = a.Close(), b.Close(), l.Close() }()
	_ = a.SetDeadline(time.Now().Add(10 * time.Second))
	_ = b.SetDeadline(time.Now().Add(10 * time.Second))
	s, c := tls.Server(a, server), tls.Client(b, client)
	done := make(chan error, 1)
	go func() {
		err := c.Handshake()
		if err == nil {
			_, err = c.Read(make([]byte, 1)) // a client learns only here that it was refused
		} else {
			_ = b.Close()
		}
		done <- err
	}()
	if atServer = s.Handshake(); atServer == nil {
		_, atServer = s.Write([]byte{1})
	}
	if atServer != nil {
		_ = a.Close()
	}
	return s.ConnectionState(), atServer, <-done
}

func TestHandshakes(t *testing.T) {
	truce, other, impostor := conference(t, "truce"), conference(t, "other"), conference(t, "truce")
	hour := For(time.Hour)
	past := Validity{time.Now().Add(-2 * time.Hour), time.Now().Add(-time.Hour)}
	future := Validity{time.Now().Add(time.Hour), time.Now().Add(2 * time.Hour)}
	kyiv := static(t, capital(t, truce, "kyiv", hour))

	client := func(a *Authority, id string, v Validity) *tls.Config {
		c := static(t, capital(t, a, id, v)).Client("")
		c.VerifyConnection = nil // so that it is the server who refuses
		return c
	}
	nameless := client(truce, "moscow", hour)
	nameless.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &tls.Certificate{}, nil }
	foreign := client(truce, "moscow", hour)
	foreign.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &tls.Certificate{Certificate: [][]byte{truce.cert.Raw}, PrivateKey: truce.key}, nil
	}
	old := client(truce, "moscow", hour)
	old.MinVersion, old.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	for _, c := range []struct {
		name   string
		client *tls.Config
		want   error
		says   string
	}{
		{"proper", client(truce, "moscow", hour), nil, ""},
		{"expired", client(truce, "moscow", past), ErrExpired, "moscow's was valid until " + stamp(past.Until)},
		{"early", client(truce, "moscow", future), ErrNotYetValid, "moscow's is valid from " + stamp(future.From)},
		{"of another conference", client(other, "moscow", hour), ErrOtherConference, "moscow of other; this is truce"},
		{"of a conference of the same name", client(impostor, "moscow", hour), ErrUnsigned, "moscow's of truce"},
		{"expired and of the wrong authority", client(impostor, "moscow", past), ErrUnsigned, "moscow"},
		{"without a certificate", nameless, ErrNoCertificate, ""},
		{"with the authority's certificate", foreign, ErrNotACapital, "no URI"},
		{"TLS 1.2", old, errors.New("tls: client offered only unsupported versions"), ""},
	} {
		state, atServer, atClient := shake(t, kyiv.Server(), c.client)
		if c.want == nil {
			conf, id, err := PeerOf(state)
			if atServer != nil || atClient != nil || conf != "truce" || id != "moscow" || err != nil {
				t.Errorf("%s: %v, %v, peer %s of %s, %v", c.name, atServer, atClient, id, conf, err)
			}
			continue
		}
		if !errors.Is(atServer, c.want) && !strings.Contains(fmt.Sprint(atServer), c.want.Error()) ||
			!strings.Contains(fmt.Sprint(atServer), c.says) || atClient == nil {
			t.Errorf("%s: the server said %v, the client %v", c.name, atServer, atClient)
		}
	}

	for _, c := range []struct {
		name   string
		server *Capital
		dialed string
		want   error
	}{
		{"expected", capital(t, truce, "moscow", hour), "moscow", nil},
		{"any", capital(t, truce, "moscow", hour), "", nil},
		{"another capital", capital(t, truce, "moscow", hour), "london", ErrOtherCapital},
		{"expired", capital(t, truce, "moscow", past), "moscow", ErrExpired},
		{"another conference", capital(t, other, "moscow", hour), "moscow", ErrOtherConference},
		{"another authority", capital(t, impostor, "moscow", hour), "moscow", ErrUnsigned},
	} {
		server := static(t, c.server).Server()
		server.VerifyConnection = nil
		if _, _, atClient := shake(t, server, kyiv.Client(c.dialed)); !errors.Is(atClient, c.want) {
			t.Errorf("%s: the client said %v", c.name, atClient)
		}
	}
	server := static(t, capital(t, truce, "moscow", hour)).Server()
	server.ClientAuth, server.VerifyConnection = tls.NoClientCert, nil
	stranger := &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(tls.ConnectionState) error {
		_, err := kyiv.VerifyServer(tls.ConnectionState{})
		return err
	}}
	if _, _, err := shake(t, server, stranger); !errors.Is(err, ErrNoCertificate) {
		t.Error(err)
	}
}

func TestUsageMatters(t *testing.T) {
	a := conference(t, "truce")
	c := capital(t, a, "kyiv", For(time.Hour))
	template := *c.Certificate
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}
	der, err := x509.CreateCertificate(rand.Reader, &template, a.cert, c.Key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	c.Certificate, _ = x509.ParseCertificate(der)
	if err := static(t, c).Check(); !errors.Is(err, ErrNotACapital) {
		t.Error(err)
	}
	if err := static(t, capital(t, a, "kyiv", Validity{time.Unix(0, 0), time.Unix(1, 0)})).Check(); !errors.Is(err, ErrExpired) {
		t.Error(err)
	}
	if err := static(t, capital(t, a, "kyiv", For(time.Hour))).Check(); err != nil {
		t.Error(err)
	}
}
