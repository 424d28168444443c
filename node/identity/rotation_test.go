package identity

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func saved(t *testing.T, dir string, c *Capital) (folder string, i *Identity) {
	t.Helper()
	folder = filepath.Join(dir, c.ID)
	if err := c.Save(folder); err != nil {
		t.Fatal(err)
	}
	i, err := Open(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	return folder, i
}

// echo answers on a port as a capital, until the test ends.
func echo(t *testing.T, i *Identity) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); group.Wait() })
	secure := tls.NewListener(l, i.Server())
	group.Go(func() {
		for {
			c, err := secure.Accept()
			if err != nil {
				return
			}
			group.Go(func() { defer func() { _ = c.Close() }(); _, _ = io.Copy(c, c) })
		}
	})
	return l.Addr().String()
}

func ping(c net.Conn) error {
	if _, err := c.Write([]byte("x")); err != nil {
		return err
	}
	_, err := io.ReadFull(c, make([]byte, 1))
	return err
}

// TestRotationUnderLoad replaces keys, certificates and the authority while a pool of connections is in use and new ones
// are made all the time.
func TestRotationUnderLoad(t *testing.T) {
	dir := t.TempDir()
	first, second := conference(t, "truce"), conference(t, "truce")
	kyiv, moscow := capital(t, first, "kyiv", For(time.Hour)), capital(t, first, "moscow", For(time.Hour))
	kyivFolder, kyivLive := saved(t, dir, kyiv)
	moscowFolder, moscowLive := saved(t, dir, moscow)
	address := echo(t, kyivLive)

	dial := func() (*tls.Conn, error) { return tls.Dial("tcp", address, moscowLive.Client("kyiv")) }
	var pool []*tls.Conn
	for range 4 {
		c, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		pool = append(pool, c)
	}
	stop, made := make(chan struct{}), make(chan struct{}, 1)
	var group sync.WaitGroup
	for _, c := range pool {
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := ping(c); err != nil {
					t.Error("a pooled connection:", err)
					return
				}
			}
		})
	}
	group.Go(func() {
		for {
			c, err := dial()
			if err == nil {
				err = ping(c)
				_ = c.Close()
			}
			if err != nil {
				t.Error("a new connection:", err)
				return
			}
			select {
			case <-stop:
				return
			case made <- struct{}{}:
			default:
			}
		}
	})
	step := func(what string, change ...error) {
		t.Helper()
		if err := errors.Join(append(change, kyivLive.Reload(), moscowLive.Reload())...); err != nil {
			t.Fatal(what, err)
		}
		<-made // possibly begun before
		<-made
	}
	serial := kyivLive.Certificate().SerialNumber.String()
	step("new keys", kyiv.Renew(first, nil, For(time.Hour)), kyiv.Save(kyivFolder), moscow.Renew(first, nil, For(time.Hour)), moscow.Save(moscowFolder))
	if kyivLive.Certificate().SerialNumber.String() == serial {
		t.Error("the certificate did not change")
	}
	both := []*x509.Certificate{first.Certificate(), second.Certificate()}
	step("both", Trust(kyivFolder, both...), Trust(moscowFolder, both...))
	kyiv.Authorities, moscow.Authorities = both, both
	step("kyiv by the second", kyiv.Renew(second, nil, For(time.Hour)), kyiv.Save(kyivFolder))
	step("moscow by the second", moscow.Renew(second, nil, For(time.Hour)), moscow.Save(moscowFolder))
	step("only the second", Trust(kyivFolder, second.Certificate()), Trust(moscowFolder, second.Certificate()))
	close(stop)
	group.Wait()

	late := static(t, capital(t, first, "moscow", For(time.Hour)))
	if _, err := tls.Dial("tcp", address, late.Client("kyiv")); !errors.Is(err, ErrUnsigned) {
		t.Error("the first authority still counts:", err)
	}
	state := pool[0].ConnectionState() // made in the days of the first authority
	if _, err := moscowLive.VerifyServer(state); !errors.Is(err, ErrUnsigned) {
		t.Error("an old connection still verifies:", err)
	}
}

func TestReloadKeepsWhatWorks(t *testing.T) {
	a := conference(t, "truce")
	kyiv := capital(t, a, "kyiv", For(time.Hour))
	folder := filepath.Join(t.TempDir(), "kyiv")
	if err := kyiv.Save(folder); err != nil {
		t.Fatal(err)
	}
	var told []error
	i, err := Open(folder, func(err error) { told = append(told, err) })
	if err != nil {
		t.Fatal(err)
	}
	was := i.Certificate()

	moscow := capital(t, a, "moscow", For(time.Hour))
	moscowFolder := filepath.Join(t.TempDir(), "moscow")
	if err := moscow.Save(moscowFolder); err != nil {
		t.Fatal(err)
	}
	copyFile := func(from, name string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = writeFile(folder, name, b, keyMode)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	next := func() { i.looked.Store(0) } // a second passes
	copyFile(moscowFolder, keyFile)
	if i.Certificate() != was || len(told) != 0 {
		t.Error("the files were looked at within the second")
	}
	next()
	if i.Certificate() != was || len(told) != 1 || told[0] == nil {
		t.Errorf("with a key that does not fit: %v", told)
	}
	next()
	if i.Certificate() != was || len(told) != 1 {
		t.Errorf("files that did not change were read again: %v", told)
	}
	copyFile(moscowFolder, certFile)
	next()
	if i.Certificate() != was || len(told) != 2 || !errors.Is(told[1], ErrOtherCapital) {
		t.Errorf("with another capital's certificate: %v", told)
	}
	if err := i.Reload(); !errors.Is(err, ErrOtherCapital) {
		t.Error(err)
	}
	_ = os.Remove(filepath.Join(folder, certFile))
	next()
	if i.Certificate() != was || !errors.Is(told[len(told)-1], os.ErrNotExist) {
		t.Errorf("without a certificate: %v", told)
	}
	if err := errors.Join(kyiv.Renew(a, nil, For(time.Hour)), kyiv.Save(folder)); err != nil {
		t.Fatal(err)
	}
	next()
	if !i.Certificate().Equal(kyiv.Certificate) || told[len(told)-1] != nil {
		t.Errorf("the new certificate is not in use: %v", told)
	}
}

func FuzzLoad(f *testing.F) {
	a := conference(f, "truce")
	c := capital(f, a, "kyiv", For(time.Hour))
	key, err := c.Key.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(key)
	f.Add(encodeCertificates(c.Certificate))
	f.Add(encodeCertificates(a.cert, a.cert))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := parseKey(b); err == nil {
			if _, err := k.encode(); err != nil || k.PublicKey() == nil {
				t.Error("a key that was read cannot be written:", err)
			}
		}
		list, err := parseCertificates(b)
		if err != nil {
			return
		}
		if len(list) == 0 || len(list) > maxCAs {
			t.Errorf("%d certificates", len(list))
		}
		for _, cert := range list {
			if conf, id, err := nameOf(cert); err == nil && (checkConference(conf) != nil || checkCapital(id) != nil) {
				t.Errorf("read %q of %q", id, conf)
			}
			state := tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}
			m, err := newMaterial(c.Certificate, c.Key, c.Authorities)
			if err != nil {
				t.Fatal(err)
			}
			if id, err := m.verify(state, x509.ExtKeyUsageClientAuth, time.Now()); err == nil && !cert.Equal(c.Certificate) {
				t.Errorf("a certificate of nobody's speaks for %s", id)
			}
		}
	})
}
