package report_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/sim"
	"github.com/parley-sim/parley/sim/check"
	"github.com/parley-sim/parley/sim/report"
)

// start is where the hand-made scenarios begin: a Sunday.
const start = terms.Instant(1740927600) // 2025-03-02T15:00:00Z

func at(d terms.Duration) terms.Instant { return start.Add(d) }

const hour, day = terms.Hour, terms.Day

// truce is the scenario most cases share.
func truce() *scenarios.Scenario {
	all := terms.Rule{Kind: terms.RuleUnanimous}
	accepted := terms.Rule{Kind: terms.RuleAll, Rules: []terms.Rule{
		{Kind: terms.RuleConsentOf, Capitals: []string{"kyiv", "moscow"}},
		{Kind: terms.RuleNoObjectionFrom, Capitals: []string{"washington"}},
	}}
	return &scenarios.Scenario{
		ID: "one-month-truce", File: "one-month-truce.yaml",
		Title: "A one-month truce in the air, at sea and on energy infrastructure",
		About: "Paris puts a text to the parties. Watch which of its terms\nMoscow's veto cites, and what the amendment does to it.\n",
		Start: start, Horizon: 30 * day, Seed: 1,
		Charter: terms.Charter{
			Conference: "one-month-truce", Start: start,
			Capitals: []terms.Capital{
				{ID: "london", Name: "London", Role: terms.Mediator}, {ID: "paris", Name: "Paris", Role: terms.Mediator},
				{ID: "kyiv", Name: "Kyiv", Role: terms.Belligerent}, {ID: "moscow", Name: "Moscow", Role: terms.Belligerent},
				{ID: "washington", Name: "Washington", Role: terms.Guarantor},
			},
			Terms: []terms.Term{
				{ID: "truce.air", Kind: terms.KindFlag}, {ID: "truce.duration", Kind: terms.KindDuration},
				{ID: "force", Kind: terms.KindChoice, Options: []string{"none", "un", "coalition"}},
				{ID: "troops", Kind: terms.KindQuantity, Max: terms.Int(30000), Unit: "people"},
			},
			Procedures: []terms.Procedure{{Name: "plan", Stages: []terms.Stage{
				{Name: "drafting", Members: []string{"london", "paris", "kyiv"}, Rule: all, Window: 5 * day},
				{Name: "parties", Members: []string{"kyiv", "moscow", "washington"}, Rule: accepted, Window: 20 * day},
			}}},
		},
		Plans: []scenarios.Plan{{ID: "truce", Draft: terms.Draft{Title: "The Paris text", Procedure: "plan"}}},
	}
}

func parisText() []terms.Setting {
	return []terms.Setting{
		{Term: "force", Value: terms.Choice("coalition")}, {Term: "troops", Value: terms.Quantity(terms.Int(10000))},
		{Term: "truce.air", Value: terms.Flag(true)}, {Term: "truce.duration", Value: terms.Span(30 * day)},
	}
}

func move(d terms.Duration, m terms.Move, events ...terms.Event) sim.Item {
	m.Time = at(d)
	for i := range events {
		if events[i].Time == 0 {
			events[i].Time = at(d)
		}
	}
	return sim.Item{Kind: sim.ItemMove, At: at(d), Move: &sim.Played{Move: m, Outcome: "recorded", First: at(d), Tries: 1,
		Leader: "london"}, Events: events}
}

func answer(d terms.Duration, capital string, v terms.Verb, events ...terms.Event) sim.Item {
	return move(d, terms.Move{Capital: capital, Verb: v, Plan: "truce"}, events...)
}

func allChecks() []check.Result {
	var all []check.Result
	for i, name := range check.Names() {
		all = append(all, check.Result{Name: name, Held: true, LookedAt: 7*i + 3})
	}
	return all
}

