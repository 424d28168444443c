package sim

import (
	"container/heap"

	"github.com/parley-sim/parley/node/terms"
)

// class orders what falls on the same scenario time: the script before the replies that it causes, both before deadlines
// (a move at the very instant of a deadline is in time), and expectations last.
type class uint8

const (
	classScript class = iota
	classReply
	classDeadline
	classExpectation
)

// event is something that will happen at a scenario time.
type event struct {
	at    terms.Instant
	class class
	order int // among events of the same time and class: first come, first served
	do    func()
}

// agenda is what will happen, the earliest first.
type agenda struct {
	events eventHeap
	next   int
}

func (a *agenda) add(at terms.Instant, c class, do func()) {
	heap.Push(&a.events, event{at, c, a.next, do})
	a.next++
}

// peek returns the time and class of the next event; false if there is none.
func (a *agenda) peek() (terms.Instant, class, bool) {
	if len(a.events) == 0 {
		return 0, 0, false
	}
	return a.events[0].at, a.events[0].class, true
}

func (a *agenda) pop() event { return heap.Pop(&a.events).(event) }

// eventHeap implements heap.Interface.
type eventHeap []event

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	a, b := &h[i], &h[j]
	if a.at != b.at {
		return a.at < b.at
	}
	if a.class != b.class {
		return a.class < b.class
	}
	return a.order < b.order
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(event)) }
func (h *eventHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
