package node

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/parley-sim/parley/node/terms"
)

// The events of a result, as codec.go writes the rest of a reply. Lists that terms.Event always has are read as empty ones
// where nothing was written.

const (
	eventTime protowire.Number = iota + 1 // zigzag, as all instants
	eventKind
	eventPlan
	eventVersion
	eventStage
	eventCapitals
	eventTerms
	eventDetail
	eventUntil
	eventTally
	eventReasons
)

const (
	tallyConsent protowire.Number = iota + 1
	tallyObject
	tallyAbstain
	tallyAbsent
)

const (
	reasonKind protowire.Number = iota + 1
	reasonCapitals
	reasonTerms
	reasonText
)

func putInstant(b []byte, field protowire.Number, at terms.Instant) []byte {
	return putUint(b, field, protowire.EncodeZigZag(int64(at)))
}

// putMessage writes a message that write appends. Its length takes one byte for most, and is made room for where not.
func putMessage(b []byte, field protowire.Number, write func([]byte) []byte) []byte {
	b = append(protowire.AppendTag(b, field, protowire.BytesType), 0)
	at := len(b)
	b = write(b)
	n := len(b) - at
	if n < 0x80 {
		b[at-1] = byte(n)
		return b
	}
	long := protowire.AppendVarint(nil, uint64(n))
	b = append(b, long[1:]...)
	copy(b[at-1+len(long):], b[at:at+n])
	copy(b[at-1:], long)
	return b
}

func putEvent(b []byte, e *terms.Event) []byte {
	b = putInstant(b, eventTime, e.Time)
	b = putBytes(b, eventKind, string(e.Kind))
	b = putBytes(b, eventPlan, e.Plan)
	b = putUint(b, eventVersion, uint64(e.Version))
	b = putBytes(b, eventStage, e.Stage)
	b = putStrings(b, eventCapitals, e.Capitals)
	b = putStrings(b, eventTerms, e.Terms)
	b = putBytes(b, eventDetail, e.Detail)
	b = putInstant(b, eventUntil, e.Until)
	if t := e.Tally; t != nil {
		b = putMessage(b, eventTally, func(b []byte) []byte {
			b = putStrings(putStrings(b, tallyConsent, t.Consent), tallyObject, t.Object)
			return putStrings(putStrings(b, tallyAbstain, t.Abstain), tallyAbsent, t.Absent)
		})
	}
	for i := range e.Reasons {
		r := &e.Reasons[i]
		b = putMessage(b, eventReasons, func(b []byte) []byte {
			b = putStrings(putBytes(b, reasonKind, string(r.Kind)), reasonCapitals, r.Capitals)
			return putBytes(putStrings(b, reasonTerms, r.Terms), reasonText, r.Text)
		})
	}
	return b
}

func decodeEvent(b []byte) (e terms.Event, err error) {
	err = eachField(b, func(f field) (err error) {
		switch f.id {
		case eventTime:
			e.Time = f.instant()
		case eventKind:
			e.Kind = terms.EventKind(f.data)
		case eventPlan:
			e.Plan = string(f.data)
		case eventVersion:
			e.Version, err = f.small()
		case eventStage:
			e.Stage = string(f.data)
		case eventCapitals:
			e.Capitals = append(e.Capitals, string(f.data))
		case eventTerms:
			e.Terms = append(e.Terms, string(f.data))
		case eventDetail:
			e.Detail = string(f.data)
		case eventUntil:
			e.Until = f.instant()
		case eventTally:
			e.Tally, err = decodeTally(f.data)
		case eventReasons:
			var r terms.Reason
			r, err = decodeReason(f.data)
			e.Reasons = append(e.Reasons, r)
		}
		return err
	})
	if err != nil {
		return e, fmt.Errorf("event: %w", err)
	}
	return e, nil
}

func decodeTally(b []byte) (*terms.Tally, error) {
	t := &terms.Tally{Consent: []string{}, Object: []string{}, Abstain: []string{}, Absent: []string{}}
	lists := map[protowire.Number]*[]string{tallyConsent: &t.Consent, tallyObject: &t.Object, tallyAbstain: &t.Abstain,
		tallyAbsent: &t.Absent}
	err := eachField(b, func(f field) error {
		if list := lists[f.id]; list != nil {
			*list = append(*list, string(f.data))
		}
		return nil
	})
	return t, err
}

func decodeReason(b []byte) (terms.Reason, error) {
	r := terms.Reason{Capitals: []string{}, Terms: []string{}}
	err := eachField(b, func(f field) error {
		switch f.id {
		case reasonKind:
			r.Kind = terms.ReasonKind(f.data)
		case reasonCapitals:
			r.Capitals = append(r.Capitals, string(f.data))
		case reasonTerms:
			r.Terms = append(r.Terms, string(f.data))
		case reasonText:
			r.Text = string(f.data)
		}
		return nil
	})
	return r, err
}

func (f field) instant() terms.Instant { return terms.Instant(protowire.DecodeZigZag(f.num)) }
