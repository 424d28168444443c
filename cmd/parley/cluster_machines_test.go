//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// threeMachines makes three network namespaces, joined by a bridge in a fourth, so that nothing is changed outside. It
// returns their names. Where that cannot be done, the test is skipped, or fails if PARLEY_NETNS is "must".
func threeMachines(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, name := range []string{"wire", "1", "2", "3"} {
		names = append(names, fmt.Sprintf("parley-%d-%s", os.Getpid(), name))
	}
	ip := func(args string) {
		t.Helper()
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			why := fmt.Sprintf("NOT TESTED: a conference on three machines: ip %s: %v: %s", args, err, out)
			if os.Getenv("PARLEY_NETNS") == "must" {
				t.Fatal(why)
			}
			t.Skip(why)
		}
	}
	for _, name := range names {
		ip("netns add " + name)
		t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", name).Run() })
		ip("-n " + name + " link set lo up")
	}
	ip("-n " + names[0] + " link add bridge type bridge")
	ip("-n " + names[0] + " link set bridge up")
	for i, name := range names[1:] {
		ip(fmt.Sprintf("-n %s link add eth0 type veth peer name port%d netns %s", name, i, names[0]))
		ip(fmt.Sprintf("-n %s link set port%d master bridge", names[0], i))
		ip(fmt.Sprintf("-n %s link set port%d up", names[0], i))
		ip(fmt.Sprintf("-n %s addr add 192.0.2.%d/24 dev eth0", name, i+1))
		ip(fmt.Sprintf("-n %s link set eth0 up", name))
	}
	return names[1:]
}

// The README's conference on three machines.
func TestThreeMachines(t *testing.T) {
	machines := threeMachines(t)
	home := t.TempDir()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(home, "parley") // its name makes the test binary a parley
	if err := os.Symlink(path, program); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		file := filepath.Join(home, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	scenario := write("three.yaml", `scenario: three
title: Three capitals on three machines
start: 2025-03-02T15:00:00Z
horizon: 30d
capitals:
  kyiv: {role: belligerent}
  moscow: {role: belligerent}
  london: {role: mediator}
terms:
  truce.air: {flag: true}
procedures:
  plan:
    stages:
      - {name: parties, members: [kyiv, moscow, london], rule: {unanimous: true}, window: 20d}
plans:
  truce: {title: A truce in the air, terms: {truce.air: true}}
script:
  - {at: 0h, propose: truce, by: london}
expect:
  - {plan: truce, outcome: open}
`)
	hosts := write("hosts", "kyiv 192.0.2.1\nmoscow 192.0.2.2\nlondon 192.0.2.3\n")
	does(t, 0, "init", scenario, "--hosts", hosts, "-o", filepath.Join(home, "three"))

	// on runs parley on a machine, which has its own capital's folder and nothing else.
	capitals := []string{"kyiv", "moscow", "london"}
	folder := func(i int) string { return filepath.Join(home, "machine"+fmt.Sprint(i), capitals[i]) }
	on := func(i int, args ...string) *parley {
		t.Helper()
		return beginCommand(t, exec.Command("ip", append([]string{"netns", "exec", machines[i], program}, args...)...))
	}
	var nodes []*parley
	for i, capital := range capitals {
		if err := os.Mkdir(filepath.Dir(folder(i)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(home, "three", capital), folder(i)); err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, on(i, "node", "--config", filepath.Join(folder(i), "config.json")))
	}
	for i, n := range nodes {
		n.hears(fmt.Sprintf("%s: listening on https://192.0.2.%d:7401, Raft on 192.0.2.%d:7400", capitals[i], i+1, i+1))
	}
	for i, capital := range capitals {
		on(i, "say", "from "+capital, "--as", capital, "--data", folder(i)).ends(0)
	}
	cable := func(i int, state string) {
		t.Helper()
		if out, err := exec.Command("ip", "-n", machines[i], "link", "set", "eth0", state).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	cable(0, "down") // that of kyiv, which led at first
	on(1, "say", "without kyiv", "--as", "moscow", "--data", folder(1)).ends(0)
	cable(0, "up")
	on(0, "say", "kyiv is back", "--as", "kyiv", "--data", folder(0)).ends(0)
	for i, capital := range capitals {
		record := on(i, "record", "--at", capital, "--data", folder(i))
		record.ends(0)
		all := strings.Join(record.said, "\n")
		for _, text := range []string{"from kyiv", "from moscow", "from london", "without kyiv", "kyiv is back"} {
			if strings.Count(all, text) != 1 {
				t.Errorf("%s has %q not once in its record:\n%s", capital, text, all)
			}
		}
	}
	for _, n := range nodes {
		n.interrupt()
		n.ends(0)
	}
}
