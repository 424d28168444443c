package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/identity"
)

func TestCalls(t *testing.T) {
	c := newConference(t, "kyiv", "moscow", "washington")
	kyiv, moscow := c.wires["kyiv"], c.wires["moscow"]
	if got := kyiv.Peers(); !slices.Equal(got, []string{"moscow", "washington"}) {
		t.Error(got)
	}
	_, err := kyiv.Call(t.Context(), "moscow", []byte("hello"))
	if !errors.Is(err, node.ErrNotDelivered) || !strings.Contains(err.Error(), "moscow is not ready yet") {
		t.Error(err)
	}
	moscow.Handle(echo)
	var group sync.WaitGroup
	for n := range 200 {
		group.Go(func() {
			want := fmt.Sprintf("kyiv says %d", n)
			if b, err := kyiv.Call(t.Context(), "moscow", fmt.Append(nil, n)); string(b) != want || err != nil {
				t.Errorf("%s, %v", b, err)
			}
		})
	}
	group.Wait()
	kyiv.mu.Lock()
	if len(kyiv.conns) != 1 {
		t.Errorf("%d connections for the calls to one capital", len(kyiv.conns))
	}
	kyiv.mu.Unlock()
	large := bytes.Repeat([]byte("x"), 2<<20)
	if b, err := kyiv.Call(t.Context(), "moscow", large); len(b) != len(large)+len("kyiv says ") || err != nil {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if b, err := kyiv.Call(t.Context(), "moscow", nil); string(b) != "kyiv says " || err != nil {
		t.Errorf("%s, %v", b, err)
	}
	moscow.Handle(func(context.Context, string, []byte) []byte { return bytes.Repeat(large, 5) })
	if _, err := kyiv.Call(t.Context(), "moscow", nil); err == nil || errors.Is(err, node.ErrNotDelivered) ||
		!strings.Contains(err.Error(), "an answer of 10485760 bytes; at most 9437184 are allowed") {
		t.Error(err)
	}
}

func TestCallsThatAreNotDelivered(t *testing.T) {
	c := newConference(t, "kyiv", "moscow", "washington", "london")
	if err := c.wires["moscow"].Close(); err != nil {
		t.Fatal(err)
	}
	washington, _ := c.book.Address("washington")
	c.book.set("berlin", washington)
	other, err := identity.NewConference("other")
	if err != nil {
		t.Fatal(err)
	}
	c.change = func(o *Options) {
		o.Identity = identityOf(t, other, "paris", identity.For(time.Hour))
	}
	c.open("paris")
	c.change = func(o *Options) {
		o.Admit = func(id string) error { return fmt.Errorf("%s was expelled", id) }
	}
	c.open("rome")
	for to, want := range map[string]string{
		"moscow":   "moscow cannot be reached at 127.0.0.1:",
		"nowhere":  `no address is known for "nowhere"`,
		"berlin":   "berlin was expected there, and washington answered",
		"paris":    "the certificate is of paris of other; this is truce",
		"rome":     "kyiv was expelled",
		"too much": "a request of 2097153 bytes; at most 2097152 are allowed",
	} {
		body := []byte("x")
		if to == "too much" {
			body = make([]byte, 2<<20+1)
		}
		if _, err := c.wires["kyiv"].Call(t.Context(), to, body); !errors.Is(err, node.ErrNotDelivered) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", to, err)
		}
	}
	if _, err := c.wires["paris"].Call(t.Context(), "kyiv", nil); !errors.Is(err, node.ErrNotDelivered) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.wires["kyiv"].Call(ctx, "london", nil); !errors.Is(err, node.ErrNotDelivered) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	_ = c.wires["kyiv"].Close()
	if _, err := c.wires["kyiv"].Call(t.Context(), "london", nil); !errors.Is(err, node.ErrNotDelivered) || !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

// TestCallsInDoubt loses the peer, and the caller's patience, between request and answer.
func TestCallsInDoubt(t *testing.T) {
	c := newConference(t, "kyiv", "moscow")
	kyiv, got := c.wires["kyiv"], make(chan string, 10)
	over := make(chan struct{})
	defer close(over)
	wait := func(_ context.Context, _ string, body []byte) []byte {
		got <- string(body)
		<-over
		return nil
	}
	c.wires["moscow"].Handle(wait)
	done := make(chan error, 1)
	call := func(ctx context.Context) {
		_, err := kyiv.Call(ctx, "moscow", []byte("x"))
		done <- err
	}
	go call(t.Context())
	receive(t, got, "the request")
	if err := c.wires["moscow"].Close(); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, done, "the error"); err == nil || errors.Is(err, node.ErrNotDelivered) {
		t.Error(err)
	}

	c.open("moscow") // on the same port
	c.wires["moscow"].Handle(wait)
	go call(within(t, 50*time.Millisecond))
	receive(t, got, "the request after a restart")
	if err := receive(t, done, "the error"); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, node.ErrNotDelivered) {
		t.Error(err)
	}
	p := kyiv.peer("moscow")
	p.mu.Lock()
	if p.current != nil {
		t.Error("a connection on which nothing is heard is used again")
	}
	p.mu.Unlock()
	c.wires["moscow"].Handle(echo)
	if b, err := kyiv.Call(t.Context(), "moscow", []byte("again")); string(b) != "kyiv says again" || err != nil {
		t.Errorf("%s, %v", b, err)
	}
}