func base(s *scenarios.Scenario) *sim.Report {
	r := &sim.Report{
		Scenario: s, Seed: 1, On: "virtual", EndedAt: at(7 * day), Checks: allChecks(),
		Raft:     sim.RaftSummary{Voters: 5, Elections: 1, Commits: 14, Messages: 812, Leader: "london"},
		Moves:    sim.MoveCounts{Recorded: 14},
		RaftTime: 14200 * time.Millisecond, WallTime: 20 * time.Millisecond, TraceHash: 0xfeed,
	}
	r.RecordHash[0] = 0xab
	return r
}

func run(r *sim.Report) *report.Run {
	return &report.Run{Scenario: r.Scenario, Seed: r.Seed, On: r.On, Report: r}
}

// drafted is how a run of the truce begins.
func drafted() []sim.Item {
	passed := terms.Tally{Consent: []string{"london", "paris", "kyiv"}}
	return []sim.Item{
		{Kind: sim.ItemElection, At: start, Capital: "london", RaftTerm: 2},
		move(0, terms.Move{Capital: "paris", Verb: terms.VerbPropose, Plan: "truce",
			Draft: &terms.Draft{Title: "The Paris text", Procedure: "plan", Terms: parisText()}},
			terms.Event{Kind: terms.EventStageOpened, Plan: "truce", Version: 1, Stage: "drafting",
				Capitals: []string{"london", "paris", "kyiv"}, Until: at(5 * day)}),
		answer(6*hour, "london", terms.VerbConsent),
		answer(6*hour, "kyiv", terms.VerbConsent,
			terms.Event{Kind: terms.EventStagePassed, Plan: "truce", Version: 1, Stage: "drafting", Detail: "when-won", Tally: &passed},
			terms.Event{Kind: terms.EventStageOpened, Plan: "truce", Version: 1, Stage: "parties",
				Capitals: []string{"kyiv", "moscow", "washington"}, Until: at(20*day + 6*hour)}),
	}
}

func adopted() *report.Run {
	r := base(truce())
	veto := answer(2*day, "moscow", terms.VerbVeto)
	veto.Move.Citing, veto.Move.Text, veto.Move.Policy = []string{"force"}, "No troops of NATO countries", true
	amend := answer(3*day, "london", terms.VerbAmend,
		terms.Event{Kind: terms.EventVersion, Plan: "truce", Version: 2},
		terms.Event{Kind: terms.EventVetoCleared, Plan: "truce", Version: 2, Capitals: []string{"moscow"}, Terms: []string{"force"}},
		terms.Event{Kind: terms.EventStageOpened, Plan: "truce", Version: 2, Stage: "drafting",
			Capitals: []string{"london", "paris", "kyiv"}, Until: at(8 * day)})
	amend.Move.Set = []terms.Setting{{Term: "force", Value: terms.Choice("un")}}
	amend.Move.Drop = []string{"troops"}
	conditional := answer(4*day, "washington", terms.VerbConsent)
	conditional.Move.If = &terms.Condition{Any: []terms.Condition{
		{Consented: []string{"kyiv", "moscow"}}, {Pledged: "force", ByAtLeast: 5}}}
	final := terms.Tally{Consent: []string{"kyiv", "moscow"}, Absent: []string{"washington"}}
	won := terms.Reason{Kind: terms.ReasonWon, Capitals: []string{"kyiv", "moscow"}, Terms: []string{},
		Text: "Kyiv and Moscow consented, and the rule was won: consent of Kyiv, Moscow, and no objection from Washington."}
	r.Timeline = append(drafted(), veto, amend, conditional,
		answer(5*day, "kyiv", terms.VerbConsent),
		answer(5*day, "moscow", terms.VerbConsent,
			terms.Event{Kind: terms.EventStagePassed, Plan: "truce", Version: 2, Stage: "parties", Detail: "when-won", Tally: &final},
			terms.Event{Kind: terms.EventConditionMet, Plan: "truce", Capitals: []string{"washington"}},
			terms.Event{Kind: terms.EventDecided, Plan: "truce", Version: 2, Detail: "adopted", Reasons: []terms.Reason{won}},
			terms.Event{Kind: terms.EventInForce, Plan: "truce", Until: at(35 * day)}))
	r.Plans = []terms.PlanView{{ID: "truce", Title: "The Paris text", Version: 2, Outcome: terms.Adopted, Stage: "parties",
		Opened: at(4 * day), DecidedAt: at(5 * day), Verdict: "won", Tally: final, Because: []terms.Reason{won},
		Agreement: &terms.Agreement{Status: terms.InForce, Since: at(5 * day), Until: at(35 * day)},
		Terms:     []terms.Setting{{Term: "force", Value: terms.Choice("un")}, {Term: "truce.air", Value: terms.Flag(true)}},
		Proposer:  "paris", Procedure: "plan"}}
	r.Pledges = []terms.PledgeView{{Term: "force", Capital: "london", Counts: true},
		{Term: "force", Capital: "paris", If: "washington consented to truce"}}
	r.Findings = []sim.Finding{{Text: "truce is adopted within 10d", Held: true, Found: "truce is adopted after 5d",
		Pos: scenarios.Position{Line: 61, Column: 5}}}
	return run(r)
}

