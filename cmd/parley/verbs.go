package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/report"
)

// verb is a move as a command: parley consent truce --as kyiv.
type verb struct {
	verb  terms.Verb
	usage string
	args  string // what stands after the verb: PLAN, TERM, TEXT, or nothing
	flags []string
}

// verbs are the moves of a negotiation, with the flags that each takes beside those of all.
var verbs = []verb{
	{terms.VerbPropose, "put a plan to the conference", "PLAN", []string{"from", "set", "procedure", "title"}},
	{terms.VerbAmend, "change a plan's text", "PLAN", []string{"set", "drop", "version"}},
	{terms.VerbConsent, "consent to a plan", "PLAN", []string{"if", "version"}},
	{terms.VerbObject, "object to a plan", "PLAN", []string{"version"}},
	{terms.VerbAbstain, "abstain on a plan", "PLAN", []string{"version"}},
	{terms.VerbVeto, "veto a plan, by right of its rule", "PLAN", []string{"citing", "version"}},
	{terms.VerbLift, "take a veto or an objection back", "PLAN", []string{"version"}},
	{terms.VerbCall, "close the vote of a plan's stage now", "PLAN", []string{"version"}},
	{terms.VerbWithdraw, "withdraw a plan that the capital proposed", "PLAN", []string{"version"}},
	{terms.VerbPledge, "pledge something to a term", "TERM", []string{"value", "if"}},
	{terms.VerbUnpledge, "take a pledge back", "TERM", nil},
	{terms.VerbLeave, "walk out of the conference", "", nil},
	{terms.VerbReturn, "come back to the conference", "", nil},
	{terms.VerbReport, "report a violation of an agreement", "PLAN", []string{"against", "of"}},
	{terms.VerbDenounce, "end an agreement", "PLAN", nil},
	{terms.VerbExtend, "ask for an agreement to run longer", "PLAN", []string{"for"}},
	{terms.VerbSay, "make a statement for the record", "TEXT", nil},
}

// verbFlag makes a flag that only some verbs take.
func verbFlag(name string) cli.Flag {
	switch name {
	case "from":
		return &cli.StringFlag{Name: name, Usage: "take the plan from scenario `FILE`, or from one of the library", DefaultText: "the conference's own"}
	case "set":
		return &cli.StringSliceFlag{Name: name, Usage: "give a term a value: `TERM=VALUE`; may be repeated"}
	case "drop":
		return &cli.StringSliceFlag{Name: name, Usage: "take `TERM` out of the text; may be repeated"}
	case "procedure":
		return &cli.StringFlag{Name: name, Usage: "the procedure `NAME` that the plan goes through", DefaultText: "the only one"}
	case "title":
		return &cli.StringFlag{Name: name, Usage: "the plan's title: `TEXT`"}
	case "version":
		return &cli.IntFlag{Name: name, Usage: "answer version `N` of the text, and no other", DefaultText: "the one that stands"}
	case "if":
		return &cli.StringFlag{Name: name, Usage: "only if `CONDITION` holds, as in a scenario file"}
	case "citing":
		return &cli.StringSliceFlag{Name: name, Usage: "because of `TERMS`: a,b"}
	case "value":
		return &cli.StringFlag{Name: name, Usage: "pledge `VALUE`"}
	case "against":
		return &cli.StringFlag{Name: name, Usage: "the capital `ID` that is accused"}
	case "of":
		return &cli.StringSliceFlag{Name: name, Usage: "the `TERMS` that were violated: a,b"}
	}
	return &cli.StringFlag{Name: name, Usage: "how much longer: `TIME`, such as 30d", DefaultText: "as long as before"}
}

// moveFlags are the flags of every command that makes a move.
func moveFlags(more ...cli.Flag) []cli.Flag {
	return sessionFlags(append(more,
		&cli.Uint64Flag{Name: "number", Usage: "ask again about the capital's move `N`", DefaultText: "the next"},
		&cli.StringFlag{Name: "time", Usage: "the move's scenario time: `INSTANT`", DefaultText: "now"},
		&cli.StringFlag{Name: "saying", Usage: "what is said with it: `TEXT`"})...)
}

