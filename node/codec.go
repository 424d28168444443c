package node

import (
	"errors"
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/parley-sim/parley/node/terms"
)

// Requests and replies travel in protobuf's wire format, written by hand: they are on the way of every move, and JSON
// would cost more than the move itself. Fields that a capital does not know are skipped, so that versions can be mixed.

// The field numbers. They are never used again for something else.
const (
	requestVersion protowire.Number = iota + 1
	requestKind
	requestHops
	requestWait
	requestVia
	requestMove
	requestCapital
	requestMoves
	requestFirst
	requestFollows
)

const (
	replyVersion protowire.Number = iota + 1
	replyFate
	replyResult
	replyIndex
	replyNumber
	replyConference
	replyVia
	replyLeader
	replyReason
	replyItems
)

const (
	itemFate protowire.Number = iota + 1
	itemResult
	itemIndex
)

const (
	resultRefused protowire.Number = iota + 1
	resultCode
	resultReason
	resultRepeat
	resultSequence
	_ // events as JSON
	resultEvents
)

func putUint(b []byte, field protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func putBytes[T string | []byte](b []byte, field protowire.Number, v T) []byte {
	if len(v) == 0 {
		return b
	}
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), []byte(v))
}

func putStrings(b []byte, field protowire.Number, vs []string) []byte {
	for _, v := range vs {
		b = protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), v)
	}
	return b
}

// encode writes the request.
func (q *request) encode() []byte {
	size := 64 + len(q.Move)
	for _, m := range q.Moves {
		size += 8 + len(m)
	}
	b := make([]byte, 0, size)
	b = putUint(b, requestVersion, uint64(q.Version))
	b = putBytes(b, requestKind, q.Kind)
	b = putUint(b, requestHops, uint64(q.Hops))
	b = putUint(b, requestWait, uint64(q.Wait))
	b = putStrings(b, requestVia, q.Via)
	b = putBytes(b, requestMove, q.Move)
	b = putBytes(b, requestCapital, q.Capital)
	b = putUint(b, requestFirst, q.First)
	b = putUint(b, requestFollows, protowire.EncodeBool(q.Follows))
	for _, m := range q.Moves {
		b = protowire.AppendBytes(protowire.AppendTag(b, requestMoves, protowire.BytesType), m)
	}
	return b
}

// encode writes the reply.
func (a *reply) encode() []byte {
	b := make([]byte, 0, 128)
	b = putUint(b, replyVersion, uint64(a.Version))
	b = putBytes(b, replyFate, a.Fate)
	b = putMessage(b, replyResult, func(b []byte) []byte { return putResult(b, &a.Result) })
	b = putUint(b, replyIndex, a.Index)
	b = putUint(b, replyNumber, a.Number)
	b = putBytes(b, replyConference, a.Conference)
	b = putStrings(b, replyVia, a.Via)
	b = putBytes(b, replyLeader, a.Leader)
	b = putBytes(b, replyReason, a.Reason)
	for i := range a.Items {
		b = putMessage(b, replyItems, a.Items[i].put)
	}
	return b
}

func (i *item) put(b []byte) []byte {
	b = putUint(b, itemFate, uint64(i.fate))
	b = putMessage(b, itemResult, func(b []byte) []byte { return putResult(b, &i.result) })
	return putUint(b, itemIndex, i.index)
}

func putResult(b []byte, r *terms.Result) []byte {
	b = putUint(b, resultRefused, protowire.EncodeBool(r.Refused))
	b = putBytes(b, resultCode, string(r.Code))
	b = putBytes(b, resultReason, r.Reason)
	b = putUint(b, resultRepeat, protowire.EncodeBool(r.Repeat))
	b = putUint(b, resultSequence, r.Sequence)
	for i := range r.Events {
		b = putMessage(b, resultEvents, func(b []byte) []byte { return putEvent(b, &r.Events[i]) })
	}
	return b
}

// field is one field of a message: num for a number, data for anything else. data is part of the message.
type field struct {
	id   protowire.Number
	num  uint64
	data []byte
}

