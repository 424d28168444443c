package domains

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// fuzz reads two files of a format as a domain and its profile: whatever the bytes, there is a scenario that parses or an
// error, and neither takes long.
func fuzz(f *testing.F, format Format, domain, profile string, seeds [][2]string) {
	for _, s := range seeds {
		f.Add([]byte(s[0]), []byte(s[1]))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if len(a)+len(b) > 1<<16 {
			return
		}
		d, err := read([]file{{domain, a, false}, {profile, b, false}}, Options{Format: format, Steps: DefaultSteps})
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without words")
			}
			return
		}
		if s, err := d.Scenario(""); err != nil || len(s.Text) == 0 {
			t.Fatalf("%v\n%s\n%s", err, a, b)
		}
	})
}

// seed reads files of testdata.
func seed(f *testing.F, names ...string) (s [2]string) {
	f.Helper()
	for i, n := range names {
		b, err := os.ReadFile(filepath.Join("testdata", n))
		if err != nil {
			f.Fatal(err)
		}
		s[i] = string(b)
	}
	return s
}

func FuzzGenius(f *testing.F) {
	fuzz(f, Genius, "d.xml", "p.xml", [][2]string{seed(f, "genius/picnic.xml", "genius/picnic_a.xml"), seed(f, "genius-numbers/house.xml", "genius-numbers/house_seller.xml"),
		{domainXML, fmt.Sprintf(profileXML, "0.5", "1")}, seed(f, "genius-lenient/harbour.xml", "genius-lenient/harbour_port.xml"), seed(f, "genius-lenient/harbour.xml", "genius-lenient/harbour_city.xml"),
		seed(f, "genius-integers/lease.xml", "genius-integers/lease_owner.xml")})
}

func FuzzGeniusWeb(f *testing.F) {
	fuzz(f, GeniusWeb, "d.json", "p.json", [][2]string{seed(f, "geniusweb/trip.json", "geniusweb/trip1.json"), seed(f, "geniusweb/trip.json", "geniusweb/trip2.json"),
		seed(f, "geniusweb-sets/ferry.json", "geniusweb-sets/ferry_isle.json"), seed(f, "geniusweb-sets/ferry.json", "geniusweb-sets/ferry_coast.json")})
}

func FuzzNegoLog(f *testing.F) {
	fuzz(f, NegoLog, "profileA.json", "profileB.json", [][2]string{seed(f, "negolog/profileA.json", "negolog/profileB.json"), seed(f, "negolog-specs/profileA.json", "negolog-specs/specs.json")})
}

func FuzzNegMAS(f *testing.F) {
	fuzz(f, NegMAS, "d.yml", "p.yml", [][2]string{seed(f, "negmas/market.yml", "negmas/buyer.yml"), seed(f, "negmas/market.yml", "negmas/seller.yml"),
		seed(f, "negmas-functions/grain.yml", "negmas-functions/seller.yml"), seed(f, "negmas-functions/grain.yml", "negmas-functions/buyer.yml")})
}

func FuzzNegMASJSON(f *testing.F) {
	fuzz(f, NegMAS, "d.json", "p.json", [][2]string{{`{"type": "CartesianOutcomeSpace", "issues": [{"name": "x", "values": ["a", "b"]}, {"name": "n", "values": 3}]}`,
		`{"type": "LinearAdditiveUtilityFunction", "name": "p", "reserved_value": NaN, "values": [{"type": "TableFun", "mapping": {"a": 1, "b": 0.5}}, {"type": "IdentityFun"}]}`}})
}
