package scenarios

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
)

// Parse reads a scenario file. The error is an [*Errors] with everything that is wrong with the file; then the scenario
// is nil. What is legal yet suspicious is in the scenario's Warnings. The file's name is for messages only; "-" is
// standard input.
func Parse(file string, src []byte) (*Scenario, error) {
	p := &parser{file: file, scenario: &Scenario{File: file}, roles: map[string]terms.Role{}, broken: map[Position]bool{}}
	p.read(src)
	if len(p.problems) > 0 {
		return nil, &Errors{Problems: sorted(p.problems), More: p.more}
	}
	p.scenario.Warnings = sorted(p.warnings)
	return p.scenario, nil
}

// parser holds what has been read of one file.
type parser struct {
	file     string
	lines    []string
	problems []Problem
	warnings []Problem
	more     bool
	broken   map[Position]bool // an alias that stands for nothing: what is missing there is no problem of its own

	scenario *Scenario
	roles    map[string]terms.Role
	everyone []string            // all capitals but observers
	groups   map[string][]string // expanded
	rules    map[string]*namedRule
	sheets   []fields // what each capital says of itself, in the charter's order
	named    int      // capitals named so far, groups expanded: see maxNamed
	links    int      // links named so far: see maxLinks
	effort   int      // spent on rules so far: see maxEffort
}

// The defaults of a scenario that does not say.
const (
	defaultStart                  = "2025-01-01T00:00:00Z"
	defaultHorizon terms.Duration = 30 * terms.Day
	defaultSeed    int64          = 1
)

// read fills the scenario, in the order in which the parts of a file rest on each other.
func (p *parser) read(src []byte) {
	defer func() {
		switch r := recover(); r.(type) {
		case nil:
		case enough:
			p.more = true
		default:
			// The last resort: goccy/go-yaml panics on some malformed input. A file never does worse than be refused.
			p.problems = append(p.problems, p.at(Position{1, 1}, "", "",
				fmt.Sprintf("the file could not be read (%v); please report this with the file", r)))
		}
	}()
	if !p.readable(src) {
		return
	}
	text := normalized(src)
	p.lines = strings.Split(text, "\n")
	root := p.syntax(text)
	if root == nil {
		return
	}
	f, ok := p.fields(value{node: root, key: root.pos}, "a scenario", "scenario")
	if !ok {
		return
	}
	p.heading(f)
	p.capitals(f)
	p.groupsOf(f)
	p.terms(f)
	p.rulesOf(f)
	p.procedures(f)
	p.plans(f)
	p.parties()
	p.deals(f)
	p.machines(f)
	p.script(f)
	p.expectations(f)
	if len(p.problems) == 0 {
		p.lint(f)
	}
}

// heading reads what stands above the capitals.
func (p *parser) heading(f fields) {
	s := p.scenario
	if v, ok := f.need("scenario", "its id: the file's name without .yaml"); ok {
		s.ID, _ = p.id(v, "a scenario's id")
		base := strings.TrimSuffix(filepath.Base(p.file), filepath.Ext(p.file))
		if s.ID != "" && s.ID != base && p.file != "-" && p.file != "" {
			p.warn(v, "the file is called %s; call one as the other", base)
		}
	}
	s.Title = p.textOf(f, "title")
	s.About = strings.TrimSpace(p.textOf(f, "about"))
	if v, ok := f.get("sources"); ok {
		for _, x := range p.items(v) {
			if t, ok := p.word(x); ok {
				s.Sources = append(s.Sources, t)
			}
		}
	}
	s.Start, _ = terms.ParseInstant(defaultStart)
	if v, ok := f.get("start"); ok {
		if t, ok := p.word(v); ok {
			start, err := parseInstant(t)
			if err != nil {
				p.wrong(v, "%v", err)
			} else {
				s.Start = start
			}
		}
	}
	s.Horizon = defaultHorizon
	if v, ok := f.get("horizon"); ok {
		if d, ok := p.duration(v); ok && d == 0 {
			p.wrong(v, "a run needs some time: write a horizon such as 30d")
		} else if ok {
			s.Horizon = d
		}
	}
	s.Seed = defaultSeed
	if v, ok := f.get("seed"); ok {
		if n, ok := p.int64(v); ok {
			s.Seed = n
		}
	}
	s.Charter.Conference, s.Charter.Start = s.ID, s.Start
}

// enough ends the reading of a file with too many problems: read recovers it.
type enough struct{}

// problem records what is wrong.
func (p *parser) problem(pos Position, path, hint, format string, args ...any) {
	if path != "" && p.broken[pos] {
		return
	}
	if len(p.problems) >= maxProblems {
		panic(enough{})
	}
	p.problems = append(p.problems, p.at(pos, path, hint, fmt.Sprintf(format, args...)))
}

func (p *parser) at(pos Position, path, hint, text string) Problem {
	line := ""
	if i := pos.Line - 1; i >= 0 && i < len(p.lines) {
		line = p.lines[i]
	}
	return Problem{File: p.file, Pos: pos, Path: path, Text: text, Hint: hint, Line: line}
}

// wrong records what is wrong with a value.
func (p *parser) wrong(v value, format string, args ...any) {
	p.problem(v.pos, v.path, "", format, args...)
}

// unknown records that a value is not among the known words.
func (p *parser) unknown(v value, word, what string, known []string) {
	p.problem(v.pos, v.path, p.hint(word, known), "%s", notKnown(word, what, known))
}

// notKnown says that a word is not among the known ones of its sort: what is "capital", say.
func notKnown(word, what string, known []string) string {
	if len(known) == 0 {
		return fmt.Sprintf("there is no %s %s; the file has none", what, quote(word))
	}
	return fmt.Sprintf("there is no %s %s; there is %s", what, quote(word), listed(slices.Sorted(slices.Values(known)), "and"))
}

// warn records what is legal yet suspicious.
func (p *parser) warn(v value, format string, args ...any) {
	if len(p.warnings) < maxProblems {
		p.warnings = append(p.warnings, p.at(v.pos, v.path, "", fmt.Sprintf(format, args...)))
	}
}
