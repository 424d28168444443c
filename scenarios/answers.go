package scenarios

import (
	"fmt"
	"strings"
)

// ReadAnswers reads a file of answers: a mapping from the known keys to one word or text each. An answer that is not given
// is "". The error is an [*Errors] with everything that is wrong with the file, which is bounded as a scenario's is.
func ReadAnswers(file string, src []byte, known []string) (map[string]string, error) {
	p := &parser{file: file, scenario: &Scenario{File: file}, broken: map[Position]bool{}}
	answers := map[string]string{}
	p.guard(func() {
		if !p.readable(src) {
			return
		}
		text := normalized(src)
		p.lines = strings.Split(text, "\n")
		root := p.syntax(text)
		if root == nil {
			return
		}
		f, ok := p.fieldsAmong(value{node: root, key: root.pos}, "a file of answers", known)
		if !ok {
			return
		}
		for _, key := range known {
			v, given := f.get(key)
			switch {
			case !given:
				p.problem(Position{1, 1}, key, "", "the question %s is gone from the file; write a line %q, with your answer after it", key, fmt.Sprintf("%s:", key))
			case v.kind == null:
				answers[key] = ""
			default:
				answers[key], _ = p.word(v)
			}
		}
	})
	if len(p.problems) > 0 {
		return nil, &Errors{Problems: sorted(p.problems), More: p.more}
	}
	return answers, nil
}
