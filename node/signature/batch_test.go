package signature

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
	"pgregory.net/rapid"
)

// TestManyAreAsEachAlone checks lists of several keys' signatures in which some are wrong, in whatever way.
func TestManyAreAsEachAlone(t *testing.T) {
	good, bad, all := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		v := NewVerifier()
		list := make([]Signed, rapid.IntRange(2, 12).Draw(t, "signatures"))
		spoil := rapid.Bool().Draw(t, "spoil")
		for i := range list {
			key := keyOf(byte(rapid.IntRange(1, 3).Draw(t, "key")))
			message := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "message")
			list[i] = Signed{publicOf(key), message, Sign(key, message)}
			if spoil && rapid.IntRange(0, 3).Draw(t, "whether") == 0 {
				s := &list[i]
				switch rapid.SampledFrom([]string{"R", "S", "key", "message", "short", "no key"}).Draw(t, "what") {
				case "R":
					s.Signature[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
				case "S":
					s.Signature[rapid.IntRange(32, 63).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
				case "key":
					s.Key = publicOf(keyOf(7))
				case "message":
					s.Message = append(bytes.Clone(s.Message), 0)
				case "short":
					s.Signature = s.Signature[:63]
				case "no key":
					s.Key = bytes.Repeat([]byte{2}, 32)
				}
			}
		}
		whole := true
		for i, ok := range v.VerifyAll(list) {
			if want := verify(list[i]); ok != want {
				t.Fatalf("place %d of %d is %v; alone it is %v", i, len(list), ok, want)
			}
			if whole = whole && ok; ok {
				good++
			} else {
				bad++
			}
		}
		if whole {
			all++
		}
		b := newBatch(len(list)) // which alone says so too, without a look at each
		for i := range list {
			if key := v.key(list[i].Key); key != nil && len(list[i].Signature) == ed25519.SignatureSize {
				b.add(key, list[i].Message, list[i].Signature)
			}
		}
		if len(b.list) == len(list) && b.valid() != whole {
			t.Fatalf("together they are valid: %v; they are: %v", !whole, whole)
		}
	})
	t.Logf("%d valid, %d not; %d lists were valid as a whole", good, bad, all)
	if good == 0 || bad == 0 || all == 0 {
		t.Error("looked at too little")
	}
}

// TestErrorsDoNotCancelOut has two signatures wrong by the same amount in opposite directions: with equal factors for both, the
// sum would be right.
func TestErrorsDoNotCancelOut(t *testing.T) {
	key := keyOf(1)
	one := new(scalar.Scalar).One()
	var list []Signed
	for i, change := range []func(s, a, b *scalar.Scalar) *scalar.Scalar{(*scalar.Scalar).Add, (*scalar.Scalar).Sub} {
		message := []byte{byte(i)}
		signature := Sign(key, message)
		s, err := new(scalar.Scalar).SetCanonicalBytes(signature[32:])
		if err != nil {
			t.Fatal(err)
		}
		if err := change(s, s, one).ToBytes(signature[32:]); err != nil {
			t.Fatal(err)
		}
		list = append(list, Signed{publicOf(key), message, signature})
	}
	for i, ok := range NewVerifier().VerifyAll(list) {
		if ok {
			t.Errorf("signature %d is taken for valid", i)
		}
	}
}
