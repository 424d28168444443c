package domains

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestWhatXMLAsksToEscape: what Genius's reader lets pass is read as it is meant, and all else is left alone.
func TestWhatXMLAsksToEscape(t *testing.T) {
	for _, c := range [][2]string{
		{`<a b="x & y"/>`, `<a b="x &amp; y"/>`},
		{`<a b="x &amp; y &#38; &#x26; &lt;"/>`, `<a b="x &amp; y &#38; &#x26; &lt;"/>`},
		{`<a b="R&D; R&D"/>`, `<a b="R&D; R&amp;D"/>`}, // an entity that there is not is refused later
		{`<a b="< 20" c='a <b> c'>x & y</a>`, `<a b="&lt; 20" c='a &lt;b> c'>x &amp; y</a>`},
		{"<a b=\"x>\n<c d=\"< y\"/>", "<a b=\"x>\n<c d=\"< y\"/>"}, // a quote that is not closed on its line
		{`<!-- " & < --><a><![CDATA[ & < ]]></a>`, `<!-- " & < --><a><![CDATA[ & < ]]></a>`},
		{`<?xml version="1.0"?><a b="&"/>`, `<?xml version="1.0"?><a b="&amp;"/>`},
		{`<!DOCTYPE a [<!ENTITY b "&">]><a/>`, `<!DOCTYPE a [<!ENTITY b "&">]><a/>`},
		{"&", "&amp;"},
	} {
		if got := string(escaped([]byte(c[0]))); got != c[1] {
			t.Errorf("%s\nbecomes %s\nshould be %s", c[0], got, c[1])
		}
	}
}

// strict reads XML by the letter.
func strict(src []byte) error {
	d := xml.NewDecoder(bytes.NewReader(src))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// FuzzEscaped: what is XML by the letter stays as it is.
func FuzzEscaped(f *testing.F) {
	for _, s := range []string{`<a b="x &amp; y">&lt;</a>`, `<a b='"'/>`, `<!-- & --><a/>`, `<a><![CDATA[&]]>></a>`, "<?p \"?><a b=\"'\n\"/>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<14 {
			return
		}
		out := escaped(src)
		if strict(src) == nil && !bytes.Contains(src, []byte("<!")) && !bytes.Equal(out, src) {
			t.Errorf("%q becomes %q", src, out)
		}
		if !bytes.Equal(escaped(out), out) {
			t.Errorf("%q becomes %q, and that something else", src, out)
		}
	})
}

// TestEncodings reads one domain in each of the encodings that files are found in.
func TestEncodings(t *testing.T) {
	const text = `<negotiation_template><issue index="1" name="Gebühr"><item value="€5"/><item value="frei"/></issue></negotiation_template>`
	const profile = `<utility_space><issue index="1" name="Gebühr"><item value="€5" evaluation="1"/><item value="frei" evaluation="2"/></issue><weight index="1" value="1"/></utility_space>`
	units := utf16.Encode([]rune("\ufeff" + `<?xml version="1.0" encoding="UTF-16"?>` + text))
	var little, big []byte
	for _, u := range units {
		little, big = append(little, byte(u), byte(u>>8)), append(big, byte(u>>8), byte(u))
	}
	one := strings.NewReplacer("ü", "\xfc", "€", "\x80").Replace
	for name, src := range map[string]string{
		"UTF-8":                text,
		"UTF-8 with a mark":    "\ufeff" + text,
		"UTF-16":               string(little),
		"UTF-16, big end":      string(big),
		"undeclared":           one(text),
		"wrongly UTF-8":        `<?xml version="1.0" encoding="UTF-8"?>` + one(text),
		"Windows-1252":         `<?xml version="1.0" encoding="windows-1252"?>` + one(text),
		"ISO 8859-15":          `<?xml version="1.0" encoding="ISO-8859-15"?>` + strings.NewReplacer("ü", "\xfc", "€", "\xa4").Replace(text),
		"UTF-8 and nothing to": `<?xml version="1.0" encoding="UTF-8"?>` + text,
	} {
		d, err := Read(folder(t, map[string]string{"d.xml": src, "p.xml": profile}), Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := []string{"€5", "frei"}; d.Issues[0].Name != "Gebühr" || !reflect.DeepEqual(d.Issues[0].Values, want) {
			t.Errorf("%s: %q has the values %q", name, d.Issues[0].Name, d.Issues[0].Values)
		}
	}
}

// TestProfilesAreChosen by their names or files, and in the order in which they are asked for.
func TestProfilesAreChosen(t *testing.T) {
	dir := folder(t, map[string]string{
		"d.json": webDomain, "one.json": fmt.Sprintf(webProfile, "w", "first"), "two.json": fmt.Sprintf(webProfile, "w", "second"),
		"half.json": `{"DefaultPartialOrdering": {"name": "half", "domain": {"name": "w"}, "better": []}}`,
	})
	for _, c := range []struct {
		ask  []string
		want string // the profiles, or a part of the error
	}{
		{[]string{"second", "one"}, "second first"},
		{[]string{"one.json"}, "first"},
		{nil, "half.json: a profile of the kind DefaultPartialOrdering"},
		{[]string{"half"}, "half.json: a profile of the kind DefaultPartialOrdering"},
		{[]string{"third"}, `there is no profile "third": there are half, first, second`},
	} {
		got := ""
		d, err := Read(dir, Options{Profiles: c.ask})
		if err != nil {
			got = err.Error()
		} else {
			for _, p := range d.Profiles {
				got = strings.TrimSpace(got + " " + p.Name)
			}
		}
		if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%q: %s; should be %s", c.ask, got, c.want)
		}
	}
}

