package lesson

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/scenarios/lessons"
)

// StateFile is what makes a folder an exercise's: it says which, and how the student is doing.
const StateFile = "lesson.json"

const (
	stateFormat  = "parley-lesson"
	stateVersion = 1
	maxState     = 64 << 10
)

// State is what the folder remembers. It is plain text: it helps a class to keep count, and guards against nothing.
type State struct {
	Format       string            `json:"format"`
	Version      int               `json:"version"`
	Lesson       string            `json:"lesson"` // its id
	Started      time.Time         `json:"started"`
	Checks       int               `json:"checks"`                  // how many times it was checked with all questions answered
	FirstAnswers map[string]string `json:"first_answers,omitempty"` // the predictions at the first of them
	Hints        int               `json:"hints"`                   // how many were shown
	SolutionUsed bool              `json:"solution_used"`           // the solution was shown
	Points       int               `json:"points"`                  // at the last check
	Of           int               `json:"of"`
	PassedAt     *time.Time        `json:"passed_at,omitempty"` // first
	PassedAlone  bool              `json:"passed_before_solution,omitempty"`
}

// Folder is a student's folder.
type Folder struct {
	Dir    string
	Lesson *lessons.Lesson
	State  State
}

// Find returns the exercise with a number, or the id or title's folder of one; the error lists what there is.
func Find(word string) (*lessons.Lesson, error) {
	all, err := lessons.All()
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if fmt.Sprint(l.Number) == strings.TrimLeft(word, "0") || l.ID == word || l.Folder() == word {
			return l, nil
		}
	}
	return nil, &InputError{fmt.Errorf("there is no exercise %q; there are 1 to %d: parley lesson lists them", shortened(word), len(all))}
}

// How Start treats a folder that is there already.
type Existing int

// Refuse leaves it alone, Missing writes the files that are not there, and Aside puts the files aside and begins anew.
const (
	Refuse Existing = iota
	Missing
	Aside
)

// Start writes an exercise's files into a folder. It never overwrites: the error says what is there. aside is where the
// files that were there are now, and wrote the files that were written.
func Start(l *lessons.Lesson, dir string, existing Existing, now time.Time) (wrote []string, aside string, err error) {
	list, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, "", &InputError{err}
	case len(list) > 0 && existing == Refuse:
		return nil, "", &InputError{fmt.Errorf("%s is there already, and nothing in it was changed. Name another folder; or, with "+
			"--missing, only the files that are missing are written; or, with --again, what is there is put aside first", dir)}
	case len(list) > 0 && existing == Aside:
		if aside, err = putAside(dir); err != nil {
			return nil, "", err
		}
	case len(list) > 0 && existing == Missing:
		f, err := Open(dir)
		switch {
		case err == nil && f.Lesson.ID != l.ID:
			return nil, "", &InputError{fmt.Errorf("%s is the folder of exercise %d, not %d; nothing in it was changed", dir, f.Lesson.Number, l.Number)}
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, "", err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, aside, &InputError{err}
	}
	for _, name := range fileNames(l) {
		written, err := writeNew(filepath.Join(dir, name), l.Files[name])
		if err != nil {
			return wrote, aside, &InputError{err}
		}
		if written {
			wrote = append(wrote, name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, StateFile)); errors.Is(err, fs.ErrNotExist) {
		f := &Folder{dir, l, State{Format: stateFormat, Version: stateVersion, Lesson: l.ID, Started: now.UTC().Truncate(time.Second), Of: l.Points()}}
		if err := f.Save(); err != nil {
			return wrote, aside, &InputError{err}
		}
		wrote = append(wrote, StateFile)
	}
	return wrote, aside, nil
}

// putAside renames a folder to one beside it that does not exist yet.
func putAside(dir string) (string, error) {
	clean, err := filepath.Abs(dir)
	if err != nil {
		return "", &InputError{err}
	}
	if here, err := os.Getwd(); err == nil && (here == clean || strings.HasPrefix(here, clean+string(filepath.Separator))) {
		return "", &InputError{fmt.Errorf("%s cannot be put aside from inside it; go one folder up", clean)}
	}
	if _, err := os.Stat(filepath.Join(clean, StateFile)); err != nil {
		return "", &InputError{fmt.Errorf("%s is not an exercise's folder, so it is left alone", dir)}
	}
	for i := 1; i < 1000; i++ {
		to := fmt.Sprintf("%s.%d", clean, i)
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.Rename(clean, to); err != nil {
			return "", &InputError{err}
		}
		return fmt.Sprintf("%s.%d", filepath.Clean(dir), i), nil
	}
	return "", &InputError{fmt.Errorf("there are too many older folders beside %s", dir)}
}

// writeNew writes a file that is not there; false if there is one.
func writeNew(file string, b []byte) (bool, error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = f.Write(b)
	return true, errors.Join(err, f.Close())
}

// fileNames lists an exercise's files, sorted.
func fileNames(l *lessons.Lesson) []string {
	var all []string
	for name := range l.Files {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// Open reads what a folder remembers. The error says what is wrong with it and what to do, and wraps fs.ErrNotExist where
// there is no exercise.
func Open(dir string) (*Folder, error) {
	file := filepath.Join(dir, StateFile)
	b, err := readBounded(file, maxState)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(dir); err != nil {
			return nil, &InputError{fmt.Errorf("there is no folder %s: parley lesson start N makes one: %w", dir, fs.ErrNotExist)}
		}
		return nil, &InputError{fmt.Errorf("%s is not an exercise's folder: it has no %s. If that was deleted, parley lesson start N %s "+
			"--missing brings it back; nothing else is changed: %w", dir, StateFile, dir, fs.ErrNotExist)}
	case err != nil:
		return nil, &InputError{err}
	}
	f := &Folder{Dir: dir}
	if err := json.Unmarshal(b, &f.State); err != nil || f.State.Format != stateFormat {
		return nil, &InputError{fmt.Errorf("%s cannot be read (was it edited?). Delete it, and parley lesson start N %s --missing writes a "+
			"new one; your work is not touched, but the count of checks and hints begins anew", file, dir)}
	}
	if f.State.Version > stateVersion {
		return nil, &InputError{fmt.Errorf("%s was written by a newer parley; this one does not know its format %d", file, f.State.Version)}
	}
	if f.Lesson, err = Find(f.State.Lesson); err != nil {
		return nil, &InputError{fmt.Errorf("%s names the exercise %q, which this parley does not have", file, shortened(f.State.Lesson))}
	}
	return f, nil
}

// Save writes what the folder remembers, as a whole or not at all.
func (f *Folder) Save() error {
	b, err := json.MarshalIndent(&f.State, "", "  ")
	if err != nil {
		return err
	}
	file := filepath.Join(f.Dir, StateFile)
	t, err := os.CreateTemp(f.Dir, ".lesson-*")
	if err != nil {
		return fmt.Errorf("keep count in %s: %w", file, err)
	}
	defer func() { _ = os.Remove(t.Name()) }() // gone already if all went well
	_, err = t.Write(append(b, '\n'))
	if err = errors.Join(err, t.Chmod(0o644), t.Close()); err != nil {
		return fmt.Errorf("keep count in %s: %w", file, err)
	}
	return os.Rename(t.Name(), file)
}

// Files reads the student's files. The error names those that are missing, and what could be one of them renamed.
func (f *Folder) Files() (map[string][]byte, error) {
	all := map[string][]byte{}
	var missing []string
	for _, name := range fileNames(f.Lesson) {
		b, err := readBounded(filepath.Join(f.Dir, name), scenarios.MaxSize)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, name)
		case err != nil:
			return nil, &InputError{err}
		}
		all[name] = b
	}
	if len(missing) == 0 {
		return all, nil
	}
	text := fmt.Sprintf("%s has no %s", f.Dir, strings.Join(missing, " and no "))
	if others := f.others(); len(others) > 0 {
		text += fmt.Sprintf("; if it was renamed, give it its name back (there is %s)", strings.Join(others, ", "))
	}
	return nil, &InputError{fmt.Errorf("%s. parley lesson start %d %s --missing writes what is missing afresh, and changes nothing else",
		text, f.Lesson.Number, f.Dir)}
}

