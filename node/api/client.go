package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/terms"
)

// Client makes a capital's moves and reads the record over HTTP. Its methods may be called by any goroutine.
//
// An error that the capital told of is a [*Problem] in the chain. Errors match node's: errors.Is(err, node.ErrUnknown) is
// a move that may be in the record, node.ErrNotRecorded one that certainly is not, node.ErrUnavailable a read for which no
// leader was found.
type Client struct {
	bases []string
	http  *http.Client
	pause func(ctx context.Context, tries int) error // between two tries
}

// NewClient returns a client of the capitals at these base URLs, such as https://127.0.0.1:7001. The first is the client's
// own capital: its moves and orders go there. Reads and the stream turn to the others, in order, where it does not answer.
// hc holds the client's certificate; nil is http.DefaultClient. For Follow, its Timeout should be zero.
func NewClient(bases []string, hc *http.Client) (*Client, error) {
	if len(bases) == 0 {
		return nil, errors.New("api: a client needs the URL of one capital or more")
	}
	if hc == nil {
		hc = http.DefaultClient
	}
	c := &Client{http: hc, pause: backOff}
	for _, base := range bases {
		u, err := url.Parse(base)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("api: %q is not a base URL such as https://127.0.0.1:7001", base)
		}
		c.bases = append(c.bases, strings.TrimSuffix(base, "/"))
	}
	return c, nil
}

// How long to wait between two tries.
const (
	minPause = 50 * time.Millisecond
	maxPause = 2 * time.Second
)

func backOff(ctx context.Context, tries int) error {
	timer := time.NewTimer(min(minPause<<min(tries-1, 10), maxPause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// maxAnswerBytes bounds an answer that is read into memory; maxProblemBytes that of an error.
const (
	maxAnswerBytes  = 256 << 20
	maxProblemBytes = 64 << 10
)

// begin sends a request and returns the answer if its status is 2xx. The caller closes the body.
func (c *Client) begin(ctx context.Context, method, base, path string, header http.Header, body any) (*http.Response, error) {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, &neverSent{fmt.Errorf("api: encode the request: %w", err)}
		}
		r = bytes.NewReader(b)
	}
	q, err := http.NewRequestWithContext(ctx, method, base+path, r)
	if err != nil {
		return nil, &neverSent{fmt.Errorf("api: %w", err)}
	}
	for name, values := range header {
		q.Header[name] = values
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(q)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	if answer.StatusCode/100 == 2 {
		return answer, nil
	}
	defer func() { _ = answer.Body.Close() }()
	return nil, fmt.Errorf("api: %s %s: %w", method, base+path, decodeProblem(answer.StatusCode, io.LimitReader(answer.Body, maxProblemBytes)))
}

// neverSent is an error from before anything was sent.
type neverSent struct{ error }

func (e *neverSent) Unwrap() error { return e.error }

// decodeProblem reads an error. What is no problem, such as the page of a proxy, becomes one.
func decodeProblem(status int, r io.Reader) *Problem {
	b, err := io.ReadAll(r)
	p := &Problem{}
	if err != nil || json.Unmarshal(b, p) != nil || p.Code == "" {
		return problem(status, CodeInternal, "the answer is no problem that Parley tells of: %.200q", b)
	}
	p.Status = status
	return p
}

// do sends a request to one capital and reads the answer into out.
func (c *Client) do(ctx context.Context, method, base, path string, body, out any) (status int, err error) {
	answer, err := c.begin(ctx, method, base, path, nil, body)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	if out == nil {
		return answer.StatusCode, nil
	}
	b, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswerBytes+1))
	if err == nil && len(b) > maxAnswerBytes {
		err = fmt.Errorf("it takes more than %d bytes", maxAnswerBytes)
	}
	if err == nil {
		err = json.Unmarshal(b, out) // fields of newer capitals are ignored
	}
	if err != nil {
		return answer.StatusCode, fmt.Errorf("api: %s %s: read the answer: %w", method, base+path, err)
	}
	return answer.StatusCode, nil
}

// get reads from the first capital that answers. One that is down, closing or without a leader is passed over.
func (c *Client) get(ctx context.Context, path string, out any) error {
	var failed []error
	for _, base := range c.bases {
		_, err := c.do(ctx, http.MethodGet, base, path, nil, out)
		if err == nil {
			return nil
		}
		failed = append(failed, err)
		if !elsewhere(err) || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

// elsewhere reports whether another capital may do better.
func elsewhere(err error) bool {
	var p *Problem
	var never *neverSent
	if errors.As(err, &p) {
		return p.Status >= 500 || p.Code == CodeTooMany || p.Code == CodeExpelled
	}
	return !errors.As(err, &never)
}

func reading(path string, fresh node.Consistency, more ...string) string {
	path += "?consistency=" + nameOf(fresh)
	for i := 0; i+1 < len(more); i += 2 {
		path += "&" + more[i] + "=" + url.QueryEscape(more[i+1])
	}
	return path
}

// State reads the whole state but for the charter and the record.
func (c *Client) State(ctx context.Context, fresh node.Consistency) (State, error) {
	var a State
	err := c.get(ctx, reading("/v1/state", fresh), &a)
	return a, err
}

// Capitals reads how the capitals stand in the conference.
func (c *Client) Capitals(ctx context.Context, fresh node.Consistency) (CapitalList, error) {
	var a CapitalList
	err := c.get(ctx, reading("/v1/capitals", fresh), &a)
	return a, err
}

// Plans reads how all plans stand.
func (c *Client) Plans(ctx context.Context, fresh node.Consistency) (PlanList, error) {
	var a PlanList
	err := c.get(ctx, reading("/v1/plans", fresh), &a)
	return a, err
}

// Plan reads how one plan stands. The error is a Problem with CodeNotFound if it has not been proposed.
func (c *Client) Plan(ctx context.Context, id string, fresh node.Consistency) (PlanAnswer, error) {
	var a PlanAnswer
	err := c.get(ctx, reading("/v1/plans/"+url.PathEscape(id), fresh), &a)
	return a, err
}

// Pledges reads all pledges.
func (c *Client) Pledges(ctx context.Context, fresh node.Consistency) (PledgeList, error) {
	var a PledgeList
	err := c.get(ctx, reading("/v1/pledges", fresh), &a)
	return a, err
}

// Charter reads what the conference was founded on.
func (c *Client) Charter(ctx context.Context, fresh node.Consistency) (*terms.Charter, error) {
	var a CharterAnswer
	err := c.get(ctx, reading("/v1/charter", fresh), &a)
	return a.Charter, err
}

// Record reads a page of the record from a sequence on; limit 0 leaves its length to the capital. Page.Next tells where
// the next one begins.
func (c *Client) Record(ctx context.Context, from uint64, limit int, fresh node.Consistency) (Page, error) {
	more := []string{"from", strconv.FormatUint(max(from, 1), 10)}
	if limit > 0 {
		more = append(more, "limit", strconv.Itoa(limit))
	}
	var a Page
	err := c.get(ctx, reading("/v1/record", fresh, more...), &a)
	return a, err
}

// Status reads how the client's own capital's machine stands.
func (c *Client) Status(ctx context.Context) (Status, error) {
	var a Status
	_, err := c.do(ctx, http.MethodGet, c.bases[0], "/v1/status", nil, &a)
	return a, err
}

// Ready returns nil if the client's own capital reaches a leader with a quorum.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.do(ctx, http.MethodGet, c.bases[0], "/v1/ready", nil, nil)
	return err
}
