package chart

import (
	"fmt"
	"math"
	"strings"
)

// Bars are horizontal bars, one a row, from zero. A negative value has no bar.
type Bars struct {
	Title string
	About string // what is measured, in a sentence: read by screen readers, and written under the bars
	Max   float64
	Rows  []Bar

	// Interval says what the rows' intervals are, such as "95 % Wilson interval"; "" if they have none.
	Interval string
}

// Bar is one row of [Bars].
type Bar struct {
	Label     string
	Value     float64
	Text      string  // the value as it is written; "": by itself
	Low, High float64 // the interval around the value, where the bars have one
	Note      string  // after the value: "veto", "31 of 40 runs"
	Look      Look
}

func (r *Bar) words() string {
	if r.Text != "" {
		return oneLine(r.Text)
	}
	return figure(r.Value)
}

// scale is the value that a bar of full length stands for.
func (x *Bars) scale() float64 {
	top := finite(x.Max)
	if top <= 0 {
		for i := range x.Rows {
			top = max(top, finite(x.Rows[i].Value))
			if x.Interval != "" {
				top = max(top, finite(x.Rows[i].High))
			}
		}
	}
	if top <= 0 {
		return 1
	}
	return top
}

// maxBar is as long as a bar grows on a terminal.
const maxBar = 50

// text draws "london  ████████▓▓░░  0.3333  veto": in an interval, ▓ is below the value and ░ above it.
func (x Bars) text(p *printer) {
	label, value, note := 0, 0, 0
	for i := range x.Rows {
		r := &x.Rows[i]
		label, value = max(label, columns(oneLine(r.Label))), max(value, columns(r.words()))
		note = max(note, columns(oneLine(r.Note)))
	}
	label, value = min(label, p.width/3), min(value, p.width/3)
	room := p.width - label - value - 4
	if note = min(note, room-12); note > 0 {
		room -= note + 2
	}
	room = min(room, maxBar)
	if x.Title != "" {
		p.para(Plain, "", "", oneLine(x.Title))
	}
	top := x.scale()
	for i := range x.Rows {
		r := &x.Rows[i]
		line := pad(oneLine(r.Label), label, false) + "  " + p.barLook(r.Look, x.bar(r, room, top)) + "  " + pad(r.words(), value, true)
		if r.Note != "" && note > 0 {
			line += "  " + pad(oneLine(r.Note), note, false)
		}
		p.line(line)
	}
	if x.Interval != "" {
		p.para(Faint, "", "", "▓░ "+oneLine(x.Interval))
	}
	if x.About != "" {
		p.para(Faint, "", "", oneLine(x.About))
	}
}

func (p *printer) barLook(l Look, s string) string {
	if l == Plain {
		return p.part(0, s)
	}
	return p.styled(l, s)
}

// bar draws one bar, room columns wide, the rest blank.
func (x *Bars) bar(r *Bar, room int, top float64) string {
	at := func(v float64) float64 { return min(max(finite(v)/top, 0), 1) * float64(room) }
	v := at(r.Value)
	var b strings.Builder
	if x.Interval == "" {
		const eighths = " ▏▎▍▌▋▊▉"
		whole := int(v)
		b.WriteString(strings.Repeat("█", whole))
		if part := int((v - float64(whole)) * 8); part > 0 {
			b.WriteString(string([]rune(eighths)[part]))
		} else if whole == 0 && r.Value > 0 {
			b.WriteString("▏") // little is not nothing
		}
	} else {
		low, mid, high := int(min(at(r.Low), v)+0.5), int(v+0.5), int(max(at(r.High), v)+0.5)
		b.WriteString(strings.Repeat("█", low) + strings.Repeat("▓", mid-low) + strings.Repeat("░", high-mid))
	}
	return pad(b.String(), room, false)
}

// The page's measures, in units of the pictures' own coordinates.
const (
	svgWidth           = 720.0
	rowPitch           = 26.0
	narrowest, barRoom = 420.0, 180.0 // of bars
	largest            = 1.29         // pixels a unit
	charWide           = 8.4          // of a letter at 13 units, wide fonts included
)

type svgBar struct {
	Label, Full, Value, Note   string
	LabelX, TextY, Y, H        float64
	X, W, ValueX               float64
	IntervalX1, IntervalX2, IY float64
	Class                      string
	HasInterval                bool
}

func (x Bars) html() (string, any) {
	label, value := 0, 0
	for i := range x.Rows {
		r := &x.Rows[i]
		label, value = max(label, columns(oneLine(r.Label))), max(value, columns(r.words()+"  "+oneLine(r.Note)))
	}
	label, value = min(label, 30), min(value, 34)
	left := float64(label)*charWide + 14
	// No wider than its words and a fair length of bar ask for, so that on a narrow screen they can still be read.
	words := left + float64(value)*charWide + 16
	width := min(svgWidth, max(narrowest, words+barRoom))
	room := width - words
	top := x.scale()
	at := func(v float64) float64 { return left + min(max(finite(v)/top, 0), 1)*room }
	var rows []svgBar
	for i := range x.Rows {
		r := &x.Rows[i]
		y := 4 + float64(i)*rowPitch
		b := svgBar{Label: pad(oneLine(r.Label), label, false), Full: oneLine(r.Label), Value: r.words(), Note: oneLine(r.Note),
			LabelX: left - 8, Y: y, H: rowPitch - 8, TextY: y + 13.5, X: left, W: at(r.Value) - left, Class: barClass(r.Look)}
		b.Label = strings.TrimRight(b.Label, " ")
		b.ValueX = left + b.W + 8
		if x.Interval != "" {
			b.HasInterval, b.IntervalX1, b.IntervalX2, b.IY = true, at(r.Low), at(r.High), y+(rowPitch-8)/2
			b.ValueX = max(b.ValueX, b.IntervalX2+8)
		}
		rows = append(rows, b)
	}
	return "bars", struct {
		Title, About, Interval string
		Width, Height, Most    float64
		Rows                   []svgBar
		Table                  Table
	}{oneLine(x.Title), oneLine(x.About), oneLine(x.Interval), width, float64(len(x.Rows))*rowPitch + 8, math.Round(width * largest), rows, x.table()}
}

func barClass(l Look) string {
	if l == Plain {
		return "s0"
	}
	return "look-" + lookNames[l]
}

// table lists the bars' figures.
func (x *Bars) table() Table {
	t := Table{Head: []string{"", "value"}, Right: []bool{false, true}}
	notes := false
	for i := range x.Rows {
		notes = notes || x.Rows[i].Note != ""
	}
	if x.Interval != "" {
		t.Head, t.Right = append(t.Head, "interval"), append(t.Right, true)
	}
	if notes {
		t.Head, t.Right = append(t.Head, ""), append(t.Right, false)
	}
	for i := range x.Rows {
		r := &x.Rows[i]
		cells := []string{r.Label, r.words()}
		if x.Interval != "" {
			cells = append(cells, fmt.Sprintf("%s to %s", figure(r.Low), figure(r.High)))
		}
		if notes {
			cells = append(cells, r.Note)
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}