// A profile that is named brings its own domain, which NegMAS's functions may do too.
func TestAProfileBringsItsDomain(t *testing.T) {
	dir := folder(t, map[string]string{"d.json": webDomain, "e.json": strings.Replace(webDomain, `"w"`, `"v"`, 1), "p.json": fmt.Sprintf(webProfile, "w", "p"), "q.json": fmt.Sprintf(webProfile, "v", "q")})
	if _, err := Read(dir, Options{}); err == nil || !strings.Contains(err.Error(), "d.json and e.json are both domains") {
		t.Errorf("two domains: %v", err)
	}
	for file, want := range map[string]string{"q.json": "v q", "d.json": "w p", "e.json": "v q"} {
		d, err := Read(filepath.Join(dir, file), Options{})
		if err != nil || len(d.Profiles) != 1 || d.Name+" "+d.Profiles[0].Name != want {
			t.Errorf("%s: %+v %v", file, d, err)
		}
	}
	own := folder(t, map[string]string{"p.yml": "type: ExpDiscountedUFun\nname: p\nufun:\n  type: LinearAdditiveUtilityFunction\n  outcome_space: {name: own, issues: [{name: x, type: ContiguousIssue, values: [1, 3]}]}\n  values: [{mapping: {1: 0.5, 2: 0, 3: 1}}]\n  weights: [1]\n"})
	d, err := Read(own, Options{})
	if err != nil || d.Name != "own" || len(d.Issues) != 1 || len(d.Issues[0].Values) != 3 || len(d.Profiles) != 1 {
		t.Errorf("%+v %v", d, err)
	}
	// Of two Genius domains in a folder the one that is named is read, without the profiles of the other.
	other := strings.ReplaceAll(fmt.Sprintf(profileXML, "0.5", "1"), `value="b"`, `value="c"`)
	two := folder(t, map[string]string{"d.xml": domainXML, "e.xml": strings.ReplaceAll(domainXML, `value="b"`, `value="c"`), "p.xml": fmt.Sprintf(profileXML, "0.5", "1"), "q.xml": other})
	d, err = Read(filepath.Join(two, "e.xml"), Options{})
	if err != nil || len(d.Profiles) != 1 || d.Profiles[0].Name != "q" || !strings.Contains(d.Lost[0].Text, "left out as a profile of another domain") {
		t.Errorf("%+v %v", d, err)
	}
}

// TestLongWeights: weights of seventeen digits, as tools write them, stay exact beside thirds.
func TestLongWeights(t *testing.T) {
	d, out, s := imported(t, folder(t, map[string]string{
		"d.xml": domainXML,
		"p.xml": strings.ReplaceAll(fmt.Sprintf(profileXML, "2", "0.41379022581633473"), `evaluation="1"`, `evaluation="3"`),
		"q.xml": fmt.Sprintf(profileXML, "0.25", "0.9"),
	}), Options{})
	if len(d.Lost) != 0 || out.Factor != "300000000000" {
		t.Errorf("points are %s times the utilities; %v", out.Factor, d.Lost)
	}
	for value, want := range map[string]string{"a": "124137067744.900419", "b": "82758045163.266946"} {
		if got := utility(t, s, "p", map[string]string{"x": value}); got.String() != want {
			t.Errorf("%s is worth %s, should be %s", value, got, want)
		}
	}
}

// A profile counts an integer from its own lower bound, as Genius does, and a NegMAS folder of Genius's files may hold notes.
func TestSmallDifferences(t *testing.T) {
	dir := folder(t, map[string]string{
		"d.xml":      `<negotiation_template><issue index="1" name="n" type="integer" lowerbound="3" upperbound="5"/></negotiation_template>`,
		"p.xml":      `<utility_space><issue index="1" name="n" type="integer" lowerbound="1" upperbound="5"><evaluator slope="0.125" offset="0.25"/></issue><weight index="1" value="1"/></utility_space>`,
		"notes.yaml": "opposition: 0.3\n",
	})
	for format, want := range map[Format]string{Genius: "0.5 0.625 0.75", NegMAS: "0.625 0.75 0.875"} {
		d, err := Read(dir, Options{Format: format})
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		var got []string
		for _, u := range d.Profiles[0].Utility[0] {
			got = append(got, decimal(u))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("as %s: %v, should be %s", format, got, want)
		}
	}
}

// TestThirdsStayThirds also where another utility is too long to be exact.
func TestThirdsStayThirds(t *testing.T) {
	d, out, s := imported(t, folder(t, map[string]string{
		"d.xml": domainXML,
		"p.xml": strings.ReplaceAll(fmt.Sprintf(profileXML, "1", "0.5"), `evaluation="1"/><item index="2"`, `evaluation="3"/><item index="2"`),
		"q.xml": fmt.Sprintf(profileXML, "0.5", "0.41379022581633473123"),
	}), Options{})
	if len(d.Lost) != 1 || d.Lost[0].Where != "points" || out.Factor != "300000000000" {
		t.Errorf("points are %s times the utilities; %v", out.Factor, d.Lost)
	}
	if got := utility(t, s, "p", map[string]string{"x": "b"}); got.String() != "50000000000" {
		t.Errorf("a sixth is %s", got)
	}
}
