package scenarios

import (
	"strings"
	"testing"
)

func wordsOfTheTruce(t *testing.T) *Words {
	t.Helper()
	file, src, err := Open("one-month-truce")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(file, src)
	if err != nil {
		t.Fatal(err)
	}
	return NewWords(&s.Charter, s.Plans)
}

func TestWordsReadWhatAFileWrites(t *testing.T) {
	w := wordsOfTheTruce(t)
	duration, flag := "", ""
	for _, x := range w.charter.Terms {
		switch x.Kind {
		case "duration":
			duration = x.ID
		case "flag":
			flag = x.ID
		}
	}
	if v, err := w.Value("--set", duration, "30d"); err != nil || v.String() != "30d" {
		t.Errorf("a duration: %v %v", v, err)
	}
	if v, err := w.Value("--set", flag, "true"); err != nil || !v.Flag {
		t.Errorf("a flag: %v %v", v, err)
	}
	plan := w.plans[0].ID
	if c, err := w.Condition("--if", "{all: [{consented: [london], to: "+plan+"}, {plan: "+plan+", is: adopted}]}", false); err != nil ||
		c.String() != "(london consented to "+plan+") and ("+plan+" is adopted)" && !strings.Contains(c.String(), "london consented") {
		t.Errorf("a condition: %v %v", c, err)
	}
	for text, says := range map[string]string{
		"{consented: [lodnon]}": "did you mean london",
		"{plan: nothing, is: x": "this is not YAML",
		"{plan: " + plan + "}":  "say what the plan should be",
		"":                      "",
		"[[[[":                  "",
	} {
		if _, err := w.Condition("--if", text, false); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "--if:") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := w.Value("--set", "nothing", "1"); err == nil || !strings.Contains(err.Error(), "there is no term") {
		t.Errorf("an unknown term: %v", err)
	}
	if _, err := w.Value("--set", flag, "yes"); err == nil || !strings.Contains(err.Error(), "true or false") {
		t.Errorf("a wrong value: %v", err)
	}
}
