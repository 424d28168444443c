//go:debug randseednop=0
package network_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-sim/parley/sim/bubble"
	"github.com/parley-sim/parley/sim/network"
)

// inBubble runs a test on virtual time.
func inBubble(t *testing.T, f func()) {
	t.Helper()
	if err := bubble.Run(bubble.Options{Seed: 1}, f); err != nil {
		t.Fatal(err)
	}
}

// echo makes a capital answer calls with "id: body".
func echo(n *network.Network, ids ...string) {
	for _, id := range ids {
		n.Up(id)
		n.Handle(id, func(_ context.Context, _ string, body []byte) []byte {
			return append([]byte(id+": "), body...)
		})
	}
}

// call makes a call of one second at most, and returns the answer, how long it took and the error.
func call(n *network.Network, from, to, body string) (string, time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	began := time.Now()
	answer, err := n.Call(ctx, from, to, []byte(body))
	return string(answer), time.Since(began), err
}

func TestCallTakesTwoHops(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		echo(n, "paris", "kyiv")
		answer, took, err := call(n, "paris", "kyiv", "hello")
		if answer != "kyiv: hello" || err != nil {
			t.Errorf("got %q, %v", answer, err)
		}
		if took < time.Millisecond || took > 6*time.Millisecond {
			t.Errorf("took %v, want two hops of 0.5 to 3 ms", took)
		}
		if s := n.Stats().ByKind[network.Call]; s != (network.Count{Sent: 2, Delivered: 2}) {
			t.Errorf("counted %+v", s)
		}
	})
}

func TestCutOneWay(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		echo(n, "paris", "kyiv")
		asked := 0
		n.Handle("kyiv", func(context.Context, string, []byte) []byte { asked++; return nil })

		n.Cut("paris", "kyiv")
		if n.Reachable("paris", "kyiv") || !n.Reachable("kyiv", "paris") {
			t.Error("Reachable does not tell the directions apart")
		}
		if _, took, err := call(n, "paris", "kyiv", ""); !errors.Is(err, context.DeadlineExceeded) || took != time.Second {
			t.Errorf("request cut: got %v after %v", err, took)
		}
		bubble.Wait() // orders what the other capital did before what the test reads
		if asked != 0 {
			t.Error("a request crossed a cut link")
		}

		n.Heal("paris", "kyiv")
		n.Cut("kyiv", "paris")
		if _, took, err := call(n, "paris", "kyiv", ""); !errors.Is(err, context.DeadlineExceeded) || took != time.Second {
			t.Errorf("answer cut: got %v after %v", err, took)
		}
		bubble.Wait() // orders what the other capital did before what the test reads
		if asked != 1 {
			t.Errorf("the request arrived %d times, want once: only the answer was cut", asked)
		}

		n.HealAll()
		if _, _, err := call(n, "paris", "kyiv", ""); err != nil {
			t.Errorf("healed: %v", err)
		}
	})
}

func TestCutLosesWhatIsUnderWay(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		echo(n, "paris", "kyiv")
		time.AfterFunc(100*time.Microsecond, func() { n.Cut("paris", "kyiv"); n.Cut("kyiv", "paris") })
		if _, _, err := call(n, "paris", "kyiv", ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if s := n.Stats().Total; s != (network.Count{Sent: 1, Lost: 1}) {
			t.Errorf("counted %+v", s)
		}
	})
}

func TestSlowAndLatency(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		echo(n, "paris", "kyiv")
		n.Latency("paris", "kyiv", 40*time.Millisecond)
		n.Slow("kyiv", "paris", 200*time.Millisecond)
		if _, took, err := call(n, "paris", "kyiv", ""); err != nil || took < 241*time.Millisecond || took > 246*time.Millisecond {
			t.Errorf("got %v after %v, want 241 to 246 ms", err, took)
		}
		n.HealAll()
		if _, took, err := call(n, "paris", "kyiv", ""); err != nil || took < 41*time.Millisecond || took > 46*time.Millisecond {
			t.Errorf("healed: got %v after %v, want 41 to 46 ms: latency is no fault", err, took)
		}
	})
}

