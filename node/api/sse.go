package api

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// serverSent is one server-sent event.
type serverSent struct {
	id, kind string
	data     []byte
}

// maxEventBytes bounds one event: an entry of the record takes 8 MiB at most, see node's snapshots.
const maxEventBytes = 9 << 20

// eventReader reads an event stream as the HTML standard defines it, but for lines that end in a lone CR.
type eventReader struct {
	r    *bufio.Reader
	beat func() // called for every line
}

func newEventReader(r io.Reader, beat func()) *eventReader {
	return &eventReader{r: bufio.NewReaderSize(r, 32<<10), beat: beat}
}

// next returns the next event that has data. At the end of the stream it returns io.EOF; an event that the stream
// broke off in is dropped.
func (e *eventReader) next() (serverSent, error) {
	var event serverSent
	var lines int
	for size := 0; ; {
		line, err := e.line(maxEventBytes - size)
		if err != nil {
			return serverSent{}, err
		}
		e.beat()
		size += len(line)
		if len(line) == 0 {
			if lines > 0 {
				return event, nil
			}
			event, size = serverSent{}, 0
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "id":
			event.id = string(value)
		case "event":
			event.kind = string(value)
		case "data":
			if lines++; lines > 1 {
				event.data = append(event.data, '\n')
			}
			event.data = append(event.data, value...)
		} // a line that begins with a colon is a comment; fields that are not known are left out
	}
}

// line reads a line without its end.
func (e *eventReader) line(limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := e.r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > limit:
			return nil, fmt.Errorf("api: an event of more than %d bytes", maxEventBytes)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, err
		}
		return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
	}
}

// isEventStream reports whether an answer is one.
func isEventStream(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.TrimSpace(kind) == "text/event-stream"
}
