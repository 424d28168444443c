package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-sim/parley/node"
)

// readBody reads a request's JSON into v.
func readBody(w http.ResponseWriter, r *http.Request, v any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return problem(http.StatusUnsupportedMediaType, CodeMediaType, "the body has to be application/json, not %.64q",
			r.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(r.Body)
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return problem(http.StatusRequestEntityTooLarge, CodeTooLarge, "the body takes more than %d bytes", long.Limit)
	}
	if err != nil {
		return problem(http.StatusBadRequest, CodeMalformed, "the body could not be read: %v", err)
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // or the connection would be taken for dead while it waits
	if err := decodeStrict(body, v); err != nil {
		return problem(http.StatusBadRequest, CodeMalformed, "the body is not what %s takes: %v", r.URL.Path, err)
	}
	return nil
}

// decodeStrict reads exactly one value, with no field that v does not have. Its errors name the field.
func decodeStrict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("it is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends in the middle of a value")
	case errors.As(err, &syntax):
		return fmt.Errorf("at byte %d: %w", syntax.Offset, err)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("%s: it takes a %s, not a %s", kind.Field, kind.Type, kind.Value)
	case err != nil:
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the value")
	}
	return nil
}

// query reads the parameters of a request.
type query struct {
	values url.Values
	err    error // of the first one that cannot be used
}

// parameters returns the request's query, whose names must be among these.
func parameters(r *http.Request, names ...string) *query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &query{values: values}
	if err != nil {
		q.bad("the query cannot be read: %v", err)
	}
	for name, v := range values {
		switch {
		case !slices.Contains(names, name):
			q.bad("%.64q is not a parameter of %s, which takes %q", name, r.URL.Path, names)
		case len(v) > 1:
			q.bad("%s is given more than once", name)
		}
	}
	return q
}

func (q *query) bad(format string, args ...any) {
	if q.err == nil {
		q.err = problem(http.StatusBadRequest, CodeMalformed, format, args...)
	}
}

// consistency reads how fresh a read must be: linearizable, which is the default, or local.
func (q *query) consistency() node.Consistency {
	switch v := q.values.Get("consistency"); v {
	case "", nameOf(node.Linearizable):
	case nameOf(node.Local):
		return node.Local
	default:
		q.bad("consistency is %.64q; it is linearizable or local", v)
	}
	return node.Linearizable
}

func nameOf(c node.Consistency) string {
	if c == node.Local {
		return "local"
	}
	return "linearizable"
}

// wait reads how long the request may wait.
func (q *query) wait(l *Limits) time.Duration {
	v := q.values.Get("wait")
	if v == "" {
		return min(l.Wait, l.MaxWait)
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 || d > l.MaxWait {
		q.bad("wait is %.64q; it is a length of time such as 5s, of at most %v", v, l.MaxWait)
		return l.Wait
	}
	return d
}

// number reads a whole number from low to high.
func (q *query) number(name string, standard, low, high uint64) uint64 {
	v := q.values.Get(name)
	if v == "" {
		return standard
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil || n < low || n > high {
		q.bad("%s is %.64q; it is a whole number from %d to %d", name, v, low, high)
		return standard
	}
	return n
}
