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

func TestMain(m *testing.M) {
	flag.Parse()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if !set {
		_ = flag.Set("rapid.checks", "3000")
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
		rt.Repeat(map[string]func(*rapid.T){"move": func(rt *rapid.T) {
			i++
			m := drawer{rt}.move(c, w)
			r := state.Apply(&m)
			e := terms.Entry{Index: uint64(i + 2), RaftTerm: 1, Move: m, Result: r}
			b, _ := json.Marshal(m)
			fmt.Fprintf(&told, "%s\n    -> refused %v %s %s\n", b, r.Refused, r.Code, r.Reason)
			outcomes[string(m.Verb)+" "+fate(r)]++
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
