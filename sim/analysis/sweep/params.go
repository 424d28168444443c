package sweep

import (
	"slices"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// param is something of a capital's policy that can be varied.
type param struct {
	name    string
	example string
	has     func(*scenarios.Party) bool // the capital has it
	lacks   string                      // why one may not have it, for messages: "CAPITAL ..."
	read    func(*spec) (domain, error)
	set     func(v *variant, place int, number int64, word string)
}

// The greatest exponent of a concession, which is beyond all that anybody uses.
const maxExponent = 1000 * terms.One

var (
	onOff   = words("on", "off")
	points  = numbers(true, -1_000_000_000*terms.One, 1_000_000_000*terms.One, "a score is within plus or minus 1000000000")
	beta    = numbers(false, terms.One/1000, maxExponent, "an exponent is 0.001 to 1000")
	portion = numbers(false, 0, terms.One, "it is the part of the way given at once: 0 to 1")
)

// params lists what can be varied of a capital that has a policy. Red lines and needs can be varied one by one, too: see
// single.
func params() []param {
	scored := func(p *scenarios.Party) bool { return p.Policy != nil && len(p.Scores) > 0 }
	concedes := func(p *scenarios.Party) bool { return scored(p) && p.Policy.Concession != nil }
	concession := func(v *variant, place int) *scenarios.Concession { return v.concession(place) }
	return []param{
		{"replies_in", "6h..48h", func(p *scenarios.Party) bool { return p.Policy != nil }, "has no policy: it does only what the script says",
			durations, func(v *variant, i int, x int64, _ string) {
				v.policy(i).RepliesIn = scenarios.Span{Min: terms.Duration(x), Max: terms.Duration(x)}
			}},
		{"walk_away", "40..80", scored, "has no score sheet and policy, so it has no score at which to walk away",
			points, func(v *variant, i int, x int64, _ string) {
				n := terms.Number(x)
				v.party(i).WalkAway = &n
			}},
		{"concession", "0.2..5", concedes, "does not concede: its policy has no concession",
			beta, func(v *variant, i int, x int64, _ string) {
				concession(v, i).Exponent = float64(x) / float64(terms.One)
			}},
		{"concession.initial", "0..0.5", concedes, "does not concede: its policy has no concession",
			portion, func(v *variant, i int, x int64, _ string) { concession(v, i).Initial = float64(x) / float64(terms.One) }},
		{"concession.over", "5d..20d", concedes, "does not concede: its policy has no concession",
			positive, func(v *variant, i int, x int64, _ string) { concession(v, i).Over = terms.Duration(x) }},
		{"red_lines", "on,off", func(p *scenarios.Party) bool { return p.Policy != nil && len(p.Policy.RedLines) > 0 },
			"has no red lines", onOff, func(v *variant, i int, _ int64, word string) {
				if word == "off" {
					v.policy(i).RedLines = nil
				}
			}},
		{"needs", "on,off", func(p *scenarios.Party) bool { return p.Policy != nil && len(p.Policy.Needs) > 0 },
			"has no needs", onOff, func(v *variant, i int, _ int64, word string) {
				if word == "off" {
					v.policy(i).Needs = nil
				}
			}},
		{"otherwise", "consent,abstain", func(p *scenarios.Party) bool { return p.Policy != nil }, "has no policy: it does only what the script says",
			words(string(scenarios.AnswerConsent), string(scenarios.AnswerObject), string(scenarios.AnswerAbstain), string(scenarios.AnswerSilence)),
			func(v *variant, i int, _ int64, word string) { v.policy(i).Otherwise = scenarios.Answer(word) }},
	}
}

// positive reads durations that are longer than nothing.
func positive(sp *spec) (domain, error) {
	d, err := durations(sp)
	if err == nil && d.(interface{ number(Value) int64 }).number(0) == 0 {
		return nil, sp.wrong("it takes some time: begin with 1h, say")
	}
	return d, err
}

// single is the parameter of one red line or need, counted from 1: red_lines.2.
func single(name string) (param, bool) {
	which, place, is := strings.Cut(name, ".")
	if !is || which != "red_lines" && which != "needs" {
		return param{}, false
	}
	n, err := strconv.Atoi(place)
	if err != nil || n < 1 || strconv.Itoa(n) != place {
		return param{}, false
	}
	list := func(p *scenarios.Policy) *[][]terms.Test {
		if which == "needs" {
			return &p.Needs
		}
		return &p.RedLines
	}
	return param{name, "on,off",
		func(p *scenarios.Party) bool { return p.Policy != nil && len(*list(p.Policy)) >= n },
		"has not that many " + strings.ReplaceAll(which, "_", " "), onOff,
		func(v *variant, i int, _ int64, word string) {
			if word == "off" {
				// The others keep their places until all are set: see variant.settle.
				if lines := list(v.policy(i)); len(*lines) >= n { // else all are struck out
					*lines = slices.Clone(*lines)
					(*lines)[n-1] = nil
				}
			}
		}}, true
}

// paramsOf names what can be varied of a capital.
func paramsOf(p *scenarios.Party) []string {
	var names []string
	for _, x := range params() {
		if x.has(p) {
			names = append(names, x.name)
		}
	}
	return names
}

// party splits a key into capitals and a parameter. Who is nil for every capital that has the parameter; param is "" if the
// key is about something else.
func (sp *spec) party() (who []string, name string, err error) {
	known := func(name string) bool {
		_, is := single(name)
		return is || slices.ContainsFunc(params(), func(p param) bool { return p.name == name })
	}
	if known(sp.key) {
		return nil, sp.key, nil
	}
	c := &sp.scenario.Charter
	for at, r := range sp.key {
		if r != '.' {
			continue
		}
		holder, rest := sp.key[:at], sp.key[at+1:]
		capital := c.Capital(holder) != nil
		group := slices.IndexFunc(c.Groups, func(g terms.Group) bool { return g.Name == holder })
		if !capital && group < 0 {
			continue
		}
		if !known(rest) {
			if sp.meansTerm() {
				continue
			}
			var names []string
			for _, p := range params() {
				names = append(names, p.name)
			}
			hint := "; it takes " + strings.Join(names, ", ") + ", red_lines.N and needs.N"
			if near := scenarios.Nearest(rest, names); near != "" {
				hint = "; did you mean " + holder + "." + near + "?"
			}
			return nil, "", sp.wrong("%s has no parameter %q%s", holder, clip(rest), hint)
		}
		if capital {
			return []string{holder}, rest, nil
		}
		return c.Groups[group].Capitals, rest, nil
	}
	return nil, "", nil
}

// meansTerm reports whether the key is a term, or a plan's.
func (sp *spec) meansTerm() bool {
	c := &sp.scenario.Charter
	return c.Term(sp.key) != nil || slices.ContainsFunc(sp.scenario.Plans, func(p scenarios.Plan) bool {
		id, is := strings.CutPrefix(sp.key, p.ID+".")
		return is && c.Term(id) != nil
	})
}

// partyTargets lists the targets of a parameter: those who have it. One capital that is named must have it.
func (sp *spec) partyTargets(who []string, name string) ([]target, error) {
	p, is := single(name)
	if !is {
		all := params()
		p = all[slices.IndexFunc(all, func(x param) bool { return x.name == name })]
	}
	var targets []target
	for i := range sp.scenario.Parties {
		party := &sp.scenario.Parties[i]
		if who != nil && !slices.Contains(who, party.Capital) {
			continue
		}
		if !p.has(party) {
			if len(who) == 1 {
				return nil, sp.wrong("%s %s", party.Capital, p.lacks)
			}
			continue
		}
		targets = append(targets, target{name: party.Capital + "." + name, touches: []string{party.Capital + "." + name}, example: p.example, read: p.read,
			set: func(v *variant, in *input, x Value) {
				if d, is := in.domain.(interface{ number(Value) int64 }); is && !isWords(in.domain) {
					p.set(v, i, d.number(x), "")
				} else {
					p.set(v, i, 0, in.domain.write(x))
				}
			}})
	}
	if len(targets) == 0 {
		return nil, sp.wrong("no capital of these has it: each %s", p.lacks)
	}
	return targets, nil
}

func isWords(d domain) bool {
	c, is := d.(choices)
	return is && c.numbers == nil
}
