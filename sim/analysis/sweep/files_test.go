package sweep_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/sim/analysis/sweep"
)

// playTo plays a shard with two players and writes it to a file, from where the file stands if resume is set.
func playTo(t fatal, w *sweep.Sweep, name string, s sweep.Shard, resume bool) *sweep.Sum {
	t.Helper()
	sum := w.NewSum(s)
	file, next, err := w.Open(name, s, resume, sum.Add)
	if err != nil {
		t.Fatalf("%v", err)
	}
	format, _ := sweep.FormatOf(name)
	var buf []byte
	err = w.PlayAll(tContext(), s, next, 7, []sweep.Player{w.OnStateMachine(), w.OnStateMachine()}, func(r *sweep.Result) error {
		sum.Add(r)
		buf = w.AppendLine(buf[:0], format, r)
		_, err := file.Write(buf)
		return err
	})
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatalf("%v", err)
	}
	return sum
}

// merge merges files into the lines of one, and sums them up.
func merge(names ...string) (merged []byte, sum *sweep.Sum, err error) {
	var readers []*sweep.Reader
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		r, err := sweep.NewReader(filepath.Base(name), bytes.NewReader(b))
		if err != nil {
			return nil, nil, err
		}
		readers = append(readers, r)
	}
	w, format := readers[0].Sweep, readers[0].Format
	merged, sum = w.Head(format, sweep.Shard{}), w.NewSum(sweep.Shard{})
	err = sweep.Merge(readers, func(r *sweep.Result) error {
		sum.Add(r)
		merged = w.AppendLine(merged, format, r)
		return nil
	})
	return merged, sum, err
}

var directSpecs = someSpecs[:9] // those without faults

func TestShardsAddUpToTheWhole(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "sweep-test-")
		if err != nil {
			t.Fatalf("%v", err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		runs, of := rapid.IntRange(2, 30).Draw(t, "runs"), rapid.IntRange(1, 9).Draw(t, "shards")
		format := rapid.SampledFrom([]string{"jsonl", "csv"}).Draw(t, "format")
		specs := append([]string{"seed"}, rapid.SliceOfNDistinct(rapid.SampledFrom(directSpecs[1:]), 0, 4, rapid.ID).Draw(t, "specs")...)
		w, err := configure(t, runs, rapid.Int64().Draw(t, "seed"), true, specs...)
		if err != nil {
			t.Fatalf("%v", err)
		}
		whole := filepath.Join(dir, "whole."+format)
		sum := playTo(t, w, whole, sweep.Shard{}, false)
		want, err := os.ReadFile(whole)
		if err != nil {
			t.Fatalf("%v", err)
		}
		var names []string
		for i := 1; i <= of; i++ {
			s := sweep.Shard{Index: i, Of: of}
			if s.Count(runs) == 0 {
				continue
			}
			names = append(names, filepath.Join(dir, fmt.Sprintf("part%d.%s", i, format)))
			playTo(t, w, names[len(names)-1], s, false)
		}
		names = rapid.Permutation(names).Draw(t, "order")
		got, mergedSum, err := merge(names...)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%d shards of %d runs do not merge to the whole:\n%s\n--\n%s", of, runs, got, want)
		}
		if a, b := asJSON(t, sum.Summary()), asJSON(t, mergedSum.Summary()); a != b {
			t.Fatalf("the summaries differ:\n%s\n--\n%s", a, b)
		}
		// Cut anywhere, the file goes on to be the same.
		cut := rapid.IntRange(0, len(want)).Draw(t, "cut")
		torn := filepath.Join(dir, "torn."+format)
		if err := os.WriteFile(torn, want[:cut], 0o600); err != nil {
			t.Fatalf("%v", err)
		}
		resumed := playTo(t, w, torn, sweep.Shard{}, true)
		again, err := os.ReadFile(torn)
		if err != nil || !bytes.Equal(again, want) {
			t.Fatalf("cut at %d of %d bytes and resumed, it is another file (%v):\n%s\n--\n%s", cut, len(want), err, again, want)
		}
		if a, b := asJSON(t, sum.Summary()), asJSON(t, resumed.Summary()); a != b {
			t.Fatalf("the summaries differ after it was resumed:\n%s\n--\n%s", a, b)
		}
		compared++
	})
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

func TestShardsAreAPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs, of := rapid.IntRange(1, 500).Draw(t, "runs"), rapid.IntRange(1, 40).Draw(t, "of")
		seen := make([]int, runs+1)
		for i := 1; i <= of; i++ {
			s, n := sweep.Shard{Index: i, Of: of}, 0
			for run := s.First(); run <= runs; run = s.Next(run) {
				seen[run]++
				n++
			}
			if n != s.Count(runs) {
				t.Fatalf("shard %s of %d runs has %d, and counts %d", s, runs, n, s.Count(runs))
			}
			if again, err := sweep.ParseShard(s.String()); err != nil || again != s {
				t.Fatalf("%s reads as %v (%v)", s, again, err)
			}
		}
		for run := 1; run <= runs; run++ {
			if seen[run] != 1 {
				t.Fatalf("of %d shards %d have run %d of %d", of, seen[run], run, runs)
			}
		}
	})
	for text, want := range map[string]string{"": "is not a shard", "3": "is not a shard", "1/x": "is not a shard", "0/4": "out of range", "5/4": "out of range",
		"-1/4": "out of range", "1/0": "1 to 100000 shards", "1/999999": "1 to 100000 shards", "1/2/3": "is not a shard", strings.Repeat("1", 1000): "is not a shard"} {
		if _, err := sweep.ParseShard(text); err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 300 {
			t.Errorf("%.20q: %v; want %q in it", text, err, want)
		}
	}
}

// written returns the lines of a small sweep's file, with their ends.
func written(t *testing.T, ending string, runs int, seed int64, s sweep.Shard, vary ...string) (name string, lines [][]byte) {
	t.Helper()
	w, err := configure(t, runs, seed, true, vary...)
	if err != nil {
		t.Fatal(err)
	}
	name = filepath.Join(t.TempDir(), fmt.Sprintf("%d-of-%d.%s", s.Index, s.Of, ending))
	playTo(t, w, name, s, false)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return name, slices.Collect(bytes.Lines(b))
}

// TestWhatWasEditedIsNoticed: whatever one changes in a results file, reading it ends with an error that names the line.
func TestWhatWasEditedIsNoticed(t *testing.T) {
	for _, ending := range []string{"jsonl", "csv"} {
		_, lines := written(t, ending, 30, 1, sweep.Shard{}, "seed", "london.walk_away=3..12")
		first := 1
		if ending == "csv" {
			first = 2
		}
		replace := func(i int, old, new string) func([][]byte) [][]byte {
			return func(l [][]byte) [][]byte {
				if !bytes.Contains(l[i], []byte(old)) {
					t.Fatalf("line %d has no %q: %s", i, old, l[i])
				}
				l[i] = bytes.Replace(l[i], []byte(old), []byte(new), 1)
				return l
			}
		}
		outcome := map[bool]string{true: "adopted", false: "lapsed"}[bytes.Contains(lines[first+3], []byte("adopted"))]
		for name, c := range map[string]struct {
			edit func([][]byte) [][]byte
			want string
		}{
			"a head of something else":  {func(l [][]byte) [][]byte { l[0] = []byte("{\"a\": 1}\n"); return l }, "does not begin as the results"},
			"an empty file":             {func(l [][]byte) [][]byte { return nil }, "it is empty"},
			"another version of format": {replace(0, `"parley_sweep":1`, `"parley_sweep":7`), "format 7"},
			"an edited scenario":        {replace(0, "We need more time", "We need no time"), "head was edited"},
			"an edited spec":            {replace(0, "walk_away=3..12", "walk_away=3..13"), "cut short or edited"},
			"an edited seed":            {replace(0, `"seed":1`, `"seed":2`), "cut short or edited"},
			"runs 0":                    {replace(0, `"runs":30`, `"runs":0`), "head was edited"},
			"an outcome":                {func(l [][]byte) [][]byte { return setOutcome(l, first+3, outcome) }, "cut short or edited"},
			"a line taken out":          {func(l [][]byte) [][]byte { return slices.Delete(l, first+3, first+4) }, "run 5 stands where run 4 has to"},
			"a line doubled":            {func(l [][]byte) [][]byte { return slices.Insert(l, first+3, l[first+3]) }, "run 4 stands where run 5 has to"},
			"lines swapped":             {func(l [][]byte) [][]byte { l[5], l[6] = l[6], l[5]; return l }, "has to"},
			"half a line":               {func(l [][]byte) [][]byte { l[6] = append(l[6][:len(l[6])/2:len(l[6])/2], '\n'); return l }, "cut short or edited"},
			"an empty line":             {func(l [][]byte) [][]byte { l[6] = []byte("\n"); return l }, "cut short or edited"},
			"a line of zeros":           {func(l [][]byte) [][]byte { l[6] = append(make([]byte, 80), '\n'); return l }, "cut short or edited"},
			"a run too many":            {func(l [][]byte) [][]byte { return append(l, l[len(l)-1]) }, "has to"},
		} {
			got := c.edit(slices.Clone(lines))
			if err := readAll("results."+ending, bytes.Join(got, nil)); err == nil || !strings.Contains(err.Error(), c.want) ||
				!strings.HasPrefix(err.Error(), "results."+ending) {
				t.Errorf("%s, %s: %v; want %q in it", ending, name, err, c.want)
			}
		}
		if err := readAll("results."+ending, bytes.Join(lines, nil)); err != nil {
			t.Errorf("%s as it was written: %v", ending, err)
		}
	}
}

