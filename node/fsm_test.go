package node

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/raft"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/parley-sim/parley/node/terms"
)

// lone is a state machine of one capital without a key, with n moves after the charter.
func lone(t testing.TB, n int) *fsm {
	f := newFSM(&Config{})
	charter := &terms.Charter{Conference: "lone", Capitals: []terms.Capital{{ID: "kyiv", Role: terms.Belligerent}},
		Procedures: []terms.Procedure{{Name: "plain", Stages: []terms.Stage{{Name: "all", Members: []string{"kyiv"},
			Rule: terms.Rule{Kind: terms.RuleConsensus}}}}}}
	applyMove(t, f, 3, terms.Move{Verb: terms.VerbCharter, Charter: charter})
	for i := range n {
		applyMove(t, f, uint64(4+i), loneMove(i))
	}
	return f
}

func loneMove(i int) terms.Move {
	return terms.Move{Conference: "lone", Capital: "kyiv", Number: uint64(i + 1), Time: terms.Instant(i),
		Verb: terms.VerbSay, Text: strings.Repeat("x", i)}
}

func applyMove(t testing.TB, f *fsm, index uint64, m terms.Move) terms.Result {
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return f.Apply(&raft.Log{Index: index, Term: 2, Data: b}).(terms.Result)
}

func snapshotOf(t testing.TB, f *fsm) []byte {
	s, err := f.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.(*snapshot).write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func restore(f *fsm, b []byte) error { return f.Restore(io.NopCloser(bytes.NewReader(b))) }

func TestRecordHoldsWhatLeftATrace(t *testing.T) {
	f := newFSM(&Config{})
	var seen []uint64
	f.onApply = func(e *terms.Entry, hash func() [32]byte) {
		seen = append(seen, e.Index)
		if hash() != f.state.Hash() {
			t.Error("the hash is another state's")
		}
	}
	if r := f.Apply(&raft.Log{Index: 1, Data: []byte("{not a move")}).(terms.Result); r.Code != terms.RefusedMalformed || !r.Refused {
		t.Errorf("garbage: %+v", r)
	}
	if r := f.Apply(&raft.Log{Index: 2}).(terms.Result); !r.Refused {
		t.Errorf("an empty entry: %+v", r)
	}
	f.state, f.record = lone(t, 2).state, lone(t, 2).record
	if r := applyMove(t, f, 10, loneMove(1)); !r.Repeat {
		t.Errorf("a repeat: %+v", r)
	}
	if r := applyMove(t, f, 11, loneMove(7)); r.Code != terms.RefusedNumber {
		t.Errorf("a gap: %+v", r)
	}
	bad := loneMove(2)
	bad.Verb, bad.Plan = terms.VerbConsent, "none"
	if r := applyMove(t, f, 12, bad); r.Sequence != 4 || !r.Refused {
		t.Errorf("a refusal with a trace: %+v", r)
	}
	if record := f.entries(); len(record) != 4 || record[3].Index != 12 {
		t.Errorf("the record has %d entries", len(record))
	}
	if !slices.Equal(seen, []uint64{1, 2, 10, 11, 12}) {
		t.Errorf("told of %d", seen)
	}
}

func TestRestoreIntoDirty(t *testing.T) {
	full, dirty := lone(t, 50), lone(t, 7)
	b := snapshotOf(t, full)
	applyMove(t, full, 99, loneMove(50)) // after the snapshot was taken
	if err := restore(dirty, b); err != nil {
		t.Fatal(err)
	}
	if want := lone(t, 50); dirty.state.Hash() != want.state.Hash() || asJSON(t, dirty.record) != asJSON(t, want.record) ||
		dirty.applied != want.applied || dirty.term != want.term {
		t.Error("the restored state is not the one that was captured")
	}
	if got := snapshotOf(t, dirty); !bytes.Equal(got, b) {
		t.Error("a snapshot of what was restored differs")
	}
	if r := applyMove(t, dirty, 99, loneMove(50)); r.Sequence != 52 {
		t.Errorf("the next move: %+v", r)
	}
}

func TestBrokenSnapshotsChangeNothing(t *testing.T) {
	b := snapshotOf(t, lone(t, 5))
	f := lone(t, 2)
	before := snapshotOf(t, f)
	broken := map[string][]byte{
		"empty": nil, "cut": b[:len(b)/2], "without its end": b[:len(b)-1], "with more": append(slices.Clone(b), 'x'),
		"of another version": bytes.Replace(b, []byte(`"version":1`), []byte(`"version":2`), 1),
		"with a huge state":  bytes.Replace(b, []byte(`"state_bytes":`), []byte(`"state_bytes":9`), 1),
		"with huge counts":   bytes.Replace(b, []byte(`"entries":6`), []byte(`"entries":6000000000`), 1),
		"with another text":  bytes.Replace(b, []byte(`"xxx"`), []byte(`"xyx"`), 1),
		"with a long line":   append([]byte(`{"format":"`), bytes.Repeat([]byte("a"), maxHeaderBytes+2)...),
		"with odd fields":    bytes.Replace(b, []byte(`{"format"`), []byte(`{"odd":1,"format"`), 1),
	}
	for name, b := range broken {
		err := restore(f, b)
		if err == nil {
			t.Errorf("a snapshot %s was restored", name)
		}
		if !bytes.Equal(snapshotOf(t, f), before) {
			t.Errorf("a snapshot %s changed the state", name)
		}
		t.Logf("%s: %v", name, err)
	}
}

func TestPersistCancelsOnError(t *testing.T) {
	s, err := lone(t, 5).Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	sink := &brokenSink{}
	if err := s.Persist(sink); !errors.Is(err, errBroken) || !sink.cancelled {
		t.Errorf("got %v, cancelled %t", err, sink.cancelled)
	}
	s.Release()
}

var errBroken = errors.New("broken")

type brokenSink struct{ cancelled bool }

func (s *brokenSink) ID() string                { return "broken" }
func (s *brokenSink) Write([]byte) (int, error) { return 0, errBroken }
func (s *brokenSink) Close() error              { return errBroken }
func (s *brokenSink) Cancel() error             { s.cancelled = true; return nil }

func FuzzReadSnapshot(f *testing.F) {
	f.Add(snapshotOf(f, lone(f, 3)))
	f.Add(snapshotOf(f, newFSM(&Config{})))
	f.Add([]byte("{}\n\n"))
	f.Add([]byte(`{"format":"parley-snapshot","version":1,"entries":3,"state_bytes":268435456}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := readSnapshot(bytes.NewReader(b))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := s.write(&again); err != nil {
			t.Fatal(err)
		}
		if _, err := readSnapshot(&again); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		dirty := newFSM(&Config{})
		_ = restore(dirty, b) // the state may be nonsense; it must not panic
	})
}

// sound is a request as a capital sends it.
func sound() request {
	return request{Version: protocolVersion, Kind: kindSubmit, Hops: 1, Wait: 1000, Via: []string{"kyiv"}, Move: []byte(`{"verb":"say"}`)}
}

func FuzzDecodeRequest(f *testing.F) {
	q := sound()
	f.Add(q.encode())
	f.Add((&request{Version: protocolVersion, Kind: kindNumber, Hops: 1, Wait: 5, Capital: "kyiv"}).encode())
	f.Add((&reply{Version: protocolVersion, Fate: fateNames[answered], Index: 7, Via: []string{"london"},
		Result: terms.Result{Sequence: 3, Events: []terms.Event{{Kind: terms.EventDecided, Tally: &terms.Tally{Consent: []string{"kyiv"}},
			Reasons: []terms.Reason{{Kind: terms.ReasonWon, Capitals: []string{"kyiv"}, Text: "Kyiv consented."}}}}}}).encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := decodeRequest(b)
		if err != nil {
			if q != nil {
				t.Error("an error and a request")
			}
		} else if q.Hops > maxHops || q.Hops < 0 || len(q.Via) > maxVia || q.Wait <= 0 {
			t.Errorf("out of bounds: %+v", q)
		} else if again, err := decodeRequest(q.encode()); err != nil || !reflect.DeepEqual(q, again) {
			t.Errorf("%+v was written and read as %+v: %v", q, again, err)
		}
		a, err := decodeReply(b)
		if err != nil {
			return
		}
		if len(a.Via) > maxVia {
			t.Errorf("out of bounds: %+v", a)
		}
		if _, err := decodeReply(a.encode()); err != nil {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}

func TestRequestsAreStrict(t *testing.T) {
	good := sound()
	if q, err := decodeRequest(good.encode()); err != nil || !reflect.DeepEqual(*q, good) {
		t.Fatalf("%+v was read as %+v: %v", good, q, err)
	}
	newer := protowire.AppendString(protowire.AppendTag(good.encode(), 99, protowire.BytesType), "of a later version")
	if _, err := decodeRequest(newer); err != nil {
		t.Errorf("a field that is not known is not skipped: %v", err)
	}
	for name, spoil := range map[string]func(q *request){
		"another version":  func(q *request) { q.Version = 2 },
		"too many hops":    func(q *request) { q.Hops = 3 },
		"no wait":          func(q *request) { q.Wait = 0 },
		"too long a wait":  func(q *request) { q.Wait = maxWait + 1 },
		"a read of a move": func(q *request) { q.Kind = kindRead },
		"an unknown kind":  func(q *request) { q.Kind = "erase" },
		"a nameless relay": func(q *request) { q.Via = []string{""} },
		"too many relays":  func(q *request) { q.Via = strings.Split("abcdefghi", "") },
		"no move":          func(q *request) { q.Move = nil },
		"too large":        func(q *request) { q.Move = make([]byte, maxRequestBytes+1) },
	} {
		bad := sound()
		spoil(&bad)
		if _, err := decodeRequest(bad.encode()); err == nil {
			t.Errorf("accepted: %s", name)
		}
	}
	for _, cut := range []int{1, 5, len(good.encode()) - 1} {
		if _, err := decodeRequest(good.encode()[:cut]); err == nil {
			t.Errorf("accepted a request cut off after %d bytes", cut)
		}
	}
}