func TestDropRate(t *testing.T) {
	lost := func(seed int64) (which []int) {
		inBubble(t, func() {
			n := network.New(network.Config{Seed: seed})
			defer n.Close()
			echo(n, "paris", "kyiv")
			n.Drop("paris", "kyiv", 0.3)
			for i := range 200 {
				if _, _, err := call(n, "paris", "kyiv", ""); err != nil {
					which = append(which, i)
				}
			}
			n.Drop("paris", "kyiv", 1)
			if n.Reachable("paris", "kyiv") {
				t.Error("a link that loses everything is reachable")
			}
		})
		return which
	}
	first := lost(1)
	if len(first) < 40 || len(first) > 80 {
		t.Errorf("lost %d of 200 at a rate of 0.3", len(first))
	}
	if !slices.Equal(first, lost(1)) {
		t.Error("the same seed lost others")
	}
	if slices.Equal(first, lost(2)) {
		t.Error("another seed lost the same")
	}
}

func TestHoldKeepsOrder(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		echo(n, "paris", "kyiv")
		var got []string
		n.Handle("kyiv", func(_ context.Context, _ string, body []byte) []byte {
			got = append(got, string(body))
			return nil
		})
		n.Hold("paris", "kyiv")
		if n.Reachable("paris", "kyiv") {
			t.Error("a held link is reachable")
		}
		var want []string
		for i := range 20 {
			body := string(rune('a' + i))
			want = append(want, body)
			go func() { _, _, _ = call(n, "paris", "kyiv", body) }()
			time.Sleep(3 * time.Second) // the callers give up, the messages stay
		}
		if f := n.Flight(); f != (network.Flight{Held: 20}) || n.InFlight() != 0 {
			t.Errorf("in flight: %+v", f)
		}
		n.Down("paris") // what was sent is sent
		n.Release("paris", "kyiv")
		if f := n.Flight(); f != (network.Flight{Moving: 20}) || n.InFlight() != 20 {
			t.Errorf("in flight after release: %+v", f)
		}
		time.Sleep(time.Second)
		bubble.Wait() // orders what the other capital did before what the test reads
		if !slices.Equal(got, want) {
			t.Errorf("arrived %v", got)
		}
		if f := n.Flight(); f != (network.Flight{}) {
			t.Errorf("in flight at the end: %+v", f)
		}
	})
}

func TestReleaseBeforeTheCallerGivesUp(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		echo(n, "paris", "kyiv")
		for _, link := range [][2]string{{"paris", "kyiv"}, {"kyiv", "paris"}} {
			n.Hold(link[0], link[1])
			time.AfterFunc(300*time.Millisecond, func() { n.Release(link[0], link[1]) })
			answer, took, err := call(n, "paris", "kyiv", "x")
			if answer != "kyiv: x" || err != nil || took < 300*time.Millisecond {
				t.Errorf("%v held: got %q, %v after %v", link, answer, err, took)
			}
		}
	})
}

func TestDownRefusesAtOnce(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		echo(n, "paris", "kyiv")
		n.Down("kyiv")
		if n.IsUp("kyiv") || n.Reachable("paris", "kyiv") {
			t.Error("kyiv is down")
		}
		if _, took, err := call(n, "paris", "kyiv", ""); !errors.Is(err, network.ErrRefused) || took < time.Millisecond || took > 6*time.Millisecond {
			t.Errorf("got %v after %v, want a refusal after two hops", err, took)
		}
		if _, took, err := call(n, "kyiv", "paris", ""); !errors.Is(err, network.ErrClosed) || took == 0 {
			t.Errorf("a capital that is down: got %v after %v", err, took)
		}
		n.Cut("kyiv", "paris") // the refusal has to travel too
		if _, _, err := call(n, "paris", "kyiv", ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		n.HealAll()
		n.Up("kyiv")
		if _, _, err := call(n, "paris", "kyiv", ""); !errors.Is(err, network.ErrRefused) {
			t.Errorf("up, without a handler: got %v", err)
		}
	})
}

