package check

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/parley-sim/parley/node/terms"
)

// TestMain has rapid play thousands of conferences, and leave no files behind: a failure prints its seed.
func TestMain(m *testing.M) {
	flag.Parse()
	set := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { set[f.Name] = true })
	for name, value := range map[string]string{"rapid.checks": "3000", "rapid.nofailfile": "true"} {
		if !set[name] {
			_ = flag.Set(name, value)
		}
	}
	os.Exit(m.Run())
}

// TestAgree plays random conferences: after every move the state machine and the naive evaluation say the same.
func TestAgree(t *testing.T) {
	defer func(n int) { bruteForce = n }(bruteForce)
	outcomes := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		d := drawer{rt}
		bruteForce = []int{0, 4, 8}[d.upTo(2)]
		c := d.charter()
		state := terms.New(terms.Options{})
		found := terms.Move{Verb: terms.VerbCharter, Conference: c.Conference, Time: c.Start, Charter: c}
		if r := state.Apply(&found); r.Refused {
			rt.Skip(r.Reason)
		}
		w := newWorld(c)
		var told strings.Builder
		i := 0
		var sent []terms.Move
		rt.Repeat(map[string]func(*rapid.T){"move": func(rt *rapid.T) {
			i++
			m := drawer{rt}.move(c, w)
			if len(sent) > 0 && rapid.IntRange(1, 40).Draw(rt, "again") == 40 {
				m = sent[rapid.IntRange(0, len(sent)-1).Draw(rt, "which")]
				m.Time = w.now // sent again, later
			}
			sent = append(sent, m)
			r := state.Apply(&m)
			e := terms.Entry{Index: uint64(i + 2), RaftTerm: 1, Move: m, Result: r}
			b, _ := json.Marshal(m)
			fmt.Fprintf(&told, "%s\n    -> refused %v %s %s\n", b, r.Refused, r.Code, r.Reason)
			outcomes[string(m.Verb)+" "+fate(r)]++
			if r.Repeat {
				outcomes["= repeated"]++
			}
			wrong := w.line(&e)
			if wrong == "" {
				wrong = w.compare(state.Plans())
			}
			if wrong != "" {
				b, _ := json.Marshal(c)
				rt.Fatalf("%s\nbrute force %d\n%s\n%s", wrong, bruteForce, b, told.String())
			}
		}})
		for _, v := range state.Plans() {
			outcomes["= "+string(v.Outcome)]++
			if v.Agreement != nil {
				outcomes["= "+string(v.Agreement.Status)]++
			}
		}
	})
	t.Log(outcomes)
}
