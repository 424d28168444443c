package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// moveBuilder turns a command line into a move. It reads values and conditions with the scenario files' own parser.
type moveBuilder struct {
	*env
	*session
	ctx     context.Context
	c       *cli.Context
	charter *terms.Charter
}

// build reads the words after the verb and the flags. What it cannot know, such as whether the plan is open, is left to
// the state machine.
func (b *moveBuilder) build(v verb, args []string) (api.MoveRequest, error) {
	move := api.MoveRequest{Verb: v.verb, Version: b.c.Int("version"), Against: b.c.String("against")}
	words := scenarios.NewWords(b.charter, nil)
	var err error
	switch v.args {
	case "PLAN":
		move.Plan = args[0]
	case "TERM":
		if move.Term, err = words.Term(string(v.verb), args[0]); err != nil {
			return move, usagef("%v", err)
		}
	case "TEXT":
		move.Text = args[0]
	}
	if b.c.IsSet("version") && move.Version < 1 {
		return move, usagef("--version takes the number of a version, from 1 on")
	}
	if v.verb == terms.VerbPropose {
		return move, b.propose(&move, words)
	}
	if move.Set, err = b.settings(words, nil); err != nil {
		return move, err
	}
	for flag, to := range map[string]*[]string{"drop": &move.Drop, "citing": &move.Citing, "of": &move.Of} {
		*to = listOf(b.c, flag)
		for _, id := range *to {
			if _, err := words.Term("--"+flag, id); err != nil {
				return move, usagef("%v", err)
			}
		}
	}
	switch v.verb {
	case terms.VerbAmend:
		if len(move.Set)+len(move.Drop) == 0 {
			return move, usagef("amend changes something: --set TERM=VALUE, or --drop TERM")
		}
	case terms.VerbReport:
		if move.Against == "" {
			return move, usagef("report says who is accused: --against ID")
		}
		if _, err := words.Capital("--against", move.Against); err != nil {
			return move, usagef("%v", err)
		}
	case terms.VerbPledge:
		if b.c.IsSet("value") {
			value, err := words.Value("--value", move.Term, b.c.String("value"))
			if err != nil {
				return move, usagef("%v", err)
			}
			move.Value = &value
		}
	}
	if b.c.IsSet("for") {
		if move.For, err = scenarios.ReadDuration(b.c.String("for")); err != nil || move.For == 0 {
			return move, usagef("--for takes a length of scenario time such as 30d, not %q", b.c.String("for"))
		}
	}
	if b.c.IsSet("if") {
		condition, err := scenarios.NewWords(b.charter, b.plans()).Condition("--if", b.c.String("if"), v.verb == terms.VerbPledge)
		if err != nil {
			return move, usagef("%v", err)
		}
		move.If = &condition
	}
	return move, nil
}

// settings reads --set TERM=VALUE into a text, sorted by term.
func (b *moveBuilder) settings(words *scenarios.Words, text []terms.Setting) ([]terms.Setting, error) {
	for _, set := range b.c.StringSlice("set") {
		term, value, ok := strings.Cut(set, "=")
		if !ok {
			return nil, usagef("--set takes TERM=VALUE, not %q", set)
		}
		v, err := words.Value("--set", strings.TrimSpace(term), value)
		if err != nil {
			return nil, usagef("%v", err)
		}
		one := terms.Setting{Term: strings.TrimSpace(term), Value: v}
		if i := slices.IndexFunc(text, func(s terms.Setting) bool { return s.Term == one.Term }); i >= 0 {
			text[i] = one
		} else {
			text = append(text, one)
		}
	}
	slices.SortFunc(text, func(x, y terms.Setting) int { return strings.Compare(x.Term, y.Term) })
	return text, nil
}

