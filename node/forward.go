package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/parley-sim/parley/node/terms"
)

// Links carries messages between capitals beside Raft. Its errors wrap ErrNotDelivered where the peer certainly has not
// received the request; all others leave that open. A call that fails takes some time, however little.
type Links interface {
	// Call sends a request to a capital and returns its answer.
	Call(ctx context.Context, to string, body []byte) ([]byte, error)

	// Handle sets who answers the requests of others. ctx may be without end: requests say how long their sender waits.
	Handle(handler func(ctx context.Context, from string, body []byte) []byte)

	// Peers lists the other capitals, always in the same order: that in which they are tried as relays.
	Peers() []string
}

// What capitals ask of each other.
const (
	kindSubmit = "submit" // to record a move
	kindBatch  = "batch"  // to record several moves of a capital, in order
	kindRead   = "read"   // up to where a capital must have applied the log for a linearizable read
	kindNumber = "number" // the number of a capital's last move in the record, and the conference's name

	kindStanding = "standing" // whether the one who asks has been expelled, as far as this capital knows
)

const (
	protocolVersion = 1
	maxIDBytes      = 256
	maxVia          = 8
	maxHops         = 2 // a request reaches the leader directly or over one relay
	maxRequestBytes = terms.MaxMoveBytes + (8 << 10)
	maxReplyBytes   = maxEntryBytes
	maxWait         = time.Hour
)

// request is what one capital asks another.
type request struct {
	Version int
	Kind    string
	Hops    int           // how many more times it may be passed on
	Wait    time.Duration // how long the sender waits for the answer
	Via     []string      // the capitals that have had it; none of them gets it again
	Move    []byte        // of a submit: encoded as in the log
	Capital string        // of a number, or a batch: whose
	Moves   [][]byte      // of a batch
	First   uint64        // of a batch: the number of its first move
	Follows bool          // of a batch: the move before its first one may be on its way in another batch
}

// reply is the answer.
type reply struct {
	Version    int
	Fate       string
	Result     terms.Result // of a submit that was answered
	Index      uint64       // of the entry, or the index to read from
	Number     uint64       // of the capital's last move
	Conference string       // its name; "" before it is founded
	Via        []string     // where it went from the capital that answers, the leader last
	Leader     string       // whom the capital takes for the leader, if it was not answered
	Reason     string       // why it was not answered, for people
	Items      []item       // of a batch that was answered: what is known of each move
}

// The fates, as replies name them.
var fateNames = [...]string{answered: "answered", notStored: "not-stored", inDoubt: "in-doubt"}

// fate reads the fate of a reply. What it does not know is in doubt.
func (a *reply) fate() fate {
	for f, name := range fateNames {
		if a.Fate == name {
			return fate(f)
		}
	}
	return inDoubt
}

// failed makes a reply without an answer.
func failed(f fate, why error) reply {
	return reply{Version: protocolVersion, Fate: fateNames[f], Reason: why.Error()}
}

// decodeRequest reads a request of another capital, and trusts nothing in it.
func decodeRequest(body []byte) (*request, error) {
	if len(body) > maxRequestBytes {
		return nil, fmt.Errorf("a request of %d bytes; at most %d are allowed", len(body), maxRequestBytes)
	}
	q := &request{}
	if err := q.decode(body); err != nil {
		return nil, fmt.Errorf("decode request: %w", err)
	}
	switch {
	case q.Version != protocolVersion:
		return nil, fmt.Errorf("a request of version %d; this is version %d", q.Version, protocolVersion)
	case q.Hops < 0 || q.Hops > maxHops:
		return nil, fmt.Errorf("a request with %d hops to go; at most %d are allowed", q.Hops, maxHops)
	case q.Wait <= 0 || q.Wait > maxWait:
		return nil, fmt.Errorf("a request that waits for %v", q.Wait)
	case q.Kind != kindStanding && q.Kind != kindRead && q.Kind != kindSubmit && q.Kind != kindNumber && q.Kind != kindBatch:
		return nil, fmt.Errorf("a request of unknown kind %.32q", q.Kind)
	case (q.Kind == kindSubmit) != (len(q.Move) > 0), (q.Kind == kindNumber || q.Kind == kindBatch) != (q.Capital != ""),
		(q.Kind == kindBatch) != (len(q.Moves) > 0):
		return nil, fmt.Errorf("a %s request with a move of %d bytes, capital %.32q", q.Kind, len(q.Move), q.Capital)
	}
	if len(q.Capital) > maxIDBytes {
		return nil, errors.New("a request for a capital without a proper name")
	}
	if err := checkVia(q.Via); err != nil {
		return nil, err
	}
	return q, nil
}

// decodeReply reads another capital's answer, and trusts nothing in it.
func decodeReply(body []byte) (reply, error) {
	var a reply
	if len(body) > maxReplyBytes {
		return a, fmt.Errorf("a reply of %d bytes; at most %d are allowed", len(body), maxReplyBytes)
	}
	if err := a.decode(body); err != nil {
		return a, fmt.Errorf("decode reply: %w", err)
	}
	if a.Version != protocolVersion {
		return a, fmt.Errorf("a reply of version %d; this is version %d", a.Version, protocolVersion)
	}
	if len(a.Leader) > maxIDBytes {
		return a, errors.New("a reply whose leader has no proper name")
	}
	return a, checkVia(a.Via)
}

func checkVia(via []string) error {
	if len(via) > maxVia {
		return fmt.Errorf("it went over %d capitals; at most %d are allowed", len(via), maxVia)
	}
	for _, id := range via {
		if id == "" || len(id) > maxIDBytes {
			return errors.New("it went over a capital without a proper name")
		}
	}
	return nil
}

// serve answers the request of another capital. It is what the node gives to Links.Handle.
func (n *Node) serve(ctx context.Context, from string, body []byte) []byte {
	a := n.answer(ctx, from, body)
	return a.encode()
}

func (n *Node) answer(ctx context.Context, from string, body []byte) reply {
	q, err := decodeRequest(body)
	if err != nil {
		return failed(notStored, err)
	}
	if !n.group.enter() {
		return failed(notStored, ErrClosed)
	}
	defer n.group.leave()
	// The answer has to travel back before the sender gives up. And it is of no use once the line or the node is closed.
	within, cancel := context.WithTimeout(n.ctx, q.Wait-q.Wait/8)
	defer cancel()
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, cancel)()
	}
	if q.Kind == kindStanding {
		a, _ := n.standing(from)
		return a
	}
	if len(q.Via) == 0 {
		q.Via = []string{from}
	}
	return n.route(within, q)
}
