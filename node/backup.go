package node

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/parley-sim/parley/node/terms"
)

// A backup is one line of JSON, the BackupInfo, and then a snapshot as Raft's store holds it: see snapshot.go.
const (
	backupFormat  = "parley-backup"
	backupVersion = 1
)

// BackupInfo is the first line of a backup. It tells what the backup holds, and is checked against it.
type BackupInfo struct {
	Format     string        `json:"format"`
	Version    int           `json:"version"`
	Conference string        `json:"conference"`
	Capital    string        `json:"capital"`    // who made the backup
	Index      uint64        `json:"index"`      // log index of the last move in it
	RaftTerm   uint64        `json:"raft_term"`  // of that move
	Sequence   uint64        `json:"sequence"`   // moves in its record
	Now        terms.Instant `json:"now"`        // the scenario time that the record has reached
	StateHash  string        `json:"state_hash"` // of the state, in hexadecimal: a capital that is restored from it has the same
}

// Backup is the state and the record of one moment, ready to be written.
type Backup struct {
	Info     BackupInfo
	snapshot snapshot
}

// Backup captures this capital's state and record, as fresh as the consistency asks for; see Read.
func (n *Node) Backup(ctx context.Context, c Consistency) (*Backup, error) {
	b := &Backup{}
	var captured error
	_, err := n.ReadAlone(ctx, c, func(s *terms.State) {
		hash := s.Hash()
		b.Info = BackupInfo{Format: backupFormat, Version: backupVersion, Capital: n.cfg.ID, Index: n.fsm.applied,
			RaftTerm: n.fsm.term, Sequence: s.Sequence(), Now: s.Now(), StateHash: hex.EncodeToString(hash[:])}
		if charter := s.Charter(); charter != nil {
			b.Info.Conference = charter.Conference
		}
		b.snapshot = snapshot{Index: n.fsm.applied, RaftTerm: n.fsm.term, record: n.fsm.record[:len(n.fsm.record):len(n.fsm.record)]}
		b.snapshot.state, captured = s.Snapshot()
	})
	if err = errors.Join(err, captured); err != nil {
		return nil, fmt.Errorf("node: back up %s: %w", n.cfg.ID, err)
	}
	return b, nil
}

// Write writes the backup. It may be called once, at any time after the capture.
func (b *Backup) Write(to io.Writer) error {
	if err := json.NewEncoder(to).Encode(&b.Info); err != nil {
		return fmt.Errorf("node: write backup: %w", err)
	}
	return b.snapshot.write(to)
}

// CheckBackup reads a backup to its end and verifies it: the checksum, and that it holds what its first line says.
func CheckBackup(from io.Reader, options terms.Options) (BackupInfo, error) {
	b, _, err := ReadBackup(from, options)
	return b.Info, err
}

// ReadBackup is CheckBackup that returns what it has read: the backup, for Backup.Restore, and the state in it. On an error
// the backup holds no more than its first line, as far as that could be read.
func ReadBackup(from io.Reader, options terms.Options) (*Backup, *terms.State, error) {
	b := &Backup{}
	info := &b.Info
	r := bufio.NewReaderSize(from, 64<<10)
	line, err := (&snapshotReader{r: r, sum: sha256.New()}).line(maxHeaderBytes)
	if err == nil {
		err = strictJSON(line, info)
	}
	if err != nil {
		return b, nil, fmt.Errorf("node: read backup: its first line: %w", err)
	}
	if info.Format != backupFormat || info.Version != backupVersion {
		return b, nil, fmt.Errorf("node: read backup: format %.32q version %d; this is for %q version %d: use the version of "+
			"Parley that made it", info.Format, info.Version, backupFormat, backupVersion)
	}
	s, err := readSnapshot(r)
	if err != nil {
		return b, nil, fmt.Errorf("node: read backup: %w", err)
	}
	state := terms.New(options)
	if err := state.Restore(s.state); err != nil {
		return b, nil, fmt.Errorf("node: read backup: %w", err)
	}
	hash := state.Hash()
	if got := hex.EncodeToString(hash[:]); got != info.StateHash || s.Index != info.Index || s.RaftTerm != info.RaftTerm ||
		state.Sequence() != info.Sequence || uint64(len(s.record)) != info.Sequence {
		return b, nil, fmt.Errorf("node: read backup: it holds %d moves up to index %d and a state with hash %s; its first "+
			"line says %d, %d and %.64s: it is damaged", len(s.record), s.Index, got, info.Sequence, info.Index, info.StateHash)
	}
	b.snapshot = *s
	return b, state, nil
}

// handedOver bounds how long ReadAlone waits for moves that Raft has handed to the state machine.
const handedOver = time.Second

// ReadAlone is Read for an f that also calls the state's Hash: nobody else reads the state, and no move is applied, until f
// has returned.
func (n *Node) ReadAlone(ctx context.Context, c Consistency, f func(*terms.State)) (uint64, error) {
	if c != Local {
		if _, err := n.Read(ctx, c, func(*terms.State) {}); err != nil {
			return 0, err
		}
	} else if r, err := n.current(); err == nil {
		// Moves that Raft says are applied may still wait here for their signatures to be checked (see ahead).
		ctx, cancel := context.WithTimeout(ctx, handedOver)
		_ = n.waitApplied(ctx, r.AppliedIndex()) // else the state is what it is
		cancel()
	}
	n.fsm.mu.Lock()
	defer n.fsm.mu.Unlock()
	f(n.fsm.state)
	return n.fsm.applied, nil
}
