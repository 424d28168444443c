package identity

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"
)

// Server returns a configuration for listening. It lets in the capitals of the conference and nobody else; protocols are
// the ALPN protocols it speaks, if any. Handshake errors wrap the Err values of this package.
func (i *Identity) Server(protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: protocols,
		// Not RequireAndVerifyClientCert: VerifyConnection does all of it, with errors that say what is wrong.
		ClientAuth: tls.RequestClientCert,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return &i.now().pair, nil
		},
		VerifyConnection: func(state tls.ConnectionState) error {
			_, err := i.VerifyClient(state)
			return err
		},
		SessionTicketsDisabled: true, // every connection is verified by what is trusted now
	}
}

// Client returns a configuration for dialling a capital: the handshake fails unless that capital answers. With to ""
// any capital of the conference may answer. Hosts' names play no part.
//
// In TLS 1.3 a client's handshake ends before the server has looked at its certificate: that the server refused it shows
// at the first read.
func (i *Identity) Client(to string, protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		NextProtos:         protocols,
		InsecureSkipVerify: true, // VerifyConnection verifies, by the capital's id and not by the name of a host
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &i.now().pair, nil
		},
		VerifyConnection: func(state tls.ConnectionState) error {
			capital, err := i.VerifyServer(state)
			if err == nil && to != "" && capital != to {
				return fmt.Errorf("%w: %s was expected there, and %s answered; is the address right?", ErrOtherCapital, to, capital)
			}
			return err
		},
	}
}

// VerifyClient verifies the certificate that a client showed, by what is trusted now, and returns its capital; with an
// error it is the capital that the certificate claims. A connection that was verified once can be verified again, after
// a change of authority or when its certificate may have expired.
func (i *Identity) VerifyClient(state tls.ConnectionState) (capital string, err error) {
	return i.now().verify(state, x509.ExtKeyUsageClientAuth, time.Now())
}

// VerifyServer is VerifyClient for what a server showed.
func (i *Identity) VerifyServer(state tls.ConnectionState) (capital string, err error) {
	return i.now().verify(state, x509.ExtKeyUsageServerAuth, time.Now())
}
