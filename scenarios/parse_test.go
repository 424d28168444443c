package scenarios

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/node/terms"
)

// mustParse reads a case: see base.
func mustParse(t *testing.T, src string) *Scenario {
	t.Helper()
	s, err := Parse("-", []byte(completed(src)))
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, completed(src))
	}
	return s
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\ngot  %+v\nwant %+v", what, got, want)
	}
}

// TestFormat reads the example of the format's description, all of it.
func TestFormat(t *testing.T) {
	src, err := os.ReadFile("testdata/one-month-truce.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse("testdata/one-month-truce.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	c := &s.Charter
	same(t, "id", []string{s.ID, c.Conference, s.Title}, []string{"one-month-truce", "one-month-truce",
		"A one-month truce in the air, at sea and on energy infrastructure"})
	same(t, "times", []string{s.Start.String(), c.Start.String(), s.Horizon.String(), s.End().String()},
		[]string{"2025-03-02T15:00:00Z", "2025-03-02T15:00:00Z", "30d", "2025-04-01T15:00:00Z"})
	same(t, "seed", s.Seed, int64(1))
	same(t, "kyiv", *c.Capital("kyiv"), terms.Capital{ID: "kyiv", Name: "Kyiv", Role: terms.Belligerent,
		Weights: []terms.Weight{{Name: "population", Value: terms.Int(38)}}})
	same(t, "groups", c.Groups, []terms.Group{{Name: "belligerents", Capitals: []string{"kyiv", "moscow"}}})
	same(t, "terms", c.Terms, []terms.Term{
		{ID: "truce.air", Kind: terms.KindFlag, Title: "No attacks from the air"},
		{ID: "truce.duration", Kind: terms.KindDuration, Durations: []terms.Duration{14 * terms.Day, 30 * terms.Day, 60 * terms.Day}},
		{ID: "force", Kind: terms.KindChoice, Options: []string{"none", "un", "coalition", "nato"}},
		{ID: "troops", Kind: terms.KindQuantity, Max: terms.Int(30000), Step: terms.Int(1000), Unit: "people"},
		{ID: "line", Kind: terms.KindChoice, Options: []string{"current", "pre-2022"}, ReservedTo: []string{"kyiv", "moscow"}},
	})
	same(t, "procedure", *c.Procedure("plan"), terms.Procedure{Name: "plan", OnAmendment: terms.Restart, Stages: []terms.Stage{
		{Name: "drafting", Members: []string{"london", "paris", "kyiv"}, Rule: terms.Rule{Kind: terms.RuleUnanimous}, Window: 5 * terms.Day},
		{Name: "parties", Members: []string{"kyiv", "moscow", "washington"}, Window: 20 * terms.Day,
			Rule: terms.Rule{Kind: terms.RuleAll, Rules: []terms.Rule{
				{Kind: terms.RuleConsentOf, Capitals: []string{"kyiv", "moscow"}},
				{Kind: terms.RuleNoObjectionFrom, Capitals: []string{"washington"}},
			}}},
	}})
	same(t, "plan", s.Plan("truce").Draft, terms.Draft{Title: "The Paris text", Procedure: "plan", Terms: []terms.Setting{
		{Term: "force", Value: terms.Choice("coalition")},
		{Term: "troops", Value: terms.Quantity(terms.Int(10000))},
		{Term: "truce.air", Value: terms.Flag(true)},
		{Term: "truce.duration", Value: terms.Span(30 * terms.Day)},
	}})
	same(t, "policy", s.Parties[3], Party{Capital: "moscow", Policy: &Policy{
		RepliesIn: Span{12 * terms.Hour, 36 * terms.Hour},
		RedLines: [][]terms.Test{{{Term: "force", Op: terms.OpIn,
			Values: []terms.Value{terms.Choice("coalition"), terms.Choice("nato")}}}},
		Needs:     [][]terms.Test{{{Term: "truce.duration", Op: terms.OpAtLeast, Values: []terms.Value{terms.Span(30 * terms.Day)}}}},
		Otherwise: AnswerConsent,
	}})
	var lines []string
	for _, x := range s.Script {
		lines = append(lines, x.Text)
	}
	for _, x := range s.Expect {
		lines = append(lines, x.Text)
	}
	same(t, "script", lines, []string{
		"at 0h: propose truce by paris",
		"at 6h: consent truce by london and kyiv",
		"at 2d: veto truce by moscow, citing force",
		"at 3d: amend truce by london, set force to un, drop troops",
		"at 4d: consent truce by washington, if force is pledged by at least 5",
		"at 5d: cut kyiv - washington",
		"when truce is adopted, after 1h: heal kyiv - washington",
		"truce is adopted within 10d",
	})
}

func TestDefaults(t *testing.T) {
	s, err := Parse("-", []byte("scenario: x\ncapitals:\n  tel-aviv:\n  paris: {name: Paris, voter: false}\n"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "start", s.Start.String(), "2025-01-01T00:00:00Z")
	same(t, "horizon", s.Horizon, 30*terms.Day)
	same(t, "seed", s.Seed, int64(1))
	same(t, "capitals", s.Charter.Capitals, []terms.Capital{
		{ID: "tel-aviv", Name: "Tel Aviv", Role: terms.Mediator},
		{ID: "paris", Name: "Paris", Role: terms.Mediator, NonVoter: true},
	})
	same(t, "parties", s.Parties, []Party{{Capital: "tel-aviv"}, {Capital: "paris"}})
	same(t, "warnings", s.Warnings, []Problem(nil))

	s = mustParse(t, "start: 2025-03-02\nhorizon: 1w2d\nseed: -7\nsources: [a, b]\nabout: |\n  x\n  y\n")
	same(t, "start", s.Start.String(), "2025-03-02T00:00:00Z")
	same(t, "horizon", s.Horizon, 9*terms.Day)
	same(t, "seed", s.Seed, int64(-7))
	same(t, "sources", s.Sources, []string{"a", "b"})
	same(t, "about", s.About, "x\ny")
	same(t, "stage", s.Charter.Procedures[0].Stages[0].Name, "drafting")
}

func TestGroups(t *testing.T) {
	s := mustParse(t, "groups: {all-of-it: [west, parties, kyiv], west: [london, paris], parties: [kyiv, moscow], one: kyiv}\n"+
		"procedures: {a: {proposers: west, amenders: one, stages: [{rule: consensus}, {name: b, members: all-of-it, rule: unanimous}]}}\n"+
		"plans: {p: }\nscript: [{at: 0, say: hi, by: [moscow, west, london]}, {at: 0, say: hi, by: everyone}, {at: 0, crash: all}]")
	same(t, "groups", s.Charter.Groups[0], terms.Group{Name: "all-of-it", Capitals: []string{"london", "paris", "kyiv", "moscow"}})
	proc := s.Charter.Procedures[0]
	everyone := []string{"london", "paris", "kyiv", "moscow"}
	same(t, "default name and members", []any{proc.Stages[0].Name, proc.Stages[0].Members}, []any{"1", everyone})
	same(t, "members", proc.Stages[1].Members, everyone)
	same(t, "proposers", proc.Proposers, []string{"london", "paris"})
	same(t, "amenders", proc.Amenders, []string{"kyiv"})
	same(t, "by", s.Script[0].By, []string{"moscow", "london", "paris"})
	same(t, "everyone", s.Script[1].By, everyone)
	same(t, "all", s.Script[2].Fault.Capitals, everyone)
}

func TestTerms(t *testing.T) {
	s := mustParse(t, `terms:
  a: {quantity: -5..5}
  b: {quantity: 0.5 .. 2.5, step: 0.25, unit: km}
  c: {duration: any}
  d: {duration: 1d}
  e: {set: any}
  f: {set: [parties, paris]}
  g: {choice: [yes, no, 2022, 1e3]}
  no: {flag: }
plans:
  p: {terms: {a: -3.5, b: 0.75, c: 1d12h, d: 24h, e: [moscow, everyone], f: kyiv, g: no, no: True}, lasts: c}
  q: {lasts: 3d, collapses_after: 2, requires: [p, {pledged: a, by_at_least: 2}]}`)
	same(t, "a", s.Charter.Terms[0], terms.Term{ID: "a", Kind: terms.KindQuantity, Min: -terms.Int(5), Max: terms.Int(5)})
	same(t, "b", s.Charter.Terms[1], terms.Term{ID: "b", Kind: terms.KindQuantity, Min: terms.One / 2, Max: terms.Int(5) / 2,
		Step: terms.One / 4, Unit: "km"})
	same(t, "c", s.Charter.Terms[2].Durations, []terms.Duration(nil))
	same(t, "d", s.Charter.Terms[3].Durations, []terms.Duration{terms.Day})
	same(t, "e", s.Charter.Terms[4].Members, []string(nil))
	same(t, "f", s.Charter.Terms[5].Members, []string{"kyiv", "moscow", "paris"})
	same(t, "g", s.Charter.Terms[6].Options, []string{"yes", "no", "2022", "1e3"})
	same(t, "values", s.Plans[0].Draft.Terms, []terms.Setting{
		{Term: "a", Value: terms.Quantity(-terms.Int(7) / 2)},
		{Term: "b", Value: terms.Quantity(terms.Int(3) / 4)},
		{Term: "c", Value: terms.Span(36 * terms.Hour)},
		{Term: "d", Value: terms.Span(terms.Day)},
		{Term: "e", Value: terms.Set("kyiv", "london", "moscow", "paris")},
		{Term: "f", Value: terms.Set("kyiv")},
		{Term: "g", Value: terms.Choice("no")},
		{Term: "no", Value: terms.Flag(true)},
	})
	same(t, "lasts", []any{s.Plans[0].Draft.LastsTerm, s.Plans[1].Draft.Lasts, s.Plans[1].Draft.CollapsesAfter},
		[]any{"c", 3 * terms.Day, 2})
	same(t, "requires", s.Plans[1].Draft.Requires, []terms.Condition{{Plan: "p", Is: "adopted"}, {Pledged: "a", ByAtLeast: 2}})
}

func TestRules(t *testing.T) {
	kyiv, both := []string{"kyiv"}, []string{"kyiv", "moscow"}
	for src, want := range map[string]terms.Rule{
		"{yes: 3}":                               {Kind: terms.RuleYes, N: 3},
		"{weight: 2.5, of: votes}":               {Kind: terms.RuleWeight, Number: terms.Int(5) / 2, Of: "votes"},
		"{share: 55%}":                           {Kind: terms.RuleShare, Number: 550_000, Of: "members"},
		"{share: 0.55, of: members}":             {Kind: terms.RuleShare, Number: 550_000, Of: "members"},
		"{share: 66.67 %, of: votes}":            {Kind: terms.RuleShare, Number: 666_700, Of: "votes"},
		`{share: "> 50%"}`:                       {Kind: terms.RuleShare, Number: 500_000, Of: "members", Strict: true},
		`{share: ">= 50%"}`:                      {Kind: terms.RuleShare, Number: 500_000, Of: "members"},
		"{share: 2/3}":                           {Kind: terms.RuleShare, Number: 666_666, Of: "members"},
		`{share: "> 1/3"}`:                       {Kind: terms.RuleShare, Number: 333_334, Of: "members", Strict: true},
		`{share: "> 1/2"}`:                       {Kind: terms.RuleShare, Number: 500_000, Of: "members", Strict: true},
		"{consent_of: kyiv}":                     {Kind: terms.RuleConsentOf, Capitals: kyiv},
		"{no_objection_from: [parties], yes: 1}": {Kind: terms.RuleAll, Rules: []terms.Rule{{Kind: terms.RuleNoObjectionFrom, Capitals: both}, {Kind: terms.RuleYes, N: 1}}},
		"{unanimous: true}":                      {Kind: terms.RuleUnanimous},
		"unanimous":                              {Kind: terms.RuleUnanimous},
		"{consensus: true}":                      {Kind: terms.RuleConsensus},
		"{consensus_minus: 0}":                   {Kind: terms.RuleConsensusMinus},
		"{all_but: 3}":                           {Kind: terms.RuleAllBut, N: 3},
		"{any: [named, {yes: 4}]}":               {Kind: terms.RuleAny, Rules: []terms.Rule{{Kind: terms.RuleYes, N: 2}, {Kind: terms.RuleYes, N: 4}}},
		"{all: [later, named]}":                  {Kind: terms.RuleAll, Rules: []terms.Rule{{Kind: terms.RuleYes, N: 2}, {Kind: terms.RuleYes, N: 2}}},
		"named":                                  {Kind: terms.RuleYes, N: 2},
		`{weight: 1, share: "> 50%", of: votes}`: {Kind: terms.RuleAll, Rules: []terms.Rule{{Kind: terms.RuleWeight, Number: terms.One, Of: "votes"}, {Kind: terms.RuleShare, Number: 500_000, Strict: true, Of: "votes"}}},
	} {
		s := mustParse(t, "rules: {later: named, named: {yes: 2}}\nprocedures: {way: {stages: [{rule: "+src+"}]}}")
		same(t, src, s.Charter.Procedures[0].Stages[0].Rule, want)
	}
	s := mustParse(t, "procedures: {way: {on_amendment: stay, stages: [{rule: consensus, silence: consent, decides: at-close, window: 90m}]}}")
	same(t, "stage", s.Charter.Procedures[0].Stages[0], terms.Stage{Name: "1", Members: []string{"london", "paris", "kyiv", "moscow"},
		Rule: terms.Rule{Kind: terms.RuleConsensus}, Window: 90 * terms.Minute, Silence: terms.SilenceConsent, Decides: terms.AtClose})
	same(t, "on_amendment", s.Charter.Procedures[0].OnAmendment, terms.Stay)
}

func TestConditions(t *testing.T) {
	un := &terms.Test{Term: "force", Op: terms.OpIn, Values: []terms.Value{terms.Choice("un")}}
	for src, want := range map[string]terms.Condition{
		"{consented: [kyiv, moscow], to: peace}":                    {Consented: []string{"kyiv", "moscow"}, To: "peace"},
		"{consented: parties}":                                      {Consented: []string{"kyiv", "moscow"}},
		"{pledged: {force: {by_at_least: 5}}}":                      {Pledged: "force", ByAtLeast: 5},
		"{pledged: {force: 5}}":                                     {Pledged: "force", ByAtLeast: 5},
		"{pledged: {force: {by: kyiv}}}":                            {Pledged: "force", By: []string{"kyiv"}},
		"{pledged: {troops: {total_at_least: 20_000}}}":             {Pledged: "troops", TotalAtLeast: terms.Int(20000)},
		"{pledged: force, by_at_least: 2}":                          {Pledged: "force", ByAtLeast: 2},
		"{pledged: force, by: [kyiv, london]}":                      {Pledged: "force", By: []string{"kyiv", "london"}},
		"{pledged: force}":                                          {Pledged: "force", ByAtLeast: 1},
		"{pledged: {force: }}":                                      {Pledged: "force", ByAtLeast: 1},
		"{plan: peace, is: adopted}":                                {Plan: "peace", Is: "adopted"},
		"{plan: peace, is: in-force}":                               {Plan: "peace", Is: "in-force"},
		"{plan: peace, is: drafting}":                               {Plan: "peace", Is: "drafting"},
		"{plan: peace, is: [vetoed, lapsed]}":                       {Any: []terms.Condition{{Plan: "peace", Is: "vetoed"}, {Plan: "peace", Is: "lapsed"}}},
		"peace":                                                     {Plan: "peace", Is: "adopted"},
		"{force: un}":                                               {Test: un},
		"{term: {force: un}}":                                       {Test: un},
		"{force: un, in: peace}":                                    {Test: un, To: "peace"},
		"{force: {set: false}}":                                     {Test: &terms.Test{Term: "force", Op: terms.OpUnset}},
		"{force: {set: true}}":                                      {Test: &terms.Test{Term: "force", Op: terms.OpSet}},
		`{force: "!= un"}`:                                          {Test: &terms.Test{Term: "force", Op: terms.OpNot, Values: un.Values}},
		"{force: [un, none]}":                                       {Test: &terms.Test{Term: "force", Op: terms.OpIn, Values: []terms.Value{terms.Choice("un"), terms.Choice("none")}}},
		`{troops: "<= 1500"}`:                                       {Test: &terms.Test{Term: "troops", Op: terms.OpAtMost, Values: []terms.Value{terms.Quantity(terms.Int(1500))}}},
		`{length: "> 20d"}`:                                         {Test: &terms.Test{Term: "length", Op: terms.OpMore, Values: []terms.Value{terms.Span(20 * terms.Day)}}},
		`{length: "<20d"}`:                                          {Test: &terms.Test{Term: "length", Op: terms.OpLess, Values: []terms.Value{terms.Span(20 * terms.Day)}}},
		"{guards: [paris, london]}":                                 {Test: &terms.Test{Term: "guards", Op: terms.OpIn, Values: []terms.Value{terms.Set("london", "paris")}}},
		"{guards: [[paris], [london]]}":                             {Test: &terms.Test{Term: "guards", Op: terms.OpIn, Values: []terms.Value{terms.Set("paris"), terms.Set("london")}}},
		"{all: [peace, {pledged: force}]}":                          {All: []terms.Condition{{Plan: "peace", Is: "adopted"}, {Pledged: "force", ByAtLeast: 1}}},
		"{any: [peace, {pledged: force}]}":                          {Any: []terms.Condition{{Plan: "peace", Is: "adopted"}, {Pledged: "force", ByAtLeast: 1}}},
		"{plan: peace, is: open, pledged: force}":                   {All: []terms.Condition{{Plan: "peace", Is: "open"}, {Pledged: "force", ByAtLeast: 1}}},
		"{pledged: force, by_at_least: 2, by: kyiv}":                {All: []terms.Condition{{Pledged: "force", ByAtLeast: 2}, {Pledged: "force", By: []string{"kyiv"}}}},
		"[peace, {any: [{force: un}, {plan: peace, is: expired}]}]": {All: []terms.Condition{{Plan: "peace", Is: "adopted"}, {Any: []terms.Condition{{Test: un}, {Plan: "peace", Is: "expired"}}}}},
	} {
		s := mustParse(t, "script: [{at: 0, consent: peace, by: kyiv, if: "+src+"}]")
		same(t, src, *s.Script[0].Move.If, want)
	}
	s := mustParse(t, "script: [{when: {consented: kyiv}, after: 1h..2h, say: x, by: kyiv}]")
	same(t, "the only plan", *s.Script[0].When, terms.Condition{Consented: []string{"kyiv"}, To: "peace"})
	same(t, "after", s.Script[0].After, Span{terms.Hour, 2 * terms.Hour})
}

func TestPolicies(t *testing.T) {
	s := mustParse(t, `capitals:
  london: {policy: scripted, scores: {force: {un: 10, none: -0.5}, truce: {true: 20}, troops: {">= 10000": 5}, guards: {"london, paris": 1, paris: 2}}, walk_away: 12}
  paris: {policy: silence}
  kyiv:
    scores: {force: {un: 1}}
    policy:
      replies_in: 6h
      otherwise: abstain
      red_lines: {force: [coalition], troops: "> 5000"}
      concession: {conceder: 3, initial: 0.1, over: 10d}
      joins: {troops: {when: 2, value: 2000, requires: [peace, {consented: moscow}]}, truce: 1, force: }
  moscow: {scores: {force: {un: 1}}, policy: {concession: {boulware: 0.2}}}
  oslo: {scores: {force: {un: 1}}, policy: {concession: {linear: true}}}
  bern: {scores: {force: {un: 1}}, policy: {concession: {exponent: 0.5}}}`)
	in := func(term string, v ...terms.Value) terms.Test {
		return terms.Test{Term: term, Op: terms.OpIn, Values: v}
	}
	twelve := terms.Int(12)
	same(t, "london", s.Parties[0], Party{Capital: "london", WalkAway: &twelve, Scores: []Score{
		{Term: "force", Test: in("force", terms.Choice("un")), Points: terms.Int(10)},
		{Term: "force", Test: in("force", terms.Choice("none")), Points: -terms.One / 2},
		{Term: "truce", Test: in("truce", terms.Flag(true)), Points: terms.Int(20)},
		{Term: "troops", Test: terms.Test{Term: "troops", Op: terms.OpAtLeast, Values: []terms.Value{terms.Quantity(terms.Int(10000))}}, Points: terms.Int(5)},
		{Term: "guards", Test: in("guards", terms.Set("london", "paris")), Points: terms.One},
		{Term: "guards", Test: in("guards", terms.Set("paris")), Points: terms.Int(2)},
	}})
	same(t, "paris", s.Parties[1].Policy, &Policy{Otherwise: AnswerSilence})
	two := terms.Quantity(terms.Int(2000))
	same(t, "kyiv", s.Parties[2].Policy, &Policy{
		RepliesIn: Span{6 * terms.Hour, 6 * terms.Hour}, Otherwise: AnswerAbstain,
		RedLines: [][]terms.Test{{in("force", terms.Choice("coalition")),
			{Term: "troops", Op: terms.OpMore, Values: []terms.Value{terms.Quantity(terms.Int(5000))}}}},
		Concession: &Concession{Exponent: 3, Initial: 0.1, Over: 10 * terms.Day},
		Joins: []Join{
			{Term: "troops", When: 2, Value: &two, Requires: []terms.Condition{{Plan: "peace", Is: "adopted"}, {Consented: []string{"moscow"}, To: "peace"}}},
			{Term: "truce", When: 1}, {Term: "force"},
		},
	})
	for i, exponent := range []float64{0.2, 1, 0.5} {
		same(t, "concession", s.Parties[3+i].Policy.Concession, &Concession{Exponent: exponent, Over: 30 * terms.Day})
	}
}

func TestMoves(t *testing.T) {
	thousand := terms.Quantity(terms.Int(1000))
	for src, want := range map[string]terms.Move{
		"propose: peace, by: kyiv": {Verb: terms.VerbPropose, Plan: "peace"},
		"amend: peace, by: kyiv, set: {troops: 1000, force: un}, drop: truce, version: 2": {Verb: terms.VerbAmend, Plan: "peace", Version: 2, Drop: []string{"truce"}, Set: []terms.Setting{{Term: "force", Value: terms.Choice("un")}, {Term: "troops", Value: thousand}}},
		"consent: peace, by: kyiv, if: peace, version: 1, saying: Yes":                    {Verb: terms.VerbConsent, Plan: "peace", Version: 1, Text: "Yes", If: &terms.Condition{Plan: "peace", Is: "adopted"}},
		"object: peace, by: kyiv, version: 3":                                             {Verb: terms.VerbObject, Plan: "peace", Version: 3},
		"abstain: peace, by: kyiv":                                                        {Verb: terms.VerbAbstain, Plan: "peace"},
		"veto: peace, by: kyiv, citing: [force, troops]":                                  {Verb: terms.VerbVeto, Plan: "peace", Citing: []string{"force", "troops"}},
		"lift: peace, by: kyiv":                                                           {Verb: terms.VerbLift, Plan: "peace"},
		"call: peace, by: kyiv":                                                           {Verb: terms.VerbCall, Plan: "peace"},
		"withdraw: peace, by: kyiv":                                                       {Verb: terms.VerbWithdraw, Plan: "peace"},
		"pledge: troops, value: 1000, if: peace, by: kyiv":                                {Verb: terms.VerbPledge, Term: "troops", Value: &thousand, If: &terms.Condition{Plan: "peace", Is: "adopted"}},
		"pledge: {troops: 1000}, by: kyiv":                                                {Verb: terms.VerbPledge, Term: "troops", Value: &thousand},
		"pledge: force, by: kyiv":                                                         {Verb: terms.VerbPledge, Term: "force"},
		"unpledge: troops, by: kyiv":                                                      {Verb: terms.VerbUnpledge, Term: "troops"},
		"leave: true, by: kyiv":                                                           {Verb: terms.VerbLeave},
		"leave: , by: kyiv":                                                               {Verb: terms.VerbLeave},
		"leave: kyiv":                                                                     {Verb: terms.VerbLeave},
		"leave: kyiv, by: kyiv":                                                           {Verb: terms.VerbLeave},
		"return: [kyiv]":                                                                  {Verb: terms.VerbReturn},
		"report: peace, by: kyiv, against: moscow, of: truce":                             {Verb: terms.VerbReport, Plan: "peace", Of: []string{"truce"}, Against: "moscow"},
		"report: violation, of: peace, against: moscow, by: kyiv":                         {Verb: terms.VerbReport, Plan: "peace", Against: "moscow"},
		"report: violation, of: [truce, force], against: moscow, by: kyiv":                {Verb: terms.VerbReport, Plan: "peace", Of: []string{"truce", "force"}, Against: "moscow"},
		"report: truce, against: moscow, by: kyiv":                                        {Verb: terms.VerbReport, Plan: "peace", Of: []string{"truce"}, Against: "moscow"},
		"report: true, against: moscow, by: kyiv":                                         {Verb: terms.VerbReport, Plan: "peace", Against: "moscow"},
		"report: A drone over Kyiv, against: moscow, by: kyiv, saying: no":                {Verb: terms.VerbReport, Plan: "peace", Against: "moscow", Text: "A drone over Kyiv: no"},
		"denounce: peace, by: kyiv":                                                       {Verb: terms.VerbDenounce, Plan: "peace"},
		"extend: peace, by: kyiv":                                                         {Verb: terms.VerbExtend, Plan: "peace"},
		"extend: peace, by: kyiv, for: 2w":                                                {Verb: terms.VerbExtend, Plan: "peace", For: 14 * terms.Day},
		"say: We are ready, by: kyiv":                                                     {Verb: terms.VerbSay, Text: "We are ready"},
	} {
		s := mustParse(t, "script: [{at: 1d, settle: false, "+src+"}]")
		x := s.Script[0]
		same(t, src, *x.Move, want)
		same(t, src+": by", []any{x.By, x.NoSettle, x.Fault, *x.At}, []any{[]string{"kyiv"}, true, (*Fault)(nil), Span{terms.Day, terms.Day}})
	}
	s := mustParse(t, `start: 2025-03-02T15:00:00Z
script:
  - {at: 2025-03-03T18:00:00+02:00, say: x, by: kyiv}
  - {at: 2025-03-03, say: x, by: kyiv}
  - {at: 1d..36h, say: x, by: kyiv, settle: true}
  - {at: 0, say: x, by: kyiv}`)
	var at []Span
	for _, x := range s.Script {
		at = append(at, *x.At)
	}
	same(t, "at", at, []Span{{25 * terms.Hour, 25 * terms.Hour}, {9 * terms.Hour, 9 * terms.Hour}, {terms.Day, 36 * terms.Hour}, {}})
	same(t, "settle", s.Script[2].NoSettle, false)
}

func TestFaults(t *testing.T) {
	km, mk := Link{"kyiv", "moscow"}, Link{"moscow", "kyiv"}
	pl, lp := Link{"paris", "london"}, Link{"london", "paris"}
	for src, want := range map[string]Fault{
		"cut: [kyiv, moscow]":                               {Kind: FaultCut, Links: []Link{km, mk}},
		"cut: {from: kyiv, to: moscow}":                     {Kind: FaultCut, Links: []Link{km}},
		"cut: [[kyiv, moscow], {from: paris, to: london}]":  {Kind: FaultCut, Links: []Link{km, mk, pl}},
		"cut: [paris, parties]":                             {Kind: FaultCut, Links: []Link{{"paris", "kyiv"}, {"kyiv", "paris"}, {"paris", "moscow"}, {"moscow", "paris"}}},
		"cut: [parties, parties]":                           {Kind: FaultCut, Links: []Link{km, mk}},
		"isolate: kyiv":                                     {Kind: FaultIsolate, Capitals: []string{"kyiv"}},
		"partition: [[kyiv, london], [moscow], paris]":      {Kind: FaultPartition, Sides: [][]string{{"kyiv", "london"}, {"moscow"}, {"paris"}}},
		"slow: {link: [kyiv, moscow], by: 200ms}":           {Kind: FaultSlow, Links: []Link{km, mk}, By: 200 * time.Millisecond},
		"slow: {from: kyiv, to: moscow, by: 1.5s}":          {Kind: FaultSlow, Links: []Link{km}, By: 1500 * time.Millisecond},
		"slow: [kyiv, moscow], by: 200ms":                   {Kind: FaultSlow, Links: []Link{km, mk}, By: 200 * time.Millisecond},
		"slow: {link: {from: kyiv, to: moscow}}, by: 200ms": {Kind: FaultSlow, Links: []Link{km}, By: 200 * time.Millisecond},
		"drop: {link: [kyiv, moscow], rate: 30%}":           {Kind: FaultDrop, Links: []Link{km, mk}, Rate: 0.3},
		"drop: [kyiv, moscow], rate: 0.3":                   {Kind: FaultDrop, Links: []Link{km, mk}, Rate: 0.3},
		"drop: {from: kyiv, to: moscow, rate: 1}":           {Kind: FaultDrop, Links: []Link{km}, Rate: 1},
		"heal: [kyiv, moscow]":                              {Kind: FaultHeal, Links: []Link{km, mk}},
		"heal: kyiv":                                        {Kind: FaultHeal, Capitals: []string{"kyiv"}},
		"heal: [kyiv]":                                      {Kind: FaultHeal, Capitals: []string{"kyiv"}},
		"heal: [kyiv, london, paris]":                       {Kind: FaultHeal, Capitals: []string{"kyiv", "london", "paris"}},
		"heal: everything":                                  {Kind: FaultHeal},
		"heal: all":                                         {Kind: FaultHeal},
		"heal: true":                                        {Kind: FaultHeal},
		"heal: ":                                            {Kind: FaultHeal},
		"heal: {from: kyiv, to: moscow}":                    {Kind: FaultHeal, Links: []Link{km}},
		"heal: [[kyiv, moscow], [paris, london]]":           {Kind: FaultHeal, Links: []Link{km, mk, pl, lp}},
		"hold: {from: kyiv, to: moscow}":                    {Kind: FaultHold, Links: []Link{km}},
		"hold: {link: [kyiv, moscow]}":                      {Kind: FaultHold, Links: []Link{km, mk}},
		"release: [kyiv, moscow]":                           {Kind: FaultRelease, Links: []Link{km, mk}},
		"crash: [kyiv, moscow]":                             {Kind: FaultCrash, Capitals: []string{"kyiv", "moscow"}},
		"restart: parties":                                  {Kind: FaultRestart, Capitals: []string{"kyiv", "moscow"}},
		"wipe: ankara":                                      {Kind: FaultWipe, Capitals: []string{"ankara"}},
		"chair: paris":                                      {Kind: FaultChair, Capitals: []string{"paris"}},
	} {
		s := mustParse(t, "script: [{at: 1d, "+src+"}]")
		same(t, src, *s.Script[0].Fault, want)
		if s.Script[0].Move != nil || !strings.HasPrefix(s.Script[0].Text, "at 1d: "+string(want.Kind)) {
			t.Errorf("%s: %q", src, s.Script[0].Text)
		}
	}
	s := mustParse(t, "script: [{at: 0, release: kyiv}, {at: 0, cut: [[kyiv, moscow], {from: paris, to: kyiv}]}, {at: 0, drop: [kyiv, paris], rate: 30%}]")
	same(t, "all links of kyiv", len(s.Script[0].Fault.Links), 8)
	same(t, "text", s.Script[1].Text, "at 0h: cut kyiv - moscow and paris > kyiv")
	same(t, "text", s.Script[2].Text, "at 0h: drop kyiv - paris at 30%")
}

func TestExpectations(t *testing.T) {
	day, two := terms.Day, Span{2 * terms.Day, 2 * terms.Day}
	for src, want := range map[string]Expectation{
		"{plan: peace, outcome: adopted, within: 1d}":                                                              {Plan: "peace", Outcome: terms.Adopted, Within: &day, Text: "peace is adopted within 1d"},
		"{plan: peace, outcome: open, version: 2, stage: drafting, blocked_by: [kyiv, moscow], at: 2d, not: true}": {Plan: "peace", Outcome: terms.Open, Version: 2, Stage: "drafting", BlockedBy: []string{"kyiv", "moscow"}, At: &two, Not: true, Text: "not: peace is open and stands at stage drafting and has version 2 and is blocked by kyiv and moscow at 2d"},
		"{plan: peace, blocked_by: kyiv}":                                                                          {Plan: "peace", BlockedBy: []string{"kyiv"}, Text: "peace is blocked by kyiv"},
		"{plan: peace, agreement: in-force, within: 1d}":                                                           {Plan: "peace", Agreement: terms.InForce, Within: &day, Text: "peace is in-force as an agreement within 1d"},
		"{refused: veto, by: kyiv, plan: peace}":                                                                   {Refused: terms.VerbVeto, By: []string{"kyiv"}, Plan: "peace", Text: "veto of peace by kyiv is refused"},
		"{refused: amend}":                                                                                         {Refused: terms.VerbAmend, Text: "amend is refused"},
		"{recorded: pledge, by: [kyiv, london], within: 1d}":                                                       {Recorded: terms.VerbPledge, By: []string{"kyiv", "london"}, Within: &day, Text: "pledge by kyiv and london is recorded within 1d"},
		"{pledged: troops}":                                                                                        {Pledged: "troops", Text: "troops is pledged by at least 1"},
		"{pledged: troops, by_at_least: 2, at: 2025-01-03}":                                                        {Pledged: "troops", ByAtLeast: 2, At: &two, Text: "troops is pledged by at least 2 at 2d"},
		"{pledged: troops, by: kyiv}":                                                                              {Pledged: "troops", By: []string{"kyiv"}, Text: "troops is pledged by kyiv"},
		"{pledged: {troops: {by_at_least: 2}}}":                                                                    {Pledged: "troops", ByAtLeast: 2, Text: "troops is pledged by at least 2"},
		"{pledged: {troops: 2}}":                                                                                   {Pledged: "troops", ByAtLeast: 2, Text: "troops is pledged by at least 2"},
		"{leader: paris, at: 2d}":                                                                                  {Leader: "paris", At: &two, Text: "paris leads at 2d"},
		"{elections: 1..3}":                                                                                        {Elections: &Range{1, 3}, Text: "the number of elections is 1 to 3"},
		"{elections: 0}":                                                                                           {Elections: &Range{0, 0}, Text: "the number of elections is 0"},
	} {
		for _, list := range []string{"[" + src + "]", src} {
			s := mustParse(t, "expect: "+list)
			want.Pos = s.Expect[0].Pos
			same(t, src, s.Expect, []Expectation{want})
		}
	}
}

// TestYAML checks what YAML offers to those who write much.
func TestYAML(t *testing.T) {
	s := mustParse(t, `%YAML 1.2
---
scenario: x
capitals:
  london: &drafter
    role: guarantor
    weights: &w {votes: 2}
  paris: *drafter
  kyiv: {<<: *drafter, role: belligerent}
  moscow:
    <<: [{name: M, weights: *w}, *drafter]
    role: !!str belligerent
  "ankara": {'role': "observer"}
  ? rome
  : {name: "R\u00f3ma"}
plans: {peace: {terms: &all {truce: true, force: un}}, other: {terms: {<<: *all, force: none}}}
`)
	c := s.Charter.Capitals
	votes := []terms.Weight{{Name: "votes", Value: terms.Int(2)}}
	same(t, "capitals", c, []terms.Capital{
		{ID: "london", Name: "London", Role: terms.Guarantor, Weights: votes},
		{ID: "paris", Name: "Paris", Role: terms.Guarantor, Weights: votes},
		{ID: "kyiv", Name: "Kyiv", Role: terms.Belligerent, Weights: votes},
		{ID: "moscow", Name: "M", Role: terms.Belligerent, Weights: votes},
		{ID: "ankara", Name: "Ankara", Role: terms.Observer},
		{ID: "rome", Name: "Róma", Role: terms.Mediator},
	})
	same(t, "merged", s.Plan("other").Draft.Terms, []terms.Setting{
		{Term: "force", Value: terms.Choice("none")}, {Term: "truce", Value: terms.Flag(true)}})
}

func TestNotAScenario(t *testing.T) {
	for src, want := range map[string]string{
		"":                              "the file is empty",
		"# nothing\n":                   "the file is empty",
		"---\n---\n":                    "the file is empty",
		"~":                             "the file is empty; ",
		"hello":                         "a scenario is a mapping",
		"[a]":                           "a scenario is a mapping",
		"a: b\n---\nc: d\n":             "-:3:1: a second document begins here",
		"a: [\n":                        "this is not YAML",
		"a: b: c":                       "this is not YAML",
		"a: \xff":                       "-:1:4: the byte 0xff is not UTF-8",
		"a: \x00":                       "-:1:4: the control character U+0000",
		"\x1b[31m":                      "-:1:1: the control character U+001B",
		strings.Repeat("#", MaxSize+1):  "the file is too large: a scenario has at most 1048576 bytes",
		"a: &a [*a]":                    "*a stands for nothing",
		"capitals: {a: {<<: {<<: {}}}}": "a scenario needs scenario",
	} {
		s, err := Parse("-", []byte(src))
		if err == nil || s != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %q", src, err, want)
		}
	}
}

func TestLibrary(t *testing.T) {
	ids := Library()
	if len(ids) == 0 {
		t.Fatal("the library is empty")
	}
	for _, id := range ids {
		for _, name := range []string{id, id + ".yaml", "scenarios/" + id, "scenarios/" + id + ".yaml"} {
			file, src, err := Open(name)
			if err != nil || len(src) == 0 {
				t.Fatal(name, err)
			}
			s, err := Parse(file, src)
			if err != nil {
				t.Fatal(err)
			}
			same(t, name, s.ID, id)
		}
	}
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir(ids[0], 0o755); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(ids[0]); err != nil {
		t.Error("a folder hides the library's scenario:", err)
	}
	mine := filepath.Join(dir, ids[0]+".yaml")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{mine, ids[0] + ".yaml"} {
		if _, src, err := Open(name); err != nil || string(src) != "mine" {
			t.Errorf("%s: a file on disk comes first: %q, %v", name, src, err)
		}
	}
	if _, _, err := Open(ids[0] + "s"); err == nil || !strings.Contains(err.Error(), "did you mean "+ids[0]+"?") {
		t.Error(err)
	}
	if _, _, err := Open("../scenarios/x"); err == nil {
		t.Error("opened what is not there")
	}
}

func TestNearest(t *testing.T) {
	known := []string{"moscow", "london", "kyiv", "un", "nato"}
	for written, want := range map[string]string{
		"moscwo": "moscow", "mosow": "moscow", "MOSCOW": "moscow", "lodnon": "london", "kiev": "kyiv", "kyivv": "kyiv",
		"unn": "un", "x": "", "": "", "nuto": "nato", "washington": "", "moscow": "",
	} {
		if got := nearest(written, known); got != want {
			t.Errorf("%q: got %q, want %q", written, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}} {
		if got := distance([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("%s to %s: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