// eachField reads a message field by field. What is neither a number nor bytes is skipped.
func eachField(b []byte, read func(field) error) error {
	for len(b) > 0 {
		id, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		f := field{id: id}
		switch kind {
		case protowire.VarintType:
			f.num, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			f.data, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(id, kind, b)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if kind != protowire.VarintType && kind != protowire.BytesType {
			continue
		}
		if err := read(f); err != nil {
			return err
		}
	}
	return nil
}

// small reads a number that fits an int of any machine.
func (f field) small() (int, error) {
	if f.num > math.MaxInt32 {
		return 0, fmt.Errorf("field %d is %d: too large", f.id, f.num)
	}
	return int(f.num), nil
}

// addVia adds a capital to a list that is bounded.
func (f field) addVia(via *[]string) error {
	if len(*via) == maxVia {
		return fmt.Errorf("it went over more than %d capitals", maxVia)
	}
	*via = append(*via, string(f.data))
	return nil
}

func (q *request) decode(b []byte) error {
	return eachField(b, func(f field) (err error) {
		switch f.id {
		case requestVersion:
			q.Version, err = f.small()
		case requestKind:
			q.Kind = string(f.data)
		case requestHops:
			q.Hops, err = f.small()
		case requestWait:
			if f.num > uint64(maxWait) {
				return errors.New("it waits for too long")
			}
			q.Wait = time.Duration(f.num)
		case requestVia:
			err = f.addVia(&q.Via)
		case requestMove:
			q.Move = f.data
		case requestCapital:
			q.Capital = string(f.data)
		case requestFirst:
			q.First = f.num
		case requestFollows:
			q.Follows = protowire.DecodeBool(f.num)
		case requestMoves:
			if len(q.Moves) == maxBatchMoves || len(f.data) == 0 {
				return fmt.Errorf("a batch of more than %d moves, or with an empty one", maxBatchMoves)
			}
			q.Moves = append(q.Moves, f.data)
		}
		return err
	})
}

func (a *reply) decode(b []byte) error {
	return eachField(b, func(f field) (err error) {
		switch f.id {
		case replyVersion:
			a.Version, err = f.small()
		case replyFate:
			a.Fate = string(f.data)
		case replyResult:
			err = decodeResult(f.data, &a.Result)
		case replyIndex:
			a.Index = f.num
		case replyNumber:
			a.Number = f.num
		case replyConference:
			a.Conference = string(f.data)
		case replyVia:
			err = f.addVia(&a.Via)
		case replyLeader:
			a.Leader = string(f.data)
		case replyReason:
			a.Reason = string(f.data)
		case replyItems:
			if len(a.Items) == maxBatchMoves {
				return fmt.Errorf("an answer to more than %d moves", maxBatchMoves)
			}
			var i item
			err = i.decode(f.data)
			a.Items = append(a.Items, i)
		}
		return err
	})
}

// decode reads an item. A fate that it does not know is in doubt.
func (i *item) decode(b []byte) error {
	return eachField(b, func(f field) (err error) {
		switch f.id {
		case itemFate:
			i.fate = fate(min(f.num, uint64(inDoubt)))
		case itemResult:
			err = decodeResult(f.data, &i.result)
		case itemIndex:
			i.index = f.num
		}
		return err
	})
}

func decodeResult(b []byte, r *terms.Result) error {
	return eachField(b, func(f field) error {
		switch f.id {
		case resultRefused:
			r.Refused = protowire.DecodeBool(f.num)
		case resultCode:
			r.Code = terms.Refusal(f.data)
		case resultReason:
			r.Reason = string(f.data)
		case resultRepeat:
			r.Repeat = protowire.DecodeBool(f.num)
		case resultSequence:
			r.Sequence = f.num
		case resultEvents:
			e, err := decodeEvent(f.data)
			if err != nil {
				return err
			}
			r.Events = append(r.Events, e)
		}
		return nil
	})
}
