package page

import (
	"cmp"
	"slices"
	"time"

	"github.com/parley-sim/parley/sim/network"
)

// maxMessages is how many messages a page holds at most. Of a run with more, those that say least are left out, and the
// page says how many.
const maxMessages = 24_000

// messages are the messages of a run in columns, in order of the time at which they were sent.
type messages struct {
	Count   int            `json:"count"`             // that were sent
	LeftOut map[string]int `json:"left_out"`          // by kind
	Sent    []int64        `json:"sent"`              // µs of Raft time, each after the one before
	Took    []int64        `json:"took"`              // µs until it arrived or was lost; -1: it was under way at the end
	From    []int          `json:"from"`              //
	To      []int          `json:"to"`                //
	Kind    []int          `json:"kind"`              // of network.Kind; plus 16 if it is an answer
	Fate    []int          `json:"fate"`              // bits: lost, held, granted
	Term    []uint64       `json:"term"`              //
	Index   []uint64       `json:"index"`             //
	Entries []int          `json:"entries,omitempty"` //
}

// The bits of messages.Fate.
const (
	fateLost = 1 << iota
	fateHeld
	fateOK
)

// message is one message from its sending to its end.
type message struct {
	network.Message // as it was sent
	end             time.Duration
	fate            int
}

// wayKey tells messages apart.
type wayKey struct {
	from, to string
	kind     network.Kind
	answer   bool
	number   uint64
}

// joined makes one message of its events.
func joined(events []network.Message) []message {
	var all []message
	open := map[wayKey]int{}
	for i := range events {
		e := &events[i]
		key := wayKey{e.From, e.To, e.Kind, e.Answer, e.Number}
		if e.Event == network.Sent {
			open[key] = len(all)
			fate := 0
			if e.OK {
				fate = fateOK
			}
			all = append(all, message{*e, -1, fate})
			continue
		}
		at, known := open[key]
		if !known {
			continue
		}
		m := &all[at]
		switch e.Event {
		case network.Held:
			m.fate |= fateHeld
			continue
		case network.Lost:
			m.fate |= fateLost
		}
		m.end = e.At
		delete(open, key)
	}
	slices.SortStableFunc(all, func(a, b message) int { return cmp.Compare(a.At, b.At) })
	return all
}

// thin leaves out what says least until the rest is few enough: first what goes on for ever when nothing happens, then
// answers, then the rest evenly. What was lost or held goes last.
func thin(all []message, most int) (kept []message, left map[string]int) {
	left = map[string]int{}
	drop := func(which func(*message) bool) {
		if len(all) <= most {
			return
		}
		var rest []message
		for i := range all {
			if which(&all[i]) {
				left[all[i].Kind.String()]++
			} else {
				rest = append(rest, all[i])
			}
		}
		all = rest
	}
	fine := func(m *message) bool { return m.fate&(fateLost|fateHeld) == 0 }
	drop(func(m *message) bool { return m.Kind == network.Heartbeat && fine(m) })
	drop(func(m *message) bool { return m.Kind == network.CommitNotice && fine(m) })
	drop(func(m *message) bool { return m.Answer && fine(m) })
	drop(func(m *message) bool { return m.Kind == network.Heartbeat || m.Kind == network.CommitNotice })
	if excess := len(all); excess > most {
		i := 0
		drop(func(*message) bool {
			i++
			return i*most/excess == (i-1)*most/excess
		})
	}
	return all, left
}

func messagesOf(events []network.Message, places map[string]int) *messages {
	all := joined(events)
	if len(all) == 0 {
		return nil
	}
	out := &messages{Count: len(all)}
	all, out.LeftOut = thin(all, maxMessages)
	before := int64(0)
	for i := range all {
		m := &all[i]
		from, to := placeIn(places, m.From), placeIn(places, m.To)
		if from < 0 || to < 0 {
			continue
		}
		sent := m.At.Round(time.Microsecond).Microseconds() // as all times of a film
		took := int64(-1)
		if m.end >= 0 {
			took = max(m.end.Round(time.Microsecond).Microseconds()-sent, 0)
		}
		kind := int(m.Kind)
		if m.Answer {
			kind += 16
		}
		out.Sent = append(out.Sent, sent-before)
		out.Took = append(out.Took, took)
		out.From, out.To = append(out.From, from), append(out.To, to)
		out.Kind, out.Fate = append(out.Kind, kind), append(out.Fate, m.fate)
		out.Term, out.Index = append(out.Term, m.Term), append(out.Index, m.Index)
		out.Entries = append(out.Entries, m.Entries)
		before = sent
	}
	return out
}
