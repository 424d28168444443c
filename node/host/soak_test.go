//go:build unix

package host_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/terms"
)

var (
	soakFor  = flag.Duration("soak", 0, "how long the soak test makes moves; 0: $PARLEY_SOAK, or else 8s")
	soakSeed = flag.Uint64("soak.seed", 0, "decides the soak test's moves and faults; 0: another one each time")
)

// What a soak of a minute or more must have seen. A shorter one is for a look in between, beside other tests: half of its
// share is asked for.
const (
	soakMoves  = 1000
	soakFaults = 5
)

// How the soak's work is divided: plans are short, so that the history of each can be checked in no time.
const (
	soakClients = 2  // of each capital
	opsOfPlan   = 40 // moves and reads, before the next plan is proposed
)

// soak is a soak test under way.
type soak struct {
	*league
	began  time.Time
	budget time.Duration

	ops     atomic.Int64 // begun, which says which plan is next
	doubts  atomic.Int64 // calls that ended without an outcome
	slowest atomic.Int64 // nanoseconds of the slowest call since it was last taken

	mu      sync.Mutex
	history []call
}

// call is a move or a read by a client.
type call struct {
	client     int
	plan       string
	begin, end int64 // nanoseconds since the soak began
	move       *api.MoveRequest
	capital    string
	answer     api.MoveAnswer // of a move whose outcome is known
	known      bool           // whether it is
	seen       planState      // of a read
}

// TestSoak has clients of all capitals move and read at random, while processes are killed, paused and cut off.
func TestSoak(t *testing.T) {
	t.Parallel()
	budget := *soakFor
	if env := os.Getenv("PARLEY_SOAK"); budget == 0 && env != "" {
		var err error
		if budget, err = time.ParseDuration(env); err != nil {
			t.Fatalf("PARLEY_SOAK: %v", err)
		}
	}
	if budget == 0 {
		budget = 8 * time.Second
	}
	seed := *soakSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("%v; again with -soak.seed %d (the same faults and moves, though not at the same moments)", budget, seed)

	s := &soak{league: newLeague(t, five), budget: budget}
	s.snapshot = 400 // so that snapshots are taken, and sent to who was away
	s.start()
	s.say("kyiv", "the beginning")
	s.began = time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), budget)
	defer cancel()
	var work sync.WaitGroup
	for i := range soakClients * len(five) {
		work.Go(func() { s.client(ctx, i, rand.New(rand.NewPCG(seed, uint64(i)+1))) })
	}
	felt, faults := s.faults(ctx, rand.New(rand.NewPCG(seed, 0)))
	work.Wait()
	s.repair()
	for _, id := range five { // settles what a capital's earlier moves have left open
		s.say(id, "the end of "+id)
	}
	record := s.agree()
	acknowledged, refused := s.checkRecord(record)
	s.checkHistory(record)

	share := 1.0
	if budget < time.Minute {
		share = budget.Minutes() / 2
	}
	t.Logf("%d moves were acknowledged and %d refused, %d calls ended in doubt; %d of %d faults were felt; the record has %d entries",
		acknowledged, refused, s.doubts.Load(), felt, faults, len(record))
	if want := int(soakMoves * share); acknowledged < want {
		t.Errorf("only %d moves were acknowledged; %d are needed", acknowledged, want)
	}
	if want := max(1, int(soakFaults*share)); felt < want {
		t.Errorf("only %d faults were felt; %d are needed", felt, want)
	}
}

// client makes moves and reads until ctx ends.
func (s *soak) client(ctx context.Context, number int, r *rand.Rand) {
	capital := five[number%len(five)]
	for n := 1; ctx.Err() == nil; n++ {
		op := s.ops.Add(1)
		plan := fmt.Sprint("plan-", op/opsOfPlan)
		if op%opsOfPlan > 0 && r.IntN(3) == 0 {
			s.read(ctx, number, five[r.IntN(len(five))], plan)
			continue
		}
		s.make(ctx, number, capital, plan, fmt.Sprintf("%d.%d", number, n), op%opsOfPlan == 0, r)
	}
}

// read reads how a plan stands, from any capital.
func (s *soak) read(ctx context.Context, number int, capital, plan string) {
	one, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	c := call{client: number, plan: plan, begin: s.now()}
	a, err := s.clients[capital].Plan(one, plan, node.Linearizable)
	c.end = s.now()
	var p *api.Problem
	switch {
	case err == nil:
		c.seen = stateOf(&a.Plan)
	case errors.As(err, &p) && p.Status == http.StatusNotFound: // the zero planState
	default: // a read without an answer says nothing
		s.doubt(ctx)
		return
	}
	s.note(c)
}

