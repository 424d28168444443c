package scenarios_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// library reads a scenario of the library and the text that it was read from.
func library(t *testing.T, id string) (*scenarios.Scenario, string) {
	t.Helper()
	file, src, err := scenarios.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Parse(file, src)
	if err != nil {
		t.Fatal(err)
	}
	return s, string(src)
}

func TestLibraryHoldsTheScenariosOfTheReports(t *testing.T) {
	have := strings.Join(scenarios.Library(), " ")
	for _, id := range []string{"one-month-truce", "lancaster-house", "coalition-of-the-willing", "moscow-red-line",
		"minerals-and-backstop", "oval-office-rift", "washington-august", "temporary-pause", "security-council-vote",
		"eu-council-vote"} {
		if !strings.Contains(" "+have+" ", " "+id+" ") {
			t.Errorf("the library has no %s; it has %s", id, have)
		}
	}
}

// persons are the names in the reports on which the library rests. Its files speak of capitals.
var persons = regexp.MustCompile(`(?i)\b(badenoch|costa|fidan|healey|hegseth|kuenssberg|lavrov|leyen|macron|mandelson|` +
	`meloni|merz|putin|reeves|rubio|rutte|scholz|starmer|trudeau|trump|tusk|vance|zaluzhnyi|zelensky+|charles|keir)\b`)

func TestEveryScenarioOfTheLibrary(t *testing.T) {
	for _, id := range scenarios.Library() {
		t.Run(id, func(t *testing.T) {
			s, src := library(t, id)
			for _, w := range s.Warnings {
				t.Errorf("%s:%d: %s: %s", w.File, w.Pos.Line, w.Path, w.Text)
			}
			if s.ID != id {
				t.Errorf("the file is called %s, and the scenario %s", id, s.ID)
			}
			if s.Title == "" || s.About == "" {
				t.Error("it has no title or does not say what it is about")
			}
			if len(s.Sources) == 0 {
				t.Error("it does not say what its figures rest on")
			}
			if len(s.Expect) == 0 {
				t.Error("it expects nothing")
			}
			if name := persons.FindString(src); name != "" {
				t.Errorf("it names %q: scenarios speak of capitals, not of persons", name)
			}
		})
	}
}

func TestEveryPlanOfTheLibraryIsExpectedToComeToSomething(t *testing.T) {
	for _, id := range scenarios.Library() {
		s, _ := library(t, id)
		settled := map[string]bool{}
		for i := range s.Expect {
			if e := &s.Expect[i]; e.At == nil && (e.Outcome != "" || e.Agreement != "") {
				settled[e.Plan] = true
			}
		}
		for i := range s.Plans {
			if !settled[s.Plans[i].ID] {
				t.Errorf("%s does not say what should become of %s", id, s.Plans[i].ID)
			}
		}
	}
}

// The institutions' rules, on the members that they have.
func TestInstitutionsOfTheLibrary(t *testing.T) {
	for _, test := range []struct {
		id, weight string
		members    int
		sum        string // of the weight
		group      string
		size       int
		rules      map[string]string // of a plan's only stage, in words
	}{
		{
			id: "security-council-vote", members: 15, group: "permanent", size: 5,
			rules: map[string]string{
				"surface": "9 or more consent, and no objection from beijing, london, moscow, paris, washington",
				"agenda":  "9 or more consent",
			},
		},
		{
			id: "eu-council-vote", members: 27, weight: "population", sum: "100.01", group: "large", size: 3,
			rules: map[string]string{
				"tone": "(at least 55% of the members consent, and consents hold at least 65% of population), " +
					"or all but at most 3 consent",
				"colour": "one or more consent and no member objects",
			},
		},
	} {
		t.Run(test.id, func(t *testing.T) {
			s, _ := library(t, test.id)
			if n := len(s.Charter.Capitals); n != test.members {
				t.Errorf("it has %d members; the institution has %d", n, test.members)
			}
			for _, g := range s.Charter.Groups {
				if g.Name == test.group && len(g.Capitals) != test.size {
					t.Errorf("%s are %v; there should be %d", g.Name, g.Capitals, test.size)
				}
			}
			if test.weight != "" {
				var sum terms.Number
				for i := range s.Charter.Capitals {
					for _, w := range s.Charter.Capitals[i].Weights {
						if w.Name == test.weight {
							sum += w.Value
						}
					}
				}
				if sum.String() != test.sum {
					t.Errorf("%s adds up to %s, not %s", test.weight, sum, test.sum)
				}
			}
			for plan, want := range test.rules {
				stages := s.Charter.Procedure(s.Plan(plan).Draft.Procedure).Stages
				if len(stages) != 1 || len(stages[0].Members) != test.members || stages[0].Decides != terms.AtClose {
					t.Errorf("%s: one vote of all members that decides at the close, not %+v", plan, stages)
				}
				if got := stages[0].Rule.String(); got != want {
					t.Errorf("%s: the rule is %q, not %q", plan, got, want)
				}
			}
		})
	}
}
