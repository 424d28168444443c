package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

// Live is the page of a conference that goes on: the same page, fed by what it is told. Its handler serves the page and a
// stream of server-sent events; who may use it is for whoever serves it. Its methods may be called by several goroutines.
//
// Raft time is the time since the conference began, here, so both clocks run together. Lines and messages between real
// machines cannot be seen, so there are none.
type Live struct {
	mu       sync.Mutex
	charter  *terms.Charter
	entries  []terms.Entry
	film     filmRun
	politics *politics
	teller   *report.Teller
	machines []machineSeen

	generation int // of the film: it is made anew when a capital is admitted
	parts      []happenings
	changed    chan struct{} // closed when there is more
}

// machineSeen is how a capital's machine stood at the last look.
type machineSeen struct {
	looked bool
	Machine
}

// Machine is how a capital's machine stands.
type Machine struct {
	Answers   bool   // false: nothing else is known
	Role      string // Follower, Candidate, Leader or Shutdown
	RaftTerm  uint64
	Leader    string // whom it follows; "" is nobody
	LastIndex uint64 // of its log
	Applied   uint64 // moves of the record that its state machine has applied
}

// NewLive returns the page of a conference in which nothing has happened yet.
func NewLive(charter *terms.Charter) *Live {
	l := &Live{changed: make(chan struct{})}
	l.begin(charter)
	return l
}

// begin makes the film anew. The caller holds mu, or has the only reference.
func (l *Live) begin(charter *terms.Charter) {
	l.charter = charter
	l.film = header(charter, charter.Conference)
	l.film.Title, l.film.On = charter.Conference, "cluster"
	l.film.StartsAt, l.film.EndsAt = int64(charter.Start), int64(charter.Start)
	l.politics = newPolitics(l.film.places())
	l.teller = report.NewTeller(charter)
	l.machines = make([]machineSeen, len(l.film.Capitals))
	l.parts = nil
	l.generation++
}

// Move takes the next move of the record. Those that were made before anybody looked come before the first Look.
func (l *Live) Move(e *terms.Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, *e)
	l.take(e)
	for i := range e.Result.Events {
		if e.Result.Events[i].Kind != terms.EventAdmitted {
			continue
		}
		// There is one more capital: the film begins again, and readers load it anew.
		charter := *l.politics.state.Charter()
		l.begin(&charter)
		for j := range l.entries {
			l.take(&l.entries[j])
		}
		break
	}
	l.tell()
}

// take adds a move to the film. The caller holds mu.
func (l *Live) take(e *terms.Entry) {
	var now happenings
	at := max(l.since(e.Move.Time), time.Duration(l.film.RaftEnd)) // its time is in whole seconds
	l.politics.take(e, &now)
	now.Record = append(now.Record, entryOf(report.WordsOf(l.charter), e, at, l.film.places()))
	item := &sim.Item{Kind: sim.ItemMove, At: e.Move.Time, RaftAt: at, Events: e.Result.Events, Capital: e.Move.Capital}
	switch e.Move.Verb {
	case terms.VerbCharter:
		item = nil
	case terms.VerbClock:
		item.Kind, item.Capital = sim.ItemEvents, ""
	default:
		item.Move = &sim.Played{Move: e.Move, Outcome: "recorded", Code: e.Result.Code, Reason: e.Result.Reason, Index: e.Index}
		if e.Result.Refused {
			item.Move.Outcome = "refused"
		}
	}
	if item != nil {
		l.step(item, &now)
	}
	l.add(&now)
}

// step tells an item, if there is anything to tell.
func (l *Live) step(item *sim.Item, now *happenings) {
	told := l.teller.Step(item)
	if told.Text == "" {
		return
	}
	told.Item = len(l.film.Steps)
	now.Steps = append(now.Steps, stepOf(item, &told, l.film.places()))
}

// since is the time from the beginning of the conference, which is never negative.
func (l *Live) since(at terms.Instant) time.Duration {
	const most = 100 * 365 * 24 * time.Hour
	return min(time.Duration(max(at.Sub(l.charter.Start), 0))*time.Second, most)
}

// Look takes how a capital's machine stands at a time.
func (l *Live) Look(capital string, m Machine, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := slices.IndexFunc(l.film.Capitals, func(x filmCapital) bool { return x.ID == capital })
	if c < 0 {
		return
	}
	before := l.machines[c]
	if before.looked && before.Machine == m {
		return
	}
	l.machines[c] = machineSeen{true, m}
	t := max(at.Sub(l.charter.Start.Time()), 0, time.Duration(l.film.RaftEnd))
	l.film.RaftEnd = ms(t)
	var now happenings
	l.look(c, &before, &m, t, &now)
	l.add(&now)
	l.tell()
}

