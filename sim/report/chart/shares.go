package chart

import (
	"math"
	"strings"
)

// Shares are bars of full length, each divided into the same named parts.
type Shares struct {
	Title string
	About string // what is divided, in a sentence
	Parts []string
	Rows  []Share
}

// Share is one row of [Shares]: the parts' amounts, in their order. They need not sum to one.
type Share struct {
	Label   string
	Amounts []float64
}

// fills tells the parts apart without colour.
var fills = []rune("█░▓▒#=+·")

// amounts returns the row's amounts, one a part, and their sum.
func (x *Shares) amounts(r *Share) (all []float64, sum float64) {
	all = make([]float64, len(x.Parts))
	for i := range all {
		if i < len(r.Amounts) {
			all[i] = max(0, finite(r.Amounts[i]))
		}
		sum += all[i]
	}
	return all, sum
}

// cells divides n columns by largest remainders, so that they always sum to n.
func cells(amounts []float64, sum float64, n int) []int {
	out := make([]int, len(amounts))
	rest := make([]float64, len(amounts))
	left := n
	for i, a := range amounts {
		exact := a / sum * float64(n)
		out[i] = int(exact)
		rest[i] = exact - math.Floor(exact)
		left -= out[i]
	}
	for ; left > 0; left-- {
		best := 0
		for i := range rest {
			if rest[i] > rest[best] {
				best = i
			}
		}
		out[best]++
		rest[best] = -1
	}
	return out
}

func (x Shares) text(p *printer) {
	if x.Title != "" {
		p.para(Plain, "", "", oneLine(x.Title))
	}
	label := 0
	for i := range x.Rows {
		label = max(label, columns(oneLine(x.Rows[i].Label)))
	}
	label = min(label, p.width/3)
	room := min(p.width-label-2, maxBar+10)
	for i := range x.Rows {
		r := &x.Rows[i]
		amounts, sum := x.amounts(r)
		bar := strings.Repeat(" ", room)
		if sum > 0 {
			bar = ""
			for j, n := range cells(amounts, sum, room) {
				bar += p.part(j, strings.Repeat(string(fills[j%len(fills)]), n))
			}
		}
		gap := "  "
		if label == 0 {
			gap = ""
		}
		p.line(pad(oneLine(r.Label), label, false) + gap + bar)
	}
	p.legend(x.legend())
	if x.About != "" {
		p.para(Faint, "", "", oneLine(x.About))
	}
}

// legend names the parts, with their shares where there is one row.
func (x *Shares) legend() []string {
	words := make([]string, len(x.Parts))
	for i, name := range x.Parts {
		words[i] = oneLine(name)
		if len(x.Rows) == 1 {
			if amounts, sum := x.amounts(&x.Rows[0]); sum > 0 {
				words[i] += " " + percent(amounts[i]/sum)
			}
		}
	}
	return words
}

// legend writes "█ adopted 61.0 %   ░ vetoed 39.0 %" over as many lines as it needs.
func (p *printer) legend(words []string) {
	line, wide := "", 0
	for i, w := range words {
		item := string(fills[i%len(fills)]) + " " + w
		n := min(columns(item), p.width)
		item = p.part(i, string(fills[i%len(fills)])) + " " + strings.TrimRight(pad(w, n-2, false), " ")
		if wide > 0 && wide+3+n > p.width {
			p.line(line)
			line, wide = "", 0
		}
		if wide > 0 {
			line, wide = line+"   ", wide+3
		}
		line, wide = line+item, wide+n
	}
	if wide > 0 {
		p.line(line)
	}
}

type svgPart struct {
	X, W, Y, H, TextX float64
	Series            int
	Name, Text        string // Text is "" where it would not fit
}

type svgShare struct {
	Label, Full   string
	LabelX, TextY float64
	Parts         []svgPart
}

func (x Shares) html() (string, any) {
	label := 0
	for i := range x.Rows {
		label = max(label, columns(oneLine(x.Rows[i].Label)))
	}
	label = min(label, 30)
	left := 4.0
	if label > 0 {
		left = float64(label)*charWide + 14
	}
	room := svgWidth - left - 4
	table := Table{Head: append([]string{""}, x.Parts...), Right: []bool{false}}
	for range x.Parts {
		table.Right = append(table.Right, true)
	}
	var rows []svgShare
	for i := range x.Rows {
		r := &x.Rows[i]
		y := 4 + float64(i)*rowPitch
		row := svgShare{Label: strings.TrimRight(pad(oneLine(r.Label), label, false), " "), Full: oneLine(r.Label), LabelX: left - 8, TextY: y + 14.5}
		amounts, sum := x.amounts(r)
		cells := []string{r.Label}
		at := left
		for j, a := range amounts {
			share := 0.0
			if sum > 0 {
				share = a / sum
			}
			cells = append(cells, percent(share))
			w := share * room
			if w > 0 {
				part := svgPart{X: at, W: w, Y: y, H: rowPitch - 6, TextX: at + w/2, Series: j % 8, Name: oneLine(x.Parts[j]) + " " + percent(share)}
				if w > 56 {
					part.Text = percent(share)
				}
				row.Parts = append(row.Parts, part)
			}
			at += w
		}
		table.Rows = append(table.Rows, cells)
		rows = append(rows, row)
	}
	return "shares", struct {
		Title, About  string
		Width, Height float64
		Rows          []svgShare
		Legend        []key
		Table         Table
	}{oneLine(x.Title), oneLine(x.About), svgWidth, float64(len(x.Rows))*rowPitch + 8, rows, keys(x.Parts, nil), table}
}

// key is an entry of a page's legend.
type key struct {
	Series int
	Mark   string // a scatter's shape; "" is a square of the part's colour
	Name   string
}

func keys(names, marks []string) []key {
	var all []key
	for i, n := range names {
		k := key{Series: i % 8, Name: oneLine(n)}
		if marks != nil {
			k.Mark = marks[i%len(marks)]
		}
		all = append(all, k)
	}
	return all
}