func vetoed() *report.Run {
	r := base(truce())
	veto := answer(2*day, "moscow", terms.VerbVeto)
	veto.Move.Citing, veto.Move.Text = []string{"force", "troops"}, "Not with troops of NATO countries."
	refused := answer(2*day+hour, "london", terms.VerbVeto)
	refused.Move.Outcome, refused.Move.Code = "refused", terms.RefusedNotAllowed
	refused.Move.Reason = "london is not asked in stage parties of truce"
	tally := terms.Tally{Consent: []string{"kyiv"}, Object: []string{"moscow"}, Absent: []string{"washington"}}
	why := []terms.Reason{
		{Kind: terms.ReasonVeto, Capitals: []string{"moscow"}, Terms: []string{"force", "troops"},
			Text: "Moscow vetoes the text, citing force and troops: \"Not with troops of NATO countries.\""},
		{Kind: terms.ReasonWindow, Text: "The window of stage parties ended on 22 March 2025, 21:00 UTC."}}
	r.Timeline = append(drafted(), veto, refused, answer(3*day, "kyiv", terms.VerbConsent),
		sim.Item{Kind: sim.ItemEvents, At: at(20*day + 6*hour), Events: []terms.Event{{Time: at(20*day + 6*hour),
			Kind: terms.EventDecided, Plan: "truce", Version: 1, Stage: "parties", Detail: "vetoed", Tally: &tally, Reasons: why}}})
	r.EndedAt, r.Moves.Refused = at(20*day+6*hour), 1
	r.Plans = []terms.PlanView{{ID: "truce", Version: 1, Outcome: terms.Vetoed, Stage: "parties", DecidedAt: at(20*day + 6*hour),
		Verdict: "lost", Tally: tally, Because: why, Terms: parisText(), Proposer: "paris",
		Vetoes: []terms.VetoView{{Capital: "moscow", Citing: []string{"force", "troops"}, Version: 1}}},
		{ID: "backstop", Outcome: terms.Open}}
	r.Findings = []sim.Finding{{Text: "truce is adopted within 10d", Found: "truce is vetoed after 20d6h"}}
	r.Checks[2].Held, r.Checks[2].Detail = false, "the leader of Raft term 3 (paris) lacks entry 12"
	return run(r)
}

