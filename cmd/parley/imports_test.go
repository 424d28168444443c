package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImportsRunOneWay holds the layers apart: who may import whom, and who alone knows a library.
func TestImportsRunOneWay(t *testing.T) {
	const module = "github.com/parley-sim/parley/"
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Standard", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	// What each package of ours may import of ours. A package that is not listed here has to be put in its place first.
	allowed := map[string][]string{
		"node/terms":     nil,
		"node/hlog":      nil,
		"node/signature": {"node/terms"},
		"node":           {"node/terms", "node/hlog", "node/signature"},
		"node/identity":  nil,
		"node/wire":      {"node", "node/hlog", "node/identity"},
		"node/api":       {"node", "node/terms"},
		"node/host":      {"node", "node/api", "node/identity", "node/terms", "node/wire"},
		"scenarios":      {"node/terms"},
		"sim/bubble":     nil,
		"sim/network":    nil,
		"sim/policy":     {"node/terms", "scenarios"},
		"sim/check":      {"node/signature", "node/terms"},
		"sim": {"node", "node/api", "node/host", "node/identity", "node/signature", "node/terms", "scenarios", "sim/bubble", "sim/network",
			"sim/policy", "sim/check"},
		"sim/report":         {"node/terms", "scenarios", "sim", "sim/check", "sim/network"},
		"sim/analysis/power": {"node/terms", "scenarios", "sim/report/chart"},
		"sim/report/chart":   nil,
		"sim/analysis/deals": {"node/terms", "scenarios", "sim/report/chart"},
		"sim/analysis/why":   {"node/terms", "scenarios", "sim", "sim/policy", "sim/report"},
		"cmd/parley": {"node", "node/api", "node/host", "node/identity", "node/terms", "node/wire", "scenarios", "sim", "sim/bubble",
			"sim/analysis/deals", "sim/analysis/power", "sim/analysis/why", "sim/report/chart",
			"sim/check", "sim/network", "sim/report"},
	}
	// The exercises: what is written, and how it is graded.
	allowed["scenarios/lessons"] = nil
	allowed["sim/lesson"] = []string{"node/terms", "scenarios", "scenarios/lessons", "sim"}
	allowed["sim/agent"] = nil
	allowed["sim"] = append(allowed["sim"], "sim/agent")
	allowed["cmd/parley"] = append(allowed["cmd/parley"], "scenarios/lessons", "sim/lesson", "sim/agent")
	// The page of a run, and the document that it is made of.
	allowed["sim/trace"] = []string{"node/terms", "scenarios", "sim", "sim/network"}
	allowed["sim/report/page"] = []string{"node/signature", "node/terms", "sim", "sim/network", "sim/report", "sim/trace"}
	allowed["sim/report/page/browser"] = nil // for tests
	allowed["cmd/parley"] = append(allowed["cmd/parley"], "sim/report/page", "sim/trace")
	// Many runs of one scenario, and what they add up to.
	allowed["sim/analysis/sweep"] = []string{"node/terms", "scenarios", "sim", "sim/report/chart"}
	allowed["cmd/parley"] = append(allowed["cmd/parley"], "sim/analysis/sweep")
	// Domains of other tools, made into scenarios.
	allowed["scenarios/domains"] = []string{"node/terms", "scenarios"}
	allowed["cmd/parley"] = append(allowed["cmd/parley"], "scenarios/domains")
	// Libraries that one package alone may know.
	only := map[string][]string{
		"testing/synctest":                    {"sim/bubble"},
		"github.com/urfave/cli/v2":            {"cmd/parley"},
		"github.com/chromedp/chromedp":        {"sim/report/page/browser"},
		"github.com/goccy/go-yaml":            {"scenarios", "scenarios/lessons"},
		"github.com/hashicorp/raft-boltdb/v2": {"node"},

		"github.com/oasisprotocol/curve25519-voi/primitives/ed25519": {"node/signature"},
	}
	looked := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		may, known := allowed[name]
		if !known {
			t.Errorf("%s has no place among the layers: add it to this test", name)
		}
		for _, imp := range p.Imports {
			looked++
			if ours, is := strings.CutPrefix(imp, module); is && !slices.Contains(may, ours) {
				t.Errorf("%s must not import %s", name, ours)
			}
			if name == "node/terms" && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
				t.Errorf("node/terms imports %s: it is to use the standard library only", imp)
			}
			for library, owners := range only {
				if (imp == library || strings.HasPrefix(imp, library+"/")) && !slices.Contains(owners, name) {
					t.Errorf("%s imports %s, which is for %s alone", name, imp, strings.Join(owners, ", "))
				}
			}
			for _, impure := range []string{"os", "log", "math/rand", "math/rand/v2", "net", "io/fs", "runtime"} {
				if name == "node/terms" && imp == impure {
					t.Errorf("node/terms imports %s: it has no I/O, clock, randomness or logging", imp)
				}
			}
		}
	}
	if looked < 50 {
		t.Errorf("looked at %d imports only", looked)
	}
}
