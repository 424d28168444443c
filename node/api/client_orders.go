package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/parley-sim/parley/node"
)

// maxHandOvers bounds how often Lead goes to the capital that another one takes for the leader.
const maxHandOvers = 4

// Lead hands Raft's leadership over to a capital. It goes from the client's own capital to whichever leads.
func (c *Client) Lead(ctx context.Context, to string) (Leader, error) {
	var a Leader
	base := c.bases[0]
	for tries := 1; ; tries++ {
		_, err := c.do(ctx, http.MethodPost, base, "/v1/leader", HandOver{To: to}, &a)
		var p *Problem
		if err == nil || tries == maxHandOvers || !errors.As(err, &p) || p.Code != CodeNotLeader || p.API == "" {
			return a, err
		}
		if !sameScheme(base, p.API) {
			return a, fmt.Errorf("%w; its address %q is not followed: it is no URL of the same kind", err, p.API)
		}
		base = p.API
	}
}

// sameScheme reports whether b is a URL of a's scheme: a client that came over TLS does not go on without.
func sameScheme(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && ua.Scheme == ub.Scheme && ub.Host != ""
}

// Snapshot has the client's own capital take a snapshot now.
func (c *Client) Snapshot(ctx context.Context) (SnapshotAnswer, error) {
	var a SnapshotAnswer
	_, err := c.do(ctx, http.MethodPost, c.bases[0], "/v1/snapshot", nil, &a)
	return a, err
}

// Chaos brings about a fault at the client's own capital.
func (c *Client) Chaos(ctx context.Context, f Fault) error {
	_, err := c.do(ctx, http.MethodPost, c.bases[0], "/v1/chaos", f, nil)
	return err
}

// Backup writes a backup of the state and the record, made by the client's own capital, and returns the hash of the state
// in it. On an error, what was written is worthless. See node.CheckBackup.
func (c *Client) Backup(ctx context.Context, fresh node.Consistency, to io.Writer) (stateHash string, err error) {
	answer, err := c.begin(ctx, http.MethodGet, c.bases[0], reading("/v1/backup", fresh), nil, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.Copy(to, answer.Body); err != nil {
		return "", fmt.Errorf("api: back up from %s: %w", c.bases[0], err)
	}
	return answer.Header.Get(headerHash), nil
}
