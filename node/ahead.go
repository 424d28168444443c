package node

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

// ahead reads moves and checks their signatures from the moment that Raft begins to store them, on all processors, while
// the disk and the other capitals are busy. When a move is committed and its turn comes, that is done. Nothing depends on
// it: what was not looked at ahead, or with a key that is no longer the capital's, is looked at then.
type ahead struct {
	decode func([]byte) (terms.Move, error)
	key    func(capital string) []byte // as the record names it now; nil if it does not

	mu    sync.Mutex
	known map[uint64]*prepared // by log index
	work  sync.WaitGroup
}

// prepared is what is known of an entry of the log.
type prepared struct {
	raftTerm uint64
	data     []byte
	done     chan struct{} // closed when the rest is set
	move     terms.Move
	err      error  // of decoding
	key      []byte // that the signature was checked with; nil if it was not
	ok       bool   // whether it is the key's
}

// maxAhead bounds how many entries are looked at that are not committed yet.
const maxAhead = 4096

// begin begins to look at entries. They must not be changed any more.
func (a *ahead) begin(logs []*raft.Log) {
	list := make([]*prepared, 0, len(logs))
	a.mu.Lock()
	for _, l := range logs {
		delete(a.known, l.Index) // an entry that was replaced
		if l.Type == raft.LogCommand && len(a.known) < maxAhead {
			p := &prepared{raftTerm: l.Term, data: l.Data, done: make(chan struct{})}
			a.known[l.Index] = p
			list = append(list, p)
		}
	}
	a.mu.Unlock()
	var next atomic.Int64
	for range min(len(list), runtime.GOMAXPROCS(0)) {
		a.work.Go(func() {
			for i := next.Add(1); i <= int64(len(list)); i = next.Add(1) {
				a.prepare(list[i-1])
				runtime.Gosched() // Raft goes first: others wait for it
			}
		})
	}
}

func (a *ahead) prepare(p *prepared) {
	defer close(p.done)
	if p.move, p.err = a.decode(p.data); p.err != nil || p.move.Signature == nil {
		return
	}
	if key := a.key(p.move.Capital); len(key) > 0 {
		p.key, p.ok = key, p.move.Verify(key)
	}
}

// take returns what is known of a committed entry, after waiting for it if it is being looked at. It returns nil if
// nothing is known.
func (a *ahead) take(l *raft.Log) *prepared {
	a.mu.Lock()
	p := a.known[l.Index]
	delete(a.known, l.Index)
	a.mu.Unlock()
	if p == nil || p.raftTerm != l.Term || !bytes.Equal(p.data, l.Data) {
		return nil
	}
	<-p.done
	return p
}

// forget drops everything that is known.
func (a *ahead) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.known)
}

// verify answers as Move.Verify does, for a move that may be p's.
func (p *prepared) verify(m *terms.Move, key []byte) bool {
	if p != nil && m == &p.move && p.key != nil && bytes.Equal(p.key, key) {
		return p.ok
	}
	return m.Verify(key)
}

// aheadLog has entries looked at while they are stored.
type aheadLog struct {
	raft.LogStore
	ahead *ahead
}

func (l *aheadLog) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }

func (l *aheadLog) StoreLogs(logs []*raft.Log) error {
	l.ahead.begin(logs)
	return l.LogStore.StoreLogs(logs)
}