// setOutcome replaces an outcome by another that a run could have.
func setOutcome(lines [][]byte, i int, old string) [][]byte {
	lines[i] = bytes.Replace(lines[i], []byte(old), []byte(map[string]string{"adopted": "rejected", "lapsed": "vetoed"}[old]), 1)
	return lines
}

// readAll reads a whole results file.
func readAll(name string, b []byte) error {
	r, err := sweep.NewReader(name, bytes.NewReader(b))
	for err == nil {
		_, err = r.Next()
	}
	if err.Error() == "EOF" {
		return nil
	}
	return err
}

func TestMergeNamesWhatIsWrong(t *testing.T) {
	part := func(seed int64, index, of int, vary ...string) string {
		name, _ := written(t, "jsonl", 20, seed, sweep.Shard{Index: index, Of: of}, append([]string{"seed"}, vary...)...)
		return name
	}
	one, two, three := part(1, 1, 3), part(1, 2, 3), part(1, 3, 3)
	short := func(name string, bytesOff int) string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		cut := filepath.Join(t.TempDir(), filepath.Base(name))
		if err := os.WriteFile(cut, b[:len(b)-bytesOff], 0o600); err != nil {
			t.Fatal(err)
		}
		return cut
	}
	for name, c := range map[string]struct {
		files []string
		want  string
	}{
		"a shard is missing":      {[]string{one, three}, "shard 2/3 (7 runs: 2, 5, 8, ...) is missing"},
		"two are":                 {[]string{two}, "shard 1/3 (7 runs: 1, 4, 7, ...), shard 3/3 (6 runs: 3, 6, 9, ...) are missing"},
		"one is there twice":      {[]string{one, two, one, three}, "overlap: both hold shard 1/3"},
		"divided in two ways":     {[]string{one, part(1, 2, 4)}, "a sweep that is divided in two ways overlaps"},
		"another seed":            {[]string{one, part(2, 2, 3)}, "its seed is 2, not 1"},
		"another spec":            {[]string{one, part(1, 2, 3, "length=14d,30d")}, "it varies seed, length=14d,30d, not seed"},
		"one that was cut short":  {[]string{one, short(two, 1), three}, "missing: 2-of-3.jsonl (run 20)"},
		"two that were cut short": {[]string{one, short(two, 700), short(three, 700)}, "2-of-3.jsonl (run"},
	} {
		if _, _, err := merge(c.files...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q in it", name, err, c.want)
		}
	}
	if _, _, err := merge(three, one, two); err != nil {
		t.Error(err)
	}
	if err := sweep.Merge(nil, nil); err == nil {
		t.Error("nothing was merged without an error")
	}
}

