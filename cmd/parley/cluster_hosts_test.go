package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestHosts(t *testing.T) {
	capitals := []string{"kyiv", "london", "moscow"}
	places, err := parseHosts("hosts", strings.NewReader(`# where they are
kyiv    192.0.2.1
london  london.example  raft=8400 api=8401 listen=10.0.0.2  # behind a translator of addresses

moscow  [2001:db8::3]   listen=::
`), capitals)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"kyiv":   "192.0.2.1:7400, 192.0.2.1:7400; 192.0.2.1:7401, 192.0.2.1:7401; [192.0.2.1]",
		"london": "10.0.0.2:8400, london.example:8400; 10.0.0.2:8401, london.example:8401; [london.example]",
		"moscow": "[::]:7400, [2001:db8::3]:7400; [::]:7401, [2001:db8::3]:7401; [2001:db8::3]",
	} {
		p := places[id]
		got := fmt.Sprintf("%s, %s; %s, %s; %v", p.Raft.Listen, p.Raft.Address(), p.API.Listen, p.API.Address(), p.Hosts)
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", id, got, want)
		}
	}
	named, err := parsePlace([]string{"moscow.example"})
	if err != nil || named.Raft.Listen != ":7400" {
		t.Errorf("a named host listens on %q, %v", named.Raft.Listen, err)
	}
}

func TestHostsThatAreWrong(t *testing.T) {
	for text, want := range map[string]string{
		"kyiv 192.0.2.1":                   "hosts: there is no line for london",
		"kyiw 192.0.2.1":                   `hosts:1: the scenario has no capital "kyiw"; did you mean kyiv?`,
		"kyiv 192.0.2.1\nkyiv 192.0.2.2":   "hosts:2: kyiv is there twice",
		"kyiv 192.0.2.1\nlondon 192.0.2.1": "hosts:2: london: 192.0.2.1:7400 is the address of kyiv too",
		"kyiv 192.0.2.1 raft=7401":         "hosts:1: kyiv: 192.0.2.1:7401 is the address of kyiv too",
		"kyiv":                             "hosts:1: kyiv: its host is missing: CAPITAL HOST [raft=PORT] [api=PORT] [listen=ADDRESS]",
		"kyiv raft=7400":                   "hosts:1: kyiv: its host is missing: CAPITAL HOST [raft=PORT] [api=PORT] [listen=ADDRESS]",
		"kyiv 192.0.2.1:7400":              `hosts:1: kyiv: "192.0.2.1:7400" is neither a host's name nor its IP address; ports are given as raft=PORT and api=PORT`,
		"kyiv 0.0.0.0":                     "hosts:1: kyiv: nobody can find a capital at 0.0.0.0; say listen=0.0.0.0 to listen on all addresses",
		"kyiv a.example raft=0":            `hosts:1: kyiv: raft takes a port, 1 to 65535, not "0"`,
		"kyiv a.example api=70000":         `hosts:1: kyiv: api takes a port, 1 to 65535, not "70000"`,
		"kyiv a.example listen=b.example":  `hosts:1: kyiv: listen takes an IP address of its machine, not "b.example"`,
		"kyiv a.example port=1":            `hosts:1: kyiv: "port=1" is not raft=PORT, api=PORT or listen=ADDRESS`,
		"kyiv a.example raft=1 raft=2":     "hosts:1: kyiv: raft is there twice",
		"kyiv a.example\nlondon " + strings.Repeat("x", maxHostsLine): "hosts:2: bufio.Scanner: token too long",
		strings.Repeat("\n", maxHostsLines+1):                         "hosts has more than 10000 lines",
	} {
		_, err := parseHosts("hosts", strings.NewReader(text), []string{"kyiv", "london"})
		if err == nil || strings.Split(err.Error(), "\n")[0] != want {
			t.Errorf("%.60q\n got %v\nwant %s", text, err, want)
		}
	}
}

func FuzzHosts(f *testing.F) {
	f.Add("kyiv 192.0.2.1 raft=8400 listen=::\nlondon london.example")
	f.Fuzz(func(t *testing.T, text string) {
		places, err := parseHosts("hosts", strings.NewReader(text), []string{"kyiv", "london"})
		if err == nil && len(places) != 2 {
			t.Errorf("%d places for two capitals", len(places))
		}
	})
}