func noQuorum() *report.Run {
	r := base(truce())
	cut := &scenarios.Fault{Kind: scenarios.FaultPartition, Sides: [][]string{{"london", "paris"}, {"kyiv"}, {"moscow", "washington"}}}
	waiting := answer(2*day, "kyiv", terms.VerbConsent)
	waiting.Kind, waiting.Text = sim.ItemWaiting, "no quorum"
	r.Timeline = append(drafted(), sim.Item{Kind: sim.ItemFault, At: at(day), Fault: cut}, waiting,
		sim.Item{Kind: sim.ItemUnsettled, At: at(2 * day), Text: "votes were still in flight after 30 s of Raft time"})
	r.NoQuorum, r.Unsettled, r.Raft.Leader, r.Raft.Elections = true, 1, "", 3
	r.Moves.Unknown = 1
	r.Waits = []sim.Wait{{Capital: "kyiv", Verb: terms.VerbConsent, Plan: "truce", Since: at(2 * day), Until: at(30 * day),
		Tries: 9, Why: "no quorum"}}
	r.Plans = []terms.PlanView{{ID: "truce", Version: 1, Outcome: terms.Open, Stage: "parties", Verdict: "pending",
		Tally: terms.Tally{Absent: []string{"kyiv", "moscow", "washington"}},
		Because: []terms.Reason{
			{Kind: terms.ReasonMissing, Capitals: []string{"kyiv", "moscow"}, Text: "Kyiv and Moscow have not consented; the rule " +
				"needs: consent of Kyiv, Moscow, and no objection from Washington."},
			{Kind: terms.ReasonNoQuorum, Capitals: []string{"kyiv"}, Text: "Kyiv could not record its consent: no quorum."}},
		Conditional: []terms.ConditionalView{{Capital: "washington", If: "kyiv, moscow consented"}}, Proposer: "paris"}}
	r.Findings = []sim.Finding{{Text: "truce is adopted within 10d", Found: "truce is open"}}
	return run(r)
}

func relayed() *report.Run {
	r := base(truce())
	cut := &scenarios.Fault{Kind: scenarios.FaultCut, Links: []scenarios.Link{{From: "kyiv", To: "washington"}, {From: "washington", To: "kyiv"}}}
	slow := &scenarios.Fault{Kind: scenarios.FaultSlow, By: 250 * time.Millisecond, Links: []scenarios.Link{{From: "moscow", To: "kyiv"}}}
	drop := &scenarios.Fault{Kind: scenarios.FaultDrop, Rate: 0.3, Links: []scenarios.Link{{From: "paris", To: "london"}, {From: "london", To: "paris"}}}
	items := []sim.Item{
		{Kind: sim.ItemFault, At: at(7 * hour), Fault: cut}, {Kind: sim.ItemFault, At: at(7 * hour), Fault: slow},
		{Kind: sim.ItemFault, At: at(7 * hour), Fault: drop},
		{Kind: sim.ItemFault, At: at(8 * hour), Fault: &scenarios.Fault{Kind: scenarios.FaultCrash, Capitals: []string{"london"}}},
		{Kind: sim.ItemElection, At: at(8 * hour), Capital: "washington", RaftTerm: 3},
	}
	heal := sim.Item{Kind: sim.ItemFault, At: at(9 * hour), Fault: &scenarios.Fault{Kind: scenarios.FaultHeal}}
	consent := answer(8*hour, "kyiv", terms.VerbConsent)
	consent.Move.Via, consent.Move.Leader = []string{"paris"}, "washington"
	late := answer(3*day, "moscow", terms.VerbAbstain)
	late.Move.First, late.Move.Tries = at(day), 4
	unknown := answer(3*day, "washington", terms.VerbConsent)
	unknown.Move.Outcome = "unknown"
	r.Timeline = append(drafted(), append(items, consent, heal, late, unknown)...)
	r.RelayedMoves = 1
	r.Waits = []sim.Wait{{Capital: "moscow", Verb: terms.VerbAbstain, Plan: "truce", Since: at(day), Until: at(3 * day), Tries: 4,
		Ended: true, Why: "cut off from the leader"}}
	r.Plans = []terms.PlanView{{ID: "truce", Version: 1, Outcome: terms.Withdrawn, Stage: "parties", DecidedAt: at(4 * day),
		Because: []terms.Reason{{Kind: terms.ReasonWithdrawn, Capitals: []string{"paris"}, Text: "Paris withdrew the plan"}}}}
	out := run(r)
	out.Replays = &report.Replays{Count: 20, RecordHashes: 1, TraceHashes: 3, SameRecord: 20, SameTrace: 17}
	return out
}

