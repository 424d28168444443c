package identity

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"
)

// The files of an authority's folder.
const (
	authorityCertFile = "ca.crt"
	authorityKeyFile  = "ca.key"
)

// authorityYears is how long an authority's certificate is valid. A capital's is not valid for longer than that.
const authorityYears = 10

// skew is how far back a new certificate's validity begins, for machines whose clocks are behind.
const skew = time.Hour

// Validity is when a certificate is valid.
type Validity struct{ From, Until time.Time }

// For returns the validity of a certificate that is needed now and for the given time.
func For(d time.Duration) Validity {
	now := time.Now()
	return Validity{From: now.Add(-skew), Until: now.Add(d)}
}

// Authority is a conference's certificate authority. Its key does not show itself in logs.
type Authority struct {
	name string
	cert *x509.Certificate
	key  PrivateKey
}

// NewConference makes the authority of a conference, with a key of its own, valid for ten years. A second one of the same
// name is another authority, which a capital does not trust unless its ca.crt holds it too.
func NewConference(name string) (*Authority, error) {
	if err := checkConference(name); err != nil {
		return nil, err
	}
	key, err := NewKey()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"Parley"}, CommonName: name},
		NotBefore:             now.Add(-skew),
		NotAfter:              now.AddDate(authorityYears, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("identity: make the authority of %s: %w", name, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("identity: make the authority of %s: %w", name, err)
	}
	return &Authority{name: name, cert: cert, key: key}, nil
}

// Conference returns the conference's name.
func (a *Authority) Conference() string { return a.name }

// Certificate returns the authority's own certificate, which capitals trust. It must not be changed.
func (a *Authority) Certificate() *x509.Certificate { return a.cert }

// Issue makes the certificate with which a capital of the conference speaks: as a client and as a server, with the TLS
// key whose public half is given. hosts are the names and IP addresses under which others than capitals, such as
// browsers, may look for it; capitals go by its id alone.
func (a *Authority) Issue(capital string, hosts []string, key ed25519.PublicKey, v Validity) (*x509.Certificate, error) {
	if err := checkCapital(capital); err != nil {
		return nil, err
	}
	if len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("identity: a certificate for %s: its public key has %d bytes; an ed25519 key has %d",
			capital, len(key), ed25519.PublicKeySize)
	}
	if !v.From.Before(v.Until) {
		return nil, fmt.Errorf("identity: a certificate for %s: it would be valid from %s only until %s", capital,
			stamp(v.From), stamp(v.Until))
	}
	if v.Until.After(a.cert.NotAfter) {
		return nil, fmt.Errorf("identity: a certificate for %s until %s would outlive the conference's authority, valid until %s",
			capital, stamp(v.Until), stamp(a.cert.NotAfter))
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{a.name}, CommonName: clip(capital, 64)},
		NotBefore:             v.From,
		NotAfter:              v.Until,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	template.URIs = append(template.URIs, uriOf(a.name, capital))
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key, a.key)
	if err != nil {
		return nil, fmt.Errorf("identity: a certificate for %s: %w", capital, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("identity: a certificate for %s: %w", capital, err)
	}
	return cert, nil
}

// Save writes ca.crt and ca.key into a folder of their own, made with mode 0700. It refuses to replace another
// authority, without whose key no certificate of its conference could be issued any more.
func (a *Authority) Save(folder string) error {
	if err := makeFolder(folder); err != nil {
		return err
	}
	if old, err := readFile(folder, authorityCertFile, false); err == nil && !bytes.Equal(old, encodeCertificates(a.cert)) {
		return fmt.Errorf("identity: %s holds another authority; move it away first", folder)
	}
	key, err := a.key.encode()
	if err != nil {
		return fmt.Errorf("identity: save the authority of %s: %w", a.name, err)
	}
	if err := writeFile(folder, authorityKeyFile, key, keyMode); err != nil {
		return err
	}
	return writeFile(folder, authorityCertFile, encodeCertificates(a.cert), certMode)
}

// LoadAuthority reads what Save wrote.
func LoadAuthority(folder string) (*Authority, error) {
	key, err := readKey(folder, authorityKeyFile)
	if err != nil {
		return nil, err
	}
	certs, err := readAuthorities(folder)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, authorityCertFile)
	if len(certs) != 1 {
		return nil, fmt.Errorf("identity: %s holds %d certificates; an authority has one", path, len(certs))
	}
	if !key.PublicKey().Equal(certs[0].PublicKey) {
		return nil, fmt.Errorf("identity: %s does not belong to %s beside it", path, authorityKeyFile)
	}
	name := certs[0].Subject.CommonName
	if err := checkConference(name); err != nil {
		return nil, errors.Join(fmt.Errorf("identity: %s is of no conference", path), err)
	}
	return &Authority{name: name, cert: certs[0], key: key}, nil
}

// String names the conference, and nothing else.
func (a *Authority) String() string { return "the authority of " + a.name }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
