package node

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/hashicorp/raft"
)

// sealed puts a checksum on each entry that it stores and verifies it on each that it reads: bbolt has none on its pages,
// and a byte that a disk has lost must not become part of the record. The checksum is at the end of the entry's Extensions,
// and is neither seen by Raft nor sent to others. An entry without Extensions was stored without a checksum.
type sealed struct{ raft.LogStore }

const sealBytes = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sealOf(l *raft.Log, extensions []byte) uint32 {
	var head [25]byte
	binary.BigEndian.PutUint64(head[:], l.Index)
	binary.BigEndian.PutUint64(head[8:], l.Term)
	head[16] = byte(l.Type)
	binary.BigEndian.PutUint64(head[17:], uint64(len(l.Data)))
	sum := crc32.Update(0, castagnoli, head[:])
	return crc32.Update(crc32.Update(sum, castagnoli, l.Data), castagnoli, extensions)
}

func (s *sealed) StoreLog(l *raft.Log) error { return s.StoreLogs([]*raft.Log{l}) }

func (s *sealed) StoreLogs(logs []*raft.Log) error {
	copies := make([]raft.Log, len(logs)) // Raft goes on using its own
	stored := make([]*raft.Log, len(logs))
	for i, l := range logs {
		copies[i] = *l
		copies[i].Extensions = binary.BigEndian.AppendUint32(slices.Clip(l.Extensions), sealOf(l, l.Extensions))
		stored[i] = &copies[i]
	}
	return s.LogStore.StoreLogs(stored)
}

func (s *sealed) GetLog(index uint64, l *raft.Log) error {
	if err := s.LogStore.GetLog(index, l); err != nil {
		return err
	}
	at := len(l.Extensions) - sealBytes
	switch {
	case l.Index != index:
		return fmt.Errorf("%w: entry %d is stored in the place of entry %d", ErrDamaged, l.Index, index)
	case len(l.Extensions) == 0:
		return nil
	case at < 0 || binary.BigEndian.Uint32(l.Extensions[at:]) != sealOf(l, l.Extensions[:at]):
		return fmt.Errorf("%w: the checksum of entry %d is wrong", ErrDamaged, index)
	}
	if l.Extensions = l.Extensions[:at]; at == 0 {
		l.Extensions = nil
	}
	return nil
}
