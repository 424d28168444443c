package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/parley-sim/parley/node/host"
)

// How long things may take, on a busy machine.
const (
	startPatience = time.Minute      // for a capital to answer, and for the record to be writable
	stopPatience  = 30 * time.Second // for a clean end, before it is killed
	killPatience  = 10 * time.Second // for the kernel to end what was killed
)

// heldError says that another process has a lock.
type heldError struct {
	path string
	pid  int
}

func (e *heldError) Error() string { return fmt.Sprintf("process %d holds %s", e.pid, e.path) }

// sameSignal is how close together two signals are one: who ends a whole group of processes may send both.
const sameSignal = 300 * time.Millisecond

// interruptible returns a context that ends with the first signal that asks this process to end, and a channel that is
// closed by a second one. end takes the signals back.
func interruptible(ctx context.Context) (stopped context.Context, again <-chan struct{}, end func()) {
	signals := make(chan os.Signal, 8)
	notifySignals(signals)
	stopped, cancel := context.WithCancel(ctx)
	twice := make(chan struct{})
	go func() {
		var first time.Time
		for range signals {
			switch {
			case first.IsZero():
				first = time.Now()
				cancel()
			case time.Since(first) > sameSignal:
				close(twice)
				return
			}
		}
	}()
	return stopped, twice, func() {
		signal.Stop(signals) // after it nobody sends any more
		close(signals)
		cancel()
	}
}

// processes are the capitals of a conference as processes of their own.
type processes struct {
	children []*child
	detached bool
}

// child is a parley node.
type child struct {
	config *host.Config
	cmd    *exec.Cmd
	stdin  *os.File // its end is the child's order to go; nil if it is detached
	log    string
	logged int64 // the length of the log before the child wrote to it
	ready  chan struct{}
	ended  chan struct{}
	err    error // how it ended; read it after ended
}

// startProcesses starts a parley node for each of the capitals, and returns when all of them answer. If one does not, the
// others are stopped again.
func (e *env) startProcesses(ctx context.Context, c *conference, configs []*host.Config, o *upOptions) (*processes, error) {
	path, err := executable()
	if err != nil {
		return nil, err
	}
	p := &processes{detached: o.detach}
	for _, config := range configs {
		child, err := e.startChild(path, c.capitalFolder(config.Capital), config, o)
		if err != nil {
			p.stop(nil)
			return nil, fmt.Errorf("start %s: %w", config.Capital, err)
		}
		p.children = append(p.children, child)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startPatience, fmt.Errorf("not ready after %v", startPatience))
	defer cancel()
	for _, child := range p.children {
		if err := child.await(ctx); err != nil {
			p.stop(nil)
			return nil, err
		}
	}
	return p, nil
}

func (e *env) startChild(path, folder string, config *host.Config, o *upOptions) (*child, error) {
	c := &child{config: config, log: filepath.Join(folder, "node.log"), ready: make(chan struct{}), ended: make(chan struct{})}
	args := []string{"node", "--config", filepath.Join(folder, host.ConfigFile), "--log-level", o.logLevel, "--log-file", c.log}
	if !o.detach {
		args = append(args, "--with-parent")
	}
	c.cmd = exec.Command(path, args...)
	c.cmd.Args[0] = e.self
	apart(c.cmd, o.detach)
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	if info, err := log.Stat(); err == nil {
		c.logged = info.Size()
	}
	c.cmd.Stderr = log
	heard, told, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = told.Close() }()
	c.cmd.Stdout = told
	if !o.detach {
		in, out, err := os.Pipe()
		if err != nil {
			return nil, errors.Join(err, heard.Close())
		}
		defer func() { _ = in.Close() }()
		c.cmd.Stdin, c.stdin = in, out
	}
	if err := c.cmd.Start(); err != nil {
		if c.stdin != nil {
			_ = c.stdin.Close()
		}
		return nil, errors.Join(err, heard.Close())
	}
	go func() {
		defer func() { _ = heard.Close() }()
		if line, err := bufio.NewReader(heard).ReadString('\n'); err == nil && line != "" {
			close(c.ready) // the one line that it writes
		}
	}()
	go func() {
		c.err = c.cmd.Wait()
		close(c.ended)
	}()
	return c, nil
}

