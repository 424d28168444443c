package signature

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

func keyOf(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func publicOf(key ed25519.PrivateKey) []byte { return key.Public().(ed25519.PublicKey) }

func say(text string) *terms.Move {
	return &terms.Move{Conference: "test", Capital: "kyiv", Number: 1, Verb: terms.VerbSay, Text: text}
}

// everywhere returns the answer to a signature, which must be the same alone and together with others, good and bad ones.
func everywhere(t interface {
	Fatalf(string, ...any)
	Helper()
}, s Signed) bool {
	t.Helper()
	v := NewVerifier()
	alone := verify(s)
	good := Signed{publicOf(keyOf(9)), []byte("good"), Sign(keyOf(9), []byte("good"))}
	bad := Signed{publicOf(keyOf(9)), []byte("bad"), Sign(keyOf(9), []byte("good"))}
	for name, list := range map[string][]Signed{
		"by itself":        {s},
		"with itself":      {s, s},
		"behind good ones": {good, good, good, s},
		"with a bad one":   {bad, s, good},
		"again":            {s},
	} {
		for i, ok := range v.VerifyAll(list) {
			want := alone
			switch {
			case &list[i].Message[0] == &good.Message[0] && bytes.Equal(list[i].Signature, good.Signature):
				want = true
			case &list[i].Message[0] == &bad.Message[0]:
				want = false
			}
			if ok != want {
				t.Fatalf("%s: place %d of %d is %v; alone it is %v: key %x, signature %x", name, i, len(list), ok, alone, s.Key, s.Signature)
			}
		}
	}
	return alone
}

// lowOrder are all encodings of the eight points of low order, canonical and not, among them those that only ZIP 215 takes.
func lowOrder() (list [][]byte) {
	seen := map[string]bool{}
	for _, p := range curve.EIGHT_TORSION {
		var c curve.CompressedEdwardsY
		c.SetEdwardsPoint(p)
		list = append(list, bytes.Clone(c[:]))
		seen[string(c[:])] = true
	}
	// y and y+p, with both signs of x: whatever decodes.
	for _, base := range list {
		for _, sign := range []byte{0, 0x80} {
			for _, shift := range []bool{false, true} {
				b := bytes.Clone(base)
				b[31] &= 0x7f
				if shift && !addP(b) {
					continue
				}
				b[31] |= sign
				var c curve.CompressedEdwardsY
				copy(c[:], b)
				if _, err := new(curve.EdwardsPoint).SetCompressedY(&c); err == nil && !seen[string(b)] {
					seen[string(b)] = true
					list = append(list, b)
				}
			}
		}
	}
	return list
}

// addP adds p = 2^255-19 to a number below 2^255 in little endian, if the sum stays below 2^255.
func addP(b []byte) bool {
	p := bytes.Repeat([]byte{0xff}, 32)
	p[0], p[31] = 0xed, 0x7f
	carry := 0
	for i := range b {
		sum := int(b[i]) + int(p[i]) + carry
		b[i], carry = byte(sum), sum>>8
	}
	return carry == 0 && b[31] < 0x80
}

// With S = 0, and a key and an R of low order, the equation with the cofactor holds for every message. ZIP 215 takes them
// all; crypto/ed25519 does not. What matters is that it is the same answer everywhere.
func TestLowOrder(t *testing.T) {
	points := lowOrder()
	if len(points) < 14 {
		t.Fatalf("only %d encodings of low order", len(points))
	}
	strict := 0
	for _, a := range points {
		for _, r := range points {
			s := Signed{a, []byte("Zcash"), append(bytes.Clone(r), make([]byte, 32)...)}
			if !everywhere(t, s) {
				t.Errorf("key %x, R %x: not taken", a, r)
			}
			if !ed25519.Verify(a, s.Message, s.Signature) {
				strict++
			}
		}
	}
	t.Logf("%d pairs, of which crypto/ed25519 refuses %d", len(points)*len(points), strict)
	if strict == 0 {
		t.Error("crypto/ed25519 takes them all: there is nothing crafted about them")
	}
}

// Keys and Rs that are honest but for a part of low order, S that is off by the order of the group, and bits that flipped.
func TestCrafted(t *testing.T) {
	torsion := curve.EIGHT_TORSION
	taken, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		message := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "message")
		a := scalarOf(rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "a"))
		r := scalarOf(rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "r"))
		key := encode(a, torsion[rapid.IntRange(0, 7).Draw(t, "torsion of A")])
		big := encode(r, torsion[rapid.IntRange(0, 7).Draw(t, "torsion of R")])
		sum := sha512.Sum512(append(append(bytes.Clone(big), key...), message...))
		k := scalarOf(sum[:])
		var s scalar.Scalar
		s.Mul(k, a)
		s.Add(&s, r)
		tail := make([]byte, 32)
		if err := s.ToBytes(tail); err != nil {
			t.Fatalf("%v", err)
		}
		one := Signed{key, message, append(bytes.Clone(big), tail...)}
		if !everywhere(t, one) {
			t.Fatalf("not taken: %+v", one)
		}
		taken++
		switch rapid.IntRange(0, 2).Draw(t, "damage") {
		case 0:
			one.Signature = bytes.Clone(one.Signature)
			if !addL(one.Signature[32:]) {
				return
			}
		case 1:
			one.Message = append(bytes.Clone(message), 'x')
		case 2:
			one.Key = encode(scalarOf(append(bytes.Repeat([]byte{1}, 63), 0)), torsion[1])
		}
		if everywhere(t, one) {
			t.Fatalf("taken: %+v", one)
		}
		refused++
	})
	if taken == 0 || refused == 0 {
		t.Errorf("%d taken, %d refused", taken, refused)
	}
}

