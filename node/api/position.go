package api

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// position is how far a reader of the stream has come: the sequence of the last move that it was told, and how many of
// the Raft events of one process of one capital. Without a capital it tells of moves alone.
type position struct {
	moves   uint64
	capital string
	process string // see Feed
	raft    uint64
}

// String writes the position as the id of an event, such as 17@kyiv:3f2ac01d9be45a77:42, or 17 without a capital. Nothing
// in it needs escaping in a header or, for ids of letters and digits, in a query.
func (p position) String() string {
	if p.capital == "" {
		return strconv.FormatUint(p.moves, 10)
	}
	return fmt.Sprintf("%d@%s:%s:%d", p.moves, url.QueryEscape(p.capital), p.process, p.raft)
}

// parsePosition reads the id of an event, or the sequence of a move. Of what String writes it takes that form alone.
func parsePosition(text string) (position, error) {
	const wanted = "it is the id of an event, such as 17@kyiv:3f2ac01d9be45a77:42, or the sequence of a move, such as 17"
	moves, rest, whole := strings.Cut(text, "@")
	var p position
	var err error
	if p.moves, err = strconv.ParseUint(moves, 10, 63); err != nil {
		return position{}, fmt.Errorf("%.128q cannot be read: %s", text, wanted)
	}
	if !whole {
		return p, nil
	}
	parts := strings.Split(rest, ":")
	if len(parts) == 3 {
		p.process = parts[1]
		if p.capital, err = url.QueryUnescape(parts[0]); err == nil {
			p.raft, err = strconv.ParseUint(parts[2], 10, 63)
		}
	}
	if err != nil || p.capital == "" || !isProcess(p.process) || p.String() != text {
		return position{}, fmt.Errorf("%.128q cannot be read: %s", text, wanted)
	}
	return p, nil
}

// sameProcess reports whether two positions count the Raft events of the same process.
func (p position) sameProcess(other position) bool {
	return p.capital != "" && p.capital == other.capital && p.process == other.process
}

// beyond reports whether the reader has been told something since an earlier position.
func (p position) beyond(earlier position) bool {
	return p.moves > earlier.moves || p.sameProcess(earlier) && p.raft > earlier.raft
}

// processDigits is how many hexadecimal digits tell one process of a capital from its others.
const processDigits = 16

func isProcess(text string) bool {
	return len(text) == processDigits && strings.Trim(text, "0123456789abcdef") == ""
}
