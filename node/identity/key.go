package identity

import (
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// PrivateKey is an ed25519 key that does not show itself in logs. Its zero value is no key.
type PrivateKey struct {
	// A function, since fmt calls no methods on unexported fields of what it prints, and follows pointers with some verbs.
	key func() ed25519.PrivateKey
}

var _ crypto.Signer = PrivateKey{}

const redacted = "redacted"

func privateKey(key ed25519.PrivateKey) PrivateKey {
	return PrivateKey{func() ed25519.PrivateKey { return key }}
}

// NewKey makes a key.
func NewKey() (PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("identity: make a key: %w", err)
	}
	return privateKey(key), nil
}

// Ed25519 returns the key itself, to be kept out of logs by the caller. It is nil if there is none.
func (k PrivateKey) Ed25519() ed25519.PrivateKey {
	if k.key == nil {
		return nil
	}
	return k.key()
}

// IsZero reports whether there is no key.
func (k PrivateKey) IsZero() bool { return k.key == nil }

// Public returns the public key, an ed25519.PublicKey.
func (k PrivateKey) Public() crypto.PublicKey { return k.PublicKey() }

// PublicKey returns the public key; it is nil if there is no key.
func (k PrivateKey) PublicKey() ed25519.PublicKey {
	if k.IsZero() {
		return nil
	}
	return k.key().Public().(ed25519.PublicKey)
}

// Sign signs as ed25519.PrivateKey does.
func (k PrivateKey) Sign(rand io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k.IsZero() {
		return nil, errors.New("identity: there is no key to sign with")
	}
	return k.key().Sign(rand, message, opts)
}

// String does not show the key. Nor do the methods below.
func (PrivateKey) String() string { return redacted }

// Format implements fmt.Formatter, for all verbs.
func (PrivateKey) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// LogValue implements slog.LogValuer.
func (PrivateKey) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, for encoding/json and zap among others.
func (PrivateKey) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// The types of PEM blocks.
const (
	pemKey         = "PRIVATE KEY"
	pemCertificate = "CERTIFICATE"
)

func (k PrivateKey) encode() ([]byte, error) {
	if k.IsZero() {
		return nil, errors.New("there is no key")
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.key())
	if err != nil {
		return nil, errors.New("the key cannot be encoded")
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: der}), nil
}

// parseKey reads an ed25519 key. Its errors show nothing of what was read.
func parseKey(b []byte) (PrivateKey, error) {
	block, rest := pem.Decode(b)
	if block == nil || block.Type != pemKey || !isBlank(rest) {
		return PrivateKey{}, errors.New("it is not one PEM block of type " + pemKey)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return PrivateKey{}, errors.New("it is not a PKCS #8 key")
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return PrivateKey{}, fmt.Errorf("it is a key of type %T; ed25519 is needed", parsed)
	}
	return privateKey(key), nil
}

// maxCAs is how many authorities a ca.crt may hold. Two are enough for a change from one to the other.
const maxCAs = 8

// parseCertificates reads one certificate or more, and nothing else.
func parseCertificates(b []byte) ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	for !isBlank(b) {
		block, rest := pem.Decode(b)
		if block == nil || block.Type != pemCertificate {
			return nil, errors.New("it holds something else than PEM blocks of type " + pemCertificate)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", len(list)+1, err)
		}
		list, b = append(list, cert), rest
		if len(list) > maxCAs {
			return nil, fmt.Errorf("it holds more than %d certificates", maxCAs)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("it is empty")
	}
	return list, nil
}

func encodeCertificates(list ...*x509.Certificate) []byte {
	var b []byte
	for _, cert := range list {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: cert.Raw})...)
	}
	return b
}

func isBlank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}
