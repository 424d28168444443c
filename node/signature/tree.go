package signature

import (
	"crypto/ed25519"
	"crypto/sha256"
)

// A signature that was made together with others is the signature of the tree's root, the move's place among the leaves in
// one byte, and its path: for each level, beginning at the leaves, the hash of the node beside it.
//
// A leaf's hash is SHA-256 of a zero byte and the message, a node's that of a one byte and its two children. Where there is
// no node, its hash counts as 32 zero bytes, and a node without children does not exist. What is signed is rootPrefix and
// the root's hash. No move begins with rootPrefix (see terms.Move), so none can be passed off as a root.
const rootPrefix = "parley moves 1\n"

const (
	maxDepth = 8

	// MaxTogether is how many messages can be signed together.
	MaxTogether = 1 << maxDepth

	// MaxBytes is how long a signature can be.
	MaxBytes = ed25519.SignatureSize + 1 + maxDepth*sha256.Size
)

type hash = [sha256.Size]byte

// SignAll signs up to MaxTogether messages with one signature, and returns each one's. It panics if there are more.
func SignAll(key ed25519.PrivateKey, messages [][]byte) [][]byte {
	switch {
	case len(messages) == 0:
		return nil
	case len(messages) == 1:
		return [][]byte{Sign(key, messages[0])}
	case len(messages) > MaxTogether:
		panic("signature: too many messages to sign together")
	}
	level := make([]hash, len(messages))
	for i, m := range messages {
		level[i] = leaf(m)
	}
	paths := make([][]byte, len(messages))
	for depth := 0; len(level) > 1; depth++ {
		for i := range paths {
			var beside hash
			if at := i>>depth ^ 1; at < len(level) {
				beside = level[at]
			}
			paths[i] = append(paths[i], beside[:]...)
		}
		for i := 0; i < len(level); i += 2 {
			var right hash
			if i+1 < len(level) {
				right = level[i+1]
			}
			level[i/2] = parent(level[i], right)
		}
		level = level[:(len(level)+1)/2]
	}
	root := Sign(key, append([]byte(rootPrefix), level[0][:]...))
	signatures := make([][]byte, len(messages))
	for i, path := range paths {
		s := make([]byte, 0, len(root)+1+len(path))
		signatures[i] = append(append(append(s, root...), byte(i)), path...)
	}
	return signatures
}

// open returns what was signed with Ed25519, and that signature. It is false for what cannot be a signature.
func open(message, signature []byte) (signed, ed25519Signature []byte, ok bool) {
	const size = ed25519.SignatureSize
	if len(signature) == size {
		return message, signature, true
	}
	if len(signature) <= size+1 || len(signature) > MaxBytes || (len(signature)-size-1)%sha256.Size != 0 {
		return nil, nil, false
	}
	place, path := int(signature[size]), signature[size+1:]
	node := leaf(message)
	for ; len(path) > 0; path = path[sha256.Size:] {
		if beside := hash(path[:sha256.Size]); place&1 == 0 {
			node = parent(node, beside)
		} else {
			node = parent(beside, node)
		}
		place >>= 1
	}
	if place != 0 {
		return nil, nil, false
	}
	return append([]byte(rootPrefix), node[:]...), signature[:size], true
}

func leaf(message []byte) hash {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(message)
	return hash(h.Sum(nil))
}

func parent(left, right hash) hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}
