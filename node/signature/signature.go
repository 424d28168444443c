// Package signature makes and checks the signatures of moves: Ed25519 (RFC 8032), of one move or of several at once.
//
// Which signatures are valid has to be one rule for all capitals and on every path, or a crafted signature could have the
// capitals' states part ways. RFC 8032 leaves room for several, and that of crypto/ed25519 is one that cannot be checked in
// batches. The rule here is that of ZIP 215, made for this purpose: any 32 bytes that decode to a point of the curve are
// taken for it, also where they are not its canonical encoding; S must be below the order of the group; and the equation
// is multiplied by the cofactor, [8][S]B = [8]R + [8][k]A. Checked alone or with others, a signature gets the same answer.
// All signatures that crypto/ed25519 takes are valid.
//
// A capital that makes several moves at the same time signs the root of a hash tree over them (Merkle; as in RFC 6962, leaves
// and nodes are told apart): see [SignAll]. Each move bears that signature and its path to the root, so that it can be
// checked without the others, and the others then cost a few hashes.
package signature

import (
	"crypto/ed25519"
	"sync"

	voi "github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"github.com/parley-sim/parley/node/terms"
)

// Sign signs a message alone, as ed25519.Sign does and with the same outcome, in half the time. It panics if the key has
// another length than ed25519.PrivateKeySize.
func Sign(key ed25519.PrivateKey, message []byte) []byte {
	return voi.Sign(voi.PrivateKey(key), message)
}

// Verify reports whether a move is signed with a capital's key. It keeps nothing; who checks many makes a [Verifier].
func Verify(m *terms.Move, key []byte) bool {
	return verify(Signed{key, m.AppendSigned(nil), m.Signature})
}

// verify checks one signature by itself.
func verify(s Signed) bool {
	message, signature, ok := open(s.Message, s.Signature)
	return ok && len(s.Key) == ed25519.PublicKeySize &&
		voi.VerifyWithOptions(voi.PublicKey(s.Key), message, signature, &voi.Options{Verify: voi.VerifyOptionsZIP_215})
}

// Signed is a message, who is said to have signed it, and the signature.
type Signed struct{ Key, Message, Signature []byte }

// Verifier checks signatures, and keeps what it computes from keys. Its methods may be called by any goroutine.
type Verifier struct {
	mu   sync.RWMutex
	keys map[[ed25519.PublicKeySize]byte]*publicKey // nil for what is no key
}

// maxKeys bounds how many keys a Verifier keeps, at 1.5 KiB each.
const maxKeys = 1024

// NewVerifier returns a Verifier that knows no keys yet.
func NewVerifier() *Verifier {
	return &Verifier{keys: map[[ed25519.PublicKeySize]byte]*publicKey{}}
}

// VerifyAll reports of each signature whether it is valid. Signatures that were made together are checked once, and all that
// remain together; if not all of them are valid, each by itself.
func (v *Verifier) VerifyAll(list []Signed) []bool {
	ok := make([]bool, len(list))
	type one struct {
		key, message string
		signature    [ed25519.SignatureSize]byte
	}
	places := make(map[one]int, len(list)) // the first one's
	first := make([]int, len(list))        // of the same as each, or -1
	batch := newBatch(len(list))
	for i := range list {
		first[i] = -1
		message, signature, opened := open(list[i].Message, list[i].Signature)
		key := v.key(list[i].Key)
		if !opened || key == nil {
			continue
		}
		id := one{string(list[i].Key), string(message), [ed25519.SignatureSize]byte(signature)}
		place, known := places[id]
		if !known {
			place = i
			places[id] = place
			batch.add(key, message, signature)
		}
		first[i] = place
	}
	valid := batch.valid()
	for i, place := range first {
		switch {
		case place < 0:
		case place < i:
			ok[i] = ok[place]
		default:
			ok[i] = valid || verify(list[i])
		}
	}
	return ok
}

// key returns what is computed from a key; nil if it is none.
func (v *Verifier) key(b []byte) *publicKey {
	if len(b) != ed25519.PublicKeySize {
		return nil
	}
	id := [ed25519.PublicKeySize]byte(b)
	v.mu.RLock()
	k, known := v.keys[id]
	v.mu.RUnlock()
	if known {
		return k
	}
	k = newPublicKey(id)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.keys) >= maxKeys {
		clear(v.keys)
	}
	v.keys[id] = k
	return k
}
