package node

import (
	"bytes"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/signature"
	"github.com/parley-sim/parley/node/terms"
)

// ahead reads moves and checks their signatures before their turn comes. Nothing depends on it: what was not looked at ahead,
// or with a key that is no longer the capital's, is looked at then.
//
// A leader begins when Raft begins to store an entry, while the disk and the other capitals are busy: it answers only when
// it has applied the move. A follower has time. It lets committed entries wait a moment for others, since signatures that
// are checked together take a fraction of the time; but not while anybody waits for its state.
type ahead struct {
	key      func(capital string) []byte // as the record names it now; nil if it does not
	leads    func() bool                 // whether this capital takes itself for the leader
	lag      time.Duration               // how long a follower's entries wait
	verifier *signature.Verifier
	own      *ownSignatures
	hurried  atomic.Int32  // how many wait for the state
	wake     chan struct{} // has a follower's entries wait no longer

	mu      sync.Mutex
	known   map[uint64]*prepared // by log index
	queue   []*prepared          // those of known that nobody has looked at yet
	workers int                  // goroutines that look at the queue
	work    sync.WaitGroup
}

// prepared is what is known of an entry of the log.
type prepared struct {
	raftTerm uint64
	data     []byte
	waits    bool          // nobody has looked at it yet; guarded by ahead.mu
	done     chan struct{} // closed when the rest is set
	move     terms.Move
	err      error  // of decoding
	key      []byte // that the signature was checked with; nil if it was not
	ok       bool   // whether it is the key's
}

const (
	maxAhead = 4096 // entries that are looked at and not committed yet
	maxGroup = 128  // entries that one goroutine looks at in one go
	lagging  = 64   // entries that a follower has wait
)

// begin begins to look at entries. They must not be changed any more.
func (a *ahead) begin(logs []*raft.Log) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range logs {
		delete(a.known, l.Index) // an entry that was replaced
		if l.Type == raft.LogCommand && len(a.known) < maxAhead {
			p := &prepared{raftTerm: l.Term, data: l.Data, done: make(chan struct{}), waits: true}
			a.known[l.Index] = p
			a.queue = append(a.queue, p)
		}
	}
	if len(a.queue) >= lagging {
		a.hurry()
	}
	// One goroutine is enough for a group, so that what comes meanwhile is looked at together.
	free := 0
	if !a.leads() {
		free = 1 // that of the state machine
	}
	for len(a.queue) > (a.workers+free)*maxGroup && a.workers < runtime.GOMAXPROCS(0) {
		a.workers++
		a.work.Go(a.run)
	}
}

// run looks at the queue until it is empty.
func (a *ahead) run() {
	for {
		a.mu.Lock()
		group := a.next(maxGroup)
		if len(group) == 0 {
			a.workers--
			a.mu.Unlock()
			return
		}
		a.mu.Unlock()
		a.prepare(group)
	}
}

// next takes up to n entries from the queue. The caller holds a.mu.
func (a *ahead) next(n int) []*prepared {
	n = min(n, len(a.queue))
	group := a.queue[:n:n]
	if a.queue = a.queue[n:]; len(a.queue) == 0 {
		a.queue = nil
	}
	for _, p := range group {
		p.waits = false
	}
	return group
}

// prepare decodes entries and checks their signatures.
func (a *ahead) prepare(group []*prepared) {
	var signed []signature.Signed
	var of []*prepared
	for _, p := range group {
		if p.err = p.move.Decode(p.data); p.err != nil || p.move.Signature == nil {
			continue
		}
		key := a.key(p.move.Capital)
		if len(key) == 0 {
			continue
		}
		p.key = key
		s := signature.Signed{Key: key, Message: p.move.AppendSigned(nil), Signature: p.move.Signature}
		if p.ok = a.own.take(&s); !p.ok {
			signed, of = append(signed, s), append(of, p)
		}
	}
	for i, ok := range a.verifier.VerifyAll(signed) {
		of[i].ok = ok
	}
	for _, p := range group {
		close(p.done)
	}
}

// take returns what is known of committed entries. What nobody has looked at is looked at now, with all that waits. Of
// entries that are no commands it returns nil.
func (a *ahead) take(logs []*raft.Log) []*prepared {
	list := make([]*prepared, len(logs))
	var unknown []*prepared
	waits := false
	a.mu.Lock()
	for i, l := range logs {
		if l.Type != raft.LogCommand {
			continue
		}
		p := a.known[l.Index]
		delete(a.known, l.Index)
		if p == nil || p.raftTerm != l.Term || !bytes.Equal(p.data, l.Data) {
			p = &prepared{raftTerm: l.Term, data: l.Data, done: make(chan struct{})}
			unknown = append(unknown, p)
		}
		list[i] = p
		waits = waits || p.waits
	}
	a.mu.Unlock()
	if waits {
		a.wait()
		a.mu.Lock()
		unknown = append(unknown, a.next(len(a.queue))...)
		a.mu.Unlock()
	}
	for group := range slices.Chunk(unknown, maxGroup) {
		a.prepare(group)
	}
	for _, p := range list {
		if p != nil {
			<-p.done
		}
	}
	return list
}

// wait has a follower's entries wait for others.
func (a *ahead) wait() {
	select {
	case <-a.wake: // when nobody waited
	default:
	}
	a.mu.Lock()
	many := len(a.queue) >= lagging
	a.mu.Unlock()
	if many || a.lag == 0 || a.leads() || a.hurried.Load() > 0 {
		return
	}
	timer := time.NewTimer(a.lag)
	defer timer.Stop()
	select {
	case <-a.wake:
	case <-timer.C:
	}
}

// hurry has entries that wait wait no longer.
func (a *ahead) hurry() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// forget drops everything that is known.
func (a *ahead) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.known)
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

// ownSignatures are those that this process has made and not seen in the record yet. They need not be checked.
type ownSignatures struct {
	mu   sync.Mutex
	made map[string]signature.Signed // by signature
}

// maxOwn bounds how many are kept.
const maxOwn = 4096

func newOwnSignatures() *ownSignatures { return &ownSignatures{made: map[string]signature.Signed{}} }

// add notes one.
func (o *ownSignatures) add(s signature.Signed) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.made) >= maxOwn {
		clear(o.made)
	}
	o.made[string(s.Signature)] = s
}

// take reports whether exactly this was signed here with that key, and forgets it.
func (o *ownSignatures) take(s *signature.Signed) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	made, known := o.made[string(s.Signature)]
	if !known || !bytes.Equal(made.Key, s.Key) || !bytes.Equal(made.Message, s.Message) {
		return false
	}
	delete(o.made, string(s.Signature))
	return true
}
