// Package agent runs a program that acts for a capital, and talks to it in lines of JSON over its standard input and output.
// It knows processes and bounds, and nothing of what the lines say: package sim writes and reads those (see its doc on
// agents), and a program's failure is one of its own, never of the run.
//
// Ask may be called in a bubble of virtual time. The process and all that waits for it live outside, and so do the channels
// that lead there: whoever waits for an answer stops the fake clock, so that how fast a program is changes nothing.
package agent

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Limits bound what a program may take, in real time and in bytes.
type Limits struct {
	Hello  time.Duration // until it has answered the first line: an interpreter has to start
	Answer time.Duration // until it has answered any other line
	Total  time.Duration // spent waiting for it in a whole run
	Line   int           // bytes of a line that it writes, its end included
}

// DefaultLimits are those of a run.
func DefaultLimits() Limits {
	return Limits{Hello: 10 * time.Second, Answer: 3 * time.Second, Total: 30 * time.Second, Line: 64 << 10}
}

// farewell is how long a program may take to end once its standard input has.
const farewell = 500 * time.Millisecond

// maxWords bounds what is kept of what a program writes to standard error.
const maxWords = 2 << 10

// Agent is a running program. Make it with Start, and end it with Close.
type Agent struct {
	limits  Limits
	asks    chan []byte
	answers chan answer
	quit    chan struct{} // closed by Close
	done    chan struct{} // closed once the process is gone

	in    io.WriteCloser
	lines chan answer // what the program writes, unread
	cmd   *exec.Cmd
	said  words
	spent time.Duration
	err   error // why it is of no use any more
}

type answer struct {
	line []byte
	err  error
}

// Find returns the path of a command's program: the first word, looked for beside the scenario where it has a slash in it, and
// along PATH where it has none. The error says what to do.
func Find(command []string, dir string) (string, error) {
	if len(command) == 0 || command[0] == "" {
		return "", errors.New("the command of the program is empty")
	}
	name := command[0]
	if strings.ContainsAny(name, `/\`) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		full, err := filepath.Abs(name)
		if err != nil {
			return "", err
		}
		name = full
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("the program %s cannot be run: %w", command[0], err)
	}
	return path, nil
}

// Start starts a program in a folder. It does not fail: what is wrong is the answer to the first question. It must be called
// outside any bubble.
func Start(command []string, dir string, limits Limits) *Agent {
	a := &Agent{limits: limits, asks: make(chan []byte), answers: make(chan answer), quit: make(chan struct{}),
		done: make(chan struct{}), lines: make(chan answer, 1)}
	if path, err := Find(command, dir); err != nil {
		a.err = err
	} else if err := a.start(path, command, dir); err != nil {
		a.err = fmt.Errorf("it could not be started: %w", err)
	}
	go a.serve()
	return a
}

func (a *Agent) start(path string, command []string, dir string) error {
	a.cmd = exec.Command(path, command[1:]...)
	a.cmd.Args[0], a.cmd.Dir, a.cmd.Stderr, a.cmd.WaitDelay = command[0], dir, &a.said, farewell
	for _, e := range os.Environ() { // without what a worker of Parley is set up with
		if !strings.HasPrefix(e, "GODEBUG=") && !strings.HasPrefix(e, "GOMAXPROCS=") {
			a.cmd.Env = append(a.cmd.Env, e)
		}
	}
	ownGroup(a.cmd)
	in, err := a.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := a.cmd.Start(); err != nil {
		a.cmd = nil
		return err
	}
	a.in = in
	go a.read(out)
	return nil
}

// read hands on the program's lines, one at a time, and at the end why there are no more.
func (a *Agent) read(out io.Reader) {
	s := bufio.NewScanner(out)
	s.Buffer(make([]byte, 0, 4096), a.limits.Line)
	for s.Scan() {
		select {
		case a.lines <- answer{line: []byte(strings.Clone(s.Text()))}:
		case <-a.quit:
			return
		}
	}
	err := s.Err()
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		err = fmt.Errorf("it wrote a line of more than %d bytes", a.limits.Line)
	default:
		err = errEnded
	}
	select {
	case a.lines <- answer{err: err}:
	case <-a.quit:
	}
}

var errEnded = errors.New("it ended by itself")

// serve asks the program, outside any bubble, until the agent is closed.
func (a *Agent) serve() {
	defer close(a.done)
	first := true
	for {
		select {
		case line := <-a.asks:
			got := a.exchange(line, first)
			first = false
			select {
			case a.answers <- got:
			case <-a.quit:
			}
		case <-a.quit:
			a.end()
			return
		}
	}
}

// exchange writes a line and reads one. After an error the program is gone.
func (a *Agent) exchange(line []byte, first bool) answer {
	if a.err != nil {
		return answer{err: a.err}
	}
	limit := a.limits.Answer
	if first {
		limit = a.limits.Hello
	}
	limit = min(limit, a.limits.Total-a.spent)
	began := time.Now()
	got := a.within(line, limit)
	a.spent += time.Since(began)
	if got.err == nil {
		return got
	}
	a.end()
	if words := a.said.String(); words != "" {
		got.err = fmt.Errorf("%w; it last said: %s", got.err, words)
	}
	a.err = got.err
	return got
}

func (a *Agent) within(line []byte, limit time.Duration) answer {
	select {
	case early := <-a.lines:
		if early.err != nil {
			return early
		}
		return answer{err: errors.New("it wrote a line without being asked")}
	default:
	}
	wrote := make(chan error, 1)
	go func() {
		_, err := a.in.Write(append(line[:len(line):len(line)], '\n'))
		wrote <- err
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case got := <-a.lines:
		return got
	case <-timer.C:
	case <-a.quit:
		return answer{err: errors.New("the run is over")}
	}
	if a.spent+limit >= a.limits.Total {
		return answer{err: fmt.Errorf("it took more than %v in all", a.limits.Total)}
	}
	return answer{err: fmt.Errorf("it gave no answer within %v", limit)}
}

// end ends the process and all of its group, and waits for it: politely if it has done nothing wrong.
func (a *Agent) end() {
	if a.cmd == nil {
		return
	}
	_ = a.in.Close() // its order to go
	gone := make(chan error, 1)
	go func() { gone <- a.cmd.Wait() }()
	timer := time.NewTimer(farewell)
	defer timer.Stop()
	select {
	case <-gone:
		kill(a.cmd) // what it left behind in its group
	case <-timer.C:
		kill(a.cmd)
		<-gone
	}
	a.cmd = nil
}

// Ask writes a line and returns the program's answer, without the line's end. After an error, every answer is that error.
func (a *Agent) Ask(line []byte) ([]byte, error) {
	select {
	case a.asks <- line:
	case <-a.quit:
		return nil, errors.New("the run is over")
	}
	select {
	case got := <-a.answers:
		return got.line, got.err
	case <-a.quit:
		return nil, errors.New("the run is over")
	}
}

// Close ends the program, and returns once it is gone.
func (a *Agent) Close() {
	close(a.quit)
	<-a.done
}

// words keeps the end of what a program writes to standard error: the last line of an interpreter's says most.
type words struct {
	mu sync.Mutex
	b  []byte
}

func (w *words) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.b = append(w.b, b...)
	if len(w.b) > maxWords {
		w.b = append([]byte(nil), w.b[len(w.b)-maxWords:]...)
	}
	return len(b), nil
}

// String is the last line, in printable characters.
func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := strings.TrimSpace(strings.ToValidUTF8(string(w.b), "?"))
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		text = text[i+1:]
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if r := []rune(text); len(r) > 200 {
		text = string(r[:200]) + "…"
	}
	return text
}