// verbCommands are parley propose, amend, consent and so on.
func (e *env) verbCommands() []*cli.Command {
	var all []*cli.Command
	for _, v := range verbs {
		var own []cli.Flag
		for _, name := range v.flags {
			own = append(own, verbFlag(name))
		}
		all = append(all, &cli.Command{
			Name: string(v.verb), Usage: v.usage, ArgsUsage: v.args, Category: "moves of a capital", Flags: moveFlags(own...),
			Description: "Exit status: 0 recorded; 1 refused, with the reason; 2 the usage is wrong;\n" +
				"3 unknown for a technical reason: it tells how to find out.",
			Action: func(c *cli.Context) error {
				words := c.Args().Slice()
				switch {
				case v.args == "TEXT" && len(words) > 0:
					words = []string{strings.Join(words, " ")}
				case v.args == "" && len(words) > 0:
					return usagef("%s takes nothing but flags; it is --as that says who", v.verb)
				case v.args != "" && len(words) != 1:
					return usagef("%s: name one %s", v.verb, strings.ToLower(v.args))
				}
				return e.act(c, func(ctx context.Context, s *session) error {
					charter, err := s.charter(ctx)
					if err != nil {
						return err
					}
					b := &moveBuilder{env: e, session: s, ctx: ctx, c: c, charter: charter}
					move, err := b.build(v, words)
					if err != nil {
						return err
					}
					return e.make(ctx, c, s, charter, move)
				})
			},
		})
	}
	return all
}

// moveAnswer is what a move's --json prints: what the capital answered, with the three fields that are always there.
type moveAnswer struct {
	Outcome node.Outcome `json:"outcome"`
	Index   uint64       `json:"index"`
	Reason  string       `json:"reason"`
	api.MoveAnswer
}

// make makes a move, tells what became of it, and returns its exit status.
func (e *env) make(ctx context.Context, c *cli.Context, s *session, charter *terms.Charter, move api.MoveRequest) error {
	answer, err := e.submit(ctx, c, s, &move)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		if err := e.printJSON(moveAnswer{answer.Outcome, answer.Index, answer.Reason, answer}); err != nil {
			return err
		}
	} else if err := e.tell(s, charter, &move, &answer); err != nil {
		return err
	}
	return outcomeStatus(answer.Outcome)
}

// outcomeStatus is the exit status of a move's outcome.
func outcomeStatus(o node.Outcome) error {
	switch o {
	case node.Recorded:
		return nil
	case node.Refused:
		return statusError(sim.StatusFailed)
	}
	return statusError(sim.StatusUnknown)
}

// submit takes a move to the capital's own interface until its outcome is known or the time is up. An error is one of the
// usage; a technical one makes the outcome unknown.
func (e *env) submit(ctx context.Context, c *cli.Context, s *session, move *api.MoveRequest) (api.MoveAnswer, error) {
	if err := common(c, move); err != nil {
		return api.MoveAnswer{}, err
	}
	if !c.IsSet("wait") {
		if err := s.reachable(ctx); err != nil { // no need to wait for what nobody asked to wait for
			return s.notSent(move, err), nil
		}
	}
	var answer api.MoveAnswer
	var err error
	if move.Number == 0 {
		answer, err = s.own().SubmitUntilKnown(ctx, *move)
	} else {
		answer, err = s.askAgain(ctx, *move)
	}
	var p *api.Problem
	var usage *usageError
	switch {
	case err == nil:
		return answer, nil
	case errors.As(err, &p) && errors.As(told(p), &usage):
		return answer, usage
	case unreached(err) && !answer.MayBeRecorded:
		return s.notSent(move, err), nil
	}
	answer.Outcome = node.Unknown
	answer.Reason = reasonOf(err)
	if answer.MayBeRecorded {
		answer.Reason += fmt.Sprintf(". It may be in the record, or come to be. Ask again under its number, which cannot double it: %s",
			e.again(answer.Number))
	} else {
		answer.Reason += ". It is certainly not in the record: make it again when the capitals can reach each other (parley status shows it)"
	}
	return answer, nil
}

// common reads the flags that every move has.
func common(c *cli.Context, move *api.MoveRequest) error {
	move.Number = c.Uint64("number")
	if c.IsSet("number") && move.Number == 0 {
		return usagef("--number takes the number of a move, from 1 on")
	}
	if c.IsSet("saying") {
		if move.Verb == terms.VerbSay {
			return usagef("what is said stands after say")
		}
		move.Text = c.String("saying")
	}
	if c.IsSet("time") {
		at, err := scenarios.ReadInstant(c.String("time"))
		if err != nil {
			return usagef("--time: %v", err)
		}
		move.Time = &at
	}
	return nil
}

