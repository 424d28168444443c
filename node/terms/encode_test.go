package terms

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// TestEncodeAsJSON holds Encode to encoding/json: the same bytes for any move, flat or not.
func TestEncodeAsJSON(t *testing.T) {
	flat := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z -]{0,9}`)
		if rapid.Bool().Draw(t, "any text") {
			text = rapid.OneOf(text, rapid.StringMatching(`[ -~]{0,9}`), rapid.StringMatching(`[a-z <>&"\\]{1,5}`), rapid.String())
		}
		bytesOf := rapid.OneOf(rapid.Just([]byte(nil)), rapid.SliceOfN(rapid.Byte(), 0, 70))
		m := Move{
			Conference: text.Draw(t, "conference"), Capital: text.Draw(t, "capital"),
			Number:  rapid.Uint64().Draw(t, "number"),
			Time:    Instant(rapid.Int64Range(int64(minInstant), int64(maxInstant)).Draw(t, "time")),
			Verb:    Verb(text.Draw(t, "verb")),
			Plan:    text.Draw(t, "plan"),
			Version: rapid.Int().Draw(t, "version"),
			Term:    text.Draw(t, "term"), Against: text.Draw(t, "against"), Text: text.Draw(t, "text"),
			Key: bytesOf.Draw(t, "key"), Signature: bytesOf.Draw(t, "signature"),
		}
		list := rapid.SliceOfN(text, 0, 3)
		value := rapid.Custom(func(t *rapid.T) Value {
			v := Value{Kind: Kind(text.Draw(t, "kind")), Flag: rapid.Bool().Draw(t, "flag"), Choice: text.Draw(t, "choice"),
				Set: list.Draw(t, "set")}
			v.Quantity = Number(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64()).Draw(t, "quantity"))
			v.Duration = Duration(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(-1e9, 1e9)).Draw(t, "duration"))
			return v
		})
		settings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Setting {
			return Setting{text.Draw(t, "term"), value.Draw(t, "value")}
		}), 0, 3)
		switch rapid.IntRange(0, 15).Draw(t, "more") {
		case 0:
			m.Draft = &Draft{Title: text.Draw(t, "title"), Procedure: text.Draw(t, "procedure"), Terms: settings.Draw(t, "terms"),
				Lasts:     Duration(rapid.Int64Range(0, 1e6).Draw(t, "lasts")),
				LastsTerm: text.Draw(t, "lasts term"), CollapsesAfter: rapid.IntRange(-1, 2).Draw(t, "collapses after")}
		case 1:
			m.Draft = &Draft{Requires: []Condition{{Plan: "p", Is: "adopted"}}}
		case 2:
			m.Set, m.Drop = settings.Draw(t, "set"), list.Draw(t, "drop")
		case 3:
			m.If = &Condition{Plan: "p", Is: "adopted"}
		case 4:
			m.Citing = list.Draw(t, "citing")
		case 5:
			v := value.Draw(t, "value")
			m.Value = &v
		case 6:
			m.Of = list.Draw(t, "of")
		case 7:
			m.For = Duration(rapid.Int64Range(-1e6, 1e6).Draw(t, "for"))
		case 8:
			m.Charter = &Charter{Conference: "c"}
		case 9:
			m.Admit = &Capital{ID: "c"}
		}
		want, err := json.Marshal(&m)
		if err != nil {
			t.Fatal(err)
		}
		if got := must(m.Encode()); !bytes.Equal(got, want) {
			t.Fatalf("%s\nencoding/json writes\n%s", got, want)
		}
		decodesAlike(t, want)
		if _, ok := m.encodeFlat(); ok {
			flat++
		}
	})
	if flat == 0 {
		t.Error("no move was flat")
	}
}
