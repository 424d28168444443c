package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// benchers are the two sides, running.
type benchers struct{ parley, bare bencher }

// bencher is a side of the measurement.
type bencher interface {
	// commit has a client commit one command, and returns when it knows that it is.
	commit(ctx context.Context, client int) error
	stop() error
}

// startBench starts both sides in a folder.
func startBench(ctx context.Context, folder string, o *benchOptions) (*benchers, error) {
	ids := benchCapitals(o.capitals)
	parley, err := startParley(ctx, folder, ids, o.through)
	if err != nil {
		return nil, err
	}
	bare, err := startBare(ctx, folder, ids)
	if err != nil {
		return nil, errors.Join(err, parley.stop())
	}
	return &benchers{parley, bare}, nil
}

func (b *benchers) stop() error { return errors.Join(b.parley.stop(), b.bare.stop()) }

// measure has both sides commit in turn. Who begins changes from round to round, and the first round does not count.
func (b *benchers) measure(ctx context.Context, o *benchOptions) (*benchResult, error) {
	r := &benchResult{Capitals: o.capitals, Clients: o.clients, Through: o.through, Rounds: o.rounds, Seconds: o.time.Seconds()}
	var parley, bare []benchSide
	for round := range o.rounds + 1 {
		took := o.time
		if round == 0 {
			took = min(took, 500*time.Millisecond) // connections are made, caches fill
		}
		var p, q benchSide
		var err error
		for side := range 2 {
			if (side == 0) == (round%2 == 0) {
				p, err = load(ctx, b.parley, o.clients, took)
			} else {
				q, err = load(ctx, b.bare, o.clients, took)
			}
			if err != nil {
				return nil, err
			}
		}
		if round > 0 {
			parley, bare = append(parley, p), append(bare, q)
			r.Ratios = append(r.Ratios, p.Commits/q.Commits)
		}
	}
	r.Parley, r.BareRaft, r.Ratio = medians(parley), medians(bare), median(r.Ratios)
	return r, nil
}

// load has clients commit one command after the other for a time.
func load(ctx context.Context, side bencher, clients int, d time.Duration) (benchSide, error) {
	ctx, cancel := context.WithTimeout(ctx, d+time.Minute)
	defer cancel()
	times, errs := make([][]time.Duration, clients), make([]error, clients)
	began := time.Now()
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			for at := began; at.Sub(began) < d; {
				if errs[i] = side.commit(ctx, i); errs[i] != nil {
					return
				}
				now := time.Now()
				times[i] = append(times[i], now.Sub(at))
				at = now
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	if err := errors.Join(errs...); err != nil {
		return benchSide{}, err
	}
	latencies := slices.Concat(times...)
	slices.Sort(latencies)
	at := func(part float64) float64 {
		return latencies[int(part*float64(len(latencies)-1))].Seconds() * 1000
	}
	return benchSide{Commits: float64(len(latencies)) / took.Seconds(), P50: at(0.5), P99: at(0.99)}, nil
}

// medians takes each figure's median by itself.
func medians(sides []benchSide) benchSide {
	var commits, p50, p99 []float64
	for _, s := range sides {
		commits, p50, p99 = append(commits, s.Commits), append(p50, s.P50), append(p99, s.P99)
	}
	return benchSide{Commits: median(commits), P50: median(p50), P99: median(p99)}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if len(v)%2 == 1 {
		return v[len(v)/2]
	}
	return (v[len(v)/2-1] + v[len(v)/2]) / 2
}
