package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/parley-sim/parley/node"
)

// Problem is an error as the interface tells it: application/problem+json (RFC 9457). The client returns it as it came.
type Problem struct {
	Type   string `json:"type"` // "urn:parley:problem:" and the code
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"` // what is wrong and what to do
	Code   string `json:"code"`   // one of the codes below

	Leader string `json:"leader,omitempty"` // of not-leader: who leads
	API    string `json:"api,omitempty"`    // of not-leader: where to reach it

	retry time.Duration // becomes Retry-After
}

// The codes. Beside each: the status.
const (
	CodeMalformed     = "malformed"              // 400: the request cannot be read
	CodeUnknownClient = "unknown-client"         // 403: the client's certificate is of no capital of this conference
	CodeNotYours      = "not-yours"              // 403: only another certificate may do this
	CodeNotFound      = "not-found"              // 404
	CodeMethod        = "method-not-allowed"     // 405
	CodeNotLeader     = "not-leader"             // 409: only the leader can do this
	CodeAhead         = "ahead"                  // 409: the reader has seen more than there is in the record
	CodeExpelled      = "expelled"               // 409: the capital has been expelled and is told nothing new; others can be asked
	CodeNotFounded    = "not-founded"            // 409: the conference has no charter yet
	CodeTooLarge      = "too-large"              // 413
	CodeMediaType     = "unsupported-media-type" // 415
	CodeInvalid       = "invalid"                // 422: the request was read and cannot be carried out
	CodeTooMany       = "too-many"               // 429: of this client
	CodeInternal      = "internal"               // 500: a fault of Parley's; a move may be recorded
	CodeUnavailable   = "unavailable"            // 503: no leader with a quorum could be reached in time
	CodeNotRecorded   = "not-recorded"           // 503: the move is certainly not in the record, for want of a quorum
	CodeBusy          = "busy"                   // 503: too many streams in all, or the capital is closing
)

const problemType = "urn:parley:problem:"

// problem makes a Problem.
func problem(status int, code, format string, args ...any) *Problem {
	return &Problem{Type: problemType + code, Title: http.StatusText(status), Status: status, Code: code,
		Detail: fmt.Sprintf(format, args...)}
}

// after says when to try again.
func (p *Problem) after(d time.Duration) *Problem {
	p.retry = d
	return p
}

// Error says the detail.
func (p *Problem) Error() string { return fmt.Sprintf("%s (%d %s)", p.Detail, p.Status, p.Code) }

// Is makes a problem that the server met with one of node's errors match that error.
func (p *Problem) Is(target error) bool {
	switch p.Code {
	case CodeUnavailable:
		return target == node.ErrUnavailable
	case CodeNotRecorded:
		return target == node.ErrNotRecorded
	case CodeExpelled:
		return target == node.ErrExpelled
	case CodeNotLeader:
		return target == node.ErrNotLeader
	}
	return false
}

// problemOf returns the problem that tells of an error.
func problemOf(err error) *Problem {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, node.ErrExpelled):
		return problem(http.StatusConflict, CodeExpelled, "%v; ask another capital, or read what this one knows (?consistency=local)", err)
	case errors.Is(err, node.ErrClosed):
		return problem(http.StatusServiceUnavailable, CodeBusy, "this capital is closing: %v; ask another one", err)
	case errors.Is(err, node.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return problem(http.StatusServiceUnavailable, CodeUnavailable, "no leader with a quorum could be reached in time: %v; "+
			"try again, wait longer (?wait=30s), or read what this capital knows (?consistency=local)", err).after(time.Second)
	}
	return problem(http.StatusInternalServerError, CodeInternal, "%v", err)
}

// write sends the problem.
func (p *Problem) write(w http.ResponseWriter) {
	b, err := json.Marshal(p)
	if err != nil { // no field of a problem can fail to encode
		b = []byte(`{}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.retry+time.Second-1)/time.Second)))
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(b) // a client that has gone does not need it
}
