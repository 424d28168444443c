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
		switch rapid.IntRange(0, 20).Draw(t, "more") {
		case 0:
			m.Draft = &Draft{Procedure: "p"}
		case 1:
			m.Set = []Setting{{"a", Flag(true)}}
		case 2:
			m.Drop = []string{"a"}
		case 3:
			m.If = &Condition{Plan: "p", Is: "adopted"}
		case 4:
			m.Citing = []string{"a"}
		case 5:
			v := Choice("x")
			m.Value = &v
		case 6:
			m.Of = []string{"a"}
		case 7:
			m.For = Day
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
		if _, ok := m.encodeFlat(); ok {
			flat++
		}
	})
	if flat == 0 {
		t.Error("no move was flat")
	}
}
