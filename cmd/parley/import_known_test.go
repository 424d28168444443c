package main

import (
	"context"
	"math/big"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parley-sim/parley/scenarios"
	"github.com/parley-sim/parley/scenarios/domains"
	"github.com/parley-sim/parley/sim/analysis/deals"
)

// solution is what is known of a domain: worked out apart from this program, in fractions, by going through every deal.
type solution struct {
	folder      string
	format      domains.Format
	deals       int
	acceptedBy  map[string]int
	unanimous   int
	pareto      int
	nash        string // the product of surpluses, as utilities
	nashAt      string // the deals, in the order of the space
	egalitarian string // the least surplus
	equalAt     string
	sum         string
	sumAt       string
}

var solutions = []solution{
	{"genius", "", 6, map[string]int{"picnic_a": 4, "picnic_b": 6}, 4, 3,
		"13/60", "lake, cake", "13/30", "lake, cake", "89/60", "lake, cake"},
	{"genius-numbers", "", 55, map[string]int{"house_buyer": 55, "house_seller": 47}, 47, 12,
		"9/25", "6, 170, 0", "23/40", "5, 170, 0", "71/50", "6, 170, 0"},
	{"genius-lenient", "", 27, map[string]int{"harbour_city": 25, "harbour_port": 26}, 24, 14,
		"6945008674391/40000000000000", "€5, north & south, 12; €5, north & south, 24",
		"161511829637/400000000000", "€5, north & south, 12; €5, north & south, 24",
		"2069511829637/1600000000000", "€5, north & nothing else, 12; €5, north & nothing else, 24"},
	{"genius-integers", "", 24, map[string]int{"lease_owner": 18, "lease_tenant": 24}, 18, 13,
		"9/40", "8, 3", "9/20", "8, 3", "5/4", "8, 3"},
	{"genius-integers", domains.NegMAS, 24, map[string]int{"lease_owner": 24, "lease_tenant": 24}, 24, 14,
		"51/16", "8, 2, 0", "53/40", "5, 1, 0", "77/20", "8, 3, 0"},
	{"geniusweb", "", 8, map[string]int{"trip1": 7, "trip2": 8}, 7, 8,
		"13/60", "4, train", "5/12", "4, train", "5/4", "5, train"},
	{"geniusweb-sets", "", 30, map[string]int{"coast": 25, "isle": 27}, 22, 12,
		"795432729/5000000000", "10, 4, all year", "179/500", "8.5, 4, all year", "70333321/50000000", "10, 4, all year"},
	{"negmas", "", 8, map[string]int{"buyer": 8, "seller": 8}, 8, 6,
		"7/8", "1, now, 0", "7/8", "1, now, 0", "17/8", "1, now, 0; 1, later, 0"},
	{"negmas-functions", "", 216, map[string]int{"buyer": 210, "seller": 192}, 186, 10,
		"999/640", "4, 20, rail (1 track), sea, 0", "9/8", "4, 15, rail (1 track), sea, 0", "2107/400", "4, 20, rail (1 track), sea, 0"},
	{"negolog", "", 6, map[string]int{"profilea": 5, "profileb": 6}, 5, 4,
		"11/50", "blue, large", "11/25", "blue, large", "149/100", "blue, middle"},
	{"negolog-specs", "", 18, map[string]int{"profilea": 12, "profileb": 13}, 8, 7,
		"27363/250000", "a, low, b", "7/25", "a, low, b", "15209/10000", "a, low, b"},
}

// TestImportedDomainsHaveTheirKnownSolutions imports domains of each tool and analyses what comes out: to the last digit.
func TestImportedDomainsHaveTheirKnownSolutions(t *testing.T) {
	for _, want := range solutions {
		t.Run(want.folder+string(want.format), func(t *testing.T) {
			r, factor := importedDeals(t, filepath.Join("../../scenarios/domains/testdata", want.folder), want.format)
			if !r.Exact || r.Space.Int64() != int64(want.deals) || r.Unanimous.Int64() != int64(want.unanimous) || r.Counts.Pareto.Deals.Int64() != int64(want.pareto) {
				t.Errorf("exact %v: %v deals, %v accepted by all, %v on the frontier; should be %d, %d and %d",
					r.Exact, r.Space, r.Unanimous, r.Counts.Pareto.Deals, want.deals, want.unanimous, want.pareto)
			}
			if len(r.AcceptedBy) != len(want.acceptedBy) {
				t.Errorf("the parties are those of %v", r.AcceptedBy)
			}
			for id, n := range want.acceptedBy {
				if got := r.AcceptedBy[id]; got == nil || got.Int64() != int64(n) {
					t.Errorf("%s accepts %v deals, should be %d", id, got, n)
				}
			}
			squared := new(big.Rat).Mul(factor, factor) // two parties
			samePoint(t, "the Nash point", r.Nash, func(d *deals.Deal) *deals.Exact { return d.Product }, squared, want.nash, want.nashAt)
			samePoint(t, "the egalitarian point", r.Egalitarian, func(d *deals.Deal) *deals.Exact { return d.Least }, factor, want.egalitarian, want.equalAt)
			samePoint(t, "the greatest sum", r.GreatestSum, func(d *deals.Deal) *deals.Exact { return d.Sum }, factor, want.sum, want.sumAt)
		})
	}
}

func importedDeals(t *testing.T, folder string, f domains.Format) (*deals.Result, *big.Rat) {
	t.Helper()
	d, err := domains.Read(folder, domains.Options{Format: f})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range d.Lost {
		if l.Where == "points" {
			t.Errorf("points are not exact: %s", l.Text)
		}
	}
	out, err := d.Scenario("")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Parse(out.ID+".yaml", out.Text)
	if err != nil {
		t.Fatal(err)
	}
	r, err := deals.Analyze(context.Background(), s, deals.Options{})
	if err != nil {
		t.Fatal(err)
	}
	factor, ok := new(big.Rat).SetString(out.Factor)
	if !ok {
		t.Fatalf("the factor %q", out.Factor)
	}
	return r, factor
}

// samePoint compares a point's worth in points with a fraction of utility, and its deals with those named.
func samePoint(t *testing.T, what string, list []deals.Deal, worth func(*deals.Deal) *deals.Exact, factor *big.Rat, fraction, deals string) {
	t.Helper()
	want, _ := new(big.Rat).SetString(fraction)
	want.Mul(want, factor)
	var texts []string
	for i := range list {
		if got, ok := new(big.Rat).SetString(worth(&list[i]).String()); !ok || got.Cmp(want) != 0 {
			t.Errorf("%s is worth %s, should be %s", what, worth(&list[i]), want.RatString())
		}
		var values []string
		for _, s := range list[i].Terms {
			values = append(values, s.Value.String())
		}
		texts = append(texts, strings.Join(values, ", "))
	}
	if got := strings.Join(texts, "; "); got != deals {
		t.Errorf("%s is at %s, should be %s", what, got, deals)
	}
}
