package node

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

// A snapshot is text, line by line: a header in JSON, the state as package terms writes it, one line in JSON for each
// entry of the record, and the SHA-256 of everything before it, in hexadecimal.
const (
	snapshotFormat  = "parley-snapshot"
	snapshotVersion = 1

	maxHeaderBytes = 4 << 10
	maxStateBytes  = 256 << 20
	maxEntryBytes  = 8 << 20 // a move takes at most terms.MaxMoveBytes; the rest is for what followed from it
)

// snapshot is a state with its record. Its exported fields are the header.
type snapshot struct {
	Format     string `json:"format"`
	Version    int    `json:"version"`
	Index      uint64 `json:"index"`     // log index of the last command in it
	RaftTerm   uint64 `json:"raft_term"` // of that command
	Entries    int    `json:"entries"`
	StateBytes int    `json:"state_bytes"`

	state   []byte
	record  []terms.Entry
	written func() error // waits until the log has what is in it; nil if it does
}

// Persist writes the snapshot to Raft's sink.
func (s *snapshot) Persist(sink raft.SnapshotSink) error {
	err := s.write(sink)
	if err == nil && s.written != nil {
		err = s.written()
	}
	if err != nil {
		return errors.Join(err, sink.Cancel())
	}
	return sink.Close()
}

// Release has nothing to let go of.
func (s *snapshot) Release() {}

func (s *snapshot) write(to io.Writer) error {
	s.Format, s.Version, s.Entries, s.StateBytes = snapshotFormat, snapshotVersion, len(s.record), len(s.state)
	sum := sha256.New()
	buffered := bufio.NewWriterSize(to, 64<<10)
	w := io.MultiWriter(buffered, sum)
	lines := json.NewEncoder(w) // ends each value with a newline
	if err := lines.Encode(s); err != nil {
		return fmt.Errorf("node: write snapshot: %w", err)
	}
	if _, err := w.Write(append(s.state[:len(s.state):len(s.state)], '\n')); err != nil {
		return fmt.Errorf("node: write snapshot: %w", err)
	}
	for i := range s.record {
		if err := lines.Encode(&s.record[i]); err != nil {
			return fmt.Errorf("node: write snapshot: entry %d: %w", i+1, err)
		}
	}
	if _, err := fmt.Fprintf(buffered, "%x\n", sum.Sum(nil)); err != nil {
		return fmt.Errorf("node: write snapshot: %w", err)
	}
	return buffered.Flush()
}

// readSnapshot reads what write wrote. Whatever the input, it takes no more memory than the input is long, but for a
// small constant; the state is not yet decoded.
func readSnapshot(from io.Reader) (*snapshot, error) {
	r := &snapshotReader{r: bufio.NewReaderSize(from, 64<<10), sum: sha256.New()}
	s := &snapshot{}
	header, err := r.line(maxHeaderBytes)
	if err == nil {
		err = strictJSON(header, s)
	}
	if err != nil {
		return nil, fmt.Errorf("node: read snapshot: header: %w", err)
	}
	if s.Format != snapshotFormat || s.Version != snapshotVersion {
		return nil, fmt.Errorf("node: read snapshot: format %q version %d; this is for %q version %d", s.Format, s.Version,
			snapshotFormat, snapshotVersion)
	}
	if s.StateBytes < 0 || s.StateBytes > maxStateBytes || s.Entries < 0 {
		return nil, fmt.Errorf("node: read snapshot: a state of %d bytes, %d entries", s.StateBytes, s.Entries)
	}
	if s.state, err = r.block(s.StateBytes); err != nil {
		return nil, fmt.Errorf("node: read snapshot: state: %w", err)
	}
	for n := 1; n <= s.Entries; n++ {
		var e terms.Entry
		line, err := r.line(maxEntryBytes)
		if err == nil {
			err = json.Unmarshal(line, &e) // fields of newer capitals are ignored, as in moves
		}
		if err != nil {
			return nil, fmt.Errorf("node: read snapshot: entry %d of %d: %w", n, s.Entries, err)
		}
		s.record = append(s.record, e)
	}
	want := hex.EncodeToString(r.sum.Sum(nil))
	got, err := r.line(len(want))
	if err != nil || string(got) != want {
		return nil, errors.New("node: read snapshot: the checksum is wrong")
	}
	if _, err := r.r.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, errors.New("node: read snapshot: there is more after the checksum")
	}
	return s, nil
}

// snapshotReader reads lines and blocks of bounded length, and sums up all that it has read.
type snapshotReader struct {
	r   *bufio.Reader
	sum hash.Hash
}

// line reads up to a newline, which it leaves out.
func (r *snapshotReader) line(limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := r.r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > limit+1 {
			return nil, fmt.Errorf("a line of more than %d bytes", limit)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return nil, noEOF(err)
		}
		r.sum.Write(line)
		return line[:len(line)-1], nil
	}
}

// block reads n bytes and a newline. It grows with what there is, not with n.
func (r *snapshotReader) block(n int) ([]byte, error) {
	var b bytes.Buffer
	if _, err := io.CopyN(&b, r.r, int64(n)+1); err != nil {
		return nil, noEOF(err)
	}
	if b.Bytes()[n] != '\n' {
		return nil, errors.New("it is longer than the header says")
	}
	r.sum.Write(b.Bytes())
	return b.Bytes()[:n], nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// strictJSON decodes exactly one value, with no field that v does not have.
func strictJSON(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the value")
	}
	return nil
}
