package node

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"github.com/parley-sim/parley/node/terms"
)

func TestThreeOutcomes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()

		r, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("we are here"))
		if err != nil || r.Outcome != Recorded || r.Number != 1 || r.Result.Sequence != 2 || !slices.Equal(r.Via, []string{"kyiv"}) {
			t.Errorf("at the leader: %+v, %v", r, err)
		}
		r, err = c.nodes["london"].Submit(within(t, time.Minute), say("so are we"))
		if err != nil || r.Outcome != Recorded || r.Number != 1 || !slices.Equal(r.Via, []string{"kyiv"}) {
			t.Errorf("at a follower: %+v, %v", r, err)
		}

		r, err = c.nodes["london"].Submit(within(t, time.Minute), terms.Move{Verb: terms.VerbConsent, Plan: "peace"})
		if err != nil || r.Outcome != Refused || r.Result.Code != terms.RefusedUnknown || r.Number != 2 || r.MayBeRecorded {
			t.Errorf("refused with a trace: %+v, %v", r, err)
		}
		early := say("yesterday")
		early.Time = -1e9
		r, err = c.nodes["london"].Submit(within(t, time.Minute), early)
		if err != nil || r.Outcome != Refused || r.Result.Code != terms.RefusedTime || r.Result.Sequence != 0 {
			t.Errorf("refused without a trace: %+v, %v", r, err)
		}

		c.isolate("london", true)
		r, err = c.nodes["london"].Submit(within(t, 20*time.Second), say("can you hear us?"))
		if r.Outcome != Unknown || !r.MayBeRecorded || !errors.Is(err, ErrUnknown) {
			t.Errorf("lines that swallow requests: %+v, %v", r, err)
		}
		c.isolate("london", false)
		again := say("can you hear us?")
		again.Number = r.Number
		r, err = c.nodes["london"].Submit(within(t, time.Minute), again)
		if err != nil || r.Outcome != Recorded || r.Number != 3 {
			t.Errorf("again, under its number: %+v, %v", r, err)
		}

		c.crash("kyiv")
		c.crash("washington")
		r, err = c.nodes["london"].Submit(within(t, 20*time.Second), say("anyone?"))
		if r.Outcome != Unknown || r.MayBeRecorded || !errors.Is(err, ErrNotRecorded) || errors.Is(err, ErrUnknown) {
			t.Errorf("nobody there: %+v, %v", r, err)
		}
		if _, err := c.nodes["london"].Submit(within(t, time.Minute), terms.Move{Capital: "kyiv", Verb: terms.VerbSay}); err == nil {
			t.Error("london made a move of kyiv")
		}
	})
}

func TestLeaderWithoutQuorumIsInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		if _, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("one")); err != nil {
			t.Fatal(err)
		}
		c.isolate("kyiv", true)
		r, err := c.nodes["kyiv"].Submit(within(t, 10*time.Second), say("two"))
		if r.Outcome != Unknown || !r.MayBeRecorded || !errors.Is(err, ErrUnknown) || r.Number != 2 {
			t.Errorf("got %+v, %v", r, err)
		}
		c.isolate("kyiv", false)
		// A move after an open one first settles that, so that nothing is skipped or doubled.
		r, err = c.nodes["kyiv"].Submit(within(t, time.Minute), say("three"))
		if err != nil || r.Outcome != Recorded || r.Number != 3 {
			t.Errorf("got %+v, %v", r, err)
		}
		if said := c.checkRecords(); !slices.Equal(said, []string{"one", "two", "three"}) {
			t.Errorf("the record says %q", said)
		}
	})
}

func TestLostAnswersDoNotDouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		calls := 0
		c.loses = func(from, to string) bool {
			calls++
			return calls%4 != 0
		}
		var want []string
		for _, text := range []string{"a", "b", "c", "d", "e"} {
			r, err := c.nodes["london"].Submit(within(t, time.Minute), say(text))
			if err != nil || r.Outcome != Recorded || r.MayBeRecorded {
				t.Fatalf("%s: %+v, %v", text, r, err)
			}
			want = append(want, text)
		}
		// A caller that gives up early and comes back without the number is recognised.
		c.loses = func(string, string) bool { return true }
		r, err := c.nodes["london"].Submit(within(t, 100*time.Millisecond), say("f"))
		if !errors.Is(err, ErrUnknown) || !r.MayBeRecorded {
			t.Fatalf("got %+v, %v", r, err)
		}
		c.loses = nil
		later := say("f")
		later.Time = 1e9
		if r, err = c.nodes["london"].Submit(within(t, time.Minute), later); err != nil || !r.Result.Repeat {
			t.Fatalf("got %+v, %v", r, err)
		}
		if said := c.checkRecords(); !slices.Equal(said, append(want, "f")) {
			t.Errorf("the record says %q", said)
		}
	})
}

func TestRestartDoesNotReuseNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		for _, text := range []string{"one", "two"} {
			if _, err := c.nodes["london"].Submit(within(t, time.Minute), say(text)); err != nil {
				t.Fatal(err)
			}
		}
		c.crash("london")
		if _, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("meanwhile")); err != nil {
			t.Fatal(err)
		}
		c.start("london")
		r, err := c.nodes["london"].Submit(within(t, time.Minute), say("three"))
		if err != nil || r.Outcome != Recorded || r.Number != 3 {
			t.Errorf("after a restart: %+v, %v", r, err)
		}

		// A copy from before the crash gets in under the number that the restarted capital thinks is next.
		ghost := say("a ghost")
		ghost.Capital, ghost.Number, ghost.Conference = "london", 4, "test"
		ghost.Sign(c.keys["london"])
		encoded, err := ghost.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.nodes["kyiv"].apply(within(t, time.Minute), encoded); err != nil {
			t.Fatal(err)
		}
		r, err = c.nodes["london"].Submit(within(t, time.Minute), say("four"))
		if err != nil || r.Outcome != Recorded || r.Number != 5 {
			t.Errorf("after the ghost: %+v, %v", r, err)
		}
		if said := c.checkRecords(); !slices.Equal(said, []string{"one", "two", "meanwhile", "three", "a ghost", "four"}) {
			t.Errorf("the record says %q", said)
		}
	})
}

func TestRelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "paris", "washington")
		c.start()
		defer c.stop()
		c.lead("washington")
		c.found()
		c.cut("kyiv", "washington", true)
		c.cut("kyiv", "paris", true)
		start := time.Now()
		r, err := c.nodes["kyiv"].Submit(within(t, time.Minute), say("over London"))
		if err != nil || r.Outcome != Recorded {
			t.Fatalf("got %+v, %v", r, err)
		}
		// Without heartbeats Kyiv soon knows no leader any more; London knows one either way. Washington may have lost the
		// leadership to London meanwhile.
		if r.Via[0] != "london" {
			t.Errorf("it went via %q", r.Via)
		}
		t.Logf("via %q in %v, %d attempts", r.Via, time.Since(start), r.Attempts)
		if len(r.Via) == 2 && !slices.Equal(r.Via, []string{"london", "washington"}) {
			t.Errorf("it went via %q", r.Via)
		}
		if c.nodes["washington"].IsLeader() && len(r.Via) != 2 {
			t.Errorf("washington leads, and it went via %q", r.Via)
		}
	})
}

func TestRelaysDoNotLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "paris")
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		c.crash("kyiv") // the others go on taking it for the leader for a while, and send each other there
		calls := 0
		c.loses = func(string, string) bool { calls++; return false }
		if a := c.nodes["london"].route(within(t, time.Minute),
			&request{Version: protocolVersion, Kind: kindSubmit, Hops: maxHops, Move: []byte("{}")}); a.fate() != notStored {
			t.Errorf("got %+v", a)
		}
		if calls > 3 { // kyiv and paris, and kyiv by paris
			t.Errorf("%d calls for one request", calls)
		}
	})
}

func TestNonVotersReceiveTheRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington", "osce", "oslo")
		c.start()
		defer c.stop()
		c.lead("kyiv")
		c.found()
		if r, err := c.nodes["osce"].Submit(within(t, time.Minute), say("we observe")); err != nil || r.Outcome != Recorded {
			t.Errorf("got %+v, %v", r, err)
		}
		if said := c.checkRecords(); !slices.Equal(said, []string{"we observe"}) {
			t.Errorf("the record says %q", said)
		}
		if err := c.nodes["kyiv"].TransferLeadership(within(t, time.Minute), "osce"); err == nil {
			t.Error("an observer was handed the leadership")
		}
		// Three of five machines are up, but only one of them votes.
		c.crash("kyiv")
		c.crash("london")
		_, err := c.nodes["washington"].Submit(within(t, 10*time.Second), say("alone"))
		if err == nil || c.leader() != "" {
			t.Errorf("observers made a majority: %v", err)
		}
	})
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "kyiv", "london", "washington")
		c.start("kyiv")
		n := c.nodes["kyiv"]
		done := make(chan error)
		go func() {
			_, err := n.Submit(context.Background(), say("nobody hears this"))
			done <- err
		}()
		go func() {
			_, err := n.Read(context.Background(), Linearizable, func(*terms.State) {})
			done <- err
		}()
		time.Sleep(time.Second)
		c.stop()
		for range 2 {
			if err := <-done; !errors.Is(err, ErrClosed) {
				t.Errorf("got %v", err)
			}
		}
		if _, err := n.Submit(context.Background(), say("too late")); !errors.Is(err, ErrClosed) || !errors.Is(err, ErrNotRecorded) {
			t.Errorf("after Close: %v", err)
		}
		if err := n.Close(context.Background()); err != nil {
			t.Errorf("closing again: %v", err)
		}
		if s := n.Stats(); s.State != "Shutdown" {
			t.Errorf("after Close: %+v", s)
		}
	})
}

func TestFates(t *testing.T) {
	definite := []error{raft.ErrNotLeader, raft.ErrLeadershipTransferInProgress, raft.ErrEnqueueTimeout}
	indefinite := []error{raft.ErrLeadershipLost, raft.ErrRaftShutdown, raft.ErrAbortedByRestore, context.DeadlineExceeded,
		context.Canceled, ErrClosed, errors.New("disk full")}
	for _, err := range definite {
		if fateOf(err) != notStored {
			t.Errorf("%v should be definite", err)
		}
	}
	for _, err := range indefinite {
		if fateOf(err) != inDoubt {
			t.Errorf("%v should be indefinite", err)
		}
	}
	if fateOf(nil) != answered {
		t.Error("no error should be an answer")
	}
}
