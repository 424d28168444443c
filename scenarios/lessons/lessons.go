// Package lessons holds the exercises as they are written: what each asks, the files that a student begins with, a
// solution, and wrong answers with the feedback that is meant for each. It knows nothing of playing or grading: that is
// sim/lesson's work.
//
// An exercise is a folder: lesson.yaml (see [Lesson]), brief.md, notes.md for the instructor, start (the student's files),
// solution (those of them that change), and wrong/NAME (files that replace the solution's). A file answers.yaml is made of
// the questions.
package lessons

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed [0-9]*
var content embed.FS

// AnswersFile is where a student predicts.
const AnswersFile = "answers.yaml"

// Lesson is one exercise.
type Lesson struct {
	Number  int    `yaml:"-"`
	ID      string `yaml:"-"` // its folder's name: 01-a-commit-is-not-a-consent
	Title   string `yaml:"title"`
	Teaches string `yaml:"teaches"` // in one line
	Minutes int    `yaml:"minutes"` // that a student needs
	Edit    string `yaml:"edit"`    // the file that the student changes
	Change  string `yaml:"change"`  // what in it may be changed, in words

	Questions []Question        `yaml:"questions"`
	Checks    []Check           `yaml:"checks"`
	Feedback  map[string]string `yaml:"feedback"` // by id; {name} stands for what the check found
	Hints     []string          `yaml:"hints"`
	Wrong     []Wrong           `yaml:"wrong"`

	Brief string            `yaml:"-"`
	Notes string            `yaml:"-"` // for the instructor
	Files map[string][]byte `yaml:"-"` // that the student begins with, AnswersFile included
}

// Question is something to predict before anything is played.
type Question struct {
	ID       string            `yaml:"id"`
	Ask      string            `yaml:"ask"`
	Options  []Option          `yaml:"options"` // none: the answer is a whole number
	Answer   string            `yaml:"answer"`
	Points   int               `yaml:"points"`
	Why      string            `yaml:"why"`      // shown with a right answer
	Feedback map[string]string `yaml:"feedback"` // by a wrong answer; "*" is any other
}

// Option is one answer to choose.
type Option struct {
	Is   string `yaml:"is"`
	Says string `yaml:"says"`
}

// Check is something that must hold of the student's file when it is played.
type Check struct {
	ID     string `yaml:"id"`
	Text   string `yaml:"text"`
	Points int    `yaml:"points"`
}

// Wrong is an answer that is wrong in a way that was foreseen: the solution with the files of its folder, and the answers
// given here.
type Wrong struct {
	Name     string            `yaml:"name"`
	Answers  map[string]string `yaml:"answers"`
	Feedback string            `yaml:"feedback"` // the id that it must get; of a question: ID=ANSWER
}

// Points is what can be reached.
func (l *Lesson) Points() int {
	sum := 0
	for _, q := range l.Questions {
		sum += q.Points
	}
	for _, c := range l.Checks {
		sum += c.Points
	}
	return sum
}

// Folder is the default name of a student's folder.
func (l *Lesson) Folder() string { return "lesson-" + l.ID }

// Question returns the question with that id, nil if there is none.
func (l *Lesson) Question(id string) *Question {
	for i := range l.Questions {
		if l.Questions[i].ID == id {
			return &l.Questions[i]
		}
	}
	return nil
}

// All reads all exercises, in their order. An error is a mistake in the exercises themselves.
func All() ([]*Lesson, error) {
	dirs, err := content.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var all []*Lesson
	for _, d := range dirs {
		l, err := load(d.Name())
		if err != nil {
			return nil, fmt.Errorf("exercise %s: %w", d.Name(), err)
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b *Lesson) int { return a.Number - b.Number })
	return all, nil
}

func load(id string) (*Lesson, error) {
	number, _, _ := strings.Cut(id, "-")
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil, fmt.Errorf("the folder's name begins with a number: %w", err)
	}
	l := &Lesson{}
	src, err := content.ReadFile(path.Join(id, "lesson.yaml"))
	if err != nil {
		return nil, err
	}
	if err := yaml.NewDecoder(bytes.NewReader(src), yaml.Strict()).Decode(l); err != nil {
		return nil, fmt.Errorf("lesson.yaml: %w", err)
	}
	l.Number, l.ID = n, id
	for file, to := range map[string]*string{"brief.md": &l.Brief, "notes.md": &l.Notes} {
		b, err := content.ReadFile(path.Join(id, file))
		if err != nil {
			return nil, err
		}
		*to = string(b)
	}
	if l.Files, err = files(path.Join(id, "start")); err != nil {
		return nil, err
	}
	l.Files[AnswersFile] = l.Answers(nil)
	return l, nil
}

// Solution returns the student's files as they are when the exercise is solved.
func (l *Lesson) Solution() (map[string][]byte, error) {
	all, err := l.overlaid(l.Files, "solution")
	if err != nil {
		return nil, err
	}
	right := map[string]string{}
	for _, q := range l.Questions {
		right[q.ID] = q.Answer
	}
	all[AnswersFile] = l.Answers(right)
	return all, nil
}

// WrongFiles returns the student's files as a wrong answer has them.
func (l *Lesson) WrongFiles(w *Wrong) (map[string][]byte, error) {
	all, err := l.Solution()
	if err != nil {
		return nil, err
	}
	if len(w.Answers) > 0 {
		given := map[string]string{}
		for _, q := range l.Questions {
			given[q.ID] = q.Answer
		}
		for id, a := range w.Answers {
			given[id] = a
		}
		all[AnswersFile] = l.Answers(given)
		return all, nil
	}
	return l.overlaid(all, path.Join("wrong", w.Name))
}

// overlaid returns the files with those of a folder in their place.
func (l *Lesson) overlaid(under map[string][]byte, dir string) (map[string][]byte, error) {
	over, err := files(path.Join(l.ID, dir))
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for name, b := range under {
		all[name] = b
	}
	for name, b := range over {
		all[name] = b
	}
	return all, nil
}

func files(dir string) (map[string][]byte, error) {
	all := map[string][]byte{}
	list, err := fs.ReadDir(content, dir)
	if err != nil {
		return nil, err
	}
	for _, f := range list {
		if all[f.Name()], err = content.ReadFile(path.Join(dir, f.Name())); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Answers writes the file of answers, with what is given in it.
func (l *Lesson) Answers(given map[string]string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Exercise %d: %s\n# Predict before you run anything: write each answer after its colon.\n", l.Number, l.Title)
	for _, q := range l.Questions {
		b.WriteString("\n")
		for _, line := range wrapped(q.Ask, 78) {
			fmt.Fprintf(&b, "# %s\n", line)
		}
		if len(q.Options) == 0 {
			b.WriteString("#   a whole number\n")
		}
		for _, o := range q.Options {
			for i, line := range wrapped(o.Says, 60) {
				if i == 0 {
					fmt.Fprintf(&b, "#   %-12s %s\n", o.Is, line)
				} else {
					fmt.Fprintf(&b, "#   %-12s %s\n", "", line)
				}
			}
		}
		fmt.Fprintf(&b, "%s:", q.ID)
		if a := given[q.ID]; a != "" {
			b.WriteString(" " + a)
		}
		b.WriteString("\n")
	}
	return b.Bytes()
}

// wrapped sets a text in lines of at most so many characters.
func wrapped(text string, width int) []string {
	var lines []string
	line := ""
	for _, w := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(w)) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	return append(lines, line)
}