// Whatever the bytes, there is one answer, and what crypto/ed25519 takes is taken.
func FuzzOneAnswer(f *testing.F) {
	key := keyOf(1)
	f.Add(publicOf(key), []byte("hello"), Sign(key, []byte("hello")))
	for _, s := range SignAll(key, [][]byte{[]byte("hello"), []byte("a"), []byte("b")}) {
		f.Add(publicOf(key), []byte("hello"), s)
	}
	for _, p := range lowOrder() {
		f.Add(p, []byte("Zcash"), append(bytes.Clone(p), make([]byte, 32)...))
	}
	f.Fuzz(func(t *testing.T, key, message, signature []byte) {
		if len(message) == 0 {
			return
		}
		ok := everywhere(t, Signed{key, message, signature})
		if len(key) == ed25519.PublicKeySize && ed25519.Verify(key, message, signature) && !ok {
			t.Fatalf("crypto/ed25519 takes it: key %x, signature %x", key, signature)
		}
	})
}

// Move by move, Verify gives the Verifier's answer.
func TestVerifyMove(t *testing.T) {
	key := keyOf(1)
	m := say("hello")
	for _, tt := range []struct {
		name string
		sign func() []byte
		key  []byte
		want bool
	}{
		{"its own", func() []byte { return Sign(key, m.AppendSigned(nil)) }, publicOf(key), true},
		{"that of crypto/ed25519", func() []byte { return ed25519.Sign(key, m.AppendSigned(nil)) }, publicOf(key), true},
		{"together with another", func() []byte { return SignAll(key, [][]byte{[]byte("x"), m.AppendSigned(nil)})[1] }, publicOf(key), true},
		{"of another", func() []byte { return SignAll(key, [][]byte{[]byte("x"), m.AppendSigned(nil)})[0] }, publicOf(key), false},
		{"another key", func() []byte { return Sign(key, m.AppendSigned(nil)) }, publicOf(keyOf(2)), false},
		{"none", func() []byte { return nil }, publicOf(key), false},
		{"too short", func() []byte { return Sign(key, m.AppendSigned(nil))[:63] }, publicOf(key), false},
		{"no key", func() []byte { return Sign(key, m.AppendSigned(nil)) }, nil, false},
	} {
		m.Signature = tt.sign()
		if got := Verify(m, tt.key); got != tt.want {
			t.Errorf("%s: Verify says %v", tt.name, got)
		}
		if got := everywhere(t, Signed{tt.key, m.AppendSigned(nil), m.Signature}); got != tt.want {
			t.Errorf("%s: VerifyAll says %v", tt.name, got)
		}
	}
}