func TestFaultsOfCalls(t *testing.T) {
	c := newChaos(t, "kyiv", "moscow")
	kyiv, moscow := c.wires["kyiv"], c.wires["moscow"]
	got := make(chan string, 100)
	moscow.Handle(func(_ context.Context, _ string, body []byte) []byte {
		got <- string(body)
		return body
	})
	call := func(body string, d time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		b, err := kyiv.Call(ctx, "moscow", []byte(body))
		if err == nil && string(b) != body {
			err = fmt.Errorf("got %q", b)
		}
		return err
	}
	lost := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, node.ErrNotDelivered) {
			t.Errorf("%s: %v", what, err)
		}
	}
	const short, long = 50 * time.Millisecond, 20 * time.Second
	if err := call("sound", long); err != nil || receive(t, got, "sound") != "sound" {
		t.Error(err)
	}
	kyiv.Faults().Cut("moscow")
	lost("cut", call("cut", short))
	kyiv.Faults().Heal("moscow")
	kyiv.Faults().Drop("moscow", 1)
	lost("drop", call("drop", short))
	kyiv.Faults().Drop("moscow", 0)

	moscow.Faults().Cut("kyiv") // the answers
	lost("answer cut", call("answer cut", short))
	if s := receive(t, got, "the request whose answer is lost"); s != "answer cut" {
		t.Error("received", s)
	}
	moscow.Faults().HealAll()
	kyiv.Faults().Slow("moscow", 40*time.Millisecond)
	if began := time.Now(); call("slow", long) != nil || time.Since(began) < 40*time.Millisecond || receive(t, got, "slow") != "slow" {
		t.Error("not slow")
	}
	lost("slower", call("slower", short/5))
	if s := receive(t, got, "what goes on without its caller"); s != "slower" {
		t.Error("received", s)
	}
	kyiv.Faults().Hold("moscow")
	for _, s := range []string{"1", "2", "3"} {
		lost("held", call(s, short/5))
	}
	if l := kyiv.Faults().Links()["moscow"]; !l.Held || l.Waiting != 3 {
		t.Errorf("%+v", l)
	}
	kyiv.Faults().Slow("moscow", 0)
	kyiv.Faults().Release("moscow")
	for _, want := range []string{"1", "2", "3"} {
		if s := receive(t, got, "what was held"); s != want {
			t.Error("received", s, "instead of", want)
		}
	}
	if err := call("healed", long); err != nil || len(kyiv.Faults().Links())+len(moscow.Faults().Links()) != 0 {
		t.Error(err, kyiv.Faults().Links(), moscow.Faults().Links())
	}
}

func FuzzReadFrame(f *testing.F) {
	var b bytes.Buffer
	for _, x := range []frame{{request, 1, []byte("x")}, {answer, 1 << 63, nil}, {noAnswer, 7, bytes.Repeat([]byte("y"), 100)}} {
		_ = writeFrame(&b, x)
	}
	f.Add(b.Bytes())
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 'x'})
	f.Add([]byte("\x01\x0e127.0.0.1:7001"))
	f.Add([]byte("\x01\x09kyiv:7001\x1b"))
	f.Add([]byte{refused, 255, 'x'})
	f.Fuzz(func(t *testing.T, b []byte) {
		const limit = 100 << 10
		r := bytes.NewReader(b)
		for {
			before := len(b) - r.Len()
			x, err := readFrame(r, limit)
			if err != nil {
				if r.Len() == 0 && before == len(b) && !errors.Is(err, io.EOF) {
					t.Error("at the end:", err)
				}
				break
			}
			var again bytes.Buffer
			if _ = writeFrame(&again, x); len(x.body) > limit || !bytes.Equal(again.Bytes(), b[before:len(b)-r.Len()]) {
				t.Errorf("%d bytes became another frame", again.Len())
			}
		}
		if api, err := readWelcome(bytes.NewReader(b)); err == nil && api != "" && (!isAddress(api) || len(api) > 255) {
			t.Errorf("an interface at %q", api)
		}
	})
}
