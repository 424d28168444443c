package identity

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func capitalFolder(t *testing.T) (*Authority, string) {
	t.Helper()
	a, err := NewConference("truce")
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCapital(a, "kyiv", []string{"127.0.0.1", "localhost"}, For(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := c.Save(folder); err != nil {
		t.Fatal(err)
	}
	return a, folder
}

func TestTheRecordDecidesWhichSigningKeyIsInUse(t *testing.T) {
	_, folder := capitalFolder(t)
	first, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	next, err := NextSigningKey(folder)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := NextSigningKey(folder); err != nil || !again.PublicKey().Equal(next.PublicKey()) {
		t.Errorf("the key that waits has changed: %v", err)
	}
	in := func(name string) PrivateKey {
		t.Helper()
		key, err := readKey(folder, name)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	// As long as the record names the first one, that stays in use.
	if key, err := SigningKeyFor(folder, first.SigningKey()); err != nil || !key.PublicKey().Equal(first.SigningKey()) || !in(signingFile).PublicKey().Equal(first.SigningKey()) {
		t.Errorf("the first key: %v", err)
	}
	for range 2 { // the second time as one who was interrupted
		if key, err := SigningKeyFor(folder, next.PublicKey()); err != nil || !key.PublicKey().Equal(next.PublicKey()) || !in(signingFile).PublicKey().Equal(next.PublicKey()) {
			t.Fatalf("the next key: %v", err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, nextSigningFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the next key still waits: %v", err)
	}
	// A record that was restored from before the change.
	if key, err := SigningKeyFor(folder, first.SigningKey()); err != nil || !key.PublicKey().Equal(first.SigningKey()) {
		t.Errorf("the previous key: %v", err)
	}
	stranger, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := SigningKeyFor(folder, stranger.PublicKey()); err == nil {
		t.Error("a stranger's key was found")
	}
}

func TestACertificateIsRenewedAlsoAfterAnInterruption(t *testing.T) {
	a, folder := capitalFolder(t)
	before, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	key, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	b, err := key.encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := writeFile(folder, keyFile, b, keyMode); err != nil { // and then it crashed
		t.Fatal(err)
	}
	if _, err := Load(folder); err == nil {
		t.Fatal("a key that does not fit was taken")
	}
	if _, err := RenewFolder(a, folder, For(time.Hour)); err != nil {
		t.Fatal(err)
	}
	after, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	if after.Certificate.Equal(before.Certificate) || !after.SigningKey().Equal(before.SigningKey()) || len(after.Certificate.IPAddresses) != 1 || len(after.Certificate.DNSNames) != 1 {
		t.Errorf("%v", after.Certificate)
	}
}