func TestDownWhileServingResets(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		echo(n, "paris", "kyiv")
		n.Handle("kyiv", func(ctx context.Context, _ string, _ []byte) []byte {
			<-ctx.Done()
			return []byte("too late")
		})
		time.AfterFunc(100*time.Millisecond, func() {
			if n.InFlight() != 1 || n.Flight().Serving != 1 {
				t.Errorf("in flight: %+v", n.Flight())
			}
			n.Down("kyiv")
		})
		if answer, _, err := call(n, "paris", "kyiv", ""); !errors.Is(err, network.ErrReset) {
			t.Errorf("got %q, %v", answer, err)
		}
	})
}

func TestCallerThatGoesDownLearnsNothing(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{})
		defer n.Close()
		echo(n, "paris", "kyiv")
		asked := 0
		n.Handle("kyiv", func(context.Context, string, []byte) []byte { asked++; return nil })
		time.AfterFunc(100*time.Microsecond, func() { n.Down("paris") })
		if _, _, err := call(n, "paris", "kyiv", ""); !errors.Is(err, network.ErrClosed) {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Second)
		bubble.Wait() // orders what the other capital did before what the test reads
		if asked != 1 {
			t.Errorf("arrived %d times: what was sent travels on", asked)
		}
	})
}

func TestCallTimeoutWithoutDeadline(t *testing.T) {
	inBubble(t, func() {
		n := network.New(network.Config{CallTimeout: 7 * time.Second})
		defer n.Close()
		echo(n, "paris", "kyiv")
		n.Cut("paris", "kyiv")
		began := time.Now()
		_, err := n.Call(context.Background(), "paris", "kyiv", nil)
		if !errors.Is(err, network.ErrTimeout) || time.Since(began) != 7*time.Second {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
}

func TestTraceShowsEveryEvent(t *testing.T) {
	inBubble(t, func() {
		var lines []string
		n := network.New(network.Config{Trace: func(m network.Message) {
			lines = append(lines, strings.Join([]string{m.Event.String(), m.From, m.To, m.Kind.String()}, " "))
		}})
		defer n.Close()
		echo(n, "paris", "kyiv")
		n.Hold("kyiv", "paris")
		time.AfterFunc(100*time.Millisecond, func() { n.Release("kyiv", "paris") })
		if _, _, err := call(n, "paris", "kyiv", ""); err != nil {
			t.Fatal(err)
		}
		n.Down("kyiv")
		_, _, _ = call(n, "paris", "kyiv", "")
		want := []string{
			"sent paris kyiv call", "delivered paris kyiv call",
			"sent kyiv paris call", "held kyiv paris call", "delivered kyiv paris call",
			"sent paris kyiv call", "lost paris kyiv call", // refused ...
			"sent kyiv paris call", "delivered kyiv paris call", // ... and told so
		}
		if !slices.Equal(lines, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
		}
		if n.TraceHash() == 0 {
			t.Error("no hash")
		}
	})
}

func TestSimultaneousMessagesNeverTie(t *testing.T) {
	inBubble(t, func() {
		arrivals := make(map[time.Duration]int)
		n := network.New(network.Config{Trace: func(m network.Message) {
			if m.Event == network.Delivered {
				arrivals[m.At]++
			}
		}})
		defer n.Close()
		echo(n, "hub")
		for i := range 193 {
			echo(n, string(rune('a'+i)))
		}
		for i := range 193 {
			go func() { _, _, _ = call(n, "hub", string(rune('a'+i)), "") }()
		}
		time.Sleep(time.Second)
		bubble.Wait() // orders what the trace wrote before what the test reads
		if len(arrivals) != 2*193 {
			t.Errorf("%d arrivals at %d instants", 2*193, len(arrivals))
		}
	})
}
