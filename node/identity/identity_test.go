package identity

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func conference(t testing.TB, name string) *Authority {
	t.Helper()
	a, err := NewConference(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func capital(t testing.TB, a *Authority, id string, v Validity) *Capital {
	t.Helper()
	c, err := NewCapital(a, id, []string{"localhost", "127.0.0.1"}, v)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func static(t testing.TB, c *Capital) *Identity {
	t.Helper()
	i, err := Static(c)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestIssueRefuses(t *testing.T) {
	a := conference(t, "truce")
	for name, try := range map[string]func() error{
		"conference": func() error { _, err := NewConference("a truce"); return err },
		"long name":  func() error { _, err := NewConference(strings.Repeat("a", 64)); return err },
		"id":         func() error { _, err := NewCapital(a, "", nil, For(time.Hour)); return err },
		"long id":    func() error { _, err := NewCapital(a, strings.Repeat("a", 257), nil, For(time.Hour)); return err },
		"key":        func() error { _, err := a.Issue("kyiv", nil, ed25519.PublicKey{1}, For(time.Hour)); return err },
		"validity":   func() error { _, err := NewCapital(a, "kyiv", nil, For(-2*time.Hour)); return err },
		"too long":   func() error { _, err := NewCapital(a, "kyiv", nil, For(20*365*24*time.Hour)); return err },
		"renewal": func() error {
			return capital(t, a, "kyiv", For(time.Hour)).Renew(conference(t, "other"), nil, For(time.Hour))
		},
		"unknown authority": func() error {
			return capital(t, a, "kyiv", For(time.Hour)).Renew(conference(t, "truce"), nil, For(time.Hour))
		},
	} {
		if err := try(); err == nil || !strings.HasPrefix(err.Error(), "identity: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, id := range []string{"kyiv", "a b", "ñandú", "x/y", "..", "%2F", "?#", strings.Repeat("é", 128)} {
		if conf, got, err := nameOf(capital(t, a, id, For(time.Hour)).Certificate); conf != "truce" || got != id || err != nil {
			t.Errorf("%q became %q of %q, %v", id, got, conf, err)
		}
	}
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	a := conference(t, "truce")
	if err := a.Save(filepath.Join(dir, "ca")); err != nil {
		t.Fatal(err)
	}
	if err := a.Save(filepath.Join(dir, "ca")); err != nil {
		t.Error("saving again:", err)
	}
	if err := conference(t, "truce").Save(filepath.Join(dir, "ca")); err == nil {
		t.Error("an authority was replaced")
	}
	back, err := LoadAuthority(filepath.Join(dir, "ca"))
	if err != nil || back.Conference() != "truce" || !back.key.Ed25519().Equal(a.key.Ed25519()) {
		t.Fatalf("%v, %v", back, err)
	}
	folder := filepath.Join(dir, "kyiv")
	kyiv := capital(t, back, "kyiv", For(time.Hour))
	if err := kyiv.Save(folder); err != nil {
		t.Fatal(err)
	}
	got, err := Load(folder)
	if err != nil || got.String() != "kyiv of truce" || !got.SigningKey().Equal(kyiv.SigningKey()) ||
		!got.Certificate.Equal(kyiv.Certificate) || !got.Key.Ed25519().Equal(kyiv.Key.Ed25519()) {
		t.Fatalf("%v, %v", got, err)
	}
	if err := capital(t, a, "moscow", For(time.Hour)).Save(folder); !errors.Is(err, ErrOtherCapital) {
		t.Error(err)
	}
	if err := capital(t, conference(t, "other"), "kyiv", For(time.Hour)).Save(folder); !errors.Is(err, ErrOtherConference) {
		t.Error(err)
	}
	for path, want := range map[string]os.FileMode{folder: 0o700, filepath.Join(dir, "ca"): 0o700,
		filepath.Join(dir, "ca", "ca.key"): 0o600, filepath.Join(folder, keyFile): 0o600, filepath.Join(folder, signingFile): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, ".*")); len(left) > 0 {
		t.Error("left behind:", left)
	}

	for _, path := range []string{filepath.Join(folder, keyFile), filepath.Join(folder, signingFile)} {
		_ = os.Chmod(path, 0o640)
		if _, err := Load(folder); !errors.Is(err, ErrReadableKey) || !strings.Contains(err.Error(), fmt.Sprintf("chmod 600 %q", path)) {
			t.Error(err)
		}
		_ = os.Chmod(path, 0o600)
	}
	_ = os.Chmod(filepath.Join(dir, "ca", "ca.key"), 0o604)
	if _, err := LoadAuthority(filepath.Join(dir, "ca")); !errors.Is(err, ErrReadableKey) {
		t.Error(err)
	}
	other := encodeCertificates(capital(t, a, "kyiv", For(time.Hour)).Certificate)
	for name, content := range map[string][]byte{certFile: other, authorityCertFile: other, keyFile: {},
		signingFile: bytes.Repeat([]byte(" "), maxFileBytes+1)} {
		path := filepath.Join(folder, name)
		was, _ := os.ReadFile(path)
		_ = os.WriteFile(path, content, 0o600)
		if _, err := Load(folder); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("a wrong %s: %v", name, err)
		}
		_ = os.WriteFile(path, was, 0o600)
		_ = os.Remove(path)
		if _, err := Load(folder); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
			t.Errorf("without %s: %v", name, err)
		}
		_ = os.WriteFile(path, was, 0o600)
	}
	if _, err := Load(folder); err != nil {
		t.Error(err)
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	a := conference(t, "truce")
	c := capital(t, a, "kyiv", For(time.Hour))
	i := static(t, c)
	var out bytes.Buffer
	for _, v := range []any{a, *a, c, *c, c.Key, &c.Key, i, i.current.Load(), *i.current.Load(), struct{ k PrivateKey }{c.Key}, []any{c.Signing}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("it", "value", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("it", "value", v)
		zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zapcore.EncoderConfig{}), zapcore.AddSync(&out), zapcore.DebugLevel)).
			Info("it", zap.Any("value", v))
		_ = json.NewEncoder(&out).Encode(v)
	}
	for name, key := range map[string]PrivateKey{"authority": a.key, "TLS": c.Key, "signing": c.Signing} {
		seed := key.Ed25519().Seed()
		for _, shown := range []string{hex.EncodeToString(seed[:8]), strings.ToUpper(hex.EncodeToString(seed[:8])), string(seed[:8]),
			base64.StdEncoding.EncodeToString(seed)[:8], strings.Trim(fmt.Sprint(seed[:4]), "[]"), strings.Trim(fmt.Sprintf("%#v", seed[:4]), "[]byte{}")} {
			if strings.Contains(out.String(), shown) {
				at := strings.Index(out.String(), shown)
				t.Errorf("the %s key is printed as %s: %s", name, shown, out.String()[max(0, at-300):at+10])
			}
		}
	}
	if !strings.Contains(out.String(), redacted) {
		t.Error("nothing was printed")
	}
}
