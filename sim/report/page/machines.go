package page

import (
	"cmp"
	"slices"
	"time"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
)

// The codes of roles in a film.
const (
	roleDown = iota
	roleFollower
	roleCandidate
	roleLeader
)

// machines reads sightings into a film.
type machines struct {
	places  map[string]int
	record  []terms.Entry // in order of index
	logs    []logOf       // by capital
	role    []float64
	term    []uint64
	stored  []int // moves of the record that the log holds
	applied []int
	first   []time.Duration // when each move was first applied; -1 before that
}

// logOf is what a capital's log holds, as far as the record goes: the Raft term of the entry for each move, 0 for none.
type logOf struct {
	terms    []uint64
	snapshot uint64 // entries up to here are stored, whatever became of the log
}

func newMachines(places map[string]int, record []terms.Entry) *machines {
	n := len(places)
	m := &machines{places: places, record: slices.Clone(record), logs: make([]logOf, n), role: make([]float64, n),
		term: make([]uint64, n), stored: make([]int, n), applied: make([]int, n), first: make([]time.Duration, len(record))}
	slices.SortStableFunc(m.record, func(a, b terms.Entry) int { return cmp.Compare(a.Index, b.Index) })
	for i := range m.logs {
		m.logs[i].terms = make([]uint64, len(record))
	}
	for i := range m.first {
		m.first[i] = -1
	}
	return m
}

// upTo returns how many moves of the record lie at or before an index.
func (m *machines) upTo(index uint64) int {
	n, _ := slices.BinarySearchFunc(m.record, index, func(e terms.Entry, i uint64) int {
		if e.Index <= i {
			return -1
		}
		return 1
	})
	return n
}

// take reads one sighting.
func (m *machines) take(s *sim.Sighting, out *happenings) {
	t := millis(s.At)
	c, known := m.places[s.Capital]
	switch s.Kind {
	case sim.SeenTime:
		out.Clock = append(out.Clock, [2]float64{t, float64(s.Time)})
		return
	case sim.SeenLine:
		from, to := placeIn(m.places, s.From), placeIn(m.places, s.To)
		if from >= 0 && to >= 0 && s.Line != nil {
			out.Lines = append(out.Lines, filmLine{ms(s.At), from, to, s.Line.Cut, s.Line.Held, s.Line.Drop, millis(s.Line.Slow)})
		}
		return
	case sim.SeenReach:
		out.Reach = append(out.Reach, filmReach{ms(s.At), placesIn(m.places, s.Majority), placesIn(m.places, s.Record)})
		return
	}
	if !known {
		return
	}
	place := float64(c)
	switch s.Kind {
	case sim.SeenUp:
		m.become(out, t, c, roleFollower, m.term[c])
	case sim.SeenDown:
		m.become(out, t, c, roleDown, m.term[c])
	case sim.SeenRole:
		codes := map[string]float64{"Follower": roleFollower, "Candidate": roleCandidate, "Leader": roleLeader, "Shutdown": roleDown}
		if code, is := codes[s.Role]; is {
			m.become(out, t, c, code, s.RaftTerm)
		}
	case sim.SeenLeader:
		out.Follows = append(out.Follows, [3]float64{t, place, float64(placeIn(m.places, s.Leader))})
		m.become(out, t, c, m.role[c], s.RaftTerm)
	case sim.SeenStored:
		log := m.logs[c].terms
		for i := m.upTo(max(s.First, 1) - 1); i < m.upTo(s.Index); i++ {
			log[i] = s.RaftTerm
		}
		m.store(out, t, c)
	case sim.SeenCut:
		if s.Index == 0 {
			m.logs[c].snapshot = 0 // the disk was wiped
		}
		clear(m.logs[c].terms[m.upTo(s.Index):])
		m.store(out, t, c)
	case sim.SeenRestored:
		m.logs[c].snapshot = max(m.logs[c].snapshot, s.Index)
		m.apply(out, s.At, c, m.upTo(s.Index))
		m.store(out, t, c)
	case sim.SeenApplied:
		m.apply(out, s.At, c, m.upTo(s.Index))
	}
}

func (m *machines) become(out *happenings, t float64, c int, role float64, term uint64) {
	if m.role[c] == role && m.term[c] == term {
		return
	}
	m.role[c], m.term[c] = role, term
	out.Roles = append(out.Roles, [4]float64{t, float64(c), role, float64(term)})
}

// store notes how many moves of the record a capital's log holds: by Raft's log matching those are its first ones.
func (m *machines) store(out *happenings, t float64, c int) {
	n := m.upTo(m.logs[c].snapshot)
	for n < len(m.record) && m.logs[c].terms[n] != 0 && m.logs[c].terms[n] == m.record[n].RaftTerm {
		n++
	}
	if n != m.stored[c] {
		m.stored[c] = n
		out.Stored = append(out.Stored, [3]float64{t, float64(c), float64(n)})
	}
}

func (m *machines) apply(out *happenings, at time.Duration, c, n int) {
	for i := m.applied[c]; i < n; i++ {
		if m.first[i] < 0 {
			m.first[i] = at
		}
	}
	if n != m.applied[c] {
		m.applied[c] = n
		out.Applied = append(out.Applied, [3]float64{millis(at), float64(c), float64(n)})
	}
}
