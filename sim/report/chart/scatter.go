package chart

import (
	"fmt"
	"math"
	"strings"
)

// Scatter is points on two axes, in named series, with lines at thresholds and a shaded zone, such as the zone of possible
// agreement: right of one party's walk-away and above the other's.
type Scatter struct {
	Title  string
	About  string // what is seen, in a sentence
	X, Y   string // what the axes measure
	Series []Series
	Lines  []Line
	Zone   *Zone
}

// Series is points of one kind. Later series are drawn over earlier ones.
type Series struct {
	Name   string
	Points []Point
}

// Point is a point, with a label if it has a name of its own. Points that fall on one spot of the picture are one mark.
type Point struct {
	X, Y  float64
	Label string
}

// Line is a threshold: across the picture at a value of the X axis (upright) or of the Y axis.
type Line struct {
	Upright bool
	At      float64
	Label   string
}

// Zone is a rectangle; an infinite bound reaches to the picture's edge.
type Zone struct {
	Label                  string
	FromX, ToX, FromY, ToY float64
}

// marks tell the series apart without colour.
var marks = []string{"•", "o", "*", "+", "x", "#", "@", "%"}

type axis struct{ low, high float64 }

// at returns where on the axis a value lies, 0 to 1.
func (a axis) at(v float64) float64 { return min(max((v-a.low)/(a.high-a.low), 0), 1) }

// axes are wide enough for all points and lines, with a little air.
func (x *Scatter) axes() (ax, ay axis) {
	ax, ay = axis{math.Inf(1), math.Inf(-1)}, axis{math.Inf(1), math.Inf(-1)}
	take := func(a *axis, v float64) {
		if drawable(v) {
			a.low, a.high = min(a.low, v), max(a.high, v)
		}
	}
	for _, s := range x.Series {
		for _, p := range s.Points {
			take(&ax, p.X)
			take(&ay, p.Y)
		}
	}
	for _, l := range x.Lines {
		if l.Upright {
			take(&ax, l.At)
		} else {
			take(&ay, l.At)
		}
	}
	for _, a := range []*axis{&ax, &ay} {
		if a.low > a.high {
			a.low, a.high = 0, 1
		}
		air := (a.high - a.low) * 0.04
		if most := max(math.Abs(a.low), math.Abs(a.high)); air <= most*1e-9 {
			air = most / 10 // one value alone
		}
		if air == 0 {
			air = 1
		}
		a.low, a.high = a.low-air, a.high+air
	}
	return ax, ay
}

// plotHeight is how many lines the picture takes on a terminal.
const plotHeight = 16

func (x Scatter) text(p *printer) {
	ax, ay := x.axes()
	ticks := []string{figure(round3(ay.high)), figure(round3(ay.low))}
	left := min(max(columns(ticks[0]), columns(ticks[1])), p.width/4)
	room := min(p.width-left-3, 70)
	if x.Title != "" {
		p.para(Plain, "", "", oneLine(x.Title))
	}
	p.para(Faint, "", "", oneLine(x.Y)+" ↑")
	grid := x.grid(ax, ay, room)
	for i, row := range grid {
		tick := ""
		switch i {
		case 0:
			tick = ticks[0]
		case len(grid) - 1:
			tick = ticks[1]
		}
		line := pad(tick, left, true) + " │"
		for _, c := range row {
			if c.series >= 0 {
				line += p.part(c.series, string(c.mark))
			} else {
				line += string(c.mark)
			}
		}
		p.line(line)
	}
	p.line(strings.Repeat(" ", left) + " └" + strings.Repeat("─", room))
	low, high := figure(round3(ax.low)), figure(round3(ax.high))
	name := "→ " + oneLine(x.X)
	between := room - columns(low) - columns(high) - 4
	if columns(name) <= between {
		p.line(strings.Repeat(" ", left+2) + low + "  " + pad(name, between, false) + "  " + high)
	} else {
		p.line(strings.Repeat(" ", left+2) + low + strings.Repeat(" ", max(1, room-columns(low)-columns(high))) + high)
		p.para(Faint, strings.Repeat(" ", left+2), strings.Repeat(" ", left+2), name)
	}
	for i, s := range x.Series {
		p.para(Plain, marks[i%len(marks)]+" ", "  ", fmt.Sprintf("%s (%d)", oneLine(s.Name), len(s.Points)))
	}
	for _, l := range x.Lines {
		mark := "┈ "
		if l.Upright {
			mark = "┊ "
		}
		p.para(Plain, mark, "  ", oneLine(l.Label))
	}
	if x.Zone != nil {
		p.para(Plain, "░ ", "  ", oneLine(x.Zone.Label))
	}
	if x.About != "" {
		p.para(Faint, "", "", oneLine(x.About))
	}
}