// look notes what has changed at a machine. The caller holds mu.
func (l *Live) look(c int, before *machineSeen, m *Machine, t time.Duration, now *happenings) {
	at, place := millis(t), float64(c)
	codes := map[string]float64{"Follower": roleFollower, "Candidate": roleCandidate, "Leader": roleLeader}
	role := codes[m.Role] // roleDown for all else
	instant := l.charter.Start.Add(terms.Duration(t / time.Second))
	item := sim.Item{At: instant, RaftAt: t, Capital: l.film.Capitals[c].ID}
	switch {
	case before.looked && before.Answers && !m.Answers:
		item.Kind, item.Text = sim.ItemFault, l.film.Capitals[c].Name+"'s machine does not answer any more."
	case before.looked && !before.Answers && m.Answers:
		item.Kind, item.Text = sim.ItemFault, l.film.Capitals[c].Name+"'s machine answers again."
	case role == roleLeader && (before.Role != "Leader" || before.RaftTerm != m.RaftTerm):
		item.Kind, item.RaftTerm = sim.ItemElection, m.RaftTerm
	}
	if item.Kind != "" {
		l.step(&item, now)
	}
	if !m.Answers {
		m.RaftTerm = before.RaftTerm
	}
	if !before.looked || codes[before.Role] != role || before.RaftTerm != m.RaftTerm {
		now.Roles = append(now.Roles, [4]float64{at, place, role, float64(m.RaftTerm)})
	}
	if before.Leader != m.Leader || !before.looked {
		now.Follows = append(now.Follows, [3]float64{at, place, float64(placeIn(l.film.places(), m.Leader))})
		now.Reach = append(now.Reach, l.reach(t))
	}
	if !m.Answers {
		return
	}
	if stored := l.movesUpTo(m.LastIndex); !before.looked || stored != l.movesUpTo(before.LastIndex) {
		now.Stored = append(now.Stored, [3]float64{at, place, float64(stored)})
	}
	if !before.looked || before.Applied != m.Applied {
		now.Applied = append(now.Applied, [3]float64{at, place, float64(m.Applied)})
	}
}

// movesUpTo counts the moves of the record up to an index of the log.
func (l *Live) movesUpTo(index uint64) int {
	n := len(l.entries)
	for n > 0 && l.entries[n-1].Index > index {
		n--
	}
	return n
}

// reach says who has a way to a majority, as far as one can tell from outside: whoever follows the leader of the highest
// Raft term.
func (l *Live) reach(t time.Duration) filmReach {
	leader, term := "", uint64(0)
	for c, m := range l.machines {
		if m.Answers && m.Role == "Leader" && m.RaftTerm >= term {
			leader, term = l.film.Capitals[c].ID, m.RaftTerm
		}
	}
	r := filmReach{T: ms(t), Majority: []int{}, Record: []int{}}
	for c, m := range l.machines {
		if m.Answers && leader != "" && m.Leader == leader {
			r.Record = append(r.Record, c)
			if l.film.Capitals[c].Votes {
				r.Majority = append(r.Majority, c)
			}
		}
	}
	return r
}

// add appends to the film. The caller holds mu.
func (l *Live) add(now *happenings) {
	f := &l.film.happenings
	f.Roles, f.Follows, f.Reach = append(f.Roles, now.Roles...), append(f.Follows, now.Follows...), append(f.Reach, now.Reach...)
	f.Stored, f.Applied = append(f.Stored, now.Stored...), append(f.Applied, now.Applied...)
	f.Steps, f.Record = append(f.Steps, now.Steps...), append(f.Record, now.Record...)
	f.Plans, f.Pledges = append(f.Plans, now.Plans...), append(f.Pledges, now.Pledges...)
	end := time.Duration(l.film.RaftEnd)
	for _, s := range now.Steps {
		end = max(end, time.Duration(s.T))
	}
	for _, e := range now.Record {
		end = max(end, time.Duration(e.T))
	}
	l.film.RaftEnd = ms(end)
	l.film.EndsAt = int64(l.charter.Start.Add(terms.Duration(end / time.Second)))
	l.parts = append(l.parts, *now)
}

// tell wakes the readers. The caller holds mu.
func (l *Live) tell() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// heartbeat is how often a stream without news shows that it is alive.
const heartbeat = 10 * time.Second

// Handler serves the page at / and its stream at /events.
func (l *Live) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", l.page)
	mux.HandleFunc("GET /events", l.events)
	return mux
}

func (l *Live) page(w http.ResponseWriter, _ *http.Request) {
	l.mu.Lock()
	f := film{Version: 1, Live: fmt.Sprintf("events?film=%d&after=%d", l.generation, len(l.parts)), Runs: []filmRun{l.film}}
	var b bytes.Buffer
	err := write(&b, l.film.Title, &f, "connect-src 'self'")
	l.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // the reader may have gone
}

// events streams what is appended to a film. An id says how much of it the reader has, so that it can go on there.
func (l *Live) events(w http.ResponseWriter, r *http.Request) {
	generation, err := strconv.Atoi(r.URL.Query().Get("film"))
	after, err2 := strconv.Atoi(r.URL.Query().Get("after"))
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		after, err2 = strconv.Atoi(id)
	}
	if err != nil || err2 != nil || after < 0 {
		http.Error(w, "film and after are whole numbers", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		text, next, changed := l.news(generation, after)
		after = next
		if text == "" {
			text = ": still here\n\n"
		}
		_ = control.SetWriteDeadline(time.Now().Add(heartbeat)) // a recorder in a test has none
		if _, err := w.Write([]byte(text)); err != nil {
			return
		}
		if control.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-beat.C:
		case <-r.Context().Done():
			return
		}
	}
}

// news encodes what is new since a reader last read, and returns what it has then and what tells of more.
func (l *Live) news(generation, after int) (text string, next int, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if generation != l.generation || after > len(l.parts) {
		return "event: reload\ndata: {}\n\n", after, l.changed
	}
	var b bytes.Buffer
	for ; after < len(l.parts); after++ {
		part := struct {
			happenings
			EndsAt  int64 `json:"end"`
			RaftEnd ms    `json:"raft_end"`
		}{l.parts[after], l.film.EndsAt, l.film.RaftEnd}
		data, err := json.Marshal(part)
		if err != nil {
			panic("page: what consists of text and numbers cannot be encoded: " + err.Error())
		}
		fmt.Fprintf(&b, "id: %d\nevent: more\ndata: %s\n\n", after+1, data)
	}
	return b.String(), after, l.changed
}
