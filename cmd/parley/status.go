package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

// statusTime bounds how long status waits for each capital.
const statusTime = 2 * time.Second

// The states of capitals that have told nothing.
const (
	stateDown    = "down"    // it does not answer
	stateUnknown = "unknown" // nobody has said where its interface is
)

// stateExpelled is that of a capital that runs and takes no part any more.
const stateExpelled = "expelled"

// answered reports whether the capital has.
func (x *capitalStanding) answered() bool { return x.State != stateDown && x.State != stateUnknown }

// conferenceStanding is what status --json prints.
type conferenceStanding struct {
	Conference  string            `json:"conference"`
	Leader      string            `json:"leader"` // "" is nobody
	RaftTerm    uint64            `json:"raft_term"`
	Now         terms.Instant     `json:"now"`         // the scenario time that the record has reached
	Consistency string            `json:"consistency"` // of the plans: linearizable, or local if no quorum could be reached
	ReadAt      string            `json:"read_at"`     // the capital that told of the plans
	Capitals    []capitalStanding `json:"capitals"`
	Plans       []any             `json:"plans"`

	plans   []terms.PlanView
	pledges []terms.PledgeView
}

type capitalStanding struct {
	ID           string     `json:"id"`
	Name         string     `json:"name"`
	Role         terms.Role `json:"role"`
	PID          int        `json:"pid"`
	API          string     `json:"api"`
	Raft         string     `json:"raft"`
	Data         string     `json:"data"`
	State        string     `json:"state"` // leader, follower, candidate, shutdown, expelled, down or unknown
	AppliedIndex uint64     `json:"applied_index"`
	Sequence     uint64     `json:"sequence"` // moves in its record
	StateHash    string     `json:"state_hash"`
	Why          string     `json:"why,omitempty"` // of one that is down or expelled

	leader   string
	raftTerm uint64
}

// parley status [--json]
func (e *env) statusCommand() *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "show the capitals' machines and how the plans stand", Category: "a running conference",
		Description: "It asks every capital; one that does not answer is shown as down. Exit status: 0 if any\n" +
			"capital answered, 3 if none did.",
		Flags: textFlags(readFlags()),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usagef("status takes nothing but flags; parley plan %s shows a plan", c.Args().First())
			}
			return e.speak(c, func(ctx context.Context, s *session) error {
				st := s.status(ctx)
				if c.Bool("json") {
					if err := e.printJSON(st); err != nil {
						return err
					}
				} else if err := e.showStatus(ctx, c, s, st); err != nil {
					return err
				}
				if !slices.ContainsFunc(st.Capitals, func(x capitalStanding) bool { return x.answered() }) {
					return statusError(sim.StatusUnknown)
				}
				return nil
			})
		},
	}
}

// status asks every capital how it stands, and one of them how the plans do.
func (s *session) status(ctx context.Context) *conferenceStanding {
	st := &conferenceStanding{Conference: s.identity.Conference(), Capitals: make([]capitalStanding, len(s.peers)), Plans: []any{}}
	short, cancel := context.WithTimeout(ctx, statusTime)
	defer cancel()
	var asked sync.WaitGroup
	for i, p := range s.peers {
		asked.Go(func() { st.Capitals[i] = s.machine(short, p) })
	}
	var state api.State
	var err error
	asked.Go(func() { state, err = s.anyone().State(short, s.fresh) })
	asked.Wait()
	if err != nil { // no quorum: what the one that knows most knows
		best := -1
		for i := range st.Capitals {
			if x := &st.Capitals[i]; x.answered() && (best < 0 || x.AppliedIndex > st.Capitals[best].AppliedIndex) {
				best = i
			}
		}
		if best >= 0 {
			again, cancel := context.WithTimeout(ctx, statusTime)
			defer cancel()
			state, err = s.client(s.peers[best]).State(again, node.Local)
		}
	}
	if err == nil {
		st.take(&state)
		s.askNewcomers(ctx, st, &state)
	}
	st.lead()
	s.arrange(st)
	return st
}

// machine asks one capital.
func (s *session) machine(ctx context.Context, p peer) capitalStanding {
	x := capitalStanding{ID: p.capital, API: "https://" + p.api, State: stateDown}
	if s.config != nil {
		x.Raft, _ = s.config.Address(p.capital)
	}
	a, err := s.client(p).Status(ctx)
	if err != nil {
		x.Why = firstLine(err.Error())
		return x
	}
	x.Name, x.Role, x.PID, x.Data = a.Name, a.Role, a.PID, a.Data
	x.State, x.AppliedIndex, x.Sequence, x.StateHash = strings.ToLower(a.State), a.AppliedIndex, a.Sequence, a.StateHash
	x.leader, x.raftTerm = a.Leader, a.RaftTerm
	if a.Expelled != "" {
		x.State, x.Why = stateExpelled, a.Expelled
	}
	if a.API != "" {
		x.API = a.API
	}
	if a.Raft != "" {
		x.Raft = a.Raft
	}
	return x
}

