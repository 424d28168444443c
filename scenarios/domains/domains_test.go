package domains

import (
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

var update = flag.Bool("update", false, "rewrite the golden files; look at the difference before you keep it")

// utility is what a deal is worth to a capital of the scenario: the sum of its points.
func utility(t *testing.T, s *scenarios.Scenario, capital string, text map[string]string) terms.Number {
	t.Helper()
	w := scenarios.NewWords(&s.Charter, s.Plans)
	var settings []terms.Setting
	for id, v := range text {
		x, err := w.Value("test", id, v)
		if err != nil {
			t.Fatal(err)
		}
		settings = append(settings, terms.Setting{Term: id, Value: x})
	}
	var sum terms.Number
	for i := range s.Parties {
		if s.Parties[i].Capital != capital {
			continue
		}
		for _, l := range s.Parties[i].Scores {
			if l.Test.Holds(settings) {
				sum += l.Points
			}
		}
	}
	return sum
}

func imported(t *testing.T, folder string, o Options) (*Domain, *Scenario, *scenarios.Scenario) {
	t.Helper()
	d, err := Read(folder, o)
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Scenario("")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Parse(out.ID+".yaml", out.Text)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range s.Warnings {
		t.Errorf("%s: a warning: %s", folder, w)
	}
	return d, out, s
}

// TestUtilitiesAreKept compares scores with utilities worked out by hand from the files in testdata, in fractions.
func TestUtilitiesAreKept(t *testing.T) {
	for _, c := range []struct {
		folder   string
		format   Format
		capital  string
		text     map[string]string
		utility  string // a fraction
		walkAway string // "" is none
	}{
		{"genius", Genius, "picnic_a", map[string]string{"where-to-go": "forest", "food": "cake"}, "17/60", "3/10"}, // 0.6/4 + 0.4/3
		{"genius", Genius, "picnic_b", map[string]string{"where-to-go": "lake", "food": "cake"}, "3/4", "1/4"},      // 0.5*0.25/0.5 + 0.5
		{"genius-numbers", Genius, "house_buyer", map[string]string{"rooms": "5", "price": "130", "garden": "0"}, "151/200", ""},
		{"genius-numbers", Genius, "house_seller", map[string]string{"rooms": "2", "price": "180", "garden": "0"}, "23/30", "1/5"},
		{"geniusweb", GeniusWeb, "trip1", map[string]string{"days": "4", "by-issue": "bus"}, "12/25", "7/25"}, // 0.6*2/3 + 0.08; days 3, bus
		{"geniusweb", GeniusWeb, "trip2", map[string]string{"days": "3", "by-issue": "train"}, "7/12", ""},
		{"negolog", NegoLog, "profilea", map[string]string{"colour": "blue", "size": "middle"}, "27/50", "2/5"},
		{"negolog", NegoLog, "profileb", map[string]string{"colour": "red", "size": "small"}, "11/20", "0"},
		{"negmas", NegMAS, "buyer", map[string]string{"amount": "3", "when": "later", "constant": "0"}, "9/8", "1/4"},
		{"negmas", NegMAS, "seller", map[string]string{"amount": "2", "when": "later", "constant": "0"}, "1", ""},
		{"genius-lenient", Genius, "harbour_city", map[string]string{"dues": "€10", "quay-crane": "north & nothing else", "0600-1800": "12"}, "148/225", "1/4"}, // 2.5/9 + 0.3 + 0.08
		{"genius-integers", Genius, "lease_tenant", map[string]string{"rent": "3", "rooms": "2"}, "11/12", ""},                                                  // 1.05 is cut off at 1
		{"geniusweb-sets", GeniusWeb, "isle", map[string]string{"price-per-car": "8.5", "sailings": "4", "season": "summer only"}, "39366642/100000000", "141/500"},
		{"negmas-functions", NegMAS, "buyer", map[string]string{"tonnes": "5", "price": "20", "route": "3", "return-route": "sea", "constant": "0"}, "83/100", "31/100"},
		{"negolog-specs", NegoLog, "profilea", map[string]string{"water": "b", "dam-weir": "high", "fish": "b"}, "1041/2000", "2/5"},
	} {
		d, out, s := imported(t, filepath.Join("testdata", c.folder), Options{})
		if d.Format != c.format {
			t.Errorf("%s: told to be %s", c.folder, d.Format)
		}
		factor, _ := new(big.Rat).SetString(out.Factor)
		want, _ := new(big.Rat).SetString(c.utility)
		want.Mul(want, factor)
		got := big.NewRat(int64(utility(t, s, c.capital, c.text)), int64(terms.One))
		if got.Cmp(want) != 0 {
			t.Errorf("%s: %v is worth %s to %s, should be %s times %s", c.folder, c.text, got, c.capital, out.Factor, c.utility)
		}
		for i := range s.Parties {
			p := &s.Parties[i]
			if p.Capital != c.capital {
				continue
			}
			if (p.WalkAway == nil) != (c.walkAway == "") {
				t.Errorf("%s: walk-away of %s: %v", c.folder, c.capital, p.WalkAway)
			} else if c.walkAway != "" {
				w, _ := new(big.Rat).SetString(c.walkAway)
				if w.Mul(w, factor).Cmp(big.NewRat(int64(*p.WalkAway), int64(terms.One))) != 0 {
					t.Errorf("%s: %s walks away below %s, should be %s times %s", c.folder, c.capital, p.WalkAway, out.Factor, c.walkAway)
				}
			}
		}
	}
}

// TestGolden holds the scenarios that are written, with what is lost at their heads.
func TestGolden(t *testing.T) {
	folders, err := filepath.Glob("testdata/*")
	looked := 0
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if info, err := os.Stat(f); err != nil || !info.IsDir() || filepath.Base(f) == "fuzz" {
			continue
		}
		_, out, _ := imported(t, f, Options{})
		path := f + ".yaml"
		if *update {
			if err := os.WriteFile(path, out.Text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || string(want) != string(out.Text) {
			t.Errorf("%s is not what it was: run with -update and look at the difference (%v)", path, err)
		}
		looked++
	}
	if looked != 10 {
		t.Errorf("looked at %d domains", looked)
	}
}

// folder writes files into a folder of their own.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const (
	domainXML  = `<negotiation_template><utility_space><objective index="0" name="o"><issue index="1" name="x" vtype="discrete"><item index="1" value="a"/><item index="2" value="b"/></issue></objective></utility_space></negotiation_template>`
	profileXML = `<utility_space><objective index="0" name="o"><issue index="1" name="x" type="discrete"><item index="1" value="a" evaluation="1"/><item index="2" value="b" evaluation="%s"/></issue><weight index="1" value="%s"/></objective></utility_space>`
	webDomain  = `{"name": "w", "issuesValues": {"x": {"values": ["a", "b"]}}}`
	webProfile = `{"LinearAdditiveUtilitySpace": {"domain": {"name": "%s", "issuesValues": {"x": {"values": ["a", "b"]}}}, "name": "%s", "issueUtilities": {"x": {"DiscreteValueSetUtilities": {"valueUtilities": {"a": 1, "b": 0}}}}, "issueWeights": {"x": 1}}}`
)

// TestWhatCannotBeRead: each is refused with a word on what is wrong, and soon.
func TestWhatCannotBeRead(t *testing.T) {
	profile := fmt.Sprintf(profileXML, "0.5", "1")
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"entities":        {map[string]string{"d.xml": `<!DOCTYPE x [<!ENTITY a "aaaa">]><negotiation_template>&a;</negotiation_template>`}, "document type or entities"},
		"an entity":       {map[string]string{"d.xml": `<negotiation_template name="&nope;"/>`}, "entit"},
		"no XML":          {map[string]string{"d.xml": "<negotiation_template>"}, "line 1: this is not XML"},
		"an empty file":   {map[string]string{"d.xml": ""}, "holds no XML element"},
		"deep XML":        {map[string]string{"d.xml": strings.Repeat("<a>", 100_000)}, "nested more than 64 deep"},
		"no profile":      {map[string]string{"d.xml": domainXML}, "no preference profile"},
		"two domains":     {map[string]string{"d.xml": domainXML, "e.xml": domainXML}, "d.xml and e.xml are both domains"},
		"hyperrectangles": {map[string]string{"d.xml": domainXML, "p.xml": `<utility_space type="nonlinear"><utility_function><hyperRectangle utility="3"/></utility_function></utility_space>`}, "do not add up"},
		"another issue":   {map[string]string{"d.xml": domainXML, "p.xml": strings.ReplaceAll(strings.Replace(profile, `name="x"`, `name="y"`, 1), `issue index="1"`, `issue index="7"`)}, `the domain has no issue "y"`},
		"another value":   {map[string]string{"d.xml": domainXML, "p.xml": strings.Replace(profile, `value="b"`, `value="c"`, 1)}, `the domain has no value "c"`},
		"a wrong weight":  {map[string]string{"d.xml": domainXML, "p.xml": fmt.Sprintf(profileXML, "1", "heavy")}, `"heavy" is not a number`},
		"a vast exponent": {map[string]string{"d.xml": domainXML, "p.xml": fmt.Sprintf(profileXML, "1e999999999", "1")}, "is not a number"},
		"a twin value":    {map[string]string{"d.xml": strings.Replace(domainXML, `value="b"`, `value="a"`, 1), "p.xml": strings.Replace(profile, `value="b"`, `value="a"`, 1)}, `the value "a" twice`},
		"partial order":   {map[string]string{"d.json": webDomain, "p.json": `{"DefaultPartialOrdering": {"name": "p", "domain": {}, "better": []}}`}, "DefaultPartialOrdering, which is no sum"},
		"a type":          {map[string]string{"d.xml": domainXML, "p.xml": strings.Replace(profile, "<utility_space>", `<utility_space type="nonlinear">`, 1)}, `its type is "nonlinear"`},
		"a <utility>":     {map[string]string{"d.xml": domainXML, "p.xml": `<utility_space><objective><utility maxutility="9"><ufun type="PlainUfun"/></utility><item evaluation="1"/></objective></utility_space>`}, "it has <utility>"},
		"a template":      {map[string]string{"d.xml": domainXML, "p.xml": strings.ReplaceAll(fmt.Sprintf(profileXML, "null", "1"), `evaluation="1"`, "")}, "no preference profile"},
		"twice":           {map[string]string{"d.xml": domainXML, "p.xml": strings.Replace(profile, "<weight", `<issue index="1" name="x"><item value="a" evaluation="1"/></issue><weight`, 1)}, `the issue "x" is evaluated twice`},
		"an encoding":     {map[string]string{"d.xml": `<?xml version="1.0" encoding="koi8-r"?><negotiation_template/>`}, `the encoding "koi8-r" is not read`},
		"an open quote":   {map[string]string{"d.xml": "<negotiation_template>\n<issue name=\"x>\n<item value=\"a\"/>"}, "line 3: this is not XML"},
		"a center":        {map[string]string{"c.yml": "name: c\ntype: anl.MaxCenterUFun\nn_edges: 2\n"}, "c.yml is a MaxCenterUFun"},
		"a curve":         {map[string]string{"d.yml": "type: CartesianOutcomeSpace\nissues: [{name: x, values: [1, 2]}]\n", "p.yml": "type: LinearAdditiveUtilityFunction\nname: p\nvalues: [{type: SinFun}]\n"}, `a function of the kind "SinFun" is not read`},
		"a long curve":    {map[string]string{"d.yml": "type: CartesianOutcomeSpace\nissues: [{name: x, values: [1, 2]}]\n", "p.yml": "type: LinearAdditiveUtilityFunction\nname: p\nvalues: [{type: PolynomialFun, coefficients: [1,1,1,1,1,1,1,1,1]}]\n"}, "one of more than 8"},
		"words":           {map[string]string{"d.yml": "type: CartesianOutcomeSpace\nissues: [{name: x, values: [a, b]}]\n", "p.yml": "type: LinearAdditiveUtilityFunction\nname: p\nvalues: [{type: LinearFun, slope: 2}]\n"}, `a function of numbers, of "a"`},
		"no JSON":         {map[string]string{"d.json": `{"name": `}, "line 1: the file ends in the middle"},
		"deep JSON":       {map[string]string{"d.json": strings.Repeat("[", 100_000)}, "nested more than 64 deep"},
		"a key twice":     {map[string]string{"d.json": `{"name": 1, "name": 2}`}, `the key "name" is given twice`},
		"no format":       {map[string]string{"d.json": `{"a": 1}`}, "no format that is known"},
		"a lone range":    {map[string]string{"d.json": `{"name": "w", "issuesValues": {"x": {"range": [1, 2]}}}`}, "a range of three numbers"},
		"an endless step": {map[string]string{"d.json": `{"name": "w", "issuesValues": {"x": {"range": [1, 2, 0]}}}`}, "leads nowhere"},
		"another utility": {map[string]string{"d.yml": "type: CartesianOutcomeSpace\nissues: [{name: x, values: [a, b]}]\n", "p.yml": "type: HyperRectangleUtilityFunction\nname: p\n"}, "HyperRectangleUtilityFunction cannot be carried over"},
		"deep YAML":       {map[string]string{"d.yml": strings.Repeat("[", 100_000)}, "nested more than"},
		"other issues":    {map[string]string{"profileA.json": `{"issueWeights": {"x": 1}, "issues": {"x": {"a": 1}}}`, "profileB.json": `{"issueWeights": {"y": 1}, "issues": {"y": {"a": 1}}}`}, `the issue "y" is not in profileA.json`},
		"nothing":         {map[string]string{"readme.txt": "x"}, "no .xml, .json, .yml or .yaml file"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := Read(folder(t, c.files), Options{})
			if err == nil {
				t.Fatalf("it was read: %+v", d)
			}
			if !strings.Contains(err.Error(), c.want) || len(err.Error()) > 2000 {
				t.Errorf("%.400v\nis not about %q", err, c.want)
			}
		})
	}
	if _, err := Read("testdata/missing", Options{}); err == nil || !strings.Contains(err.Error(), "cannot read the domain") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// TestWhatIsNamed: what a scenario cannot say is in the report and at the head of the file.
func TestWhatIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no domain":    {map[string]string{"p.xml": fmt.Sprintf(profileXML, "0.5", "1")}, "there is no domain file"},
		"rounding":     {map[string]string{"d.xml": domainXML, "p.xml": fmt.Sprintf(profileXML, "0.12345678901234567891", "0.12345678901234567")}, "points are 10000000000000 times the utility and are rounded, each utility by 4.7e-20 at most"},
		"integers":     {map[string]string{"d.xml": `<negotiation_template><issue index="1" name="n" type="integer" lowerbound="0" upperbound="100000"/></negotiation_template>`, "p.xml": `<utility_space><issue index="1" name="n" type="integer"><evaluator ftype="linear" slope="0.00001" offset="0"/></issue><weight index="1" value="1"/></utility_space>`}, "the integers from 0 to 100000 are too many: 801 of them"},
		"more than 1":  {map[string]string{"d.xml": domainXML, "p.xml": fmt.Sprintf(profileXML, "0.5", "1.5")}, "Genius cuts utilities off at 1"},
		"no weight":    {map[string]string{"d.xml": domainXML, "p.xml": strings.Replace(fmt.Sprintf(profileXML, "0.5", "1"), `weight index="1"`, `weight index="9"`, 1)}, "the issue has no weight"},
		"negative":     {map[string]string{"d.yml": "type: CartesianOutcomeSpace\nissues: [{name: x, values: [1, 2, 3]}]\n", "p.yml": "type: LinearUtilityFunction\nname: p\nweights: [-1]\n"}, "its walk-away is the worth of the worst deal"},
		"missing util": {map[string]string{"d.json": webDomain, "p.json": `{"LinearAdditiveUtilitySpace": {"issueUtilities": {"x": {"discreteutils": {"valueUtilities": {"a": 1}}}}, "issueWeights": {"x": 1}}}`}, `the value "b" has no utility`},
		"a template":   {map[string]string{"d.xml": domainXML, "p.xml": fmt.Sprintf(profileXML, "0.5", "1"), "q.xml": strings.ReplaceAll(fmt.Sprintf(profileXML, "null", "1"), `evaluation="1"`, "")}, "it evaluates no value"},
		"other weight": {map[string]string{"d.xml": domainXML, "p.xml": strings.Replace(fmt.Sprintf(profileXML, "0.5", "1"), "<weight", `<weight index="7" value="0.2"/><weight`, 1)}, "the weight 0.2 of an issue number 7"},
		"uncertain":    {map[string]string{"d.xml": domainXML, "p.xml": strings.Replace(fmt.Sprintf(profileXML, "0.5", "1"), "<utility_space>", `<utility_space type="UNCERTAIN">`, 1)}, "uncertain preferences"},
		"two reserves": {map[string]string{"d.xml": domainXML, "p.xml": strings.Replace(fmt.Sprintf(profileXML, "0.5", "1"), "<weight", `<reservation value="0.1"/><reservation value="0.2"/><weight`, 1)}, "a second reservation value, 0.2: 0.1 counts"},
		"Windows-1252": {map[string]string{"d.xml": strings.ReplaceAll(domainXML, `value="a"`, "value=\"\x80\""), "p.xml": strings.Replace(fmt.Sprintf(profileXML, "0.5", "1"), `value="a"`, `value="€"`, 1)}, "it was read as Windows-1252"},
		"other domain": {map[string]string{"d.json": webDomain, "p.json": fmt.Sprintf(webProfile, "w", "p"), "q.json": fmt.Sprintf(webProfile, "v", "q")}, "a profile of another domain, v"},
		"web discount": {map[string]string{"d.json": webDomain, "p.json": strings.Replace(fmt.Sprintf(webProfile, "w", "p"), `"name": "p"`, `"name": "p", "discount_factor": 0.9`, 1)}, "the discount factor 0.9"},
		"nested":       {map[string]string{"d.xml": strings.Replace(domainXML, `<issue`, `<objective index="5" name="inner"/><issue`, 1), "p.xml": fmt.Sprintf(profileXML, "0.5", "1")}, "grouped under objectives"},
	} {
		t.Run(name, func(t *testing.T) {
			d, out, _ := imported(t, folder(t, c.files), Options{})
			found := false
			for _, l := range d.Lost {
				found = found || strings.Contains(l.Text, c.want)
			}
			if !found || !strings.Contains(string(out.Text), "# What could not be carried over:") {
				t.Errorf("%q is not among %v", c.want, d.Lost)
			}
		})
	}
}

