package chart

import "strings"

// Table is rows of cells under a head. On a terminal the columns are as wide as they need to be; where they do not all
// fit, the first one that is not set right is cut short.
type Table struct {
	Title string
	Head  []string
	Right []bool // the columns that are set to the right, as figures are; a missing entry is false
	Rows  [][]string
}

func (x *Table) right(i int) bool { return i < len(x.Right) && x.Right[i] }

func (x Table) text(p *printer) {
	if x.Title != "" {
		p.para(Plain, "", "", oneLine(x.Title))
	}
	wide := make([]int, len(x.Head))
	lines := append([][]string{x.Head}, x.Rows...)
	for _, row := range lines {
		for i, c := range row {
			if i < len(wide) {
				wide[i] = max(wide[i], columns(oneLine(c)))
			}
		}
	}
	total := 2 * (len(wide) - 1)
	for _, n := range wide {
		total += n
	}
	for over := total - p.width; over > 0; { // the widest words give way, then any column
		widest := -1
		for i := range wide {
			if !x.right(i) && wide[i] > 8 && (widest < 0 || wide[i] > wide[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		cut := min(over, wide[widest]-8)
		wide[widest] -= cut
		over -= cut
	}
	for n, row := range lines {
		var cells []string
		for i := range wide {
			c := ""
			if i < len(row) {
				c = oneLine(row[i])
			}
			cells = append(cells, pad(c, wide[i], x.right(i)))
		}
		line := strings.Join(cells, "  ")
		if columns(line) > p.width {
			line = pad(line, p.width, false)
		}
		if n == 0 {
			if strings.TrimSpace(line) == "" {
				continue
			}
			line = p.styled(Faint, strings.TrimRight(line, " "))
		}
		p.line(line)
	}
}

// view is a table as the page's template wants it.
type view struct {
	Title string
	Head  []cell
	Rows  [][]cell
}

type cell struct {
	Text  string
	Right bool
}

func (x Table) html() (string, any) { return "table", x.view() }

func (x *Table) view() view {
	cells := func(row []string) []cell {
		out := make([]cell, len(row))
		for i, c := range row {
			out[i] = cell{oneLine(c), x.right(i)}
		}
		return out
	}
	v := view{Title: oneLine(x.Title), Head: cells(x.Head)}
	for _, row := range x.Rows {
		v.Rows = append(v.Rows, cells(row))
	}
	return v
}

// View is the table as the template of a picture wants it.
func (x Table) View() any { return x.view() }
