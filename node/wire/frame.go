package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// A frame is one message of a call: its length, kind and number, and its body. Calls of both ends of a connection are
// never mixed: who dialled asks, who accepted answers.
type frame struct {
	kind   byte
	number uint64 // the same in a request and its answer
	body   []byte
}

// Kinds of frames.
const (
	request byte = 1 + iota
	answer
	notHandled // the request was not given to anybody; the body says why
	noAnswer   // the request was carried out, but its answer cannot be sent; the body says why
)

const frameHeaderBytes = 13

// readBatch is up to which size a body is read at once. What claims to be larger gets memory as it comes.
const readBatch = 64 << 10

// readFrame reads a frame whose body has up to limit bytes, and trusts nothing in it. At the end it returns io.EOF.
func readFrame(r io.Reader, limit int) (frame, error) {
	var head [frameHeaderBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	size := int64(binary.BigEndian.Uint32(head[:4]))
	f := frame{kind: head[4], number: binary.BigEndian.Uint64(head[5:])}
	if f.kind < request || f.kind > noAnswer {
		return frame{}, fmt.Errorf("wire: a frame of unknown kind %d", f.kind)
	}
	if size > int64(limit) {
		return frame{}, fmt.Errorf("wire: a frame of %d bytes; at most %d are allowed", size, limit)
	}
	var err error
	if size <= readBatch {
		f.body = make([]byte, size)
		_, err = io.ReadFull(r, f.body)
	} else {
		var b bytes.Buffer
		if _, err = io.CopyN(&b, r, size); err == nil {
			f.body = b.Bytes()
		}
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return frame{}, err
	}
	return f, nil
}

func writeFrame(w io.Writer, f frame) error {
	var head [frameHeaderBytes]byte
	binary.BigEndian.PutUint32(head[:4], uint32(len(f.body)))
	head[4] = f.kind
	binary.BigEndian.PutUint64(head[5:], f.number)
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	_, err := w.Write(f.body)
	return err
}

// writer writes frames to a connection by one goroutine, several in one go if they come together.
type writer struct {
	conn   *conn
	within time.Duration // a peer that takes nothing for so long is dropped
	frames chan frame    // without room: a frame that was not taken was certainly not sent
	once   sync.Once
	gone   chan struct{} // closed when the connection is of no more use
}

func newWriter(c *conn, within time.Duration) *writer {
	w := &writer{conn: c, within: within, frames: make(chan frame), gone: make(chan struct{})}
	c.atEnd(func() { w.once.Do(func() { close(w.gone) }) })
	return w
}

// run writes until the connection ends, and ends it on an error.
func (w *writer) run() {
	defer func() { _ = w.conn.Close() }()
	out := bufio.NewWriterSize(w.conn, 16<<10)
	for {
		select {
		case f := <-w.frames:
			if err := w.write(out, f); err != nil {
				return
			}
		case <-w.gone:
			return
		}
	}
}

// write writes a frame and those that wait behind it.
func (w *writer) write(out *bufio.Writer, f frame) error {
	_ = w.conn.SetWriteDeadline(time.Now().Add(w.within))
	for {
		if err := writeFrame(out, f); err != nil {
			return err
		}
		select {
		case f = <-w.frames:
		default:
			return out.Flush()
		}
	}
}
