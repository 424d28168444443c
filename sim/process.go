package sim

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/identity"
)

// process is the machine of a capital of a cluster, while its process runs.
type process struct {
	cluster *cluster
	capital *capital
	mirror  mirror
	before  api.Status // as it stood at the last look

	client *api.Client
	http   *http.Transport

	cmd    *exec.Cmd
	stdin  io.Closer     // its end is the process's order to end
	said   *beginning    // on standard error
	exited chan struct{} // closed when the process has ended
	ending error         // how; to be read after that

	running atomic.Bool    // it has begun, and was not killed: it has to run
	stop    func()         // ends what follows the process
	work    sync.WaitGroup // for that
}

// How long a process may take to answer. They are generous, since a machine can be busy.
const (
	startPatience  = 30 * time.Second
	startLook      = 5 * time.Millisecond
	answerPatience = 20 * time.Second
	wordsPatience  = 2 * time.Second // for its last words, where a child of its own keeps standard error open
)

// launch starts a capital's process. It is running[place] from then on, until it is killed.
func (w *cluster) launch(c *capital) (*process, error) {
	config := w.configs[c.place]
	p := &process{cluster: w, capital: c, mirror: newMirror(w.r.shared), said: &beginning{}, exited: make(chan struct{}),
		stop: func() {}}
	if err := p.connect(config); err != nil {
		return nil, err
	}
	command := w.r.options.Node
	file := filepath.Join(w.folder, c.id, host.ConfigFile)
	p.cmd = exec.Command(command[0], append(command[1:len(command):len(command)], file)...)
	p.cmd.Stderr, p.cmd.SysProcAttr, p.cmd.WaitDelay = p.said, childAttributes(), wordsPatience
	stdin, err := p.cmd.StdinPipe()
	if err == nil {
		p.stdin, err = stdin, w.starter.start(p.cmd)
	}
	if err != nil {
		return nil, fmt.Errorf("start the process of %s: %w", c.id, err)
	}
	w.running[c.place] = p
	go func() {
		p.ending = p.cmd.Wait()
		close(p.exited)
		if p.running.Load() {
			w.fail(p.died())
		}
	}()
	return p, nil
}

// connect makes the client, which speaks for the capital, to its own interface.
func (p *process) connect(config *host.Config) error {
	id, err := identity.Open(config.IdentityFolder(), nil)
	if err != nil {
		return err
	}
	p.http = &http.Transport{TLSClientConfig: id.Client(config.Capital)}
	p.client, err = api.NewClient([]string{"https://" + config.API.Address()}, &http.Client{Transport: within{p.http}})
	return err
}

// died says how the process ended that should have gone on.
func (p *process) died() error {
	text := "by itself"
	if p.ending != nil {
		text += ": " + p.ending.Error()
	}
	if words := p.said.String(); words != "" {
		text += ": " + words
	}
	return fmt.Errorf("the process of %s ended %s", p.capital.id, text)
}

// ready waits until the interface answers.
func (p *process) ready() error {
	ctx, cancel := context.WithTimeoutCause(p.cluster.r.ctx, startPatience, fmt.Errorf("not within %v", startPatience))
	defer cancel()
	for {
		_, err := p.client.Status(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.exited:
			return p.died()
		case <-ctx.Done():
			return fmt.Errorf("the interface of %s does not answer: %w; last: %w", p.capital.id, context.Cause(ctx), err)
		case <-time.After(startLook):
		}
	}
}

// begin follows the process's record and its elections from now on.
func (p *process) begin() {
	p.running.Store(true)
	select {
	case <-p.exited: // too early for its end to have been told
		p.cluster.fail(p.died())
	default:
	}
	ctx, stop := context.WithCancel(p.cluster.r.ctx)
	p.stop = stop
	p.work.Go(func() { p.follow(ctx) })
}

func (p *process) crash() { p.kill() }

// kill ends the process with SIGKILL, and waits until it and all that followed it has ended.
func (p *process) kill() {
	p.running.Store(false)
	_ = p.cmd.Process.Kill() // it fails where the process has ended already
	<-p.exited
	_ = p.stdin.Close()
	p.stop()
	p.work.Wait()
	p.http.CloseIdleConnections()
	p.cluster.running[p.capital.place] = nil
}

// within has a request that makes a move ask the capital for an answer in time, instead of cutting it off: whether the move
// may be in the record is for the capital to tell. It wraps the transport, since the client has no such setting.
type within struct{ http.RoundTripper }

// waitKey is for the context of a move: how long the capital may take.
type waitKey struct{}

func (t within) RoundTrip(r *http.Request) (*http.Response, error) {
	if wait, ok := r.Context().Value(waitKey{}).(time.Duration); ok {
		r = r.Clone(r.Context())
		q := r.URL.Query()
		q.Set("wait", wait.String())
		r.URL.RawQuery = q.Encode()
	}
	return t.RoundTripper.RoundTrip(r)
}

// beginning keeps the first of what a process says: a panic's first lines say most.
type beginning struct {
	mu sync.Mutex
	b  []byte
}

const maxBeginning = 4 << 10

func (t *beginning) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b[:min(len(b), maxBeginning-len(t.b))]...)
	return len(b), nil
}

func (t *beginning) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.b))
}
