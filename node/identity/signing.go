package identity

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A new signing key is made before the record names it and is used after, and the one who makes it can crash at any moment
// in between. So it waits in a file of its own, and the record decides: SigningKeyFor finds the key that the record names,
// and puts it in its place. The key before it is kept, for a record that is restored from a backup of that time.
const (
	nextSigningFile     = "signing.key.next"
	previousSigningFile = "signing.key.previous"
)

// NextSigningKey returns the key that waits in a capital's folder to become its signing key, made now if there is none.
func NextSigningKey(folder string) (PrivateKey, error) {
	key, err := readKey(folder, nextSigningFile)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if key, err = NewKey(); err != nil {
		return key, err
	}
	b, err := key.encode()
	if err != nil {
		return key, fmt.Errorf("identity: %w", err)
	}
	return key, writeFile(folder, nextSigningFile, b, keyMode)
}

// SigningKeyFor returns the capital's signing key whose public half is given: the present one, the next or the previous.
// The next one becomes the present one by it.
func SigningKeyFor(folder string, public ed25519.PublicKey) (PrivateKey, error) {
	for _, name := range []string{signingFile, nextSigningFile, previousSigningFile} {
		key, err := readKey(folder, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return PrivateKey{}, err
		}
		if key.PublicKey().Equal(public) {
			if name == nextSigningFile {
				return key, promote(folder)
			}
			return key, nil
		}
	}
	return PrivateKey{}, fmt.Errorf("identity: %s holds no signing key whose public half is %x", folder, []byte(public))
}

// promote puts the next signing key in the place of the present one. There is a signing key at every moment.
func promote(folder string) error {
	at := func(name string) string { return filepath.Join(folder, name) }
	err := os.Remove(at(previousSigningFile))
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.Link(at(signingFile), at(previousSigningFile))
	}
	if err == nil || errors.Is(err, fs.ErrExist) {
		err = os.Rename(at(nextSigningFile), at(signingFile))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // somebody else has done it meanwhile
		return fmt.Errorf("identity: put the new signing key in its place: %w", err)
	}
	return nil
}