// make makes a random move, and asks again until its outcome is known, as far as it has a number.
func (s *soak) make(ctx context.Context, number int, capital, plan, text string, first bool, r *rand.Rand) {
	move := &api.MoveRequest{Plan: plan, Text: text}
	value := terms.Quantity(terms.Number(1+r.IntN(1<<30)) * 1000)
	setting := []terms.Setting{{Term: "troops", Value: value}}
	switch n := r.IntN(12); {
	case first, n == 0:
		move.Verb, move.Draft = terms.VerbPropose, &terms.Draft{Procedure: "all", Terms: setting}
	case n < 4:
		move.Verb, move.Set = terms.VerbAmend, setting
	case n == 4:
		move.Verb = terms.VerbObject
	case n == 5:
		move.Verb = terms.VerbAbstain
	default:
		move.Verb = terms.VerbConsent
	}
	if move.Verb != terms.VerbPropose && r.IntN(3) == 0 {
		move.Version = 1 + r.IntN(4)
	}
	c := call{client: number, plan: plan, capital: capital, move: move, begin: s.now()}
	again := *move
	for tries := 0; tries < 4 && !c.known; tries++ {
		one, cancel := context.WithTimeout(ctx, 3*time.Second)
		a, err := s.clients[capital].Submit(one, again)
		cancel()
		c.end = s.now()
		switch {
		case err == nil:
			c.answer, c.known = a, true
			continue
		case errors.Is(err, node.ErrNotRecorded) && tries == 0:
			s.doubt(ctx)
			return
		}
		s.doubt(ctx)
		if a.Number == 0 || ctx.Err() != nil {
			break // the number was lost with the answer: only the record can tell
		}
		again.Number = a.Number
	}
	s.note(c)
}

func (s *soak) now() int64 { return int64(time.Since(s.began)) }

// doubt counts a call without an outcome, unless the soak is over.
func (s *soak) doubt(ctx context.Context) {
	if ctx.Err() == nil {
		s.doubts.Add(1)
		s.until(ctx, 20*time.Millisecond) // a process that is gone answers at once
	}
}