// others lists files of the folder that are not the exercise's.
func (f *Folder) others() []string {
	list, err := os.ReadDir(f.Dir)
	if err != nil {
		return nil
	}
	var all []string
	for _, e := range list {
		name := e.Name()
		_, ours := f.Lesson.Files[name]
		if ours || name == StateFile || name == PageFile || !e.Type().IsRegular() || strings.HasPrefix(name, ".") || len(all) == 5 {
			continue
		}
		all = append(all, fmt.Sprintf("%q", name))
	}
	return all
}

// PageFile is the page that a check leaves beside the exercise.
const PageFile = "page.html"

// readBounded reads a regular file of at most so many bytes.
func readBounded(file string, limit int64) (b []byte, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", file)
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	b, err = io.ReadAll(io.LimitReader(in, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes", file, limit)
	}
	return b, err
}

// Record notes a grade in what the folder remembers.
func (f *Folder) Record(g *Grade, now time.Time) {
	if len(g.Unanswered) > 0 {
		return
	}
	f.State.Checks++
	if f.State.FirstAnswers == nil {
		f.State.FirstAnswers = map[string]string{}
	}
	for _, r := range g.Results {
		if _, known := f.State.FirstAnswers[r.ID]; r.Question && !known {
			f.State.FirstAnswers[r.ID] = r.Given
		}
	}
	f.State.Points, f.State.Of = g.Points, g.Of
	if g.Passed && f.State.PassedAt == nil {
		at := now.UTC().Truncate(time.Second)
		f.State.PassedAt, f.State.PassedAlone = &at, !f.State.SolutionUsed
	}
}

// WriteSolution writes the solution into a folder beside the student's files, and notes that it was used. It overwrites
// nothing: a file that is there stays.
func (f *Folder) WriteSolution() (dir string, err error) {
	files, err := f.Lesson.Solution()
	if err != nil {
		return "", err
	}
	f.State.SolutionUsed = true
	if err := f.Save(); err != nil {
		return "", &InputError{err}
	}
	dir = filepath.Join(f.Dir, "solution")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", &InputError{err}
	}
	for name, b := range files {
		if _, err := writeNew(filepath.Join(dir, name), b); err != nil {
			return "", &InputError{err}
		}
	}
	return dir, nil
}
