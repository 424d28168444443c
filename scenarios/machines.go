package scenarios

import "time"

// Machines are settings of Raft that a scenario has in place of a live capital's. Zero values and nil mean those.
type Machines struct {
	TrailingLogs      *uint64       // entries of the log that are kept behind a snapshot
	SnapshotThreshold uint64        // a snapshot is due after so many entries
	SnapshotInterval  time.Duration // how often a machine looks whether one is, in Raft time
	SettleWithin      time.Duration // how long the machines may take to come to rest after a step, in Raft time
}

// The bounds of what machines: takes. Raft itself allows no interval below five milliseconds.
const (
	maxMachineLogs      = 1_000_000
	minSnapshotInterval = 5 * time.Millisecond
	maxSnapshotInterval = time.Hour
	minSettleWithin     = 3 * time.Second // an election may take so long
	maxSettleWithin     = time.Minute
)

// machines reads the settings of the capitals' machines: machines: {trailing_logs: 2, snapshot_threshold: 4}.
func (p *parser) machines(f fields) {
	v, ok := f.get("machines")
	if !ok || v.kind == null {
		return
	}
	m, ok := p.fields(v, "what is said of the machines", "machines")
	if !ok {
		return
	}
	to := &p.scenario.Machines
	if x, ok := m.get("trailing_logs"); ok {
		if n, ok := p.machineCount(x, 0); ok {
			to.TrailingLogs = &n
		}
	}
	if x, ok := m.get("snapshot_threshold"); ok {
		to.SnapshotThreshold, _ = p.machineCount(x, 1)
	}
	if x, ok := m.get("snapshot_interval"); ok {
		to.SnapshotInterval = p.raftTime(x, minSnapshotInterval, maxSnapshotInterval)
	}
	if x, ok := m.get("settle_within"); ok {
		to.SettleWithin = p.raftTime(x, minSettleWithin, maxSettleWithin)
	}
}

// raftTime reads a length of Raft time within bounds.
func (p *parser) raftTime(v value, least, most time.Duration) time.Duration {
	before := len(p.problems)
	d := p.delay(v)
	if len(p.problems) == before && (d < least || d > most) {
		p.wrong(v, "this is from %v to %v of Raft time, not %v", least, most, d)
	}
	return d
}

func (p *parser) machineCount(v value, least int) (uint64, bool) {
	n, ok := p.count(v, least)
	if ok && n > maxMachineLogs {
		p.wrong(v, "at most %d entries", maxMachineLogs)
		return 0, false
	}
	return uint64(n), ok
}
