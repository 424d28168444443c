package host_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/identity"
	"github.com/parley-sim/parley/node/terms"
)

var ids = []string{"kyiv", "london", "moscow"}

// conference writes the folder of a new conference of three on loopback and returns its settings.
func conference(t *testing.T) (folder string, configs []*host.Config) {
	t.Helper()
	charter := &terms.Charter{Conference: "truce", Procedures: []terms.Procedure{{Name: "all", Stages: []terms.Stage{{Name: "all",
		Members: ids, Rule: terms.Rule{Kind: terms.RuleUnanimous}}}}, {Name: "brief", Stages: []terms.Stage{{Name: "brief", Members: ids,
		Rule: terms.Rule{Kind: terms.RuleUnanimous}, Window: 1}}}}}
	for _, id := range ids {
		charter.Capitals = append(charter.Capitals, terms.Capital{ID: id, Name: id, Role: terms.Mediator})
	}
	places, err := host.Loopback(ids)
	if err != nil {
		t.Fatal(err)
	}
	folder = filepath.Join(t.TempDir(), "truce")
	if err := host.Init(folder, charter, places, false); err != nil {
		t.Fatal(err)
	}
	_, configs, err = host.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	return folder, configs
}

func start(t *testing.T, c *host.Config) *host.Host {
	t.Helper()
	h, err := host.Start(context.Background(), c, host.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeHost(t, h) })
	return h
}

func closeHost(t *testing.T, h *host.Host) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := h.Close(ctx); err != nil {
		t.Error(err)
	}
}

// client speaks for a capital, to its own interface.
func client(t *testing.T, c *host.Config) *api.Client {
	t.Helper()
	id, err := identity.Open(c.IdentityFolder(), nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: id.Client(c.Capital)}
	t.Cleanup(transport.CloseIdleConnections)
	made, err := api.NewClient([]string{"https://" + c.API.Address()}, &http.Client{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// consent has a capital say something until it is recorded, which takes an election at first.
func say(t *testing.T, c *api.Client, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for {
		r, err := c.SubmitUntilKnown(ctx, api.MoveRequest{Verb: terms.VerbSay, Text: text})
		if err == nil && r.Outcome == node.Recorded {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("%q was not recorded: %+v %v", text, r, err)
		}
	}
}

func TestAConferenceIsFoundedAndSurvivesARestart(t *testing.T) {
	_, configs := conference(t)
	var hosts []*host.Host
	for _, c := range configs {
		hosts = append(hosts, start(t, c))
	}
	for i, c := range configs {
		say(t, client(t, c), "from "+ids[i])
	}
	for _, h := range hosts {
		closeHost(t, h)
	}
	hosts = nil
	for _, c := range configs {
		hosts = append(hosts, start(t, c))
	}
	say(t, client(t, configs[0]), "after the restart")
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for _, h := range hosts {
		if _, err := h.Node().Read(ctx, node.Linearizable, func(s *terms.State) {
			if n := s.Sequence(); n != 5 {
				t.Errorf("%s has %d moves in its record; want 5, the founding included", h.Node().ID(), n)
			}
		}); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsRefusedAtTheStart(t *testing.T) {
	folder, configs := conference(t)
	h := start(t, configs[0])
	fails := func(name string, c *host.Config, want error, says string) {
		t.Helper()
		got, err := host.Start(context.Background(), c, host.Options{})
		if err == nil {
			closeHost(t, got)
			t.Errorf("%s: it started", name)
			return
		}
		if want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	fails("a folder in use", configs[0], node.ErrInUse, configs[0].DataFolder())
	taken := *configs[1]
	taken.API.Listen = configs[0].API.Listen
	fails("a port that is taken", &taken, nil, configs[0].API.Listen)
	other := *configs[1]
	other.Data = configs[0].DataFolder()
	fails("another capital's record", &other, host.ErrOtherData, "belongs to kyiv")
	keys := *configs[1]
	keys.Identity = configs[2].IdentityFolder()
	fails("another capital's keys", &keys, nil, "moscow")
	closeHost(t, h)

	newer := filepath.Join(configs[2].DataFolder(), "owner.json")
	if err := os.MkdirAll(configs[2].DataFolder(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(newer, []byte(`{"format": 99, "conference": "truce", "capital": "moscow"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	fails("a later version's record", configs[2], host.ErrNewerData, "99")
	if err := host.Init(folder, &terms.Charter{}, nil, false); !errors.Is(err, host.ErrExists) {
		t.Errorf("a conference in the folder of another: %v", err)
	}
}

func TestADeadlineIsSettledWithoutAMove(t *testing.T) {
	_, configs := conference(t)
	for _, c := range configs {
		start(t, c)
	}
	c := client(t, configs[0])
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	say(t, c, "we begin")
	answer, err := c.SubmitUntilKnown(ctx, api.MoveRequest{Verb: terms.VerbPropose, Plan: "brief", Draft: &terms.Draft{Procedure: "brief"}})
	if err != nil || answer.Outcome != node.Recorded {
		t.Fatalf("%+v %v", answer, err)
	}
	for event, err := range c.Follow(ctx, answer.Sequence) {
		if err != nil {
			t.Fatal(err)
		}
		if event.Move != nil && event.Move.Move.Verb == terms.VerbClock {
			break
		}
	}
	plan, err := c.Plan(ctx, "brief", node.Linearizable)
	if err != nil || plan.Plan.Outcome != terms.Lapsed {
		t.Errorf("%+v %v; its window of a second is over", plan, err)
	}
}
