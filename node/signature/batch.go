package signature

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// batch checks signatures together: with a random factor z of 128 bits for each, all are valid if
//
//	[8](-sum(z S) B + sum([z] R) + sum([z k] A)) = 0,
//
// but for a chance of 2^-128: D. J. Bernstein et al., "High-speed high-security signatures", 2012, section 5, with the cofactor
// of ZIP 215. The library's batches do the same with each signature's A by itself. Moves that come one after the other are
// often of one capital, so here all signatures of a key share its A, which leaves little more than half of the points.
type batch struct {
	list []addend
}

// addend is one signature of a batch.
type addend struct {
	key                *publicKey
	message, signature []byte
}

// publicKey is what is computed from a key once.
type publicKey struct {
	compressed [ed25519.PublicKeySize]byte
	negative   curve.ExpandedEdwardsPoint // -A
}

// newPublicKey returns nil for what is no point of the curve.
func newPublicKey(b [ed25519.PublicKeySize]byte) *publicKey {
	a, ok := decodePoint(b[:])
	if !ok {
		return nil
	}
	k := &publicKey{compressed: b}
	k.negative.SetEdwardsPoint(a.Neg(a))
	return k
}

// decodePoint reads a point, in its canonical encoding or another one.
func decodePoint(b []byte) (*curve.EdwardsPoint, bool) {
	var c curve.CompressedEdwardsY
	if _, err := c.SetBytes(b); err != nil {
		return nil, false
	}
	p, err := new(curve.EdwardsPoint).SetCompressedY(&c)
	return p, err == nil
}

func newBatch(size int) *batch { return &batch{make([]addend, 0, size)} }

// add adds a signature of 64 bytes.
func (b *batch) add(key *publicKey, message, signature []byte) {
	b.list = append(b.list, addend{key, message, signature})
}

// valid reports whether there are several signatures, and all are valid. One by itself is checked quicker alone.
func (b *batch) valid() bool {
	n := len(b.list)
	if n < 2 {
		return false
	}
	points, factors := make([]*curve.EdwardsPoint, 1, n+1), make([]*scalar.Scalar, 1, n+1) // B, and each R
	points[0], factors[0] = curve.ED25519_BASEPOINT_POINT, new(scalar.Scalar)
	places := map[*publicKey]int{} // in the following two
	var keys []*curve.ExpandedEdwardsPoint
	var sums []*scalar.Scalar
	for i := range b.list {
		x := &b.list[i]
		r, ok := decodePoint(x.signature[:32])
		var s, z, k, zk scalar.Scalar
		if _, err := s.SetCanonicalBytes(x.signature[32:]); err != nil || !ok || !x.challenge(&k) || !randomFactor(&z) {
			return false
		}
		place, known := places[x.key]
		if !known {
			place = len(keys)
			places[x.key] = place
			keys, sums = append(keys, &x.key.negative), append(sums, new(scalar.Scalar))
		}
		points, factors = append(points, r), append(factors, &z)
		factors[0].Add(factors[0], s.Mul(&s, &z))
		sums[place].Add(sums[place], zk.Mul(&z, &k))
	}
	factors[0].Neg(factors[0])
	for _, sum := range sums { // as the points are -A
		sum.Neg(sum)
	}
	var sum curve.EdwardsPoint
	return sum.ExpandedMultiscalarMulVartime(sums, keys, factors, points).IsSmallOrder()
}

// challenge computes k, the hash of R, A and the message.
func (x *addend) challenge(k *scalar.Scalar) bool {
	h := sha512.New()
	_, _ = h.Write(x.signature[:32]) // a hash takes whatever it gets
	_, _ = h.Write(x.key.compressed[:])
	_, _ = h.Write(x.message)
	_, err := k.SetBytesModOrderWide(h.Sum(nil))
	return err == nil
}

// randomFactor draws a number of 128 bits.
func randomFactor(z *scalar.Scalar) bool {
	var b [scalar.ScalarSize]byte
	_, _ = rand.Read(b[:16]) // it never fails
	_, err := z.SetBytesModOrder(b[:])
	return err == nil
}
