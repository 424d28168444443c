package identity

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// lookEvery is how often the files are looked at, at most: when a connection is made, never by a timer.
const lookEvery = time.Second

// Identity is a running capital's identity: it follows the files of its folder. Make it with Open or Static. Its methods
// may be called by any goroutine.
type Identity struct {
	folder  string // "" if it follows no files
	changed func(error)
	current atomic.Pointer[material]
	looked  atomic.Int64 // when the files were last looked at, in Unix nanoseconds

	mu   sync.Mutex
	seen [3]fs.FileInfo // the files as last tried
}

// material is one state of the files. It is never changed.
type material struct {
	conference, capital string
	key                 PrivateKey
	pair                tls.Certificate // with Leaf
	authorities         []*x509.Certificate
	roots               *x509.CertPool
}

// Open reads a capital's folder, and follows its changes from then on. changed, if it is not nil, is told of each change:
// with nil, or with the error that made the identity stay with the old files. It is called during handshakes, by one
// goroutine at a time, and must not call the Identity.
func Open(folder string, changed func(error)) (*Identity, error) {
	if changed == nil {
		changed = func(error) {}
	}
	i := &Identity{folder: folder, changed: changed}
	i.seen, _ = i.look()
	m, err := loadMaterial(folder)
	if err != nil {
		return nil, err
	}
	i.current.Store(m)
	i.looked.Store(time.Now().UnixNano())
	return i, nil
}

// Static returns an identity that follows no files, for capitals of one process.
func Static(c *Capital) (*Identity, error) {
	m, err := newMaterial(c.Certificate, c.Key, c.Authorities)
	if err != nil {
		return nil, fmt.Errorf("identity: %s: %w", c, err)
	}
	i := &Identity{}
	i.current.Store(m)
	return i, nil
}

// Conference returns the conference's name.
func (i *Identity) Conference() string { return i.current.Load().conference }

// Capital returns the capital's id.
func (i *Identity) Capital() string { return i.current.Load().capital }

// Certificate returns the certificate in use. It must not be changed.
func (i *Identity) Certificate() *x509.Certificate { return i.now().pair.Leaf }

// String names the capital, and nothing else.
func (i *Identity) String() string { return i.Capital() + " of " + i.Conference() }

// Check returns an error if the capital's own certificate is of no use: expired, not yet valid, or issued by nobody whom
// the capital itself trusts. Others refuse it then, so a capital says it when it starts.
func (i *Identity) Check() error {
	m := i.now()
	state := tls.ConnectionState{PeerCertificates: []*x509.Certificate{m.pair.Leaf}}
	if _, err := m.verify(state, x509.ExtKeyUsageClientAuth, time.Now()); err != nil {
		return fmt.Errorf("its own certificate: %w", err)
	}
	return nil
}

// Reload reads the files now. On an error the identity stays as it was.
func (i *Identity) Reload() error {
	if i.folder == "" {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seen, _ = i.look()
	i.looked.Store(time.Now().UnixNano())
	return i.reload()
}

// now returns the current state, after a look at the files if the last one was long ago.
func (i *Identity) now() *material {
	now, last := time.Now().UnixNano(), i.looked.Load()
	if i.folder == "" || now-last < int64(lookEvery) && now >= last || !i.looked.CompareAndSwap(last, now) {
		return i.current.Load()
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	// What cannot be read or does not fit together is tried again when a file changes, not every second.
	if seen, changed := i.look(); changed {
		i.seen = seen
		_ = i.reload() // told to i.changed
	}
	return i.current.Load()
}

// look looks at the files. The caller of it holds i.mu, or is Open.
func (i *Identity) look() (seen [3]fs.FileInfo, changed bool) {
	for n, name := range [...]string{keyFile, certFile, authorityCertFile} {
		seen[n], _ = os.Stat(filepath.Join(i.folder, name)) // nil if there is none
		a, b := seen[n], i.seen[n]
		changed = changed || differ(a, b)
	}
	return seen, changed
}

func differ(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return (a == nil) != (b == nil)
	}
	return !os.SameFile(a, b) || a.Size() != b.Size() || !a.ModTime().Equal(b.ModTime())
}

// reload reads the files. The caller holds i.mu.
func (i *Identity) reload() error {
	m, err := loadMaterial(i.folder)
	if old := i.current.Load(); err == nil {
		switch {
		case m.conference != old.conference:
			err = fmt.Errorf("%w: %s now has a certificate of %s", ErrOtherConference, i.folder, m.conference)
		case m.capital != old.capital:
			err = fmt.Errorf("%w: %s now has a certificate of %s", ErrOtherCapital, i.folder, m.capital)
		}
	}
	if err == nil {
		i.current.Store(m)
	}
	i.changed(err)
	return err
}

// loadMaterial reads all that TLS needs from a capital's folder.
func loadMaterial(folder string) (*material, error) {
	key, err := readKey(folder, keyFile)
	if err != nil {
		return nil, err
	}
	cert, err := readCertificate(folder)
	if err != nil {
		return nil, err
	}
	authorities, err := readAuthorities(folder)
	if err != nil {
		return nil, err
	}
	m, err := newMaterial(cert, key, authorities)
	if err != nil {
		return nil, fmt.Errorf("identity: %s: %w", filepath.Join(folder, certFile), err)
	}
	return m, nil
}

func newMaterial(cert *x509.Certificate, key PrivateKey, authorities []*x509.Certificate) (*material, error) {
	conference, capital, err := nameOf(cert)
	if err != nil {
		return nil, err
	}
	if key.IsZero() || !key.PublicKey().Equal(cert.PublicKey) {
		return nil, fmt.Errorf("it does not belong to %s beside it", keyFile)
	}
	m := &material{conference: conference, capital: capital, key: key, authorities: authorities, roots: x509.NewCertPool(),
		pair: tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}}
	for _, a := range authorities {
		m.roots.AddCert(a)
	}
	return m, nil
}
