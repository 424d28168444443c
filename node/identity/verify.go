package identity

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// What can be wrong with a certificate or a key. The errors of this package wrap these, and say whose certificate it is
// and since when.
var (
	// ErrNoCertificate: the peer showed none.
	ErrNoCertificate = errors.New("identity: no certificate was shown")

	// ErrNotACapital: a certificate that does not speak for exactly one capital.
	ErrNotACapital = errors.New("identity: the certificate is not a capital's")

	// ErrOtherConference: a certificate of another conference.
	ErrOtherConference = errors.New("identity: another conference")

	// ErrOtherCapital: a proper certificate of the conference, but not of the capital that was expected.
	ErrOtherCapital = errors.New("identity: another capital")

	// ErrUnsigned: the certificate claims to be of the conference, but none of the trusted authorities issued it.
	ErrUnsigned = errors.New("identity: the certificate was not issued by the conference's authority")

	// ErrExpired: the certificate was valid once.
	ErrExpired = errors.New("identity: the certificate has expired")

	// ErrNotYetValid: the certificate is valid later, or this machine's clock is wrong.
	ErrNotYetValid = errors.New("identity: the certificate is not valid yet")

	// ErrReadableKey: a key's file can be read by others than its owner.
	ErrReadableKey = errors.New("identity: a key that others can read")
)

// PeerOf returns whom the other end of a connection speaks for. Only after a handshake with a configuration of this
// package is that verified.
func PeerOf(state tls.ConnectionState) (conference, capital string, err error) {
	if len(state.PeerCertificates) == 0 {
		return "", "", ErrNoCertificate
	}
	return nameOf(state.PeerCertificates[0])
}

// verify checks the peer's certificate for one use: that it is a capital's of the conference, issued by an authority that
// is trusted, for that use, and valid now. It returns the capital, where the certificate names one, also with an error.
func (m *material) verify(state tls.ConnectionState, usage x509.ExtKeyUsage, now time.Time) (capital string, err error) {
	conference, capital, err := PeerOf(state)
	if err != nil {
		return "", err
	}
	leaf := state.PeerCertificates[0]
	if conference != m.conference {
		return capital, fmt.Errorf("%w: the certificate is of %s of %s; this is %s", ErrOtherConference, capital, conference,
			m.conference)
	}
	// The time is checked below, so that an expired certificate of nobody's is not called expired. pathlen is 0, so there
	// are no intermediates.
	opts := x509.VerifyOptions{Roots: m.roots, KeyUsages: []x509.ExtKeyUsage{usage}, CurrentTime: now}
	if now.Before(leaf.NotBefore) {
		opts.CurrentTime = leaf.NotBefore
	} else if now.After(leaf.NotAfter) {
		opts.CurrentTime = leaf.NotAfter
	}
	if _, err := leaf.Verify(opts); err != nil {
		var invalid x509.CertificateInvalidError
		if errors.As(err, &invalid) && invalid.Reason == x509.Expired {
			return capital, fmt.Errorf("%w: that of the authority that issued %s's: %w", ErrExpired, capital, err)
		}
		var unknown x509.UnknownAuthorityError
		if errors.As(err, &unknown) {
			return capital, fmt.Errorf("%w: it claims to be %s's of %s; was it made for another conference of that name, or before "+
				"the authority changed?", ErrUnsigned, capital, conference)
		}
		return capital, fmt.Errorf("%w: %s's: %w", ErrNotACapital, capital, err)
	}
	return capital, checkTime(leaf, capital, now)
}

func checkTime(cert *x509.Certificate, capital string, now time.Time) error {
	if now.After(cert.NotAfter) {
		return fmt.Errorf("%w: %s's was valid until %s; issue a new one", ErrExpired, capital, stamp(cert.NotAfter))
	}
	if now.Before(cert.NotBefore) {
		return fmt.Errorf("%w: %s's is valid from %s, and it is %s here; are the clocks right?", ErrNotYetValid, capital,
			stamp(cert.NotBefore), stamp(now))
	}
	return nil
}

// signedBy returns an error unless one of the authorities issued the certificate.
func signedBy(cert *x509.Certificate, authorities []*x509.Certificate) error {
	for _, a := range authorities {
		if cert.CheckSignatureFrom(a) == nil {
			return nil
		}
	}
	return ErrUnsigned
}
