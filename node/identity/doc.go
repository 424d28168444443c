// Package identity is who is who in a conference: its certificate authority, each capital's certificate and keys, and the
// mutual TLS 1.3 between them.
//
// A conference has a certificate authority of its own, and nothing else is trusted: no system roots, no names of hosts. A
// certificate speaks for one capital of one conference, by the URI parley://CONFERENCE/CAPITAL in it, and for nothing
// else. Who dials a capital checks that URI, so an address that leads to another capital is noticed.
//
// # Files
//
// A capital's folder holds capital.key (its TLS key), capital.crt, signing.key (which signs its moves) and ca.crt (whom it
// trusts). The two keys are apart so that each can be replaced on its own. The authority's key stays away from all
// capitals, in a folder of its own with ca.crt and ca.key. Keys are PKCS #8 in PEM, mode 0600; one that others can read is
// refused. Keys are never printed: a [PrivateKey] shows itself as "redacted" to fmt, log/slog, encoding/json and zap.
//
// # Rotation
//
// A running [Identity] notices new files within a second, at the next connection, and no capital restarts. A new key and
// certificate: [Capital.Renew] and [Capital.Save]. A new authority, in three steps, each of them everywhere before the
// next: let ca.crt hold the old and the new one ([Trust]), issue all certificates by the new one, let ca.crt hold only
// the new one. A new signing key is a matter of the record, which names the public keys, and not of this package.
//
// It knows nothing of Raft, moves or what connections carry.
package identity
