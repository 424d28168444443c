package node

import (
	"fmt"
	"sync"

	"github.com/hashicorp/raft"
	"go.uber.org/zap"
)

// Raft's keys in its stable store.
const (
	keyRaftTerm = "CurrentTerm"
	keyVoteTerm = "LastVoteTerm" // in which Raft term the last vote was given,
	keyVoteFor  = "LastVoteCand" // and to whom
)

// careful keeps two things about a machine's disk from Raft that hashicorp/raft v1.8.0 does not live with.
//
// A vote is two writes, first its Raft term and then the candidate. A crash in between would leave a vote in the new Raft
// term for the candidate of the last vote, whom Raft would then have again for the asking, without a look at its log:
// a leader that lacks committed moves. So the candidate is written first. In between, the vote is one of a Raft term that
// is over, as Raft has stored the new one before it votes, and a request of that one is turned away.
//
// Raft panics where it cannot store its Raft term, so a full disk would end the process at the next election. Here the
// Raft term is kept in memory then, and is written before anything else that is written after it: until the disk takes
// it, the capital stores no entry and gives no vote. A restart finds what there would be if the capital had heard nothing
// of that Raft term. That is safe, since all that others may build on is stored.
type careful struct {
	stable raft.StableStore
	log    *zap.Logger

	mu     sync.Mutex
	term   uint64 // a Raft term that could not be stored; 0: there is none
	vote   uint64 // the first half of a vote
	voting bool   // whether there is one
}

// carefully returns the stores as Raft should get to see them.
func carefully(s Stores, log *zap.Logger) Stores {
	c := &careful{stable: s.Stable, log: log}
	s.Stable, s.Log = c, &carefulLog{s.Log, c}
	return s
}

// settle stores a Raft term that could not be stored before.
func (c *careful) settle() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.term == 0 {
		return nil
	}
	if err := c.stable.SetUint64([]byte(keyRaftTerm), c.term); err != nil {
		return fmt.Errorf("store Raft term %d first: %w", c.term, err)
	}
	c.term = 0
	c.log.Info("the stores take writes again")
	return nil
}

// SetUint64 stores a number, later if it has to be.
func (c *careful) SetUint64(key []byte, value uint64) error {
	switch string(key) {
	case keyRaftTerm:
		err := c.stable.SetUint64(key, value)
		c.mu.Lock()
		defer c.mu.Unlock()
		if err != nil {
			if c.term == 0 {
				c.log.Error("the stores take no writes: until they do, this capital records nothing and does not vote", zap.Error(err))
			}
			c.term = value
			return nil
		}
		c.term = 0
		return nil
	case keyVoteTerm:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.vote, c.voting = value, true
		return nil
	}
	if err := c.settle(); err != nil {
		return err
	}
	return c.stable.SetUint64(key, value)
}

// Set stores a value, and for a vote its Raft term after it.
func (c *careful) Set(key, value []byte) error {
	if err := c.settle(); err != nil {
		return err
	}
	if string(key) != keyVoteFor {
		return c.stable.Set(key, value)
	}
	c.mu.Lock()
	vote, voting := c.vote, c.voting
	c.voting = false
	c.mu.Unlock()
	if err := c.stable.Set(key, value); err != nil || !voting {
		return err
	}
	return c.stable.SetUint64([]byte(keyVoteTerm), vote)
}

// Get reads a value.
func (c *careful) Get(key []byte) ([]byte, error) { return c.stable.Get(key) }

// GetUint64 reads a number.
func (c *careful) GetUint64(key []byte) (uint64, error) {
	c.mu.Lock()
	term := c.term
	c.mu.Unlock()
	if term != 0 && string(key) == keyRaftTerm {
		return term, nil
	}
	return c.stable.GetUint64(key)
}

// carefulLog stores no entry before the Raft term that it came in.
type carefulLog struct {
	raft.LogStore
	careful *careful
}

func (l *carefulLog) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }

func (l *carefulLog) StoreLogs(logs []*raft.Log) error {
	if err := l.careful.settle(); err != nil {
		return err
	}
	return l.LogStore.StoreLogs(logs)
}

func (l *carefulLog) DeleteRange(first, last uint64) error {
	if err := l.careful.settle(); err != nil {
		return err
	}
	return l.LogStore.DeleteRange(first, last)
}