// assembly is a vote of 193 capitals.
func assembly() *report.Run {
	s := truce()
	s.ID, s.Title, s.About = "assembly", "The General Assembly votes", ""
	var members []string
	s.Charter.Capitals = nil
	for i := range 193 {
		id := fmt.Sprintf("state-%03d", i+1)
		members = append(members, id)
		s.Charter.Capitals = append(s.Charter.Capitals, terms.Capital{ID: id, Name: fmt.Sprintf("State %03d", i+1)})
	}
	s.Charter.Procedures[0].Stages = []terms.Stage{{Name: "vote", Members: members,
		Rule: terms.Rule{Kind: terms.RuleShare, Number: terms.One * 2 / 3, Of: terms.Members}, Decides: terms.AtClose}}
	r := base(s)
	tally := terms.Tally{Consent: members[:120], Object: members[120:130], Abstain: members[130:188], Absent: members[188:]}
	r.Timeline = []sim.Item{move(0, terms.Move{Capital: members[0], Verb: terms.VerbPropose, Plan: "truce",
		Draft: &terms.Draft{Terms: parisText()}}, terms.Event{Kind: terms.EventStageOpened, Plan: "truce", Stage: "vote", Capitals: members})}
	for _, id := range members[1:120] {
		r.Timeline = append(r.Timeline, answer(hour, id, terms.VerbConsent))
	}
	for _, id := range members[120:130] {
		r.Timeline = append(r.Timeline, answer(hour, id, terms.VerbObject))
	}
	for _, id := range members[130:188] {
		r.Timeline = append(r.Timeline, answer(hour, id, terms.VerbAbstain))
	}
	why := []terms.Reason{{Kind: terms.ReasonObjection, Capitals: members[120:130],
		Text: "State 121, State 122 and 8 others object to the text; the rule needs: at least 66.6666% of the members consent."}}
	r.Timeline = append(r.Timeline, move(day, terms.Move{Capital: members[0], Verb: terms.VerbCall, Plan: "truce"},
		terms.Event{Kind: terms.EventDecided, Plan: "truce", Detail: "rejected", Tally: &tally, Reasons: why}))
	r.Plans = []terms.PlanView{{ID: "truce", Version: 1, Outcome: terms.Rejected, Stage: "vote", DecidedAt: at(day),
		Tally: tally, Because: why, Proposer: members[0]}}
	r.Raft.Voters = 193
	return run(r)
}

// wide has long texts, long words, wide characters and characters that a terminal would obey.
func wide() *report.Run {
	out := adopted()
	s := out.Scenario
	s.Title = "停戦の一か月案：空・海・エネルギー施設への攻撃停止について、そしてその後の長い交渉の道のり（第一部・完全版）"
	s.About = "Prologue\x1b[31m in red\u202e backwards.\n\n" + strings.Repeat("Длинный рассказ о переговорах. ", 12) + "\n\n" +
		strings.Repeat("x", 200) + " 👩‍👩‍👧‍👦 🇺🇦🇷🇺"
	s.Charter.Capitals[1].Name = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch-sur-Seine-et-au-delà"
	s.Charter.Capitals[3].Name = "モスクワ"
	r := out.Report
	r.Timeline[4].Move.Text = strings.Repeat("我们不接受北约国家的军队。", 9)
	r.Findings[0].Text = strings.Repeat("truce.is.adopted.", 20)
	return out
}

func broken() *report.Run {
	s := truce()
	return &report.Run{Scenario: s, Seed: 1, On: "virtual", Err: errors.New("the worker process died: signal: killed")}
}

// cases are the hand-made runs, by the name of their golden files.
func cases() map[string]*report.Run {
	return map[string]*report.Run{"adopted": adopted(), "vetoed": vetoed(), "no-quorum": noQuorum(), "relayed": relayed(),
		"assembly": assembly(), "wide": wide(), "broken": broken()}
}
