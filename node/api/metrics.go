package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/raft"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/parley-sim/parley/node"
)

// meters are one capital's metrics, in a registry of their own.
type meters struct {
	show     http.Handler
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	moves    *prometheus.CounterVec
	dropped  prometheus.Counter
}

func newMeters(capital Capital, streams *tally, more []prometheus.Gatherer) *meters {
	m := &meters{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "parley_http_requests_total",
			Help: "Requests answered, by route and status."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "parley_http_request_seconds",
			Help:    "How long requests took, streams left out.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 4, 9)}, []string{"method", "route"}),
		moves: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "parley_moves_total",
			Help: "Moves submitted through this interface, by what became of them."}, []string{"outcome"}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{Name: "parley_streams_dropped_total",
			Help: "Readers of the stream that were dropped because they did not read in time."}),
	}
	for _, outcome := range []node.Outcome{node.Recorded, node.Refused, node.Unknown} {
		m.moves.WithLabelValues(string(outcome)) // so that they are shown from the start
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.seconds, m.moves, m.dropped, newMachine(capital),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "parley_streams", Help: "Streams that are open."},
			func() float64 { return float64(streams.count()) }),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	all := append(prometheus.Gatherers{registry}, more...)
	m.show = promhttp.HandlerFor(all, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	return m
}

// served counts an answer. A status of 0 is a connection that was broken off.
func (m *meters) served(rt route, status int, took time.Duration) {
	method := rt.method
	if method == "" {
		method = "other"
	}
	m.requests.WithLabelValues(method, rt.path, strconv.Itoa(status)).Inc()
	if !rt.streams {
		m.seconds.WithLabelValues(method, rt.path).Observe(took.Seconds())
	}
}

// metrics is GET /metrics.
func (s *server) metrics(w http.ResponseWriter, r *http.Request, _ string) error {
	s.meters.show.ServeHTTP(w, r)
	return nil
}

// machine collects how the capital's Raft stands. It looks when asked, so that it costs nothing in between.
type machine struct {
	capital Capital
	gauges  []gauge
}

type gauge struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*node.Stats) float64
}

func newMachine(capital Capital) *machine {
	m := &machine{capital: capital}
	add := func(name, help string, kind prometheus.ValueType, value func(*node.Stats) float64) {
		m.gauges = append(m.gauges, gauge{prometheus.NewDesc("parley_"+name, help, nil,
			prometheus.Labels{"capital": capital.ID()}), kind, value})
	}
	const now, total = prometheus.GaugeValue, prometheus.CounterValue
	add("raft_term", "Raft's term.", now, func(s *node.Stats) float64 { return float64(s.RaftTerm) })
	add("raft_leader", "1 if this capital takes itself for the leader.", now, func(s *node.Stats) float64 {
		return truth(s.State == raft.Leader.String())
	})
	add("raft_has_leader", "1 if this capital knows a leader.", now, func(s *node.Stats) float64 { return truth(s.Leader != "") })
	add("raft_last_index", "The last entry of the log.", now, func(s *node.Stats) float64 { return float64(s.LastIndex) })
	add("raft_commit_index", "The last entry known to be committed.", now, func(s *node.Stats) float64 { return float64(s.CommitIndex) })
	add("raft_applied_index", "The last entry handed to the state machine.", now,
		func(s *node.Stats) float64 { return float64(s.AppliedIndex) })
	add("record_moves", "Moves in the record, as far as this capital has it.", now,
		func(s *node.Stats) float64 { return float64(s.Sequence) })
	add("raft_restarts_total", "Restarts of a Raft that was stuck.", total, func(s *node.Stats) float64 { return float64(s.Restarts) })
	return m
}

// Describe and Collect make it a prometheus.Collector.
func (m *machine) Describe(to chan<- *prometheus.Desc) {
	for _, g := range m.gauges {
		to <- g.desc
	}
}

func (m *machine) Collect(to chan<- prometheus.Metric) {
	stats := m.capital.Stats()
	for _, g := range m.gauges {
		to <- prometheus.MustNewConstMetric(g.desc, g.kind, g.value(&stats))
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