// TestOpenRefusesOtherResults, before it touches them.
func TestOpenRefusesOtherResults(t *testing.T) {
	name, lines := written(t, "jsonl", 20, 1, sweep.Shard{}, "seed")
	for what, c := range map[string]struct {
		runs  int
		seed  int64
		shard sweep.Shard
		vary  []string
		want  string
	}{
		"runs":  {21, 1, sweep.Shard{}, []string{"seed"}, "it has 20 runs, not 21"},
		"seed":  {20, 2, sweep.Shard{}, []string{"seed"}, "its seed is 1, not 2"},
		"spec":  {20, 1, sweep.Shard{}, []string{"length=14d,30d"}, "it varies seed, not length"},
		"shard": {20, 1, sweep.Shard{Index: 1, Of: 2}, []string{"seed"}, "it holds a whole sweep, and this is shard 1/2"},
	} {
		w, err := configure(t, c.runs, c.seed, true, c.vary...)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Open(name, c.shard, true, func(*sweep.Result) {}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q in it", what, err, c.want)
		}
	}
	w, err := configure(t, 20, 1, true, "seed")
	if err != nil {
		t.Fatal(err)
	}
	other := w.Config
	other.Version = "another"
	newer, err := sweep.New(other, w.Played)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := newer.Open(name, sweep.Shard{}, true, nil); err == nil || !strings.Contains(err.Error(), `by version "test" of parley, not "another"`) {
		t.Errorf("another version: %v", err)
	}
	if _, _, err := w.Open(name, sweep.Shard{}, false, nil); err == nil || !strings.Contains(err.Error(), "it exists") {
		t.Errorf("it overwrites results: %v", err)
	}
	if b, err := os.ReadFile(name); err != nil || !bytes.Equal(b, bytes.Join(lines, nil)) {
		t.Errorf("the results were touched (%v)", err)
	}
}

// FuzzReader: no file panics or exhausts memory; what is read is what would be written of it.
func FuzzReader(f *testing.F) {
	w, err := configure(f, 20, 1, true, "seed", "london.walk_away=3..12")
	if err != nil {
		f.Fatal(err)
	}
	for _, format := range []sweep.Format{sweep.JSONL, sweep.CSV} {
		b := w.Head(format, sweep.Shard{})
		for run := 1; run <= 5; run++ {
			r := w.Play(run)
			b = w.AppendLine(b, format, &r)
		}
		f.Add(string(format), b)
		f.Add(string(format), b[:len(b)-9])
	}
	f.Add("jsonl", []byte(`{"parley_sweep":1,"text":"a: [","vary":["x=1"],"runs":2}`+"\n"))
	f.Fuzz(func(t *testing.T, format string, b []byte) {
		if format != "csv" {
			format = "jsonl"
		}
		r, err := sweep.NewReader("f."+format, bytes.NewReader(b))
		if err != nil {
			return
		}
		for from := bytes.Count(r.Sweep.Head(r.Format, r.Shard), []byte("\n")); ; from++ {
			result, err := r.Next()
			if err != nil {
				return
			}
			if lines := bytes.SplitAfter(b, []byte("\n")); !bytes.Equal(r.Sweep.AppendLine(nil, r.Format, &result), lines[from]) {
				t.Fatalf("%q was read, and would be written otherwise", lines[from])
			}
		}
	})
}

func TestFaultsOfARun(t *testing.T) {
	for _, spec := range []string{"crashes=0.5/d for 1h..2d", "cuts=1/d for 6h", "crashes=30/d for 3d..9d"} {
		w, err := configure(t, 1000, 3, false, spec)
		if err != nil {
			t.Fatal(err)
		}
		faults, total := 0, 300
		for run := 1; run <= total; run++ {
			s, _ := w.Variant(w.Draw(run))
			added := s.Script[len(w.Played.Script):]
			if len(added)%2 != 0 {
				t.Fatalf("%s: %d steps", spec, len(added))
			}
			until := map[string]int64{}
			for i := 0; i < len(added); i += 2 {
				begin, end := added[i], added[i+1]
				what := fmt.Sprint(begin.Fault.Capitals, begin.Fault.Links)
				at := int64(begin.At.Min)
				if what != fmt.Sprint(end.Fault.Capitals, end.Fault.Links) || end.At.Min <= begin.At.Min || begin.Fault.Kind == end.Fault.Kind ||
					at < 0 || begin.At.Min > w.Played.Horizon || at < until[what] {
					t.Fatalf("%s, run %d: %s, then %s", spec, run, begin.Text, end.Text)
				}
				until[what] = int64(end.At.Min)
			}
			faults += len(added) / 2
		}
		mean := float64(faults) / float64(total)
		t.Logf("%s: %.2f a run", spec, mean)
		switch spec { // 15 and 30 are expected; the third has no more machines to strike than 5
		case "crashes=0.5/d for 1h..2d":
			if mean < 13.5 || mean > 15.5 {
				t.Errorf("%s: %.2f a run, and 15 are expected", spec, mean)
			}
		case "cuts=1/d for 6h":
			if mean < 28.5 || mean > 31.5 {
				t.Errorf("%s: %.2f a run, and 30 are expected", spec, mean)
			}
		default:
			if mean > 50 {
				t.Errorf("%s: %.2f a run, and five machines cannot fail so often", spec, mean)
			}
		}
	}
}