type gridCell struct {
	mark   rune
	series int // -1: none
}

// grid is the picture in characters: the zone, over it the lines, over them the points.
func (x *Scatter) grid(ax, ay axis, room int) [][]gridCell {
	column := func(v float64) int { return int(ax.at(v)*float64(room-1) + 0.5) }
	row := func(v float64) int { return int((1-ay.at(v))*float64(plotHeight-1) + 0.5) }
	grid := make([][]gridCell, plotHeight)
	for i := range grid {
		grid[i] = make([]gridCell, room)
		for j := range grid[i] {
			grid[i][j] = gridCell{' ', -1}
		}
	}
	if z := x.Zone; z != nil && z.FromX <= z.ToX && z.FromY <= z.ToY {
		for i := row(z.ToY); i <= row(z.FromY); i++ {
			for j := column(z.FromX); j <= column(z.ToX); j++ {
				grid[i][j].mark = '░'
			}
		}
	}
	for _, l := range x.Lines {
		if !drawable(l.At) {
			continue
		}
		if l.Upright {
			for i := range grid {
				grid[i][column(l.At)].mark = '┊'
			}
		} else {
			for j := range grid[0] {
				grid[row(l.At)][j].mark = '┈'
			}
		}
	}
	for n, s := range x.Series {
		for _, p := range s.Points {
			if !drawable(p.X) || !drawable(p.Y) {
				continue
			}
			grid[row(p.Y)][column(p.X)] = gridCell{[]rune(marks[n%len(marks)])[0], n}
		}
	}
	return grid
}

// round3 keeps three significant digits, for the ends of an axis.
func round3(v float64) float64 {
	if v == 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-2)
	return math.Round(v/unit) * unit
}

// The page's picture: its height, and the margins around the axes.
const (
	svgHeight                      = 440.0
	plotLeft, plotRight            = 70.0, 14.0
	plotTop, plotBottom            = 12.0, 50.0
	maxTablePoints, maxPointLabels = 200, 12
)

type svgPoint struct {
	X, Y          float64
	Series, Shape int
	Name          string
	Label         string // written beside the mark, if there are few
	Corners       string
}

type svgLine struct {
	X1, Y1, X2, Y2, TextX, TextY float64
	Label                        string
}

type svgTick struct {
	X, Y float64
	Text string
}

type svgRect struct{ X, Y, W, H float64 }

