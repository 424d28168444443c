package lesson

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/scenarios/lessons"
	"github.com/parley-sim/parley/sim"
)

// check says what is wrong, nil if nothing is.
type check func(s *sheet) *fault

// fault is what a check found.
type fault struct {
	id     string
	text   string
	moment *Moment
}

// sheet is what a check looks at. A technical failure is kept in err, and what is asked of the sheet after it is empty.
type sheet struct {
	ctx     context.Context
	lesson  *lessons.Lesson
	files   map[string][]byte
	player  Player
	options Options

	mine  *scenarios.Scenario // the student's
	given *scenarios.Scenario // as it was given
	cache map[string][]run
	runs  int
	err   error
}

// run is one game that was played.
type run struct {
	Game
	*sim.Report
}

// read reads the student's scenario, and the one that was given.
func (s *sheet) read() error {
	name := s.lesson.Edit
	if !strings.HasSuffix(name, ".yaml") {
		return nil
	}
	var err error
	if s.given, err = scenarios.Parse(name, s.lesson.Files[name]); err != nil {
		return fmt.Errorf("the exercise's own file: %w", err)
	}
	if s.mine, err = scenarios.Parse(inFolder(s.options.Folder, name), s.files[name]); err != nil {
		return &InputError{err}
	}
	return nil
}

func inFolder(folder, name string) string {
	if folder == "" {
		return name
	}
	return filepath.Join(folder, name)
}

// fault makes a fault of a feedback's id. values are names and what stands for them: "plan", "truce".
func (s *sheet) fault(id string, m *Moment, values ...any) *fault {
	text, known := s.lesson.Feedback[id]
	if !known && id == "frozen" {
		text, known = frozenText, true
	}
	if !known {
		s.fail(fmt.Errorf("exercise %d has no feedback %q", s.lesson.Number, id))
	}
	for i := 0; i+1 < len(values); i += 2 {
		text = strings.ReplaceAll(text, "{"+fmt.Sprint(values[i])+"}", fmt.Sprint(values[i+1]))
	}
	return &fault{id, strings.TrimSpace(text), m}
}

func (s *sheet) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// seeds are the hidden ones: they depend on the exercise only, so that two students are graded alike.
func (s *sheet) seeds() []int64 {
	all := make([]int64, s.options.Seeds)
	for i := range all {
		sum := sha256.Sum256(fmt.Appendf(nil, "parley exercise %d, seed %d", s.lesson.Number, i))
		all[i] = int64(binary.BigEndian.Uint64(sum[:8]) >> 11) // a number that JSON keeps exactly
	}
	return all
}

// plays plays the student's scenario over the hidden seeds.
func (s *sheet) plays() []run { return s.playsText(string(s.files[s.lesson.Edit])) }

// playsText plays a variation of it.
func (s *sheet) playsText(text string) []run {
	if s.err != nil {
		return nil
	}
	if r, ok := s.cache[text]; ok {
		s.runs += len(r)
		return r
	}
	var games []Game
	for _, seed := range s.seeds() {
		games = append(games, Game{File: inFolder(s.options.Folder, s.lesson.Edit), Text: []byte(text), Seed: seed})
	}
	var runs []run
	for i, p := range s.player.Play(s.ctx, games) {
		if p.Err != nil {
			s.fail(fmt.Errorf("the exercise could not be played: %w", p.Err))
			return nil
		}
		runs = append(runs, run{games[i], p.Report})
	}
	if len(runs) == 0 {
		s.fail(errors.New("the exercise was not played"))
		return nil
	}
	if s.cache == nil {
		s.cache = map[string][]run{}
	}
	s.cache[text] = runs
	s.runs += len(runs)
	return runs
}