// A file is read with those beside it; of two domains in a folder, the one that is named.
func TestAFileIsReadWithItsFolder(t *testing.T) {
	dir := folder(t, map[string]string{"d.xml": domainXML, "e.xml": domainXML, "p.xml": fmt.Sprintf(profileXML, "0.5", "1"), "d_pareto.xml": "<pareto/>"})
	d, err := Read(filepath.Join(dir, "e.xml"), Options{})
	if err != nil || d.Name != "e" || len(d.Profiles) != 1 {
		t.Errorf("%+v %v", d, err)
	}
	one := folder(t, map[string]string{"s.json": `{"outcome_space": {"name": "one", "issues": [{"name": "x", "values": ["a", "b"]}]},
		"ufuns": [{"type": "LinearAdditiveUtilityFunction", "name": "p", "reserved_value": -Infinity, "values": {"x": {"mapping": {"a": 1, "b": 0}}}}]}`})
	if d, err = Read(filepath.Join(one, "s.json"), Options{}); err != nil || d.Format != NegMAS || d.Name != "one" || d.Profiles[0].Name != "p" {
		t.Errorf("%+v %v", d, err)
	}
}

// Names that a scenario would read as something else, or that a terminal would obey, become others; the list says which.
func TestNames(t *testing.T) {
	dir := folder(t, map[string]string{
		"d.json": `{"name": "A  name: with \"quotes\"", "issuesValues": {"Plan": {"values": [">= 3", "at least 3", "", "\u001b[31mred", "true", "x: y"]}, "plan!": {"values": ["1", "2"]}, "日本": {"values": ["東京", "大阪"]}}}`,
		"p.json": `{"LinearAdditiveUtilitySpace": {"name": "All", "issueUtilities": {}, "issueWeights": {}}}`,
		"q.json": `{"LinearAdditiveUtilitySpace": {"name": "all", "issueUtilities": {}, "issueWeights": {}}}`,
	})
	_, out, s := imported(t, dir, Options{})
	var got []string
	for _, n := range out.Names {
		got = append(got, fmt.Sprintf("%s %q %q", n.What, n.From, n.To))
	}
	want := []string{`issue "Plan" "plan-issue"`, `value of plan-issue ">= 3" "at least 3"`, `value of plan-issue "at least 3" "at least 3 (2)"`,
		`value of plan-issue "" "(empty)"`, `value of plan-issue "\x1b[31mred" "[31mred"`, `issue "plan!" "plan-issue-2"`,
		`party "All" "all-party"`, `party "all" "all-party-2"`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if strings.ContainsRune(string(out.Text), 0x1b) || s.Charter.Term("日本") == nil {
		t.Errorf("%s", out.Text)
	}
}
