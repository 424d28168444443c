package api

import (
	"fmt"
	"time"

	old "github.com/armon/go-metrics"
	"github.com/hashicorp/go-metrics"
	sink "github.com/hashicorp/go-metrics/prometheus"
	"github.com/prometheus/client_golang/prometheus"
)

// RaftMetrics collects what hashicorp/raft and raft-boltdb measure of themselves (raft_commitTime, raft_boltdb_storeLogs
// and so on) for Options.Gather. They report to the global sinks of go-metrics and of its predecessor and to nowhere else,
// so a process calls this once, in its main, before it starts a capital; where one process runs several capitals, these
// metrics are of all of them together. What is known of one capital by itself is among the metrics parley_raft_*.
func RaftMetrics() (prometheus.Gatherer, error) {
	registry := prometheus.NewRegistry()
	to, err := sink.NewPrometheusSinkFrom(sink.PrometheusOpts{Registerer: registry, Name: "raft", Expiration: raftMetricsLast})
	if err != nil {
		return nil, fmt.Errorf("api: collect Raft's metrics: %w", err)
	}
	conf := metrics.DefaultConfig("")
	conf.EnableHostname, conf.EnableRuntimeMetrics = false, false // Prometheus knows both
	if _, err := metrics.NewGlobal(conf, to); err != nil {
		return nil, fmt.Errorf("api: collect Raft's metrics: %w", err)
	}
	oldConf := old.DefaultConfig("")
	oldConf.EnableHostname, oldConf.EnableRuntimeMetrics = false, false
	if _, err := old.NewGlobal(oldConf, fromOld{to}); err != nil {
		return nil, fmt.Errorf("api: collect the store's metrics: %w", err)
	}
	return registry, nil
}

// raftMetricsLast is how long a metric is shown after it was last reported: those of a peer that was expelled end.
const raftMetricsLast = 10 * time.Minute

// fromOld takes what raft-boltdb reports to go-metrics' predecessor, whose labels are of another type.
type fromOld struct{ *sink.PrometheusSink }

func (f fromOld) SetGaugeWithLabels(key []string, v float32, l []old.Label) {
	f.PrometheusSink.SetGaugeWithLabels(key, v, labels(l))
}

func (f fromOld) IncrCounterWithLabels(key []string, v float32, l []old.Label) {
	f.PrometheusSink.IncrCounterWithLabels(key, v, labels(l))
}

func (f fromOld) AddSampleWithLabels(key []string, v float32, l []old.Label) {
	f.PrometheusSink.AddSampleWithLabels(key, v, labels(l))
}

func labels(l []old.Label) []metrics.Label {
	out := make([]metrics.Label, len(l))
	for i := range l {
		out[i] = metrics.Label{Name: l[i].Name, Value: l[i].Value}
	}
	return out
}
