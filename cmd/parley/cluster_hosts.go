package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/node/host"
)

// hostsHelp describes a hosts file.
const hostsHelp = "  # capital  host               ports, if they are others      where it listens\n" +
	"  kyiv       192.0.2.1\n" +
	"  london     london.example     raft=8400 api=8401             listen=10.0.0.2\n\n" +
	"The host is where the others find the capital. The ports are 7400 for Raft and 7401 for the\n" +
	"interface. It listens on the host if that is an IP address, else on all of its machine's."

// The ports of a capital on a machine of its own.
const (
	defaultRaftPort = "7400"
	defaultAPIPort  = "7401"
)

// Bounds of a hosts file.
const (
	maxHostsLines = 10_000
	maxHostsLine  = 4 << 10 // bytes
)

// parseHosts reads a hosts file. Each of the capitals must be in it once, and nobody else. The error lists all that is
// wrong, with lines.
func parseHosts(file string, r io.Reader, capitals []string) (map[string]host.Place, error) {
	places := map[string]host.Place{}
	taken := map[string]string{} // capitals by address
	var wrong []error
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxHostsLine)
	n := 1
	for ; scanner.Scan() && n <= maxHostsLines; n++ {
		text, _, _ := strings.Cut(scanner.Text(), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		bad := func(format string, args ...any) {
			wrong = append(wrong, fmt.Errorf("%s:%d: %s", file, n, fmt.Sprintf(format, args...)))
		}
		id := words[0]
		if !slices.Contains(capitals, id) {
			bad("the scenario has no capital %q%s", id, didYouMean(id, capitals))
			continue
		}
		if _, twice := places[id]; twice {
			bad("%s is there twice", id)
			continue
		}
		place, err := parsePlace(words[1:])
		if err != nil {
			bad("%s: %v", id, err)
		}
		places[id] = place
		for _, address := range []string{place.Raft.Address(), place.API.Address()} {
			if other, is := taken[address]; is && err == nil {
				bad("%s: %s is the address of %s too", id, address, other)
			}
			taken[address] = id
		}
	}
	if err := scanner.Err(); err != nil {
		wrong = append(wrong, fmt.Errorf("%s:%d: %w", file, n, err))
	} else if n > maxHostsLines {
		wrong = append(wrong, fmt.Errorf("%s has more than %d lines", file, maxHostsLines))
	}
	if len(wrong) == 0 {
		for _, id := range capitals {
			if _, there := places[id]; !there {
				wrong = append(wrong, fmt.Errorf("%s: there is no line for %s", file, id))
			}
		}
	}
	if len(wrong) > 0 {
		return nil, usagef("%v", errors.Join(wrong...))
	}
	return places, nil
}

// parsePlace reads what follows the capital on a line: HOST [raft=PORT] [api=PORT] [listen=ADDRESS].
func parsePlace(words []string) (host.Place, error) {
	if len(words) == 0 || strings.Contains(words[0], "=") {
		return host.Place{}, errors.New("its host is missing: CAPITAL HOST [raft=PORT] [api=PORT] [listen=ADDRESS]")
	}
	at := strings.Trim(words[0], "[]") // of an IPv6 address
	ip := net.ParseIP(at)
	if ip == nil && !isHostName(at) {
		return host.Place{}, fmt.Errorf("%q is neither a host's name nor its IP address; ports are given as raft=PORT and api=PORT", words[0])
	}
	if ip != nil && ip.IsUnspecified() {
		return host.Place{}, fmt.Errorf("nobody can find a capital at %s; say listen=%s to listen on all addresses", at, at)
	}
	values := map[string]string{"raft": defaultRaftPort, "api": defaultAPIPort, "listen": ""}
	if ip != nil {
		values["listen"] = at
	}
	seen := map[string]bool{}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch {
		case key == "listen" && net.ParseIP(value) == nil:
			return host.Place{}, fmt.Errorf("listen takes an IP address of its machine, not %q", value)
		case key == "raft", key == "api":
			if port, err := strconv.ParseUint(value, 10, 16); err != nil || port == 0 {
				return host.Place{}, fmt.Errorf("%s takes a port, 1 to 65535, not %q", key, value)
			}
		case key != "listen":
			return host.Place{}, fmt.Errorf("%q is not raft=PORT, api=PORT or listen=ADDRESS", word)
		}
		if seen[key] {
			return host.Place{}, fmt.Errorf("%s is there twice", key)
		}
		seen[key], values[key] = true, value
	}
	endpoint := func(port string) host.Endpoint {
		e := host.Endpoint{Listen: net.JoinHostPort(values["listen"], port), Advertise: net.JoinHostPort(at, port)}
		if e.Listen == e.Advertise {
			e.Advertise = ""
		}
		return e
	}
	return host.Place{Raft: endpoint(values["raft"]), API: endpoint(values["api"]), Hosts: []string{at}}, nil
}

// isHostName reports whether a name could be a host's: RFC 1123, and underscores.
func isHostName(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
		for _, c := range label {
			if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
				return false
			}
		}
	}
	return true
}