// Of moves that were signed together each can be checked alone; and nothing about any of them can be changed.
func TestSignAll(t *testing.T) {
	key := keyOf(1)
	v := NewVerifier()
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 31, 33, MaxTogether} {
		messages := make([][]byte, n)
		for i := range messages {
			messages[i] = fmt.Appendf(nil, "message %d", i)
		}
		signatures := SignAll(key, messages)
		var list []Signed
		for i, s := range signatures {
			if len(s) > MaxBytes {
				t.Errorf("a signature of %d bytes", len(s))
			}
			list = append(list, Signed{publicOf(key), messages[i], s})
			if !v.VerifyAll(list[i:])[0] {
				t.Errorf("%d of %d is not valid alone", i, n)
			}
			if other := messages[(i+1)%n]; n > 1 && v.VerifyAll([]Signed{{publicOf(key), other, s}})[0] {
				t.Errorf("%d of %d is valid for another message", i, n)
			}
			for at := 0; at < len(s); at += 7 {
				wrong := bytes.Clone(s)
				wrong[at] ^= 1
				if v.VerifyAll([]Signed{{publicOf(key), messages[i], wrong}})[0] {
					t.Errorf("%d of %d is valid with byte %d changed", i, n, at)
				}
			}
			for _, wrong := range [][]byte{s[:len(s)-1], append(bytes.Clone(s), 0), append(bytes.Clone(s), make([]byte, 32)...)} {
				if v.VerifyAll([]Signed{{publicOf(key), messages[i], wrong}})[0] {
					t.Errorf("%d of %d is valid with another length, %d", i, n, len(wrong))
				}
			}
		}
		for i, ok := range v.VerifyAll(list) {
			if !ok {
				t.Errorf("%d of %d is not valid together", i, n)
			}
		}
	}
}

// A node of the tree cannot be passed off as a move, nor the root.
func TestTreeIsNoMove(t *testing.T) {
	key := keyOf(1)
	messages := [][]byte{[]byte("a"), []byte("b"), []byte("c"), []byte("d")}
	s := SignAll(key, messages)[0]
	left, right := leaf(messages[2]), leaf(messages[3])
	inner := append(append([]byte{1}, left[:]...), right[:]...) // what the node above c and d hashes
	node := leaf(messages[0])
	beside := leaf(messages[1])
	node = parent(node, beside)
	forged := append(append(bytes.Clone(s[:64]), 1), node[:]...)
	for _, message := range [][]byte{inner, inner[1:]} {
		if NewVerifier().VerifyAll([]Signed{{publicOf(key), message, forged}})[0] {
			t.Errorf("a node is taken for the message %x", message)
		}
	}
	m := say("hello").AppendSigned(nil)
	if bytes.HasPrefix(m, []byte(rootPrefix)) || bytes.HasPrefix([]byte(rootPrefix), m[:len(rootPrefix)]) {
		t.Errorf("a move begins as a root: %q", m[:20])
	}
}

// The expected bytes hold the format still: a record must be readable for ever.
func TestFormat(t *testing.T) {
	s := SignAll(keyOf(7), [][]byte{[]byte("one"), []byte("two"), []byte("three")})
	const want = "02"
	if got := hex.EncodeToString(s[2][64:65]); got != want || len(s[2]) != 65+64 {
		t.Errorf("place %s, %d bytes", got, len(s[2]))
	}
	sum := sha512.Sum512(bytes.Join(s, nil))
	if got := hex.EncodeToString(sum[:8]); got != "dcf6ffff1c1540a1" {
		t.Errorf("the signatures have the hash %s", got)
	}
}

func scalarOf(b []byte) *scalar.Scalar {
	var s scalar.Scalar
	if _, err := s.SetBytesModOrderWide(b); err != nil {
		panic(err)
	}
	return &s
}

// encode returns [s]B and a point of low order.
func encode(s *scalar.Scalar, low *curve.EdwardsPoint) []byte {
	var p curve.EdwardsPoint
	p.MulBasepoint(curve.ED25519_BASEPOINT_TABLE, s)
	p.Add(&p, low)
	var c curve.CompressedEdwardsY
	c.SetEdwardsPoint(&p)
	return c[:]
}

// addL adds the order of the group to S, if 32 bytes hold the sum.
func addL(s []byte) bool {
	l, err := hex.DecodeString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	if err != nil {
		panic(err)
	}
	carry := 0
	for i := range s {
		sum := int(s[i]) + int(l[i]) + carry
		s[i], carry = byte(sum), sum>>8
	}
	return carry == 0
}

func BenchmarkVerifyAll(b *testing.B) {
	key := keyOf(1)
	for _, n := range []int{1, 8, 64} {
		apart, messages := make([]Signed, n), make([][]byte, n)
		for i := range apart {
			messages[i] = fmt.Appendf(nil, "message %d", i)
			apart[i] = Signed{publicOf(key), messages[i], Sign(key, messages[i])}
		}
		together := make([]Signed, n)
		for i, s := range SignAll(key, messages) {
			together[i] = Signed{publicOf(key), messages[i], s}
		}
		for name, list := range map[string][]Signed{"apart": apart, "together": together} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				v := NewVerifier()
				for i := 0; i < b.N; i += n {
					v.VerifyAll(list)
				}
			})
		}
	}
}
