package wire

import (
	"hash/fnv"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Faults are what this capital does to the messages that it sends, by the capital that they go to: Raft's requests and
// its answers to those of others, calls and their answers. The other direction is the other capital's business. They
// mean what they mean in sim/network:
//
//   - A lost message shows as a timeout to who asked, whether the request or the answer was lost.
//   - A message that is held or slow goes on its way even if its sender has given up in the meantime.
//   - Released messages leave in the order in which they were sent, each when the one before was answered, or soon after.
//
// Unlike there, what a capital holds is gone when its process dies; and a held or slow answer is of no use once who asked
// has given up, since it came by a connection that was closed then.
//
// Its methods may be called by any goroutine. Without faults they cost the wire an atomic load a message.
type Faults struct {
	salt   uint64
	faulty atomic.Int32 // links that have faults
	pace   time.Duration

	mu     sync.Mutex
	links  map[string]*link
	closed bool
}

// LinkFaults is the state of the messages to one capital. The zero value is a sound link.
type LinkFaults struct {
	Cut     bool          `json:"cut,omitempty"`     // everything is lost, also what is held or under way
	Held    bool          `json:"held,omitempty"`    // everything is kept, in order
	Drop    float64       `json:"drop,omitempty"`    // the share of messages that is lost, from 0 to 1
	Slow    time.Duration `json:"slow,omitempty"`    // how much later each leaves
	Latency time.Duration `json:"latency,omitempty"` // as Slow, but no fault: healing leaves it
	Waiting int           `json:"waiting,omitempty"` // how many messages are held
}

// maxHeld is how many messages one link holds. More are lost.
const maxHeld = 4096

// releasePace is how long a released message waits for the answer to the one before. Where one takes longer, the next may
// overtake it, as on any network.
const releasePace = 20 * time.Millisecond

type link struct {
	state LinkFaults
	sent  uint64
	held  []func()
}

func newFaults(capital string, seed int64) *Faults {
	return &Faults{salt: mix(uint64(seed), hash(capital)), links: map[string]*link{}, pace: releasePace}
}

// Cut loses everything that is sent to the capital, and what is held or under way.
func (f *Faults) Cut(to string) { f.change(to, func(l *LinkFaults) { l.Cut = true }) }

// Slow delays everything that is sent to the capital from now on. It replaces what an earlier Slow said.
func (f *Faults) Slow(to string, by time.Duration) {
	f.change(to, func(l *LinkFaults) { l.Slow = max(by, 0) })
}

// Latency is Slow, but survives Heal: it stands for geography.
func (f *Faults) Latency(to string, by time.Duration) {
	f.change(to, func(l *LinkFaults) { l.Latency = max(by, 0) })
}

// Drop loses a share of the messages to the capital, from 0 to 1. The seed decides which ones, by their count.
func (f *Faults) Drop(to string, rate float64) {
	f.change(to, func(l *LinkFaults) { l.Drop = min(max(rate, 0), 1) })
}

// Hold keeps what is sent to the capital from now on until Release.
func (f *Faults) Hold(to string) { f.change(to, func(l *LinkFaults) { l.Held = true }) }

// Release sends what was held.
func (f *Faults) Release(to string) { f.change(to, func(l *LinkFaults) { l.Held = false }) }

// Heal ends all faults towards the capital and sends what was held. What was lost stays lost.
func (f *Faults) Heal(to string) {
	f.change(to, func(l *LinkFaults) { *l = LinkFaults{Latency: l.Latency} })
}

// HealAll heals all links.
func (f *Faults) HealAll() {
	for to := range f.Links() {
		f.Heal(to)
	}
}

// Links returns the state of all links that have faults or latency.
func (f *Faults) Links() map[string]LinkFaults {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[string]LinkFaults{}
	for to, l := range f.links {
		s := l.state
		if s.Waiting = len(l.held); s != (LinkFaults{}) {
			all[to] = s
		}
	}
	return all
}

func (f *Faults) change(to string, how func(*LinkFaults)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	l := f.links[to]
	if l == nil {
		l = &link{}
		f.links[to] = l
	}
	was := l.state != LinkFaults{}
	how(&l.state)
	if is := l.state != (LinkFaults{}); is && !was {
		f.faulty.Add(1)
	} else if was && !is {
		f.faulty.Add(-1)
	}
	if !l.state.Held && len(l.held) > 0 {
		go release(l.held, f.pace)
		l.held = nil
	}
}

// release sends what was held, in order.
func release(held []func(), pace time.Duration) {
	for _, arrive := range held {
		answered := make(chan struct{})
		go func() { defer close(answered); arrive() }()
		timer := time.NewTimer(pace)
		select {
		case <-answered:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// clear reports whether messages to the capital go their way unharmed. It may be called on nil.
func (f *Faults) clear(to string) bool {
	if f == nil || f.faulty.Load() == 0 {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.links[to]
	return l == nil || l.state == LinkFaults{}
}

// carry has deliver called when a message to the capital arrives, on a goroutine of its own; never if it is lost.
func (f *Faults) carry(to string, deliver func()) {
	arrive := func() {
		if f.arrives(to) {
			deliver()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.links[to]
	if f.closed {
		return
	}
	if l == nil {
		go arrive()
		return
	}
	l.sent++
	delay := l.state.Slow + l.state.Latency
	switch {
	case l.state.Cut, l.state.Drop > 0 && f.draw(to, l.sent) < l.state.Drop:
	case l.state.Held:
		if len(l.held) < maxHeld {
			l.held = append(l.held, func() { time.Sleep(delay); arrive() })
		}
	case delay > 0:
		time.AfterFunc(delay, arrive)
	default:
		go arrive()
	}
}

// arrives tells whether a message that was under way arrives.
func (f *Faults) arrives(to string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.links[to]
	return !f.closed && (l == nil || !l.state.Cut)
}

// close loses everything that is still held or under way.
func (f *Faults) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed, f.links = true, nil
}

// draw returns the random number, from 0 to 1, of a message: always the same for the same seed, link and count.
func (f *Faults) draw(to string, count uint64) float64 {
	return float64(mix(mix(f.salt, hash(to)), count)) / math.MaxUint64
}

func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}

// mix hashes two numbers into one: splitmix64's finish over both.
func mix(a, b uint64) uint64 {
	z := a*0x9e3779b97f4a7c15 + b + 0x632be59bd9b4e019
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
