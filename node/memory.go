package node

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/hashicorp/raft"
)

// memorySnapshots keeps the latest snapshot in memory. raft.InmemSnapshotStore would do, but it shows a snapshot before
// it is complete: a machine that crashes in between could not start again.
type memorySnapshots struct {
	mu       sync.Mutex
	meta     *raft.SnapshotMeta // of the latest complete snapshot; nil if there is none
	contents []byte
	made     int
}

// Create begins a snapshot, which counts from when it is closed.
func (m *memorySnapshots) Create(version raft.SnapshotVersion, index, term uint64, conf raft.Configuration,
	confIndex uint64, _ raft.Transport) (raft.SnapshotSink, error) {
	if version != 1 {
		return nil, fmt.Errorf("node: snapshot version %d is not supported", version)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made++
	return &memorySink{store: m, meta: raft.SnapshotMeta{
		Version: version, ID: fmt.Sprintf("%d-%d-%d", term, index, m.made), Index: index, Term: term,
		Configuration: conf, ConfigurationIndex: confIndex,
	}}, nil
}

// List returns the latest snapshot, if there is one.
func (m *memorySnapshots) List() ([]*raft.SnapshotMeta, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.meta == nil {
		return nil, nil
	}
	meta := *m.meta
	return []*raft.SnapshotMeta{&meta}, nil
}

// Open returns the latest snapshot.
func (m *memorySnapshots) Open(id string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.meta == nil || m.meta.ID != id {
		return nil, nil, fmt.Errorf("node: no snapshot %q", id)
	}
	meta := *m.meta
	return &meta, io.NopCloser(bytes.NewReader(m.contents)), nil
}

// memorySink is a snapshot being written, by one goroutine.
type memorySink struct {
	store  *memorySnapshots
	meta   raft.SnapshotMeta
	buffer bytes.Buffer
	done   bool
}

func (s *memorySink) ID() string                        { return s.meta.ID }
func (s *memorySink) Write(b []byte) (n int, err error) { return s.buffer.Write(b) }

// Cancel drops the snapshot.
func (s *memorySink) Cancel() error {
	s.done = true
	return nil
}

// Close completes the snapshot.
func (s *memorySink) Close() error {
	if s.done {
		return nil
	}
	s.done = true
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.meta.Size = int64(s.buffer.Len())
	s.store.meta, s.store.contents = &s.meta, s.buffer.Bytes()
	return nil
}
