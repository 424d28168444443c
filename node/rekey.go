package node

import (
	"context"
	"crypto/ed25519"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node/signature"
	"github.com/parley-sim/parley/node/terms"
)

// A capital gets another signing key by a rekey move, which is signed with the old one. From the moment it is recorded,
// only the new key counts. Whoever made the move may crash before they learn of it, so the record alone says which key is
// in use, and the node goes by it: after its own rekey move, and whenever a signature of its own is refused.

// key returns the key in use. The caller has the turn.
func (n *Node) key() ed25519.PrivateKey {
	if n.numbers.key != nil {
		return n.numbers.key
	}
	return n.cfg.Key
}

// sign signs moves with the key in use. The caller has the turn, or sends a batch on its way.
func (n *Node) sign(moves ...*terms.Move) {
	key, messages := n.key(), make([][]byte, len(moves))
	for i, m := range moves {
		messages[i] = m.AppendSigned(nil)
	}
	for i, s := range signature.SignAll(key, messages) {
		moves[i].Signature = s
		if n.fsm.ahead != nil {
			n.fsm.ahead.own.add(signature.Signed{Key: key[ed25519.PrivateKeySize-ed25519.PublicKeySize:], Message: messages[i], Signature: s})
		}
	}
}

// adoptKey looks up which key the record names, and takes it into use. It reports whether another one is in use now. The
// caller has the turn.
func (n *Node) adoptKey(ctx context.Context) bool {
	if n.cfg.Keys == nil {
		return false
	}
	var named []byte
	if _, err := n.Read(ctx, Linearizable, func(s *terms.State) {
		if c := s.Charter(); c != nil {
			if me := c.Capital(n.cfg.ID); me != nil {
				named = me.Key
			}
		}
	}); err != nil || len(named) == 0 {
		return false
	}
	return n.useKey(named)
}

// useKey takes the key of a public one into use, and reports whether it is another one than before. The caller has the turn.
func (n *Node) useKey(public []byte) bool {
	if n.cfg.Keys == nil || len(public) != ed25519.PublicKeySize || n.key().Public().(ed25519.PublicKey).Equal(ed25519.PublicKey(public)) {
		return false
	}
	key, err := n.cfg.Keys(public)
	if err == nil && len(key) == ed25519.PrivateKeySize {
		n.numbers.key = key
		n.log.Info("signs its moves with another key from now on")
		return true
	}
	n.log.Warn("the record names a signing key that this capital does not have: its moves will be refused", zap.Error(err))
	return false
}
