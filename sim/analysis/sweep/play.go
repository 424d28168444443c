package sweep

import (
	"context"
	"sync"
)

// Player plays runs. One goroutine uses it at a time.
type Player interface {
	// Play returns the results of runs in their order. An error ends the sweep.
	Play(ctx context.Context, runs []int) ([]Result, error)

	// Close ends the player.
	Close()
}

// direct plays on the state machine alone.
type direct struct{ sweep *Sweep }

func (d direct) Play(ctx context.Context, runs []int) ([]Result, error) {
	results := make([]Result, len(runs))
	for i, run := range runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		results[i] = d.sweep.Play(run)
	}
	return results, nil
}

func (direct) Close() {}

// OnStateMachine returns a player of a sweep on the state machine alone.
func (w *Sweep) OnStateMachine() Player { return direct{w} }

// chunk is some runs on their way through a player.
type chunk struct {
	runs    []int
	results []Result
	err     error
	done    chan struct{}
}

// ahead is how many chunks a player may be ahead of the slowest.
const ahead = 4

// PlayAll plays the runs of a shard from one on, size at a time, and tells emit of each, in order. If emit or a player fails,
// or ctx ends, it returns the error once all players have ended; what was told to emit until then is the beginning of the
// shard, without a gap.
func (w *Sweep) PlayAll(ctx context.Context, s Shard, from, size int, players []Player, emit func(*Result) error) error {
	ctx, stop := context.WithCancel(ctx)
	work, order := make(chan *chunk), make(chan *chunk, ahead*len(players))
	var all sync.WaitGroup
	all.Go(func() { // hands out the work
		defer close(order)
		defer close(work)
		for run := from; run <= w.Runs; {
			c := &chunk{done: make(chan struct{})}
			for ; run <= w.Runs && len(c.runs) < size; run = s.Next(run) {
				c.runs = append(c.runs, run)
			}
			select {
			case order <- c: // first, so that no more is under way than order holds
			case <-ctx.Done():
				return
			}
			select {
			case work <- c:
			case <-ctx.Done():
				c.err = ctx.Err()
				close(c.done)
				return
			}
		}
	})
	for _, p := range players {
		all.Go(func() {
			defer p.Close()
			for c := range work {
				c.results, c.err = p.Play(ctx, c.runs)
				close(c.done)
			}
		})
	}
	err := gather(order, emit)
	if err == nil {
		err = ctx.Err()
	}
	stop()
	for c := range order { // none is left waiting
		<-c.done
	}
	all.Wait()
	return err
}

// gather tells emit of the results in order, until something fails.
func gather(order <-chan *chunk, emit func(*Result) error) error {
	for c := range order {
		<-c.done
		for i := range c.results {
			if err := emit(&c.results[i]); err != nil {
				return err
			}
		}
		if c.err != nil {
			return c.err
		}
	}
	return nil
}
