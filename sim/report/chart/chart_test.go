package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/parley-sim/parley/sim/report/chart"
)

var update = flag.Bool("update", false, "rewrite the golden files; only if you understand what changed them")

// cases are one report a kind of picture.
func cases() map[string][]chart.Section {
	return map[string][]chart.Section{
		"bars": {{Heading: "Power", Blocks: []chart.Block{
			chart.Para{Text: "Who could turn a lost vote into a won one, of all votes that could be cast."},
			chart.Para{Mark: "-", Text: "a long remark that is certain to need more than the one line that a terminal of eighty columns has room for"},
			chart.Bars{Title: "Banzhaf", About: "Shares of all swings.", Rows: []chart.Bar{
				{Label: "Washington", Value: 0.5, Text: "1/2", Note: "veto", Look: chart.Bad},
				{Label: "Kyiv", Value: 0.25}, {Label: "Oslo", Value: 0.0001}, {Label: "Ankara", Value: 0, Note: "dummy"}}},
		}}},
		"intervals": {{Blocks: []chart.Block{chart.Bars{Title: "Adopted", Max: 1, Interval: "95 % Wilson interval", Rows: []chart.Bar{
			{Label: "as written", Value: 0.62, Low: 0.5, High: 0.73, Text: "62.0 %"}, {Label: "without the veto", Value: 1, Low: 0.93, High: 1}}}}}},
		"shares": {{Heading: "Outcomes", Blocks: []chart.Block{chart.Shares{Title: "Of 100 runs", About: "Each run once.",
			Parts: []string{"adopted", "vetoed", "lapsed"}, Rows: []chart.Share{{Amounts: []float64{61, 30, 9}}}},
			chart.Shares{Parts: []string{"yes", "no"}, Rows: []chart.Share{{"1 day", []float64{1, 2}}, {"2 days", []float64{2, 1}}, {"never", nil}}}}}},
		"scatter": {{Heading: "Deals", Blocks: []chart.Block{chart.Scatter{Title: "What the deals are worth", X: "Kyiv's points", Y: "Moscow's points",
			About: "Each mark is a deal.",
			Series: []chart.Series{{"all deals", []chart.Point{{X: 10, Y: 20}, {X: 30, Y: 35}, {X: 60, Y: 60}, {X: 80, Y: 10}}},
				{"Nash point", []chart.Point{{60, 60, "force: un"}}}},
			Lines: []chart.Line{{true, 40, "Kyiv's walk-away"}, {false, 30, "Moscow's walk-away"}},
			Zone:  &chart.Zone{Label: "acceptable to both", FromX: 40, ToX: math.Inf(1), FromY: 30, ToY: math.Inf(1)}}}}},
		"table": {{Blocks: []chart.Block{chart.Table{Title: "Indices", Head: []string{"capital", "swings", "share"}, Right: []bool{false, true, true},
			Rows: [][]string{{"washington", "2", "1/2"}, {"kyiv", "10", "1/4"}}}}}},
	}
}

func TestGolden(t *testing.T) {
	for name, sections := range cases() {
		var text, page bytes.Buffer
		if err := errors.Join(chart.Text(&text, chart.Options{}, "A report", sections...), chart.Page(&page, "A report", sections...)); err != nil {
			t.Fatal(err)
		}
		for ext, got := range map[string][]byte{".txt": text.Bytes(), ".html": page.Bytes()} {
			path := filepath.Join("testdata", name+ext)
			if ext == ".html" { // the style is the same everywhere
				got = regexp.MustCompile(`(?s)<style>.*</style>`).ReplaceAll(got, nil)
			}
			if *update {
				if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, got, 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs (-update rewrites it); got\n%s", path, got)
			}
		}
	}
}

// TestAnything draws pictures of any figures and words: nothing panics, no line is too wide, nothing of a text gets out
// of its place in the page, and the page stands alone.
func TestAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"<script>alert(1)</script>", "\x1b[31mred", "\"onload=x", "wide 停戦 wide", "\u202eback"}))
		number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, -1, math.NaN(), math.Inf(1), math.Inf(-1), 1e300, 1e-300}))
		numbers := rapid.SliceOfN(number, 0, 9)
		var bars []chart.Bar
		for _, v := range numbers.Draw(t, "bars") {
			bars = append(bars, chart.Bar{Label: word.Draw(t, "label"), Value: v, Low: number.Draw(t, "low"), High: number.Draw(t, "high"), Note: word.Draw(t, "note")})
		}
		var points []chart.Point
		for _, v := range numbers.Draw(t, "points") {
			points = append(points, chart.Point{X: v, Y: number.Draw(t, "y"), Label: word.Draw(t, "label")})
		}
		sections := []chart.Section{{Heading: word.Draw(t, "heading"), Blocks: []chart.Block{
			chart.Para{Text: word.Draw(t, "text"), Mark: word.Draw(t, "mark")[:0]},
			chart.Bars{Title: word.Draw(t, "title"), Rows: bars, Max: number.Draw(t, "max"), Interval: rapid.SampledFrom([]string{"", "interval"}).Draw(t, "interval")},
			chart.Shares{Parts: []string{"a", word.Draw(t, "part")}, Rows: []chart.Share{{word.Draw(t, "row"), numbers.Draw(t, "shares")}}},
			chart.Scatter{X: word.Draw(t, "x"), Y: word.Draw(t, "y"), Series: []chart.Series{{word.Draw(t, "series"), points}},
				Lines: []chart.Line{{rapid.Bool().Draw(t, "upright"), number.Draw(t, "at"), word.Draw(t, "line")}},
				Zone:  &chart.Zone{Label: word.Draw(t, "zone"), FromX: number.Draw(t, "fx"), ToX: number.Draw(t, "tx"), FromY: number.Draw(t, "fy"), ToY: number.Draw(t, "ty")}},
			chart.Table{Head: []string{word.Draw(t, "head"), ""}, Rows: [][]string{{word.Draw(t, "cell"), word.Draw(t, "cell"), "one more"}, {}}},
		}}}
		width := rapid.IntRange(1, 120).Draw(t, "width")
		var text, page bytes.Buffer
		if err := errors.Join(chart.Text(&text, chart.Options{Width: width}, word.Draw(t, "title"), sections...), chart.Page(&page, word.Draw(t, "title"), sections...)); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(text.String()) {
			if n := ansi.StringWidth(line); n > max(width, 40) {
				t.Fatalf("%d columns of %d: %q", n, width, line)
			}
			if strings.Contains(line, "\x1b") {
				t.Fatalf("an escape code: %q", line)
			}
		}
		if strings.Contains(page.String(), "<script") || strings.Contains(page.String(), "ZgotmplZ") {
			t.Fatal("a text got out of its place")
		}
		wellFormed(t, page.String())
	})
}

// wellFormed reads the page's pictures as XML.
func wellFormed(t interface{ Fatalf(string, ...any) }, page string) {
	pictures := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
	if len(pictures) < 3 {
		t.Fatalf("looked at %d pictures", len(pictures))
	}
	number := regexp.MustCompile(`^-?[0-9.e+-]+$`)
	for _, p := range pictures {
		d := xml.NewDecoder(strings.NewReader(p))
		d.Entity = xml.HTMLEntity
		for {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in %s", err, p)
			}
			if start, ok := tok.(xml.StartElement); ok {
				for _, a := range start.Attr {
					switch a.Name.Local {
					case "x", "y", "width", "height", "x1", "x2", "y1", "y2", "cx", "cy":
						if !number.MatchString(a.Value) {
							t.Fatalf("%s=%q", a.Name.Local, a.Value)
						}
					}
				}
			}
		}
	}
}
