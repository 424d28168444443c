package node

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-sim/parley/node/signature"
	"github.com/parley-sim/parley/node/terms"
)

// A follower lets moves wait for others: not for longer than its lag, not when there are many, and not while somebody
// waits for its state.
func TestFollowerLags(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lag = 2 * time.Minute
		c := newCluster(t, "kyiv", "london", "washington")
		c.change = func(cfg *Config) { cfg.Lag = lag }
		c.start()
		defer c.stop()
		c.lead("kyiv")
		if _, err := c.nodes["kyiv"].Submit(within(t, time.Minute), terms.Move{Verb: terms.VerbCharter, Charter: c.charter}); err != nil {
			t.Fatal(err)
		}
		london := c.nodes["london"]
		length := func(how Consistency) (n uint64) {
			t.Helper()
			if _, err := london.Read(within(t, time.Minute), how, func(s *terms.State) { n = s.Sequence() }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		submit := func(count int) {
			t.Helper()
			for range count {
				if _, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("hello")); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(time.Second) // all that it takes to learn that the last one is committed
		}
		began := time.Now()
		if n := length(Linearizable); n != 1 {
			t.Errorf("a read that has to be fresh sees %d moves of 1", n)
		}
		submit(3)
		if n := length(Local); n == 4 {
			t.Error("it did not wait for others")
		}
		if n := length(Linearizable); n != 4 {
			t.Errorf("a read that has to be fresh sees %d moves of 4", n)
		}
		submit(lagging + 1)
		if n := length(Local); n < 4+lagging/2 { // the last ones wait for others again
			t.Errorf("it has applied %d moves of %d", n, 4+lagging+1)
		}
		if took := time.Since(began); took >= lag {
			t.Errorf("that took %v", took)
		}
		submit(1)
		time.Sleep(lag)
		if n := length(Local); n != 4+lagging+2 {
			t.Errorf("after its lag it has applied %d moves of %d", n, 4+lagging+2)
		}
		// A state whose hash is shown beside Raft's applied index has come to that index.
		submit(1)
		var shown uint64
		if _, err := c.nodes["london"].ReadAlone(t.Context(), Local, func(s *terms.State) { shown = s.Sequence() }); err != nil || shown != 4+lagging+3 {
			t.Errorf("%d moves of %d are shown: %v", shown, 4+lagging+3, err)
		}
	})
}

// What a capital has signed itself it need not check, if it is exactly that.
func TestOwnSignatures(t *testing.T) {
	o := newOwnSignatures()
	made := signature.Signed{Key: []byte("key"), Message: []byte("message"), Signature: []byte("signature")}
	for _, change := range []func(*signature.Signed){
		func(s *signature.Signed) { s.Key = []byte("other") },
		func(s *signature.Signed) { s.Message = []byte("other") },
		func(s *signature.Signed) { s.Signature = []byte("other") },
	} {
		o.add(made)
		other := made
		if change(&other); o.take(&other) {
			t.Errorf("it takes %q for its own", other)
		}
	}
	if !o.take(&made) || o.take(&made) {
		t.Error("it does not take its own once")
	}
	for i := range 2 * maxOwn {
		o.add(signature.Signed{Signature: []byte{byte(i), byte(i >> 8)}})
	}
	if len(o.made) > maxOwn {
		t.Errorf("it keeps %d", len(o.made))
	}
}
