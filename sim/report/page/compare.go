package page

import (
	"fmt"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim/report"
)

// difference is where two runs part.
type difference struct {
	Same bool   `json:"same"` // they do not
	Text string `json:"text"`
	Move int    `json:"move"` // the place in both records, from 1, of the first move that differs; 0: none does
	Kind string `json:"kind"` // move, outcome, time, or missing: one of the records ends before
}

// differenceOf compares two records, and after them the outcomes. Who moved what, and what came of it, counts first; that
// the same moves were made at other times is a difference only if there is no other.
func differenceOf(a, b *Run, films []filmRun) *difference {
	if a.Report == nil || b.Report == nil {
		return &difference{Text: "One of the runs was not finished, for a technical reason."}
	}
	x, y := political(a.Report.Record), political(b.Report.Record)
	timed := -1
	for i := 0; i < len(x) || i < len(y); i++ {
		if i >= len(x) || i >= len(y) {
			longer, film := x, films[0]
			if i >= len(x) {
				longer, film = y, films[1]
			}
			return &difference{Move: longer[i].place, Kind: "missing", Text: fmt.Sprintf("The first difference is move %d of the record, which "+
				"only one run has. %s: %s", longer[i].place, film.Label, textOf(film, longer[i].place))}
		}
		p, q := x[i], y[i]
		if !sameMove(p.Entry, q.Entry) {
			kind, what := "move", "The first difference"
			if p.Move.Digest() == q.Move.Digest() {
				kind, what = "outcome", "The first difference is what came of a move"
			}
			return &difference{Move: p.place, Kind: kind, Text: fmt.Sprintf("%s, move %d of the record: %s — %s | %s — %s", what, p.place,
				films[0].Label, textOf(films[0], p.place), films[1].Label, textOf(films[1], q.place))}
		}
		if timed < 0 && p.Move.Time != q.Move.Time {
			timed = i
		}
	}
	if timed >= 0 {
		p, q := x[timed], y[timed]
		return &difference{Move: p.place, Kind: "time", Text: fmt.Sprintf("The same moves in the same order, at other times. The first is move %d: "+
			"%s at %s, %s at %s.", p.place, films[0].Label, when(p.Move.Time), films[1].Label, when(q.Move.Time))}
	}
	return &difference{Same: true, Text: "Both runs have the same political record: the same moves, at the same times, with the same results."}
}

// place is an entry with its place in the record, from 1.
type place struct {
	*terms.Entry
	place int
}

// political leaves out what is no capital's move: the founding, and the passing of time.
func political(record []terms.Entry) []place {
	var all []place
	for i := range record {
		if v := record[i].Move.Verb; v != terms.VerbCharter && v != terms.VerbClock {
			all = append(all, place{&record[i], i + 1})
		}
	}
	return all
}

func sameMove(a, b *terms.Entry) bool {
	x, y := a.Move, b.Move
	x.Conference, y.Conference = "", "" // two scenarios may hold the same moves
	return x.Digest() == y.Digest() && a.Result.Code == b.Result.Code
}

func textOf(f filmRun, place int) string {
	if place < 1 || place > len(f.Record) {
		return ""
	}
	return report.Clean(f.Record[place-1].Text)
}

func when(at terms.Instant) string { return at.Time().Format("2 January 2006, 15:04") }