// propose finds the plan's text: in the scenario that --from names, or in the one that the conference was made from, or
// as the flags have it.
func (b *moveBuilder) propose(move *api.MoveRequest, words *scenarios.Words) error {
	draft := terms.Draft{}
	s, err := b.scenario()
	if err != nil {
		return err
	}
	var plan *scenarios.Plan
	if s != nil {
		plan = s.Plan(move.Plan)
	}
	switch {
	case plan != nil:
		draft = plan.Draft
		draft.Terms = slices.Clone(draft.Terms)
	case b.c.IsSet("from"):
		return usagef("%s has no plan %q%s", b.c.String("from"), move.Plan, didYouMean(move.Plan, planIDs(s)))
	case !b.c.IsSet("set"):
		hint := "; name one with --from FILE, or write it with --set TERM=VALUE"
		if s != nil {
			hint = didYouMean(move.Plan, planIDs(s)) + hint
		}
		return usagef("there is no text for the plan %q%s", move.Plan, hint)
	}
	if b.c.IsSet("title") {
		draft.Title = b.c.String("title")
	}
	if b.c.IsSet("procedure") {
		draft.Procedure = b.c.String("procedure")
	}
	var procedures []string
	for i := range b.charter.Procedures {
		procedures = append(procedures, b.charter.Procedures[i].Name)
	}
	switch {
	case draft.Procedure == "" && len(procedures) == 1:
		draft.Procedure = procedures[0]
	case draft.Procedure == "":
		return usagef("say which procedure the plan goes through: --procedure %s", strings.Join(procedures, " or "))
	case !slices.Contains(procedures, draft.Procedure):
		return usagef("there is no procedure %q%s", draft.Procedure, didYouMean(draft.Procedure, procedures))
	}
	if draft.Terms, err = b.settings(words, draft.Terms); err != nil {
		return err
	}
	move.Draft = &draft
	return nil
}

func planIDs(s *scenarios.Scenario) []string {
	var ids []string
	for i := range s.Plans {
		ids = append(ids, s.Plans[i].ID)
	}
	return ids
}

// scenarioFile is where a conference's folder, and each capital's own, keeps the scenario that it was made from.
const scenarioFile = "scenario.yaml"

// keepScenario puts the scenario that a conference was made from into its folder and into each capital's own, for
// parley propose.
func keepScenario(folder string, text []byte) error {
	at := []string{folder}
	if configs, err := filepath.Glob(filepath.Join(folder, "*", host.ConfigFile)); err == nil {
		for _, file := range configs {
			at = append(at, filepath.Dir(file))
		}
	}
	for _, f := range at {
		if err := writeWhole(filepath.Join(f, scenarioFile), text); err != nil {
			return err
		}
	}
	return nil
}

// scenario returns the scenario that --from names, else the one that the conference's folder keeps, else the library's of
// the conference's name, else nil.
func (b *moveBuilder) scenario() (*scenarios.Scenario, error) {
	if b.c.IsSet("from") {
		right, bad := b.load([]string{b.c.String("from")})
		if len(bad) > 0 {
			return nil, usagef("%v", bad[0].err)
		}
		return right[0].scenario, nil
	}
	for _, folder := range []string{b.data, b.keys} {
		if folder == "" {
			continue
		}
		file := filepath.Join(folder, scenarioFile)
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, usagef("%v", err)
		}
		s, err := scenarios.Parse("-", text)
		if err != nil {
			return nil, usagef("%s: %v", file, err)
		}
		return s, nil
	}
	if slices.Contains(scenarios.Library(), b.charter.Conference) {
		return library(b.charter.Conference)
	}
	return nil, nil
}

// plans are the plans that a condition may name: those of the scenario, and those that were proposed.
func (b *moveBuilder) plans() []scenarios.Plan {
	var all []scenarios.Plan
	if list, err := b.anyone().Plans(b.ctx, node.Local); err == nil {
		for i := range list.Plans {
			p := &list.Plans[i]
			all = append(all, scenarios.Plan{ID: p.ID, Draft: terms.Draft{Procedure: p.Procedure}})
		}
	}
	s, err := b.scenario()
	if err != nil || s == nil {
		return all
	}
	for i := range s.Plans {
		if !slices.ContainsFunc(all, func(p scenarios.Plan) bool { return p.ID == s.Plans[i].ID }) {
			all = append(all, s.Plans[i])
		}
	}
	return all
}