func (x Scatter) html() (string, any) {
	ax, ay := x.axes()
	px := func(v float64) float64 { return plotLeft + ax.at(v)*(svgWidth-plotLeft-plotRight) }
	py := func(v float64) float64 { return plotTop + (1-ay.at(v))*(svgHeight-plotTop-plotBottom) }
	d := struct {
		Title, About, XName, YName              string
		Width, Height, Left, Right, Top, Bottom float64
		MidX, MidY                              float64
		Zone                                    *svgRect
		ZoneName                                string
		Lines                                   []svgLine
		Points                                  []svgPoint
		XTicks, YTicks                          []svgTick
		Legend                                  []key
		Table                                   Table
	}{Title: oneLine(x.Title), About: oneLine(x.About), XName: oneLine(x.X), YName: oneLine(x.Y), Width: svgWidth, Height: svgHeight,
		Left: plotLeft, Right: svgWidth - plotRight, Top: plotTop, Bottom: svgHeight - plotBottom,
		MidX: (plotLeft + svgWidth - plotRight) / 2, MidY: (plotTop + svgHeight - plotBottom) / 2}
	if z := x.Zone; z != nil && z.FromX <= z.ToX && z.FromY <= z.ToY {
		d.Zone = &svgRect{px(z.FromX), py(z.ToY), px(z.ToX) - px(z.FromX), py(z.FromY) - py(z.ToY)}
		d.ZoneName = oneLine(z.Label)
	}
	for _, l := range x.Lines {
		if !drawable(l.At) {
			continue
		}
		if l.Upright {
			d.Lines = append(d.Lines, svgLine{px(l.At), plotTop, px(l.At), svgHeight - plotBottom, px(l.At) + 4, plotTop + 12, oneLine(l.Label)})
		} else {
			d.Lines = append(d.Lines, svgLine{plotLeft, py(l.At), svgWidth - plotRight, py(l.At), plotLeft + 4, py(l.At) - 4, oneLine(l.Label)})
		}
	}
	for _, v := range ticks(ax) {
		d.XTicks = append(d.XTicks, svgTick{px(v), svgHeight - plotBottom + 16, figure(v)})
	}
	for _, v := range ticks(ay) {
		d.YTicks = append(d.YTicks, svgTick{plotLeft - 6, py(v) + 4, figure(v)})
	}
	d.Points = x.points(px, py)
	var names, shapes []string
	for i, s := range x.Series {
		names = append(names, fmt.Sprintf("%s (%d)", s.Name, len(s.Points)))
		shapes = append(shapes, fmt.Sprint(i%4))
	}
	d.Legend = keys(names, shapes)
	d.Table = x.table()
	return "scatter", d
}

// points are the marks of the page, one a spot and series.
func (x *Scatter) points(px, py func(float64) float64) []svgPoint {
	var all []svgPoint
	for n, s := range x.Series {
		seen := map[[2]int]bool{}
		for _, p := range s.Points {
			if !drawable(p.X) || !drawable(p.Y) {
				continue
			}
			q := svgPoint{X: px(p.X), Y: py(p.Y), Series: n % 8, Shape: n % 4,
				Name: strings.TrimSpace(fmt.Sprintf("%s (%s, %s)", oneLine(p.Label), figure(p.X), figure(p.Y)))}
			spot := [2]int{int(q.X), int(q.Y)}
			if seen[spot] {
				continue
			}
			seen[spot] = true
			if len(s.Points) <= maxPointLabels {
				q.Label = oneLine(p.Label)
			}
			switch q.Shape {
			case 2:
				q.Corners = fmt.Sprintf("%.1f,%.1f %.1f,%.1f %.1f,%.1f", q.X, q.Y-6, q.X-5.5, q.Y+4, q.X+5.5, q.Y+4)
			case 3:
				q.Corners = fmt.Sprintf("%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f", q.X, q.Y-6, q.X+6, q.Y, q.X, q.Y+6, q.X-6, q.Y)
			}
			all = append(all, q)
		}
	}
	return all
}

// table lists the points, the last series first, since it is what the picture is about.
func (x *Scatter) table() Table {
	t := Table{Head: []string{"", "", oneLine(x.X), oneLine(x.Y)}, Right: []bool{false, false, true, true}}
	total := 0
	for i := len(x.Series) - 1; i >= 0; i-- {
		for _, p := range x.Series[i].Points {
			if total++; total <= maxTablePoints {
				t.Rows = append(t.Rows, []string{x.Series[i].Name, p.Label, figure(p.X), figure(p.Y)})
			}
		}
	}
	if total > maxTablePoints {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("and %d more points", total-maxTablePoints)})
	}
	return t
}

// ticks returns round values along an axis: steps of 1, 2 or 5 times a power of ten.
func ticks(a axis) []float64 {
	rough := (a.high - a.low) / 6
	unit := math.Pow(10, math.Floor(math.Log10(rough)))
	step := unit * 10
	for _, m := range []float64{1, 2, 5} {
		if unit*m >= rough {
			step = unit * m
			break
		}
	}
	var all []float64
	for i := math.Ceil(a.low / step); i*step <= a.high && len(all) < 20; i++ {
		v := i * step
		if math.Abs(v) < step/1e6 {
			v = 0
		}
		all = append(all, math.Round(v/step*1e6)/1e6*step)
	}
	return all
}
