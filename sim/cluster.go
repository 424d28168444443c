package sim

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/parley-sim/parley/node"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/sim/check"
)

// cluster is the world in which each capital is a process, run from a folder of its own as any capital is: keys, TLS,
// disk and all. The runner is an operator who has everybody's keys: it starts and kills the processes, makes each
// capital's moves over that capital's own interface, and looks at what the interface shows. Faults of lines act in the
// transport of the capital that sends; the interface has none, so the runner always sees everybody who is up.
//
// What differs from nodes of this process:
//   - What a capital holds back on a line is lost when it crashes.
//   - A restarted capital has the faults of its lines only once its interface answers, some milliseconds after Raft has
//     begun. Long before it would stand for an election, but its answers to others get through until then.
//   - Messages between machines cannot be seen: they are not counted or traced, and settling does not wait for them.
//   - The checks see a log only on its disk, when its machine has ended: see sumUp.
type cluster struct {
	r       *runner
	folder  string
	release func()         // lets go of the folder
	configs []*host.Config // by the capital's place, as all slices here
	numbers []atomic.Uint64
	running []*process // nil while it is down
	starter *starter
	lines   map[line]lineFaults
	shown   length

	mu      sync.Mutex
	failure error
	led     map[election]bool // told already; without times
}

// line is one direction between two capitals.
type line struct{ from, to string }

func newCluster(r *runner) *cluster {
	n := len(r.scenario.Charter.Capitals)
	return &cluster{r: r, numbers: make([]atomic.Uint64, n), running: make([]*process, n), lines: map[line]lineFaults{},
		led: map[election]bool{}}
}

// How long things may take before the run is given up, and how often the runner looks meanwhile. They are generous, since
// a machine can be busy.
const (
	foundPatience = 60 * time.Second
	foundLook     = 5 * time.Millisecond
	startTries    = 3 // its port may have been taken by a passing connection while the capital was down
	startPause    = 500 * time.Millisecond
)

func (w *cluster) convene() error {
	if err := w.makeFolder(); err != nil {
		return err
	}
	w.starter = newStarter()
	var all sync.WaitGroup
	errs := make([]error, len(w.r.capitals))
	machines := make([]machine, len(w.r.capitals))
	for i, c := range w.r.capitals {
		all.Go(func() { machines[i], errs[i] = w.start(c) })
	}
	all.Wait()
	for i, c := range w.r.capitals {
		if errs[i] == nil {
			c.machine = machines[i]
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	// The capitals elect a leader and found the conference by themselves.
	for deadline := time.Now().Add(foundPatience); w.r.journal.lastMove() == 0; {
		switch {
		case w.broken() != nil:
			return w.broken()
		case time.Now().After(deadline):
			return fmt.Errorf("the conference was not founded within %v", foundPatience)
		case !pause(w.r.ctx, foundLook):
			return context.Cause(w.r.ctx)
		}
	}
	return w.seat()
}

// makeFolder writes the conference's folder: keys, certificates and settings.
func (w *cluster) makeFolder() error {
	var ids []string
	for _, c := range w.r.capitals {
		ids = append(ids, c.id)
	}
	places, err := host.Loopback(ids)
	if err != nil {
		return err
	}
	if w.folder, w.release, err = newFolder(os.TempDir()); err != nil {
		return err
	}
	if err := host.Init(w.folder, &w.r.scenario.Charter, places, true); err != nil {
		return err
	}
	_, w.configs, err = host.OpenFolder(w.folder)
	return err
}

// seatTries is how often seat tries: Raft gives up a transfer that takes longer than its timeouts, as on a busy machine.
const seatTries = 5

// seat has the first voting capital lead, as the other worlds do. It nearly always does already, as it stood first.
func (w *cluster) seat() error {
	i := slices.IndexFunc(w.r.capitals, func(c *capital) bool { return c.votes })
	why := ""
	for range seatTries {
		w.r.settle()
		if leader := w.r.leader(); i < 0 || leader == "" || leader == w.r.capitals[i].id {
			return nil
		}
		if why = w.r.chair(w.r.capitals[i]); why == "" {
			return nil
		}
	}
	return fmt.Errorf("%s could not be made leader at the start: %s", w.r.capitals[i].id, why)
}

// start starts a capital's process and waits until its interface answers. Those of several capitals may start at a time.
func (w *cluster) start(c *capital) (machine, error) {
	for try := 1; ; try++ {
		p, err := w.run(c)
		if err == nil {
			return p, nil
		}
		if try == startTries || !pause(w.r.ctx, startPause) {
			return nil, err
		}
	}
}

func (w *cluster) run(c *capital) (*process, error) {
	p, err := w.launch(c)
	if err != nil {
		return nil, err
	}
	if err = p.ready(); err == nil {
		err = p.inflictAll()
	}
	if err != nil {
		p.crash()
		return nil, err
	}
	p.begin()
	return p, nil
}

func (w *cluster) wipe(c *capital) {
	if err := os.RemoveAll(w.configs[c.place].DataFolder()); err != nil {
		w.fail(fmt.Errorf("wipe %s: %w", c.id, err))
	}
}

func (w *cluster) calm() {}

func (w *cluster) underWay() int { return 0 }

func (w *cluster) broken() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failure
}

// fail notes what keeps the run from going on. The first counts.
func (w *cluster) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failure == nil {
		w.failure = err
	}
}

// elected notes that a capital leads in a Raft term, which may be told in more than one way.
func (w *cluster) elected(id string, raftTerm uint64) {
	e := election{capital: id, raftTerm: raftTerm}
	w.mu.Lock()
	known := w.led[e]
	w.led[e] = true
	w.mu.Unlock()
	if !known {
		e.at = w.r.raftTime()
		w.r.journal.elect(e, nil)
	}
}

// halt ends all processes: bolt lets nobody else read while they run.
func (w *cluster) halt() {
	for _, p := range w.running {
		if p != nil {
			p.kill()
		}
	}
}

func (w *cluster) readLog(c *capital) (check.Log, bool) {
	folder := w.configs[c.place].DataFolder()
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return check.Log{}, true // wiped, and not started since
	}
	stores, err := node.OpenStores(folder, zap.NewNop())
	if err != nil {
		w.fail(fmt.Errorf("read the log of %s: %w", c.id, err))
		return check.Log{}, false
	}
	defer func() { _ = stores.Close() }() // it was only read
	return w.r.shared.readLog(stores), true
}

func (w *cluster) sumUp(*Report) map[string]string {
	return map[string]string{
		check.ElectionSafety:     "as the capitals' streams told; an election that no stream lived to tell is not among them",
		check.LogMatching:        "read from the disks at the end",
		check.LeaderCompleteness: "of the last leader only, from its disk: no log can be read while its machine runs",
		check.StateMachineSafety: "the moves are those that each capital's interface showed, replayed here",
	}
}

func (w *cluster) close() {
	var all sync.WaitGroup
	for _, p := range w.running {
		if p != nil {
			all.Go(p.kill)
		}
	}
	all.Wait()
	if w.starter != nil {
		w.starter.close()
	}
	if w.folder != "" {
		_ = os.RemoveAll(w.folder) // a temporary folder; there is nobody to tell
		w.release()
	}
}

// pause waits, and reports false if ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