// with returns the student's scenario with steps added to its script, each a line such as "{at: 1d, crash: paris}". The
// script must be a list of lines at the end of some block, as the given file has it.
func (s *sheet) with(steps ...string) string {
	lines := strings.Split(strings.ReplaceAll(string(s.files[s.lesson.Edit]), "\r\n", "\n"), "\n")
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "script:") })
	if at < 0 {
		s.fail(&InputError{fmt.Errorf("%s: the line %q is missing, under which the steps stand",
			inFolder(s.options.Folder, s.lesson.Edit), "script:")})
		return ""
	}
	return s.inserted(lines, at, at+1, steps)
}

// inserted puts steps into a script that begins after the line at.
func (s *sheet) inserted(lines []string, at, to int, steps []string) string {
	indent := "  "
	for _, l := range lines[at+1:] {
		if trimmed := strings.TrimLeft(l, " "); strings.HasPrefix(trimmed, "- ") {
			indent = l[:len(l)-len(trimmed)]
			break
		}
	}
	var added []string
	for _, step := range steps {
		added = append(added, indent+"- "+step)
	}
	text := strings.Join(slices.Insert(lines, to, added...), "\n")
	if _, err := scenarios.Parse(s.lesson.Edit, []byte(text)); err != nil {
		s.fail(&InputError{fmt.Errorf("%s: write the script as it was given, a step a line: %w",
			inFolder(s.options.Folder, s.lesson.Edit), err)})
	}
	return text
}

// plan returns how a plan stood at the end.
func (r *run) plan(id string) *terms.PlanView {
	for i := range r.Plans {
		if r.Plans[i].ID == id {
			return &r.Plans[i]
		}
	}
	return &terms.PlanView{ID: id, Outcome: terms.Open}
}

// is reports whether a plan had an outcome at the end.
func (r *run) is(id string, o terms.Outcome) bool { return r.plan(id).Outcome == o }

// moment is that of a timeline's item.
func (r *run) moment(item int) *Moment {
	if item < 0 || item >= len(r.Timeline) {
		return r.end()
	}
	return &Moment{Game: r.Game, At: r.Timeline[item].At, Item: item, Report: r.Report}
}

// end is the run's last moment.
func (r *run) end() *Moment {
	return &Moment{Game: r.Game, At: r.EndedAt, Item: len(r.Timeline) - 1, Report: r.Report}
}

// find returns the place of the first item of the timeline that f takes, -1 if there is none.
func (r *run) find(f func(it *sim.Item) bool) int {
	for i := range r.Timeline {
		if f(&r.Timeline[i]) {
			return i
		}
	}
	return -1
}

// move finds a move whose fate is known.
func (r *run) move(verb terms.Verb, by, plan, outcome string) int {
	return r.find(func(it *sim.Item) bool {
		return it.Kind == sim.ItemMove && it.Move.Verb == verb && (by == "" || it.Move.Capital == by) &&
			(plan == "" || it.Move.Plan == plan) && (outcome == "" || it.Move.Outcome == outcome)
	})
}

// decided finds the item in which a plan was decided.
func (r *run) decided(plan string) int {
	return r.find(func(it *sim.Item) bool {
		return slices.ContainsFunc(it.Events, func(e terms.Event) bool { return e.Plan == plan && e.Kind == terms.EventDecided })
	})
}

// day says an instant as the report does: "day 3, 14:00".
func (r *run) day(at terms.Instant) string { return dayOf(r.Scenario.Start, at) }

// dayOf says an instant by the day of the run and the time of day.
func dayOf(start, at terms.Instant) string {
	first := start.Time().UTC().Truncate(24 * 3600 * 1e9)
	return fmt.Sprintf("day %d, %s", int(at.Time().Sub(first).Hours()/24)+1, at.Time().Format("15:04"))
}

// names writes capitals as a sentence has them, in the words of a charter.
func names(c *terms.Charter, ids []string) string {
	var all []string
	for _, id := range ids {
		name := id
		if x := c.Capital(id); x != nil {
			name = x.Name
		}
		all = append(all, name)
	}
	switch len(all) {
	case 0:
		return "nobody"
	case 1:
		return all[0]
	}
	return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}
