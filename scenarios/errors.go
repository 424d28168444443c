package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// maxProblems bounds how many problems are found in one file, and maxShown how many Error writes out.
const (
	maxProblems = 1000
	maxShown    = 200
)

// Errors is what [Parse] returns for a file that is wrong: all that is wrong with it, in the order of the file.
type Errors struct {
	Problems []Problem
	More     bool // reading stopped at the thousandth
}

// Error writes every problem with its place, its line and a caret under the column.
func (e *Errors) Error() string {
	shown := min(len(e.Problems), maxShown)
	parts := make([]string, 0, shown+1)
	for _, p := range e.Problems[:shown] {
		parts = append(parts, p.String())
	}
	if more := len(e.Problems) - shown; more > 0 || e.More {
		least := ""
		if e.More {
			least = "at least "
		}
		parts = append(parts, fmt.Sprintf("and %s%d more problems", least, more))
	}
	return strings.Join(parts, "\n")
}

// String writes the problem as
//
//	file:line:column: key.path: what is wrong and what to do
//	    the line of the file
//	        ^
//	    did you mean moscow?
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Pos.Line, p.Pos.Column)
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Text)
	if line, caret := p.excerpt(); line != "" {
		b.WriteString("\n    " + line + "\n    " + caret)
	}
	if p.Hint != "" {
		b.WriteString("\n    " + p.Hint)
	}
	return b.String()
}

// excerptWidth is how much of a long line is shown.
const excerptWidth = 100

// excerpt returns the part of the line around the column and, for the line below it, a caret. Tabs are kept, so that the
// caret stands under its column; what a terminal could take for a command is not.
func (p Problem) excerpt() (line, caret string) {
	text := []rune(strings.TrimRight(p.Line, " \t\r"))
	if len(text) == 0 {
		return "", ""
	}
	at := max(0, min(p.Pos.Column-1, len(text)))
	from := 0
	if at > excerptWidth*3/4 {
		from = at - excerptWidth/2
	}
	to := min(len(text), from+excerptWidth)
	show := slices.Clone(text[from:to])
	under := make([]rune, 0, at-from+1)
	for i, r := range show {
		if r != '\t' && !unicode.IsGraphic(r) {
			show[i] = '?'
		}
		if i < at-from {
			if r == '\t' {
				under = append(under, '\t')
			} else {
				under = append(under, ' ')
			}
		}
	}
	line = string(show)
	if to < len(text) {
		line += "…"
	}
	caret = string(under) + "^"
	if from > 0 {
		line, caret = "…"+line, " "+caret
	}
	return line, caret
}

// sorted orders problems by place, and drops those that say the same twice, as they do where an alias repeats a mistake.
func sorted(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return slices.CompactFunc(problems, func(a, b Problem) bool { return a.Pos == b.Pos && a.Text == b.Text })
}

// listed joins words as a sentence does: "a, b or c". Long lists are cut.
func listed(words []string, and string) string {
	const most = 20
	switch {
	case len(words) == 0:
		return "nothing"
	case len(words) == 1:
		return words[0]
	case len(words) > most:
		return fmt.Sprintf("%s, … (%d in all)", strings.Join(words[:most], ", "), len(words))
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + and + " " + words[len(words)-1]
}

// quote shows a word of the file, cut if it is long.
func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
