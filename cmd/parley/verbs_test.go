package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

const talks = `scenario: talks
title: Three capitals talk
start: 2025-03-02T15:00:00Z
capitals:
  kyiv: {role: belligerent}
  london: {role: mediator}
  moscow: {role: belligerent}
terms:
  air: {flag: true}
  force: {choice: [none, un, coalition]}
  troops: {quantity: 0..30000, step: 1000, unit: people}
rules:
  accepted: {all: [{consent_of: [kyiv, moscow]}, {no_objection_from: [moscow]}]}
procedures:
  plan: {stages: [{name: parties, members: [kyiv, london, moscow], rule: accepted, window: 90000d}]}
plans:
  truce: {title: The text, procedure: plan, terms: {air: true, force: coalition, troops: 10000}}
script:
  - {at: 0h, propose: truce, by: london}
`

// bound is how long the tests wait at most for what should take a moment.
const bound = 90 * time.Second

// meeting is a conference of three capitals that run in this process.
type meeting struct {
	t      *testing.T
	folder string
	hosts  map[string]*host.Host
}

func meet(t *testing.T) *meeting {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, v := range []string{"PARLEY_AS", "PARLEY_DATA", "PARLEY_API", "PARLEY_IDENTITY", "PARLEY_CONTEXT"} {
		t.Setenv(v, "")
	}
	s, err := scenarios.Parse("talks.yaml", []byte(talks))
	if err != nil {
		t.Fatal(err)
	}
	places, err := host.Loopback([]string{"kyiv", "london", "moscow"})
	if err != nil {
		t.Fatal(err)
	}
	m := &meeting{t: t, folder: filepath.Join(t.TempDir(), "talks"), hosts: map[string]*host.Host{}}
	if err := host.Init(m.folder, &s.Charter, places, false); err != nil {
		t.Fatal(err)
	}
	if err := keepScenario(m.folder, []byte(talks)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for id := range m.hosts {
			m.stop(id)
		}
	})
	return m.start("kyiv", "london", "moscow")
}

func (m *meeting) start(ids ...string) *meeting {
	m.t.Helper()
	for _, id := range ids {
		c, err := host.LoadConfig(filepath.Join(m.folder, id, host.ConfigFile))
		if err != nil {
			m.t.Fatal(err)
		}
		if m.hosts[id], err = host.Start(context.Background(), c, host.Options{Version: "test"}); err != nil {
			m.t.Fatal(err)
		}
	}
	return m
}

func (m *meeting) stop(ids ...string) {
	m.t.Helper()
	var stopping sync.WaitGroup
	for _, id := range ids {
		h := m.hosts[id]
		delete(m.hosts, id)
		stopping.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), bound)
			defer cancel()
			if err := h.Close(ctx); err != nil {
				m.t.Error(err)
			}
		})
	}
	stopping.Wait()
}

// answer is what a command did.
type answer struct {
	status      int
	out, stderr string
}

func command(t *testing.T, args ...string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*bound)
	defer cancel()
	var out, errs bytes.Buffer
	status := run(ctx, append([]string{"parley"}, args...), strings.NewReader(""), &out, &errs)
	return answer{status, out.String(), errs.String()}
}

// do runs a command on the conference, with patience, and wants a status.
func (m *meeting) do(status int, args ...string) answer {
	m.t.Helper()
	full := append([]string{}, args...)
	if !strings.Contains(strings.Join(args, " "), "--data") {
		full = append(full, "--data", m.folder)
	}
	if !strings.Contains(strings.Join(args, " "), "--wait") && args[0] != "restore" && args[0] != "context" {
		full = append(full, "--wait", bound.String())
	}
	a := command(m.t, full...)
	if a.status != status {
		m.t.Fatalf("parley %s: status %d, want %d\n%s%s", strings.Join(args, " "), a.status, status, a.out, a.stderr)
	}
	return a
}

// read runs a command with --json and reads what it prints.
func (m *meeting) read(v any, status int, args ...string) {
	m.t.Helper()
	a := m.do(status, append(args, "--json")...)
	if err := json.Unmarshal([]byte(a.out), v); err != nil {
		m.t.Fatalf("parley %s: %v\n%s", strings.Join(args, " "), err, a.out)
	}
}

func tells(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), w) {
			t.Errorf("%q is missing in:\n%s", w, text)
		}
	}
}

