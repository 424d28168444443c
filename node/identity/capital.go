package identity

import (
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
)

// The files of a capital's folder, beside ca.crt.
const (
	certFile    = "capital.crt"
	keyFile     = "capital.key"
	signingFile = "signing.key"
)

// Capital is what a capital's folder holds. It does not show its keys in logs.
type Capital struct {
	Conference string // as the certificate says
	ID         string // as the certificate says

	Certificate *x509.Certificate
	Key         PrivateKey // of the certificate
	Signing     PrivateKey // signs the capital's moves

	// Authorities are whom the capital trusts: its conference's authority, or two of them during a change.
	Authorities []*x509.Certificate
}

// NewCapital makes a capital's keys and has the authority issue its certificate. See Issue about hosts.
func NewCapital(a *Authority, id string, hosts []string, v Validity) (*Capital, error) {
	signing, err := NewKey()
	if err != nil {
		return nil, err
	}
	c := &Capital{Conference: a.name, ID: id, Signing: signing, Authorities: []*x509.Certificate{a.cert}}
	if err := c.Renew(a, hosts, v); err != nil {
		return nil, err
	}
	return c, nil
}

// Renew gives the capital a new TLS key and certificate. Its signing key stays, and so does whom it trusts, which must
// include the authority that issues the certificate.
func (c *Capital) Renew(a *Authority, hosts []string, v Validity) error {
	if a.name != c.Conference {
		return fmt.Errorf("%w: %s is of %s, not of %s", ErrOtherConference, c.ID, c.Conference, a.name)
	}
	key, err := NewKey()
	if err != nil {
		return err
	}
	cert, err := a.Issue(c.ID, hosts, key.PublicKey(), v)
	if err != nil {
		return err
	}
	if err := signedBy(cert, c.Authorities); err != nil {
		return fmt.Errorf("identity: %s does not trust the authority that would issue its certificate; see Trust: %w", c.ID, err)
	}
	c.Certificate, c.Key = cert, key
	return nil
}

// Save writes the capital's folder, made with mode 0700. Files that are there are replaced, each at once, unless they
// are another capital's.
func (c *Capital) Save(folder string) error {
	if err := makeFolder(folder); err != nil {
		return err
	}
	if err := refuseOther(folder, c.Conference, c.ID); err != nil {
		return err
	}
	key, err := c.Key.encode()
	if err != nil {
		return fmt.Errorf("identity: save %s: %s: %w", c.ID, keyFile, err)
	}
	signing, err := c.Signing.encode()
	if err != nil {
		return fmt.Errorf("identity: save %s: %s: %w", c.ID, signingFile, err)
	}
	return errors.Join(
		writeFile(folder, authorityCertFile, encodeCertificates(c.Authorities...), certMode),
		writeFile(folder, signingFile, signing, keyMode),
		writeFile(folder, keyFile, key, keyMode),
		writeFile(folder, certFile, encodeCertificates(c.Certificate), certMode),
	)
}

// refuseOther returns an error if the folder is another capital's.
func refuseOther(folder, conference, id string) error {
	old, err := readCertificate(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	otherConference, other, err := nameOf(old)
	switch {
	case err != nil:
		return fmt.Errorf("identity: %s: %w", filepath.Join(folder, certFile), err)
	case otherConference != conference:
		return fmt.Errorf("%w: %s is the folder of %s of %s, not of %s", ErrOtherConference, folder, other, otherConference,
			conference)
	case other != id:
		return fmt.Errorf("%w: %s is the folder of %s, not of %s", ErrOtherCapital, folder, other, id)
	}
	return nil
}

// Trust has a capital's folder trust these authorities and no others: one, or the old and the new one during a change.
func Trust(folder string, authorities ...*x509.Certificate) error {
	if len(authorities) == 0 || len(authorities) > maxCAs {
		return fmt.Errorf("identity: %s can trust 1 to %d authorities, not %d", folder, maxCAs, len(authorities))
	}
	return writeFile(folder, authorityCertFile, encodeCertificates(authorities...), certMode)
}

// Load reads a capital's folder and checks that its files belong together. It does not check whether the certificate
// has expired: that shows when it is used, and must not keep a capital from reading its own record.
func Load(folder string) (*Capital, error) {
	m, err := loadMaterial(folder)
	if err != nil {
		return nil, err
	}
	signing, err := readKey(folder, signingFile)
	if err != nil {
		return nil, err
	}
	return &Capital{Conference: m.conference, ID: m.capital, Certificate: m.pair.Leaf, Key: m.key, Signing: signing,
		Authorities: m.authorities}, nil
}

// SigningKey returns the public key against which the capital's moves are verified: the charter names it.
func (c *Capital) SigningKey() ed25519.PublicKey { return c.Signing.PublicKey() }

// String names the capital, and nothing else.
func (c *Capital) String() string { return c.ID + " of " + c.Conference }

// LogValue implements slog.LogValuer.
func (c *Capital) LogValue() slog.Value { return slog.StringValue(c.String()) }
