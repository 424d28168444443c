package wire

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// API returns where a capital's interface is, host:port, as that capital itself has said when this one last connected to it;
// "" if it has not said.
func (w *Wire) API(capital string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.apis[capital]
}

// noteAPI takes in what a capital says of itself. No account is kept of capitals that the directory does not have.
func (w *Wire) noteAPI(capital, api string) {
	_, known := w.opts.Directory.Address(capital)
	w.mu.Lock()
	defer w.mu.Unlock()
	if known && api != "" {
		w.apis[capital] = api
	} else {
		delete(w.apis, capital)
	}
}

// Greet connects to a capital, unless a connection for calls is open: what API returns is then what it says now. It sends
// nothing else.
func (w *Wire) Greet(ctx context.Context, capital string) error {
	if _, err := w.peer(capital).line(ctx); err != nil {
		return fmt.Errorf("wire: greet %s: %w", capital, err)
	}
	return nil
}

// isAddress reports whether an address that comes from elsewhere is host:port, with a port in digits and a host that is an
// IP address or can be the name of one: nothing that would mean something else in a URL or on a terminal.
func isAddress(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil || len(address) > maxHello {
		return false
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return false
	}
	if _, err := netip.ParseAddr(host); err == nil && !strings.Contains(host, "%") {
		return true
	}
	for _, c := range []byte(host) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return host != ""
}
