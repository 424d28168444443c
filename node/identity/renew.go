package identity

import (
	"errors"
	"fmt"
	"path/filepath"
)

// RenewFolder gives the capital of a folder a new TLS key and certificate, for the same hosts as the one it has. It leaves
// the signing key alone. If it is interrupted between the two files, the capital that runs stays with the old ones, and
// RenewFolder can be called again.
func RenewFolder(a *Authority, folder string, v Validity) (*Capital, error) {
	old, err := readCertificate(folder)
	if err != nil {
		return nil, err
	}
	c := &Capital{}
	if c.Conference, c.ID, err = nameOf(old); err != nil {
		return nil, fmt.Errorf("identity: %s: %w", filepath.Join(folder, certFile), err)
	}
	if c.Authorities, err = readAuthorities(folder); err != nil {
		return nil, err
	}
	hosts := append([]string(nil), old.DNSNames...)
	for _, ip := range old.IPAddresses {
		hosts = append(hosts, ip.String())
	}
	if err := c.Renew(a, hosts, v); err != nil {
		return nil, err
	}
	key, err := c.Key.encode()
	if err != nil {
		return nil, fmt.Errorf("identity: renew %s: %w", c.ID, err)
	}
	return c, errors.Join(
		writeFile(folder, keyFile, key, keyMode),
		writeFile(folder, certFile, encodeCertificates(c.Certificate), certMode),
	)
}
