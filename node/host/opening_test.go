package host_test

import (
	"context"
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/host"
)

// No election timeout ends within the test, so that only the first voter's own initiative can bring a leader.
func TestTheFirstElectionWaitsForNoTimeout(t *testing.T) {
	_, configs := conference(t)
	patient := func(c *node.Config) { c.HeartbeatTimeout, c.ElectionTimeout = time.Hour, time.Hour }
	var hosts []*host.Host
	for i := range configs { // the first voter comes first, and has to wait for the others
		h, err := host.Start(context.Background(), configs[i], host.Options{Tune: patient})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeHost(t, h) })
		hosts = append(hosts, h)
	}
	say(t, client(t, configs[2]), "soon")
	if leader := hosts[2].Node().Leader(); leader != ids[0] {
		t.Errorf("%q leads; want the first voter of the charter, %s", leader, ids[0])
	}
}