// await waits until the capital answers.
func (c *child) await(ctx context.Context) error {
	select {
	case <-c.ready:
		return nil
	case <-c.ended:
		if why := c.lastWords(); why != "" {
			return errors.New(why)
		}
		return fmt.Errorf("%s ended: %s; see %s", c.config.Capital, c.how(), c.log)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w; see %s", c.config.Capital, context.Cause(ctx), c.log)
	}
}

// maxLastWords bounds what is read of a log.
const maxLastWords = 16 << 10

// lastWords returns what a capital that could not start said last: the error of a command comes last.
func (c *child) lastWords() string {
	f, err := os.Open(c.log)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	from := max(c.logged, info.Size()-maxLastWords)
	if info.Size() < c.logged { // it has begun a new file since
		from = max(0, info.Size()-maxLastWords)
	}
	b, err := io.ReadAll(io.NewSectionReader(f, from, maxLastWords))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.TrimPrefix(lines[len(lines)-1], "parley: ")
}

// how tells in what way a child ended.
func (c *child) how() string {
	if c.err == nil {
		return "exit status 0"
	}
	return c.err.Error()
}

// fallen returns how a capital's process ended, "" while it runs.
func (p *processes) fallen(capital string) string {
	for _, c := range p.children {
		if c.config.Capital != capital {
			continue
		}
		select {
		case <-c.ended:
			return c.how()
		default:
		}
	}
	return ""
}

// allEnded returns a channel that is closed when no process is left.
func (p *processes) allEnded() <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, c := range p.children {
			<-c.ended
		}
	}()
	return done
}

// stop stops all children and waits until they have ended. Those that take too long are killed; kill kills at once.
func (p *processes) stop(kill <-chan struct{}) error {
	timer := time.NewTimer(stopPatience)
	defer timer.Stop()
	for _, c := range p.children {
		if c.stdin != nil {
			_ = c.stdin.Close()
		}
		_ = askToEnd(c.cmd.Process) // it may have ended already
	}
	done := p.allEnded()
	select {
	case <-done:
		return nil
	case <-kill:
	case <-timer.C:
	}
	var slow []string
	for _, c := range p.children {
		select {
		case <-c.ended:
		default:
			slow = append(slow, c.config.Capital)
			_ = c.cmd.Process.Kill()
		}
	}
	<-done
	return fmt.Errorf("killed, since they did not end by themselves: %s", strings.Join(slow, ", "))
}

// stopHolder ends the process that has a lock, by asking it, and by force if that takes too long. It returns the process,
// 0 if there was none.
func stopHolder(ctx context.Context, path string) (pid int, killed bool, err error) {
	pid, err = lockHolder(path)
	if err != nil || pid == 0 {
		return 0, false, err
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return pid, false, err
	}
	defer func() { _ = process.Release() }()
	// Now that we have hold of it, its number cannot pass to another: if it still has the lock, it is the right one.
	if still, err := lockHolder(path); err != nil || still != pid {
		return 0, false, err
	}
	if err := askToEnd(process); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return pid, false, fmt.Errorf("end process %d: %w", pid, err)
	}
	free := make(chan error, 1)
	go func() { free <- awaitLock(path) }()
	timer := time.NewTimer(stopPatience)
	defer timer.Stop()
	for {
		select {
		case err := <-free:
			return pid, killed, err
		case <-ctx.Done():
			return pid, killed, ctx.Err()
		case <-timer.C:
		}
		if killed {
			return pid, killed, fmt.Errorf("process %d cannot be killed", pid)
		}
		killed = true
		if err := process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return pid, killed, fmt.Errorf("kill process %d: %w", pid, err)
		}
		timer.Reset(killPatience)
	}
}

// atOnce calls f for all of a list at the same time, and joins the errors in the list's order.
func atOnce[T any](list []T, f func(T) error) error {
	errs := make([]error, len(list))
	var work sync.WaitGroup
	for i := range list {
		work.Go(func() { errs[i] = f(list[i]) })
	}
	work.Wait()
	return errors.Join(errs...)
}