// awaitSequence waits until a capital has so many moves in its record.
func (m *meeting) awaitSequence(id string, want uint64) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), bound)
	defer cancel()
	n := m.hosts[id].Node()
	for {
		changed := n.Changed()
		if n.Stats().Sequence >= want {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			m.t.Fatalf("%s has %d moves, want %d", id, n.Stats().Sequence, want)
		}
	}
}

func TestAPlanIsNegotiatedFromTheCommandLine(t *testing.T) {
	m := meet(t)
	tells(t, m.do(0, "propose", "truce", "--as", "london").out, "RECORDED: London's proposal of truce", "Stage parties of truce opens")
	tells(t, m.do(1, "veto", "truce", "--as", "london", "--citing", "force").out, "REFUSED: London's veto of truce.")
	m.do(0, "veto", "truce", "--as", "moscow", "--citing", "force,air", "--saying", "No troops of NATO")
	m.do(0, "amend", "truce", "--as", "london", "--set", "force=un", "--drop", "troops", "--drop=air")
	m.do(0, "consent", "truce", "--as", "kyiv", "--if", "{pledged: {force: {by_at_least: 1}}}", "--version", "2")
	m.do(0, "consent", "truce", "--as", "moscow")
	tells(t, m.do(0, "plan", "truce").out, "truce: OPEN, in stage parties, version 2;", "Kyiv would consent if force is pledged by at least 1.")
	m.do(0, "pledge", "force", "--value", "un", "--as", "london")
	var plan struct {
		Outcome string
		Version int
		Terms   map[string]any
		Tally   terms.Tally
	}
	m.read(&plan, 0, "plan", "truce")
	if plan.Outcome != "adopted" || plan.Version != 2 || fmt.Sprint(plan.Terms) != "map[force:un]" || len(plan.Tally.Consent) != 3 {
		t.Errorf("the plan: %+v", plan)
	}
	var plans []any
	m.read(&plans, 0, "plans")
	if len(plans) != 1 {
		t.Errorf("%d plans", len(plans))
	}
	for _, args := range [][]string{{"report", "truce", "--against", "moscow", "--of", "force"}, {"say", "It", "holds"},
		{"leave"}, {"return"}, {"extend", "truce", "--for", "30d"}, {"unpledge", "force"}, {"denounce", "truce"}} {
		if a := command(t, append(args, "--as", "london", "--data", m.folder)...); a.status > 1 {
			t.Errorf("%v: %+v", args, a)
		}
	}
	record := m.do(0, "record").out
	tells(t, record, "1 2025-03-02 15:00 The conference talks is founded by 3 capitals.", "Moscow vetoes truce, citing force and air: “No troops of NATO”.",
		"force: coalition → un", "Refused: London's veto of truce.", "London says: “It holds”.")
	for _, line := range strings.Split(record, "\n") {
		if n := len([]rune(line)); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	lines := strings.Split(strings.TrimSpace(m.do(0, "record", "--json", "--from", "3").out), "\n")
	var entry terms.Entry
	if err := json.Unmarshal([]byte(lines[0]), &entry); err != nil || entry.Result.Sequence != 3 || entry.Move.Verb != terms.VerbVeto {
		t.Errorf("the third move: %v %s", err, lines[0])
	}
	m.do(1, "plan", "nothing")
}

func TestTheUsageIsChecked(t *testing.T) {
	m := meet(t)
	for line, want := range map[string]string{
		"consent truce --as lodnon --data DIR":                            "did you mean london",
		"consent truce --data DIR":                                        "say who speaks, with --as, PARLEY_AS or a context: kyiv, london, moscow",
		"expel london --data DIR":                                         "say who speaks",
		"rotate key --data DIR":                                           "say who speaks",
		"rotate certificate --data DIR":                                   "say who speaks",
		"consent truce --as oslo --data DIR":                              "there is kyiv, london, moscow",
		"consent --as kyiv --data DIR":                                    "name one plan",
		"consent truce":                                                   "say where the conference is",
		"consent truce --as kyiv --data /nonexistent":                     "is not the folder of a conference",
		"amend truce --as kyiv --data DIR":                                "--set TERM=VALUE",
		"amend truce --as kyiv --data DIR --set forec=un":                 "did you mean force",
		"amend truce --as kyiv --data DIR --set force=nu":                 "force takes one of none, un, coalition",
		"consent truce --as kyiv --data DIR --if {consented:[x],to:y}":    "--if:1",
		"propose nothing --as kyiv --data DIR":                            "there is no text for the plan",
		"propose truec --as kyiv --data DIR":                              "did you mean truce",
		"extend truce --as kyiv --data DIR --for 30":                      "--for takes",
		"consent truce --as kyiv --data DIR --wait 0s":                    "--wait takes",
		"consent truce --as kyiv --data DIR --number 0":                   "--number takes",
		"status --data DIR --at lodnon":                                   "did you mean london",
		"consent truce --as moscow --data DIR --identity DIR/kyiv":        "holds the keys of kyiv",
		"consent truce --as kyiv --data DIR --context x":                  "there is no context",
		"chair nobody --data DIR --wait 30s":                              "not a capital",
		"admit oslo --as kyiv --data DIR --role guard --key F":            "--role takes",
		"rotate everything --as kyiv --data DIR":                          "certificate or key",
		"report truce --as kyiv --data DIR --of force --against nowhere":  "there is no capital",
		"say --as kyiv --data DIR":                                        "name one text",
		"propose truce --as kyiv --data DIR --from /nonexistent/file.yml": "there is no file",
	} {
		a := command(t, strings.Fields(strings.ReplaceAll(line, "DIR", m.folder))...)
		if a.status != 2 || !strings.Contains(a.stderr, want) {
			t.Errorf("%s: status %d, %s%s", line, a.status, a.out, a.stderr)
		}
	}
}

func TestStatusTellsOfEveryCapital(t *testing.T) {
	m := meet(t)
	m.do(0, "propose", "truce", "--as", "kyiv")
	var st struct {
		Leader   string
		RaftTerm uint64 `json:"raft_term"`
		Capitals []struct {
			ID, Role, API, Raft, Data, State string
			PID                              int
			AppliedIndex                     uint64 `json:"applied_index"`
			StateHash                        string `json:"state_hash"`
		}
		Plans []struct{ ID, Outcome string }
	}
	m.awaitSequence("kyiv", 2)
	m.awaitSequence("london", 2)
	m.awaitSequence("moscow", 2)
	m.read(&st, 0, "status")
	if st.Leader == "" || st.RaftTerm == 0 || len(st.Capitals) != 3 || len(st.Plans) != 1 || st.Plans[0].Outcome != "open" {
		t.Fatalf("%+v", st)
	}
	for i, c := range st.Capitals {
		if c.ID != []string{"kyiv", "london", "moscow"}[i] || c.PID != os.Getpid() || c.StateHash != st.Capitals[0].StateHash || c.StateHash == "" ||
			c.Raft == "" || c.API == "" || c.Data == "" || c.Role == "" || (c.State == "leader") != (c.ID == st.Leader) || c.AppliedIndex == 0 {
			t.Errorf("%+v", c)
		}
	}
	tells(t, m.do(0, "leader").out, st.Leader)
	to := "kyiv"
	if st.Leader == to {
		to = "moscow"
	}
	tells(t, m.do(0, "chair", to, "--as", "london").out, to+" leads now; it was "+st.Leader)
	m.stop("london")
	text := m.do(0, "status", "--as", "kyiv").out
	tells(t, text, "london mediator down", "truce: OPEN, in stage parties, version 1")
	for _, line := range strings.Split(text, "\n") {
		if n := len([]rune(line)); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	tells(t, m.do(0, "snapshot", "--as", "kyiv").out, "kyiv has taken a snapshot")
}

func TestAnUnknownOutcomeTellsHowToFindOut(t *testing.T) {
	m := meet(t)
	m.do(0, "propose", "truce", "--as", "kyiv")
	m.stop("london", "moscow")
	var a struct {
		Outcome, Reason string
		Index           *uint64
		MayBeRecorded   bool `json:"may_be_recorded"`
	}
	m.read(&a, 3, "consent", "truce", "--as", "kyiv", "--wait", "7s") // the capital itself gives up after 5 s
	if a.Outcome != "unknown" || a.Index == nil || a.Reason == "" || a.MayBeRecorded {
		t.Errorf("%+v", a)
	}
	// A move that is asked about under its number may have been tried before.
	tells(t, m.do(3, "consent", "truce", "--as", "kyiv", "--number", "2", "--wait", "2s").out, "UNKNOWN: what became of Kyiv's consent to truce.",
		"parley consent truce --as kyiv", "--number 2")
	tells(t, command(t, "consent", "truce", "--as", "moscow", "--data", m.folder).out, "UNKNOWN", "It was not sent", "only moscow itself can sign")
	tells(t, m.do(0, "status", "--as", "kyiv", "--wait", "20s").out, "london mediator down", "No quorum could be reached; this is what kyiv knows")
	tells(t, m.do(0, "plan", "truce", "--as", "kyiv", "--local").out, "truce: OPEN")
	m.do(3, "plan", "truce", "--as", "kyiv", "--wait", "2s")

	m.start("london", "moscow")
	tells(t, m.do(0, "consent", "truce", "--as", "kyiv", "--number", "2").out, "RECORDED")
	tells(t, m.do(0, "consent", "truce", "--as", "kyiv", "--number", "2").out, "it was there already")
	tells(t, m.do(1, "object", "truce", "--as", "kyiv", "--number", "2").out, "REFUSED", "used for another move")
	m.stop("kyiv", "london", "moscow")
	m.do(3, "status", "--wait", "5s")
	m.do(3, "leader", "--wait", "5s")
}

func TestACapitalIsAdmittedAndExpelled(t *testing.T) {
	m := meet(t)
	oslo := filepath.Join(m.folder, "oslo")
	tells(t, m.do(0, "admit", "oslo", "--as", "kyiv", "--role", "guarantor", "--new-folder", oslo).out, "Agreed: kyiv. Not yet: london, moscow. It needs: all of them.")
	a := m.do(0, "admit", "oslo", "--as", "london", "--json")
	tells(t, a.stderr, "as was moved: oslo (Oslo), guarantor")
	tells(t, a.out, `"not_yet": [ "moscow" ]`, `"carried": false`)
	tells(t, m.do(0, "admit", "oslo", "--as", "moscow").out, "Oslo is admitted to the conference.")
	m.start("oslo")
	m.awaitSequence("oslo", 4)
	tells(t, m.do(0, "say", "Here we are", "--as", "oslo").out, "RECORDED: Oslo's statement")
	tells(t, m.do(0, "status", "--as", "kyiv").out, "oslo guarantor")
	m.isFoundFromElsewhere("oslo", "london")
	m.isBroughtUp("oslo")
	tells(t, m.do(0, "chair", "oslo", "--as", "kyiv").out, "oslo leads now")
	m.do(0, "say", "Welcome", "--as", "moscow") // over a leader that its settings do not name
	m.do(0, "chair", "kyiv", "--as", "kyiv")

	tells(t, m.do(0, "expel", "oslo", "--as", "kyiv").out, "Not yet: london, moscow.")
	m.do(0, "expel", "oslo", "--as", "london")
	tells(t, m.do(0, "expel", "oslo", "--as", "moscow").out, "Oslo is expelled from the conference.")
	tells(t, m.do(1, "say", "Are we still here?", "--as", "oslo").out, "REFUSED: Oslo's statement. Oslo has been expelled from the conference.")
	tells(t, m.do(0, "status", "--as", "kyiv").out, "oslo guarantor expelled")
	m.stop("oslo")
	if text := m.do(0, "status", "--as", "kyiv").out; strings.Contains(text, "oslo") {
		t.Errorf("oslo is still there:\n%s", text)
	}
	m.do(0, "say", "Without Oslo", "--as", "london")
}

// isBroughtUp checks that parley up and down see to a newcomer too, whose folder is beside the others.
func (m *meeting) isBroughtUp(newcomer string) {
	m.t.Helper()
	c, err := openConference(m.folder)
	if err != nil {
		m.t.Fatal(err)
	}
	if !slices.ContainsFunc(c.configs, func(x *host.Config) bool { return x.Capital == newcomer }) || len(c.configs) != 4 {
		m.t.Errorf("%d capitals are brought up, %s not among them", len(c.configs), newcomer)
	}
	text, err := introduce(c, &upOptions{}, "")
	if err != nil {
		m.t.Fatal(err)
	}
	tells(m.t, text, newcomer+" admitted", "kyiv belligerent")
	all, err := c.delegates()
	if err != nil {
		m.t.Fatal(err)
	}
	defer dismiss(all)
	_ = look(m.t.Context(), c, all, nobodyFell{})
}

// nobodyFell is running capitals of which none has ended.
type nobodyFell struct{ running }

func (nobodyFell) fallen(string) string { return "" }

// isFoundFromElsewhere waits until a capital's own folder, alone on its machine, is enough to see a newcomer's standing.
func (m *meeting) isFoundFromElsewhere(newcomer, observer string) {
	m.t.Helper()
	at, err := host.LoadConfig(filepath.Join(m.folder, newcomer, host.ConfigFile))
	if err != nil {
		m.t.Fatal(err)
	}
	alone := filepath.Join(m.folder, observer)
	for began := time.Now(); ; {
		a := command(m.t, "status", "--json", "--data", alone)
		var st conferenceStanding
		if err := json.Unmarshal([]byte(a.out), &st); err != nil || a.status != 0 {
			m.t.Fatalf("%v, %+v", err, a)
		}
		i := slices.IndexFunc(st.Capitals, func(x capitalStanding) bool { return x.ID == newcomer })
		if i < 0 {
			m.t.Fatalf("%s is not there: %s", newcomer, a.out)
		}
		x := &st.Capitals[i]
		if x.State == "follower" && x.API == "https://"+at.API.Address() && x.Raft == at.Raft.Address() && x.Role == terms.Guarantor && x.PID > 0 && len(x.StateHash) == 64 {
			break
		}
		if x.State != stateUnknown || x.API != "" || time.Since(began) > bound {
			m.t.Fatalf("%+v", x)
		}
	}
	tells(m.t, command(m.t, "status", "--data", alone).out, newcomer+" guarantor follower", at.API.Address())
}

func TestABackupIsRestoredWithTheSameState(t *testing.T) {
	m := meet(t)
	m.do(0, "propose", "truce", "--as", "kyiv")
	m.do(0, "consent", "truce", "--as", "kyiv")
	file := filepath.Join(t.TempDir(), "talks.backup")
	var b backedUp
	m.read(&b, 0, "backup", "-o", file)
	if b.StateHash == "" || b.Sequence != 3 || b.Conference != "talks" {
		t.Errorf("%+v", b)
	}
	m.do(0, "consent", "truce", "--as", "moscow")
	tells(t, m.do(2, "restore", file).stderr, "runs: stop it first")
	m.stop("kyiv", "london", "moscow")
	tells(t, m.do(2, "restore", file).stderr, "holds a record already", "--force puts it aside")
	var r restored
	m.read(&r, 0, "restore", file, "--force")
	if r.StateHash != b.StateHash || len(r.Capitals) != 3 {
		t.Errorf("%+v", r)
	}
	for _, c := range r.Capitals {
		if !isFile(filepath.Join(c.Replaced, "raft.db")) {
			t.Errorf("what %s had before is not kept: %+v", c.ID, c)
		}
	}
	m.start("kyiv", "london", "moscow")
	for id, h := range m.hosts {
		ctx, cancel := context.WithTimeout(t.Context(), bound)
		if _, err := h.Node().Read(ctx, node.Linearizable, func(*terms.State) {}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Node().ReadAlone(ctx, node.Local, func(s *terms.State) {
			if hash := s.Hash(); fmt.Sprintf("%x", hash) != b.StateHash {
				t.Errorf("%s has another state", id)
			}
		}); err != nil {
			t.Fatal(err)
		}
		cancel()
	}
	tells(t, m.do(0, "plan", "truce").out, "truce: OPEN")
	m.do(0, "consent", "truce", "--as", "moscow")
	tells(t, m.do(0, "plan", "truce").out, "truce: ADOPTED")

	// A wiped one is restored alone, and catches up.
	m.stop("london")
	config, err := host.LoadConfig(filepath.Join(m.folder, "london", host.ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(config.DataFolder()); err != nil {
		t.Fatal(err)
	}
	m.do(0, "restore", file, "--as", "london")
	m.start("london")
	m.awaitSequence("london", 4)

	if err := os.WriteFile(file, []byte("no backup\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m.do(2, "restore", file, "--force")
}

func TestKeysAndCertificatesAreReplaced(t *testing.T) {
	m := meet(t)
	m.do(0, "propose", "truce", "--as", "kyiv")
	before, err := os.ReadFile(filepath.Join(m.folder, "kyiv", "signing.key"))
	if err != nil {
		t.Fatal(err)
	}
	tells(t, m.do(0, "rotate", "key", "--as", "kyiv").out, "RECORDED: Kyiv's change of its signing key")
	after, err := os.ReadFile(filepath.Join(m.folder, "kyiv", "signing.key"))
	if err != nil || bytes.Equal(before, after) {
		t.Fatalf("the key is the same: %v", err)
	}
	m.do(0, "consent", "truce", "--as", "kyiv")
	m.stop("kyiv")
	m.start("kyiv")
	m.do(0, "say", "With the new key", "--as", "kyiv")

	// As if it had crashed after the move was recorded and before the key was put into its place.
	tells(t, m.do(0, "rotate", "key", "--as", "kyiv").out, "RECORDED")
	m.stop("kyiv")
	at := func(name string) string { return filepath.Join(m.folder, "kyiv", name) }
	if err := os.Rename(at("signing.key"), at("signing.key.next")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("signing.key"), after, 0o600); err != nil {
		t.Fatal(err)
	}
	m.start("kyiv")
	tells(t, m.do(0, "say", "After a crash", "--as", "kyiv").out, "RECORDED")
	if isFile(at("signing.key.next")) {
		t.Error("the new key was not put into its place")
	}

	old, err := os.ReadFile(at("capital.crt"))
	if err != nil {
		t.Fatal(err)
	}
	tells(t, m.do(0, "rotate", "certificate", "--as", "kyiv", "--valid", "24h").out, "kyiv has a new certificate")
	if fresh, err := os.ReadFile(at("capital.crt")); err != nil || bytes.Equal(old, fresh) {
		t.Errorf("the certificate is the same: %v", err)
	}
	m.do(0, "say", "With a new certificate", "--as", "kyiv")
}

func TestContextsAndTheEnvironmentSayWhoSpeaks(t *testing.T) {
	m := meet(t)
	m.do(0, "context", "set", "ua", "--as", "kyiv")
	if a := command(t, "say", "From a context"); a.status != 0 || !strings.Contains(a.out, "Kyiv's statement") {
		t.Errorf("%+v", a)
	}
	if a := command(t, "context", "set", "uk", "--as", "london", "--data", filepath.Join(m.folder, "london")); a.status != 0 {
		t.Errorf("%+v", a)
	}
	if a := command(t, "context", "use", "uk"); a.status != 0 || !strings.Contains(a.out, "* uk") {
		t.Errorf("%+v", a)
	}
	tells(t, command(t, "say", "From another").out, "London's statement")
	tells(t, command(t, "say", "From a flag", "--context", "ua").out, "Kyiv's statement")
	t.Setenv("PARLEY_DATA", m.folder)
	t.Setenv("PARLEY_AS", "moscow")
	tells(t, command(t, "say", "From the environment").out, "Moscow's statement")
	tells(t, command(t, "say", "From a flag", "--as", "kyiv").out, "Kyiv's statement")
	if a := command(t, "context", "remove", "uk", "--json"); a.status != 0 || strings.Contains(a.out, "uk") {
		t.Errorf("%+v", a)
	}
	if a := command(t, "context", "use", "nowhere"); a.status != 2 {
		t.Errorf("%+v", a)
	}
}

// lineFeed hands on what is written, line by line.
type lineFeed struct {
	mu   sync.Mutex
	rest string
	to   chan string
}

func (l *lineFeed) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest += string(b)
	for {
		line, rest, whole := strings.Cut(l.rest, "\n")
		if !whole {
			return len(b), nil
		}
		l.rest = rest
		l.to <- line
	}
}

func TestTheRecordIsFollowedOverToAnotherCapital(t *testing.T) {
	m := meet(t)
	m.do(0, "propose", "truce", "--as", "kyiv")
	ctx, stop := context.WithCancel(t.Context())
	out := &lineFeed{to: make(chan string, 1000)}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"parley", "record", "--follow", "--json", "--as", "london", "--data", m.folder}, strings.NewReader(""), out, os.Stderr)
	}()
	expect := func(sequence uint64, verb terms.Verb) {
		t.Helper()
		select {
		case line := <-out.to:
			var e terms.Entry
			if err := json.Unmarshal([]byte(line), &e); err != nil || e.Result.Sequence != sequence || e.Move.Verb != verb {
				t.Fatalf("want move %d, %s: %v %s", sequence, verb, err, line)
			}
		case <-time.After(bound):
			t.Fatalf("move %d does not come", sequence)
		}
	}
	expect(1, terms.VerbCharter)
	expect(2, terms.VerbPropose)
	m.stop("london")
	m.do(0, "consent", "truce", "--as", "kyiv")
	expect(3, terms.VerbConsent)
	stop()
	select {
	case status := <-ended:
		if status != 0 {
			t.Errorf("status %d", status)
		}
	case <-time.After(bound):
		t.Error("it does not end")
	}
}