// askAgain submits a move under its number until its outcome is known. It never takes another number.
func (s *session) askAgain(ctx context.Context, move api.MoveRequest) (api.MoveAnswer, error) {
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		answer, err := s.own().Submit(ctx, move)
		var p *api.Problem
		if err == nil || errors.As(err, &p) && p.Status < 500 && p.Code != api.CodeTooMany {
			return answer, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return answer, err
		}
	}
}

// reachable returns an error if nobody listens at the interface of the session's own capital.
func (s *session) reachable(ctx context.Context) error {
	dialer := net.Dialer{Timeout: dialTime}
	conn, err := dialer.DialContext(ctx, "tcp", s.peers[0].api)
	if err != nil {
		return err
	}
	return conn.Close()
}

// unreached reports whether an error is that of a connection that could not be made.
func unreached(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// notSent is the answer about a move that did not leave this program.
func (s *session) notSent(move *api.MoveRequest, err error) api.MoveAnswer {
	a := api.MoveAnswer{Outcome: node.Unknown, Number: move.Number, MayBeRecorded: move.Number != 0}
	a.Reason = fmt.Sprintf("it was not sent: %s's own interface at %s cannot be reached, and only %s itself can sign its moves (%v). ",
		s.as, s.peers[0].api, s.as, err)
	if a.MayBeRecorded {
		a.Reason += "An earlier try under that number may be in the record: parley record shows it"
	} else {
		a.Reason += "It is certainly not in the record: make it again when the capital runs"
	}
	return a
}

// reasonOf says in plain words why an outcome is unknown.
func reasonOf(err error) string {
	var p *api.Problem
	switch {
	case errors.Is(err, node.ErrUnavailable), errors.As(err, &p) && p.Code == api.CodeNotRecorded:
		return noQuorum
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer came in time, as when no majority of the capitals can be reached"
	case p != nil:
		return strings.TrimRight(p.Detail, ".")
	}
	return strings.TrimRight(firstLine(err.Error()), ".")
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// again is the command line that asks again about a move.
func (e *env) again(number uint64) string {
	words := []string{"parley"}
	skip := false
	for _, arg := range e.args {
		switch name, _, whole := strings.Cut(strings.TrimLeft(arg, "-"), "="); {
		case skip:
			skip = false
			continue
		case strings.HasPrefix(arg, "-") && name == "number":
			skip = !whole
			continue
		}
		words = append(words, shellWord(arg))
	}
	return strings.Join(append(words, fmt.Sprintf("--number %d", number)), " ")
}

// shellWord quotes a word for a shell, if it has to be.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,@%+", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// tell says what became of a move, for a person.
func (e *env) tell(s *session, charter *terms.Charter, move *api.MoveRequest, a *api.MoveAnswer) error {
	noun := report.Noun(charter, &terms.Move{Capital: s.as, Verb: move.Verb, Plan: move.Plan, Term: move.Term, Against: move.Against,
		Admit: move.Admit})
	var b strings.Builder
	switch a.Outcome {
	case node.Recorded:
		fmt.Fprintf(&b, "RECORDED: %s is number %d of the record (%s's move %d)", noun, a.Sequence, s.as, a.Number)
		if a.Repeat {
			b.WriteString("; it was there already")
		}
		b.WriteString(".\n")
		for _, line := range report.Events(charter, a.Events) {
			b.WriteString("→ " + line + "\n")
		}
	case node.Refused:
		fmt.Fprintf(&b, "REFUSED: %s. %s.\n", noun, strings.TrimRight(upperFirst(report.Clean(a.Reason)), "."))
	default:
		reason, command := upperFirst(report.Clean(a.Reason)), e.again(a.Number)
		if rest, found := strings.CutSuffix(reason, command); found { // on a line of its own, to be copied
			fmt.Fprintf(&b, "UNKNOWN: what became of %s. %s\n", noun, strings.TrimSpace(rest))
			return e.print(ansi.Wordwrap(b.String(), e.width(0), " ") + "  " + command + "\n")
		}
		fmt.Fprintf(&b, "UNKNOWN: what became of %s. %s.\n", noun, strings.TrimRight(reason, "."))
	}
	return e.print(ansi.Wordwrap(b.String(), e.width(0), " "))
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// listOf reads a flag that holds a list: --citing a,b --citing c.
func listOf(c *cli.Context, flag string) []string {
	var all []string
	for _, v := range c.StringSlice(flag) {
		for _, x := range strings.Split(v, ",") {
			if x = strings.TrimSpace(x); x != "" && !slices.Contains(all, x) {
				all = append(all, x)
			}
		}
	}
	return all
}
