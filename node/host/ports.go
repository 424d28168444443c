package host

import (
	"net"
)

// FreePorts finds n loopback addresses whose ports nobody uses. They are not held: somebody else may take one before it is
// used, which then shows as a port that is taken.
func FreePorts(n int) ([]string, error) {
	var found []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }() // only now, so that no port is found twice
		found = append(found, l.Addr().String())
	}
	return found, nil
}

// Loopback gives every capital two ports of this machine.
func Loopback(capitals []string) (map[string]Place, error) {
	ports, err := FreePorts(2 * len(capitals))
	if err != nil {
		return nil, err
	}
	places := make(map[string]Place, len(capitals))
	for i, id := range capitals {
		places[id] = Place{Raft: Endpoint{Listen: ports[2*i]}, API: Endpoint{Listen: ports[2*i+1]}, Hosts: []string{"127.0.0.1", "localhost"}}
	}
	return places, nil
}