func (s *soak) note(c call) {
	for took := c.end - c.begin; ; {
		slowest := s.slowest.Load()
		if took <= slowest || s.slowest.CompareAndSwap(slowest, took) {
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history = append(s.history, c)
}

// faults brings about one fault after the other until ctx ends. It returns how many there were, and how many were felt:
// a call ended in doubt or took half a second, or there was an election.
func (s *soak) faults(ctx context.Context, r *rand.Rand) (felt, all int) {
	kinds := []func(context.Context, *rand.Rand, string){s.killed, s.paused, s.cutOff}
	for ctx.Err() == nil {
		s.slowest.Store(0)
		doubts, term := s.doubts.Load(), s.raftTerm()
		victim := five[r.IntN(len(five))]
		if leader := s.whoLeads(); leader != "" && r.IntN(4) > 0 {
			victim = leader
		}
		kinds[all%len(kinds)](ctx, r, victim)
		all++
		s.until(ctx, time.Duration(800+r.IntN(2000))*time.Millisecond) // until the conference is at work again
		if s.doubts.Load() > doubts || s.raftTerm() > term || s.slowest.Load() > int64(time.Second/2) {
			felt++
		}
	}
	return felt, all
}

// until waits; it is how long a fault lasts, and how long there is peace.
func (s *soak) until(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// killed kills a capital, a majority or all of them, and starts them again.
func (s *soak) killed(ctx context.Context, r *rand.Rand, victim string) {
	victims := []string{victim}
	for _, i := range r.Perm(len(five))[:[]int{0, 0, 0, 2, 5}[r.IntN(5)]] {
		if five[i] != victim {
			victims = append(victims, five[i])
		}
	}
	s.kill(victims...)
	s.until(ctx, time.Duration(r.IntN(2000))*time.Millisecond)
	s.league.start(victims...)
}

// paused stops a capital for a while. To the others it is as if the world had lost it; to itself, as if its clock had jumped.
func (s *soak) paused(ctx context.Context, r *rand.Rand, victim string) {
	s.signal(victim, syscall.SIGSTOP)
	s.until(ctx, time.Duration(200+r.IntN(3000))*time.Millisecond)
	s.signal(victim, syscall.SIGCONT)
}

// cutOff disturbs the lines of a capital, from its end or from both, and heals them.
func (s *soak) cutOff(ctx context.Context, r *rand.Rand, victim string) {
	fault := []api.Fault{{Do: api.FaultCut}, {Do: api.FaultCut}, {Do: api.FaultDrop, Rate: 0.3}, {Do: api.FaultSlow, By: "150ms"},
		{Do: api.FaultHold}}[r.IntN(5)]
	one := r.IntN(3) == 0
	for _, id := range five {
		f := fault
		switch {
		case id != victim && !one:
			f.To = []string{victim}
		case id == victim:
			f.To = slices.DeleteFunc(slices.Clone(five), func(x string) bool { return x == victim })
		default:
			continue
		}
		s.chaos(id, f)
	}
	s.until(ctx, time.Duration(300+r.IntN(2500))*time.Millisecond)
	for _, id := range five {
		s.chaos(id, api.Fault{Do: api.FaultHeal})
	}
}

func (s *soak) chaos(id string, f api.Fault) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.clients[id].Chaos(ctx, f); err != nil {
		s.t.Errorf("%s at %s: %v", f.Do, id, err)
	}
}

// repair has everybody up and every line whole.
func (s *soak) repair() {
	for _, id := range five {
		s.chaos(id, api.Fault{Do: api.FaultHeal})
	}
}

// whoLeads returns who says that it leads, at the highest Raft term; "" is nobody.
func (s *soak) whoLeads() (leader string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var best uint64
	for _, id := range five {
		if st, err := s.clients[id].Status(ctx); err == nil && st.State == "Leader" && st.RaftTerm > best {
			leader, best = id, st.RaftTerm
		}
	}
	return leader
}

func (s *soak) raftTerm() (term uint64) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, id := range five {
		if st, err := s.clients[id].Status(ctx); err == nil {
			term = max(term, st.RaftTerm)
		}
	}
	return term
}

// checkRecord holds what the clients were told against the record.
func (s *soak) checkRecord(record []terms.Entry) (acknowledged, refused int) {
	s.t.Helper()
	counts, at := texts(record), map[string]*terms.Entry{}
	for i := range record {
		at[record[i].Move.Text] = &record[i]
	}
	for i := range s.history {
		c := &s.history[i]
		if c.move == nil {
			continue
		}
		n, e := counts[c.move.Text], at[c.move.Text]
		if n > 1 {
			s.t.Errorf("%s's %s is in the record %d times", c.capital, c.move.Text, n)
		}
		if !c.known {
			continue
		}
		switch c.answer.Outcome {
		case node.Recorded:
			acknowledged++
			if n != 1 || e.Result.Refused || e.Result.Sequence != c.answer.Sequence || e.Move.Capital != c.capital {
				s.t.Errorf("%s's %s %s was acknowledged with sequence %d; the record has it %d times: %+v", c.capital, c.move.Verb,
					c.move.Text, c.answer.Sequence, n, e)
			}
		case node.Refused:
			refused++
			if n == 1 && !e.Result.Refused {
				s.t.Errorf("%s's %s %s was refused (%s), and is adopted: %+v", c.capital, c.move.Verb, c.move.Text, c.answer.Reason, e)
			}
		default:
			s.t.Errorf("an outcome %q without an error", c.answer.Outcome)
		}
	}
	return acknowledged, refused
}

// planState is a plan of the soak: what a read shows of it, and the state of the sequential specification. The zero value
// is a plan that has not been proposed.
type planState struct {
	version   int
	adopted   bool
	positions [5]byte // c, o, a, or 0: absent
}

func stateOf(v *terms.PlanView) planState {
	p := planState{version: v.Version, adopted: v.Outcome == terms.Adopted}
	for letter, ids := range map[byte][]string{'c': v.Tally.Consent, 'o': v.Tally.Object, 'a': v.Tally.Abstain} {
		for _, id := range ids {
			p.positions[slices.Index(five, id)] = letter
		}
	}
	return p
}

// step is what a move does to a plan, said once more and independently of package terms. code is why it is refused.
func (p planState) step(capital string, m *api.MoveRequest) (after planState, code terms.Refusal) {
	me := slices.Index(five, capital)
	if m.Verb == terms.VerbPropose {
		if p.version > 0 {
			return p, terms.RefusedState
		}
		after.version = 1
		after.positions[me] = 'c'
		return after, ""
	}
	switch {
	case p.version == 0:
		return p, terms.RefusedUnknown
	case p.adopted:
		return p, terms.RefusedState
	case m.Version != 0 && m.Version != p.version:
		return p, terms.RefusedVersion
	}
	switch m.Verb {
	case terms.VerbAmend:
		p.version++
		p.positions = [5]byte{}
		p.positions[me] = 'c'
	case terms.VerbConsent:
		p.positions[me] = 'c'
	case terms.VerbObject:
		p.positions[me] = 'o'
	case terms.VerbAbstain:
		p.positions[me] = 'a'
	}
	p.adopted = p.positions == [5]byte{'c', 'c', 'c', 'c', 'c'}
	return p, ""
}

// model is the sequential specification of a plan. Its inputs are *call; a move's output is a terms.Refusal, "" if it was
// recorded, and a read's is a planState.
var model = porcupine.Model{
	Init: func() any { return planState{} },
	Step: func(state, input, output any) (bool, any) {
		p, c := state.(planState), input.(*call)
		if c.move == nil {
			return p == output.(planState), p
		}
		after, code := p.step(c.capital, c.move)
		return code == output.(terms.Refusal), after
	},
	DescribeOperation: func(input, output any) string {
		c := input.(*call)
		if c.move == nil {
			return fmt.Sprintf("read %+v", output)
		}
		return fmt.Sprintf("%s %s v%d: %v", c.capital, c.move.Verb, c.move.Version, output)
	},
}

// checkHistory checks that the history of each plan is linearizable. A move whose outcome nobody was told is taken from
// the record: it happened at some time after it was made, or, where the record does not have it, never.
func (s *soak) checkHistory(record []terms.Entry) {
	s.t.Helper()
	at := map[string]*terms.Entry{}
	for i := range record {
		at[record[i].Move.Text] = &record[i]
	}
	over, adopted := s.now(), 0
	plans := map[string][]porcupine.Operation{}
	for i := range s.history {
		c := &s.history[i]
		op := porcupine.Operation{ClientId: c.client, Input: c, Call: c.begin, Return: c.end, Output: c.seen}
		if c.move != nil {
			op.Output = c.answer.Code
			e := at[c.move.Text]
			switch {
			case e == nil && !c.known, c.known && c.answer.Sequence == 0:
				continue // it never happened
			case !c.known:
				op.Output, op.Return = e.Result.Code, over
			}
		}
		plans[c.plan] = append(plans[c.plan], op)
		if c.seen.adopted {
			adopted++
		}
	}
	deadline := time.Now().Add(time.Minute + s.budget/4)
	checked := 0
	for name, ops := range plans {
		left := time.Until(deadline)
		if left <= 0 {
			s.t.Fatalf("%d of %d plans were checked in time: the rest is unknown, which is no pass", checked, len(plans))
		}
		if result := porcupine.CheckOperationsTimeout(model, ops, left); result != porcupine.Ok {
			var b strings.Builder
			slices.SortFunc(ops, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
			for _, op := range ops {
				fmt.Fprintf(&b, "\n%12d %12d client %d: %s", op.Call, op.Return, op.ClientId, model.DescribeOperation(op.Input, op.Output))
			}
			s.t.Errorf("%s: %s:%s", name, result, b.String())
		}
		checked++
	}
	s.t.Logf("the histories of %d plans, %d calls in all, are linearizable, unless something else is said; %d reads found a plan adopted",
		checked, len(s.history), adopted)
}

// TestTheModelNotices holds the model to histories that are not linearizable.
func TestTheModelNotices(t *testing.T) {
	move := func(begin, end int64, capital string, verb terms.Verb, code terms.Refusal) porcupine.Operation {
		return porcupine.Operation{Input: &call{capital: capital, move: &api.MoveRequest{Verb: verb}}, Call: begin, Return: end, Output: code}
	}
	read := func(begin, end int64, p planState) porcupine.Operation {
		return porcupine.Operation{Input: &call{}, Call: begin, Return: end, Output: p}
	}
	one := planState{version: 1, positions: [5]byte{'c'}}
	two := planState{version: 2, positions: [5]byte{0, 'c'}}
	propose, amend := move(0, 10, "kyiv", terms.VerbPropose, ""), move(20, 30, "london", terms.VerbAmend, "")
	for name, c := range map[string]struct {
		ops  []porcupine.Operation
		want bool
	}{
		"in order":               {[]porcupine.Operation{propose, read(11, 12, one), amend, read(31, 32, two)}, true},
		"during the amendment":   {[]porcupine.Operation{propose, amend, read(21, 25, two), read(21, 29, one)}, true},
		"a stale read":           {[]porcupine.Operation{propose, amend, read(31, 32, one)}, false},
		"back in time":           {[]porcupine.Operation{propose, amend, read(21, 22, two), read(23, 24, one)}, false},
		"a lost acknowledgement": {[]porcupine.Operation{propose, read(11, 12, planState{})}, false},
		"recorded twice":         {[]porcupine.Operation{propose, move(11, 12, "moscow", terms.VerbPropose, "")}, false},
		"refused and adopted":    {[]porcupine.Operation{propose, move(20, 30, "london", terms.VerbAmend, terms.RefusedState), read(31, 32, two)}, false},
	} {
		if got := porcupine.CheckOperations(model, c.ops); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
