package identity

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

const (
	folderMode = 0o700
	keyMode    = 0o600
	certMode   = 0o644
)

// maxFileBytes bounds what is read of a file. Keys and certificates are far smaller.
const maxFileBytes = 64 << 10

func makeFolder(folder string) error {
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return fmt.Errorf("identity: make the folder: %w", err)
	}
	return nil
}

// writeFile writes a file so that a reader, or a crash, finds either the old content or the new one.
func writeFile(folder, name string, content []byte, mode fs.FileMode) (err error) {
	path := filepath.Join(folder, name)
	defer func() {
		if err != nil {
			err = fmt.Errorf("identity: write %s: %w", path, err)
		}
	}()
	f, err := os.CreateTemp(folder, "."+name+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// readFile reads a file of a folder. A secret one must be readable by its owner alone.
func readFile(folder, name string, secret bool) ([]byte, error) {
	path := filepath.Join(folder, name)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("identity: %s is not a file", path)
	}
	if mode := info.Mode().Perm(); secret && mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("%w: %s has mode %04o; run: chmod 600 %q", ErrReadableKey, path, mode, path)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("identity: read %s: %w", path, err)
	}
	if len(b) > maxFileBytes {
		return nil, fmt.Errorf("identity: %s is larger than %d bytes, so it is no key and no certificate", path, maxFileBytes)
	}
	return b, nil
}

func readKey(folder, name string) (PrivateKey, error) {
	b, err := readFile(folder, name, true)
	if err != nil {
		return PrivateKey{}, err
	}
	key, err := parseKey(b)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("identity: %s holds no usable key: %w", filepath.Join(folder, name), err)
	}
	return key, nil
}

func readCertificate(folder string) (*x509.Certificate, error) {
	b, err := readFile(folder, certFile, false)
	if err != nil {
		return nil, err
	}
	list, err := parseCertificates(b)
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("it holds %d certificates; a capital has one", len(list))
	}
	if err != nil {
		return nil, fmt.Errorf("identity: %s holds no usable certificate: %w", filepath.Join(folder, certFile), err)
	}
	return list[0], nil
}

// readAuthorities reads a ca.crt.
func readAuthorities(folder string) ([]*x509.Certificate, error) {
	b, err := readFile(folder, authorityCertFile, false)
	if err != nil {
		return nil, err
	}
	list, err := parseCertificates(b)
	for i, cert := range list {
		if !cert.IsCA || !cert.BasicConstraintsValid {
			err = fmt.Errorf("certificate %d, of %.80q, is not an authority's", i+1, cert.Subject.CommonName)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("identity: %s holds no usable authority: %w", filepath.Join(folder, authorityCertFile), err)
	}
	return list, nil
}
