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
	options *voi.Options

	mu   sync.RWMutex
	keys map[[ed25519.PublicKeySize]byte]*voi.ExpandedPublicKey // nil for what is no key
}

// maxKeys bounds how many keys a Verifier keeps, at 1.5 KiB each.
const maxKeys = 1024

// NewVerifier returns a Verifier that knows no keys yet.
func NewVerifier() *Verifier {
	return &Verifier{options: &voi.Options{Verify: voi.VerifyOptionsZIP_215},
		keys: map[[ed25519.PublicKeySize]byte]*voi.ExpandedPublicKey{}}
}

// VerifyAll reports of each signature whether it is valid. Signatures that were made together are checked once, and all that
// remain together, which takes a third of the time for eight of them.
func (v *Verifier) VerifyAll(list []Signed) []bool {
	ok := make([]bool, len(list))
	type one struct {
		key, message string
		signature    [ed25519.SignatureSize]byte
	}
	places := make(map[one]int, len(list)) // in the batch
	at := make([]int, len(list))           // each one's place in it, or -1
	batch := voi.NewBatchVerifierWithCapacity(len(list))
	for i := range list {
		at[i] = -1
		message, signature, opened := open(list[i].Message, list[i].Signature)
		key := v.key(list[i].Key)
		if !opened || key == nil {
			continue
		}
		id := one{string(list[i].Key), string(message), [ed25519.SignatureSize]byte(signature)}
		place, known := places[id]
		if !known {
			place = len(places)
			places[id] = place
			batch.AddExpandedWithOptions(key, message, signature, v.options)
		}
		at[i] = place
	}
	if len(places) == 0 {
		return ok
	}
	_, valid := batch.Verify(nil) // each alone, if they are not all valid
	for i, place := range at {
		ok[i] = place >= 0 && valid[place]
	}
	return ok
}

// key returns what is computed from a key; nil if it is none.
func (v *Verifier) key(b []byte) *voi.ExpandedPublicKey {
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
	k, err := voi.NewExpandedPublicKey(voi.PublicKey(b))
	if err != nil {
		k = nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.keys) >= maxKeys {
		clear(v.keys)
	}
	v.keys[id] = k
	return k
}