// askNewcomers asks the capitals that were admitted after the settings were written, if the one that told of the plans knows
// where they are.
func (s *session) askNewcomers(ctx context.Context, st *conferenceStanding, a *api.State) {
	ctx, cancel := context.WithTimeout(ctx, statusTime)
	defer cancel()
	var asked sync.WaitGroup
	for i := range st.Capitals {
		x := &st.Capitals[i]
		at := slices.IndexFunc(a.Capitals, func(v api.CapitalView) bool { return v.ID == x.ID })
		if x.State != stateUnknown || at < 0 || a.Capitals[at].API == "" {
			continue
		}
		p, err := s.meet(x.ID, a.Capitals[at].API)
		if err != nil {
			x.Why = err.Error()
			continue
		}
		asked.Go(func() {
			told := s.machine(ctx, p)
			told.Name, told.Role = x.Name, x.Role
			*x = told
		})
	}
	asked.Wait()
}

// lead finds who leads: whom the capitals with the highest Raft term take for the leader.
func (st *conferenceStanding) lead() {
	for i := range st.Capitals {
		x := &st.Capitals[i]
		if !x.answered() {
			continue
		}
		if x.raftTerm > st.RaftTerm {
			st.RaftTerm, st.Leader = x.raftTerm, ""
		}
		if x.raftTerm == st.RaftTerm && x.leader != "" {
			st.Leader = x.leader
		}
	}
	// Followers go on naming a leader that has just died.
	if i := slices.IndexFunc(st.Capitals, func(x capitalStanding) bool { return x.ID == st.Leader }); i >= 0 && st.Capitals[i].State == stateDown {
		st.Leader = ""
	}
}

// take takes in what the record says.
func (st *conferenceStanding) take(a *api.State) {
	st.Now, st.Consistency, st.ReadAt = a.Now, a.Consistency, a.Capital
	st.plans, st.pledges, st.Plans = a.Plans, a.Pledges, plansJSON(a.Plans)
	for _, v := range a.Capitals {
		i := slices.IndexFunc(st.Capitals, func(x capitalStanding) bool { return x.ID == v.ID })
		switch {
		case i >= 0:
			x := &st.Capitals[i]
			if x.Name, x.Role = v.Name, v.Role; v.Expelled && x.answered() {
				x.State = stateExpelled
			}
		case !v.Expelled:
			st.Capitals = append(st.Capitals, capitalStanding{ID: v.ID, Name: v.Name, Role: v.Role, State: stateUnknown,
				Why: "nobody has said where its interface is"})
		}
	}
	// One that was expelled is shown as long as it answers.
	st.Capitals = slices.DeleteFunc(st.Capitals, func(x capitalStanding) bool {
		i := slices.IndexFunc(a.Capitals, func(v api.CapitalView) bool { return v.ID == x.ID })
		return x.State == stateDown && (i < 0 || a.Capitals[i].Expelled)
	})
}

// arrange puts the capitals into the order of the settings: the session's own came first.
func (s *session) arrange(st *conferenceStanding) {
	if s.config == nil {
		return
	}
	place := func(id string) int {
		for i, p := range s.config.Peers {
			if p.Capital == id {
				return i
			}
		}
		return len(s.config.Peers)
	}
	slices.SortStableFunc(st.Capitals, func(a, b capitalStanding) int { return cmp.Compare(place(a.ID), place(b.ID)) })
}

// showStatus writes the table and the plans.
func (e *env) showStatus(ctx context.Context, c *cli.Context, s *session, st *conferenceStanding) error {
	o := e.style(c)
	var b strings.Builder
	lead := "nobody leads"
	if st.Leader != "" {
		lead = st.Leader + " leads"
	}
	fmt.Fprintf(&b, "%s: %s (Raft term %d)\n\n", st.Conference, lead, st.RaftTerm)
	rows := [][]string{{"CAPITAL", "ROLE", "STATE", "PID", "APPLIED", "STATE HASH", "API"}}
	for i := range st.Capitals {
		x := &st.Capitals[i]
		row := []string{x.ID, string(x.Role), x.State, "-", "-", "-", strings.TrimPrefix(x.API, "https://")}
		if x.answered() {
			row[3], row[4], row[5] = fmt.Sprint(x.PID), fmt.Sprint(x.AppliedIndex), x.StateHash[:min(10, len(x.StateHash))]
		}
		rows = append(rows, row)
	}
	writeTable(&b, rows, o.Width)
	b.WriteByte('\n')
	switch {
	case st.ReadAt == "":
		b.WriteString("No capital could tell how the plans stand.\n")
		return e.print(b.String())
	case st.Consistency != "linearizable" && s.fresh != node.Local:
		fmt.Fprintf(&b, "No quorum could be reached; this is what %s knows:\n", st.ReadAt)
	}
	charter, err := s.charter(ctx)
	if err != nil {
		return err
	}
	if err := report.Standing(&b, charter, st.plans, st.pledges, o); err != nil {
		return err
	}
	return e.print(b.String())
}

// writeTable writes rows in columns, cut off at the width.
func writeTable(b *strings.Builder, rows [][]string, width int) {
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], ansi.StringWidth(cell))
		}
	}
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", wide[i]-ansi.StringWidth(cell)+2)
		}
		b.WriteString(ansi.Truncate(strings.TrimRight(line, " "), max(width, 40), "…") + "\n")
	}
}
