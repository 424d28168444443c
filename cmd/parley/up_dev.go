package main

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
)

// hosts are the capitals of a conference in this process.
type hosts []*host.Host

// startInProcess starts all capitals in this process, with their records in memory.
func startInProcess(ctx context.Context, c *conference) (running, error) {
	raftMetrics, err := api.RaftMetrics()
	if err != nil {
		return nil, err
	}
	o := host.Options{Memory: true, Version: version(), Gather: []prometheus.Gatherer{raftMetrics}}
	started := make(hosts, len(c.configs))
	err = atOnce(indices(c.configs), func(i int) (err error) {
		started[i], err = host.Start(ctx, c.configs[i], o)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, started.stop(nil))
	}
	return started, nil
}

func (h hosts) fallen(string) string { return "" }

func (h hosts) allEnded() <-chan struct{} { return nil }

func (h hosts) stop(kill <-chan struct{}) error {
	err := atOnce(h, func(one *host.Host) error {
		if one == nil {
			return nil
		}
		return closeHost(one, kill)
	})
	if errors.Is(err, errAtOnce) {
		return errAtOnce // once is enough
	}
	return err
}
