package scenarios

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// schemaDoc is the part of a JSON Schema that these tests look at.
type schemaDoc struct {
	Description string               `json:"description"`
	Ref         string               `json:"$ref"`
	Properties  map[string]schemaDoc `json:"properties"`
	Defs        map[string]schemaDoc `json:"$defs"`
}

func readSchema(t *testing.T) schemaDoc {
	t.Helper()
	var doc schemaDoc
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestSchemaKeys holds the keys that the parser knows and those of the schema together, both ways.
func TestSchemaKeys(t *testing.T) {
	doc := readSchema(t)
	keys := func(d schemaDoc) []string {
		var all []string
		for k := range d.Properties {
			all = append(all, k)
		}
		slices.Sort(all)
		return all
	}
	known := map[string][]string{}
	for name, list := range keysOf {
		known[name] = list
	}
	for _, verb := range verbs() {
		known["step."+verb] = keysOfVerb(verb)
	}
	for name, list := range known {
		d := doc.Defs[name]
		if name == "scenario" {
			d = doc
		}
		list = slices.Clone(list)
		slices.Sort(list)
		if got := keys(d); !slices.Equal(got, list) {
			t.Errorf("%s: the schema has %v, the parser knows %v", name, got, list)
		}
	}
	for name, d := range doc.Defs {
		if _, ok := known[name]; !ok && len(d.Properties) > 0 {
			t.Errorf("the parser has no keys under the name of the schema's %s", name)
		}
	}
}

// TestSchemaDescribes: the schema is the reference, so every key and every definition says what it is for.
func TestSchemaDescribes(t *testing.T) {
	doc := readSchema(t)
	if doc.Description == "" {
		t.Error("the schema does not say what it is for")
	}
	check := func(where string, d schemaDoc) {
		for key, p := range d.Properties {
			if p.Description == "" {
				t.Errorf("%s.%s has no description", where, key)
			}
		}
	}
	check("scenario", doc)
	for name, d := range doc.Defs {
		if d.Description == "" {
			t.Errorf("%s has no description", name)
		}
		check(name, d)
		if d.Ref != "" && doc.Defs[strings.TrimPrefix(d.Ref, "#/$defs/")].Description == "" {
			t.Errorf("%s refers to nothing", name)
		}
	}
}

// goodFiles are the files that parser and schema must both take.
func goodFiles(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	library, err := filepath.Glob("*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(library, "testdata/one-month-truce.yaml") {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = string(b)
	}
	for i, c := range cases(t, "testdata/warnings/all.yaml") {
		all["warnings "+string(rune('a'+i))] = c
	}
	for i, c := range constructs {
		all["construct "+string(rune('a'+i))] = completed(c)
	}
	return all
}

// constructs use what the other files do not.
var constructs = []string{
	"script:\n" + strings.Join([]string{
		"  - {at: 0, propose: peace, by: kyiv}",
		"  - {at: 2025-01-02T00:00:00Z, pledge: {troops: 2000}, by: [kyiv, parties]}",
		"  - {at: 1d..2d, leave: kyiv}", "  - {at: 1d, return: , by: kyiv}",
		"  - {at: 2025-01-02, report: A drone, of: [peace, truce], against: moscow, by: kyiv}",
		"  - {when: peace, after: 1h..2h, extend: peace, for: 30d, by: kyiv, settle: false}",
		"  - {when: [peace, {any: [{pledged: {force: 2, troops: {total_at_least: 1_000}}}, {term: {force: {set: true}}, in: peace}]}], say: 1, by: everyone}",
		"  - {at: 0, cut: [[kyiv, moscow], {from: paris, to: [kyiv, london]}]}", "  - {at: 0, heal: }", "  - {at: 0, heal: true}", "  - {at: 0, heal: [kyiv, paris, london]}",
		"  - {at: 0, slow: {from: kyiv, to: moscow, by: 1.5s}}", "  - {at: 0, slow: kyiv, by: 20ms}", "  - {at: 0, drop: {link: [kyiv, moscow], rate: 0.3}}",
		"  - {at: 0, hold: {link: [kyiv, moscow]}}", "  - {at: 0, release: kyiv}", "  - {at: 0, partition: [parties, [paris, london]]}",
		"  - {at: 0, crash: [kyiv]}", "  - {at: 0, restart: kyiv}", "  - {at: 0, wipe: kyiv}", "  - {at: 0, chair: kyiv}", "  - {at: 0, isolate: parties}",
		"  - {at: 0, lift: peace, by: kyiv}", "  - {at: 0, call: peace, by: kyiv}", "  - {at: 0, withdraw: peace, by: kyiv}", "  - {at: 0, unpledge: troops, by: kyiv}",
		"  - {at: 0, denounce: peace, by: kyiv}", "  - {at: 0, abstain: peace, by: kyiv, version: 1}", "  - {at: 0, object: peace, by: kyiv}",
		"  - {at: 0, consent: peace, by: kyiv, if: {consented: moscow}}",
	}, "\n") + "\nexpect:\n" + strings.Join([]string{
		"  - {plan: peace, outcome: open, version: 1, stage: drafting, blocked_by: kyiv, at: 3d, not: true}",
		"  - {plan: peace, agreement: awaiting, within: 3d}", "  - {refused: veto}", "  - {recorded: say, by: kyiv, plan: peace, within: 1d}",
		"  - {pledged: {troops: {by_at_least: 2}}}", "  - {pledged: troops, by: [kyiv]}", "  - {leader: kyiv, at: 1d}", "  - {elections: 1..3}", "  - {elections: 1}",
	}, "\n"),
	`deals: {require: {if: {force: [un, none], truce: true}, then: {troops: ">= 5000", guards: {set: true}}}}
capitals:
  london: {weights: {votes: 2.5}, policy: scripted, voter: true}
  paris:
  kyiv:
    scores: {force: {un: 10}, troops: {">= 10_000": 5}, guards: {"london, paris": -1}}
    walk_away: -2.5
    policy: {replies_in: 1h..2h, red_lines: {force: un}, needs: [{troops: [1000, 2000], length: "> 3d", guards: [[london]]}], otherwise: silence, concession: {boulware: 0.2, initial: 0.1, over: 3d}, joins: {truce: , troops: 3, force: {when: 1, value: un, requires: [peace]}}}
  moscow: {policy: object}
rules: {a: {any: [unanimous, b, {consensus_minus: 1}]}, b: {share: "> 66.6 %", of: votes}, c: {weight: 2, of: votes, all_but: 3}, d: b, e: {share: 2/3}, f: consensus}
procedures: {way: {on_amendment: stay, amenders: kyiv, stages: {rule: {all: [a, b, c, d, e, f]}, window: 90m}}}
plans: {peace: {terms: {length: 14d}, lasts: length, collapses_after: 1}, other: {requires: peace, lasts: 1w2d}, third: }`,
}

// wrongFiles are mistakes of form, which both must find. (That a name is known is beyond a schema.)
var wrongFiles = []string{
	"scenario: 'a b'", "titel: x", "title: [x]", "start: today", "horizon: 5", "seed: x", "capitals: []",
	"capitals: {kyiv: {role: king}}", "capitals: {kyiv: {rol: mediator}}", "capitals: {kyiv: mediator}", "capitals: {'a b': {}}", "capitals: {kyiv: {voter: yes}}",
	"capitals: {kyiv: {weights: {votes: x}}}", "capitals: {kyiv: {policy: angry}}", "capitals: {kyiv: {policy: {replies_in: soon}}}",
	"capitals: {kyiv: {policy: {otherwise: maybe}}}", "capitals: {kyiv: {policy: {x: 1}}}", "capitals: {kyiv: {scores: {force: {un: x}}}}",
	"capitals: {kyiv: {scores: {force: {un: 1}}, policy: {concession: {boulware: 2}}}}", "capitals: {kyiv: {policy: {joins: {troops: {wen: 1}}}}}",
	"terms: {a: {}}", "terms: {a: {flag: true, choice: [x, y]}}", "terms: {a: {flag: false}}", "terms: {a: {choice: [x]}}", "terms: {a: {quantity: 5}}", "terms: {a: {duration: [x]}}", "terms: {a: {set: []}}",
	"rules: {a: {yes: 0}}", "rules: {a: {yess: 1}}", "rules: {a: {unanimous: false}}", "rules: {a: {share: half}}", "rules: {a: {all: []}}", "rules: {a: []}", "rules: {a: {}}",
	"procedures: {way: {}}", "procedures: {way: {stages: []}}", "procedures: {way: {stages: [{}]}}", "procedures: {way: {stages: [{rule: {yes: 1}, window: x}]}}",
	"procedures: {way: {stages: [{rule: {yes: 1}, silence: gold}]}}", "procedures: {way: {on_amendment: x, stages: [{rule: {yes: 1}}]}}", "procedures: {way: {stages: [{rule: {yes: 1}, decides: x}]}}",
	"plans: {peace: {term: {}}}", "plans: {peace: {collapses_after: 0}}", "plans: {peace: x}", "plans: {peace: {requires: {plan: peace}}}",
	"deals: [x]", "deals: {requires: []}", "deals: {require: [{if: {force: un}}]}", "deals: {require: [{if: {force: un}, then: {}}]}",
	"script: {}", "script: [x]", "script: [{at: 0h}]", "script: [{say: x, by: kyiv}]", "script: [{at: 0h, say: x}]", "script: [{at: 0h, say: x, by: kyiv, propose: peace}]", "script: [{at: soon, say: x, by: kyiv}]",
	"script: [{at: 0h, when: peace, say: x, by: kyiv}]", "script: [{at: 0h, after: 1h, say: x, by: kyiv}]", "script: [{at: 0h, amend: peace, by: kyiv}]", "script: [{at: 0h, consent: peace, by: kyiv, citing: force}]",
	"script: [{at: 0h, consent: peace, by: []}]", "script: [{at: 0h, report: peace, by: kyiv}]", "script: [{at: 0h, cut: [kyiv]}]", "script: [{at: 0h, cut: [kyiv, moscow], by: kyiv}]", "script: [{at: 0h, cut: kyiv}]",
	"script: [{at: 0h, slow: {link: [kyiv, moscow], by: 2d}}]", "script: [{at: 0h, drop: {link: [kyiv, moscow], rat: 1}}]", "script: [{at: 0h, partition: [[kyiv]]}]", "script: [{when: {is: open}, say: x, by: kyiv}]",
	"script: [{at: 0h, consent: peace, by: kyiv, version: 0}]", "script: [{at: 0h, say: x, by: kyiv, settle: no}]", "script: [{at: 0h, clock: x}]",
	"expect: [x]", "expect: [{}]", "expect: [{plan: peace}]", "expect: [{plan: peace, outcome: good}]", "expect: [{plan: peace, agreement: adopted}]", "expect: [{refused: vote}]", "expect: [{leader: kyiv, elections: 1}]",
	"expect: [{elections: x}]", "expect: [{refused: veto, within: 1d}]", "expect: [{plan: peace, outcome: open, not: no}]", "expect: [{pledged: force, by_at_least: 0}]",
}

func TestGoodAndWrongFiles(t *testing.T) {
	for name, src := range goodFiles(t) {
		if _, err := Parse("-", []byte(src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, src := range wrongFiles {
		if _, err := Parse("-", []byte(completed(src))); err == nil {
			t.Errorf("%s: the parser takes it", src)
		}
	}
}
