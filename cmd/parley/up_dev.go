package main

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
)

// hosts are the capitals of a conference in this process.
type hosts struct {
	all   []*host.Host
	pages []*ownPage
}

// startInProcess starts all capitals in this process, with their records in memory.
func startInProcess(ctx context.Context, c *conference) (running, error) {
	raftMetrics, err := api.RaftMetrics()
	if err != nil {
		return nil, err
	}
	started := hosts{make([]*host.Host, len(c.configs)), make([]*ownPage, len(c.configs))}
	err = atOnce(indices(c.configs), func(i int) (err error) {
		started.pages[i] = newOwnPage(c.configs[i])
		started.all[i], err = host.Start(ctx, c.configs[i], host.Options{Memory: true, Version: version(),
			Gather: []prometheus.Gatherer{raftMetrics}, Page: started.pages[i]})
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
	for _, p := range h.pages {
		p.close()
	}
	err := atOnce(h.all, func(one *host.Host) error {
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
