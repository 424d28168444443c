package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim/agent"
	"github.com/parley-sim/parley/sim/policy"
)

// A capital whose policy is program: [...] is played by a program of somebody's own. Lines of JSON go to its standard input,
// and each is answered by one line on its standard output; agents_lines.go has what they say. The program is asked when
// what its capital has applied has changed by more than its own moves, after the policy's replies_in of scenario time. How
// long it thinks, in real time, changes nothing but that there is a limit. A program that fails plays as silent from then on.

// ErrPrograms is returned by Play for a scenario that names programs, if Options.Programs does not allow them.
var ErrPrograms = errors.New("the scenario runs programs, and that was not allowed")

// The bounds of what a program may do in a run.
const (
	maxAgentMoves = 16     // in one answer
	maxAgentAsks  = 10_000 // in a run
	minAgentWake  = terms.Minute
)

// Programs lists the capitals of a scenario that are played by programs, with their commands.
func Programs(s *scenarios.Scenario) map[string][]string {
	all := map[string][]string{}
	for i := range s.Parties {
		if p := s.Parties[i].Policy; p != nil && len(p.Program) > 0 {
			all[s.Parties[i].Capital] = p.Program
		}
	}
	return all
}

// ProgramRun is what became of a program.
type ProgramRun struct {
	Capital string
	Asked   int    // how often it was asked
	Moves   int    // that it made
	Fault   string // why it played as silent; "" if it did not
}

// program is a capital's program in a run.
type program struct {
	*agent.Agent
	party  *scenarios.Party
	words  *scenarios.Words
	report *ProgramRun
	told   uint64 // the last move of the record that it has been told of
	own    uint64 // its own moves among those
	looked uint64 // as capital.looked, its own moves left out
	hello  bool   // it has answered the first line
}

// startAgents starts the programs of a scenario, outside any bubble. The caller closes them.
func startAgents(s *scenarios.Scenario, o Options) (map[string]*agent.Agent, error) {
	commands := Programs(s)
	if len(commands) > 0 && !o.Programs {
		return nil, ErrPrograms
	}
	if len(commands) == 0 {
		return nil, nil
	}
	dir, err := filepath.Abs(filepath.Dir(s.File))
	if err != nil {
		return nil, err
	}
	all := map[string]*agent.Agent{}
	for id, command := range commands {
		all[id] = agent.Start(command, dir, agent.DefaultLimits())
	}
	return all, nil
}

// agentsPatience is how much longer a bubble may take for the programs in it.
func agentsPatience(n int) time.Duration { return time.Duration(n) * agent.DefaultLimits().Total }

// employAgents has programs play their capitals.
func (r *runner) employAgents(agents map[string]*agent.Agent) {
	for i := range r.scenario.Parties {
		party := &r.scenario.Parties[i]
		a := agents[party.Capital]
		if a == nil {
			continue
		}
		r.byID[party.Capital].program = &program{Agent: a, party: party, report: &ProgramRun{Capital: party.Capital},
			words: scenarios.NewWords(&r.scenario.Charter, r.scenario.Plans)}
	}
}

// consultProgram puts on the agenda that a capital's program is asked, if there is news for it.
func (r *runner) consultProgram(c *capital) {
	p := c.program
	if p.report.Fault != "" || c.down() {
		return
	}
	var sequence uint64
	c.view(func(s *terms.State) { sequence = s.Sequence() })
	if sequence == 0 || sequence-p.own+1 == p.looked {
		return
	}
	p.looked = sequence - p.own + 1
	after := policy.Draw(r.seed, p.party.Policy.RepliesIn, c.id, "program", strconv.FormatUint(sequence, 10))
	r.agenda.add(r.now.Add(after), classReply, func() { r.askProgram(c, false) })
}

// askProgram asks a capital's program, and makes the moves that it answers with. A capital whose machine is down is asked when
// it is back.
func (r *runner) askProgram(c *capital, woken bool) {
	p := c.program
	if p.report.Fault != "" {
		return
	}
	if c.down() {
		p.looked = 0
		return
	}
	var view *agentView
	c.view(func(s *terms.State) {
		if woken || s.Sequence() > p.told || !p.hello {
			view = r.viewFor(c, s)
		}
	})
	if view == nil {
		return // an earlier look has told it already
	}
	reply, err := r.converse(c, view)
	if err != nil {
		r.programFails(c, err)
		return
	}
	if reply.wake > 0 {
		r.agenda.add(r.now.Add(reply.wake), classReply, func() { r.askProgram(c, true) })
	}
	for i := range reply.moves {
		p.report.Moves++
		m := r.fill(&reply.moves[i], c)
		if r.direct {
			if result := r.record(c, &m, true); result.Sequence > 0 {
				p.own++
			}
			continue
		}
		r.enqueue(c, m, true)
		r.pump(c, true)
		r.settle()
	}
}

// converse sends the view to the program, after a greeting the first time, and reads its answer.
func (r *runner) converse(c *capital, view *agentView) (*agentReply, error) {
	p := c.program
	if !p.hello {
		line, err := p.exchange(r.helloFor(c))
		if err != nil {
			return nil, err
		}
		if err := understandHello(line); err != nil {
			return nil, err
		}
		p.hello = true
	}
	if p.report.Asked++; p.report.Asked > maxAgentAsks {
		return nil, fmt.Errorf("it was asked %d times, and wanted to be asked again", maxAgentAsks)
	}
	view.Number = p.report.Asked
	line, err := p.exchange(view)
	if err != nil {
		return nil, err
	}
	reply, err := p.understand(line)
	if err != nil {
		return nil, fmt.Errorf("its answer to view %d: %w", view.Number, err)
	}
	return reply, nil
}

func (p *program) exchange(message any) ([]byte, error) {
	line, err := json.Marshal(message)
	if err != nil {
		return nil, err
	}
	return p.Ask(line)
}

// programFails notes that a program failed: its capital is silent from now on.
func (r *runner) programFails(c *capital, why error) {
	c.program.report.Fault = why.Error()
	r.report.Timeline = append(r.report.Timeline, Item{Kind: ItemProgram, At: r.now, RaftAt: r.raftTime(), Capital: c.id,
		Text: why.Error()})
}

// ownRecorded notes that a move of a capital is in the record.
func (c *capital) ownRecorded() {
	if c.program != nil {
		c.program.own++
	}
}

// sumUpPrograms adds to the report what became of the programs.
func (r *runner) sumUpPrograms() {
	for _, c := range r.capitals {
		if c.program != nil {
			r.report.Programs = append(r.report.Programs, *c.program.report)
		}
	}
}
