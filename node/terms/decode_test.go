package terms

import (
	"encoding/json"
	"reflect"
	"testing"
)

// flatMoves are moves that decodeFlat reads, and others that it must leave alone or that are wrong.
var flatMoves = []string{
	`{"conference":"c","capital":"kyiv","number":12,"time":"2025-03-02T15:00:00Z","verb":"say","text":"We are ready."}`,
	`{"time":"2025-03-02T15:00:00Z","verb":"consent","plan":"truce","version":3,"signature":"AAEC"}`,
	`{"capital":"київ","time":"2025-03-02T15:00:00+02:00","verb":"say","text":"згода"}`,
	`{"time":"2025-03-02T15:00:00Z","verb":"rekey","key":"","signature":""}`,
	`{"time":"2025-03-02T15:00:00Z","verb":"report","against":"moscow","term":"line"}`,
	`{"time":"2025-03-02T15:00:00Z","verb":"propose","plan":"truce","draft":{"title":"A truce","procedure":"p","terms":[` +
		`{"term":"air","value":{"kind":"flag","flag":true}},{"term":"force","value":{"kind":"choice","choice":"un"}}],` +
		`"lasts":"30d","lasts_term":"length","collapses_after":3}}`,
	`{"verb":"amend","set":[{"term":"a","value":{"kind":"quantity","quantity":"12.5"}},{"term":"b","value":{"kind":"duration",` +
		`"duration":"1d12h"}},{"value":{"kind":"set","set":["a","b"]},"term":"c"}],"drop":["d","e"]}`,
	`{"verb":"veto","citing":["a","b"]}`, `{"verb":"pledge","term":"t","value":{"kind":"flag","flag":false}}`,
	`{"verb":"extend","for":"2d"}`, `{"citing":[],"set":[],"of":["a"]}`, `{"draft":{"terms":[]},"value":{"set":[]}}`,
}

var otherMoves = []string{
	``, `{`, `}`, `{}`, `{"}`, `{""}`, `null`, `[]`, `{"time"}`, `{"time":}`, `{"time":"2025-03-02T15:00:00Z"`,
	`{"time":"2025-03-02T15:00:00Z",}`, `{"time":"2025-03-02T15:00:00Z"}}`, `{"time":"2025-03-02T15:00:00Z"} `,
	`{"number":1,"number":2}`, `{"text":"a","text":"b"}`, `{"NUMBER":1}`, `{"number":01}`, `{"number":-1}`, `{"number":1.0}`, `{"number":1e3}`,
	`{"number":18446744073709551616}`, `{"number":18446744073709551615}`, `{"version":9223372036854775808}`, `{"number":null}`, `{"number":"1"}`,
	`{"text":"a\nb"}`, "{\"text\":\"a\nb\"}", `{"text":"a\u003cb"}`, "{\"text\":\"\xff\"}", `{"text":null}`, `{"text":1}`, `{"text":""}`,
	`{"signature":"A"}`, `{"signature":"AA=="}`, `{"signature":"AA"}`, `{"key":[1,2]}`, `{"unknown":1}`, `{"unknown":"x","text":"y"}`,
	`{"time":"noon"}`, `{"time":"0000-01-01T00:00:00Z"}`, `{ "text":"a"}`, `{"text" :"a"}`, `{"text":"a" }`, `{"text":"a""number":1}`,
	`{"text":"a":"b"}`, `{"text":"a"},{"text":"b"}`, `{"draft":{}}`, `{"draft":null}`, `{"draft":{"procedure":"p","procedure":"q"}}`,
	`{"draft":{"requires":[{"plan":"p","is":"adopted"}]}}`, `{"draft":{"requires":[]}}`, `{"draft":{"collapses_after":-1}}`,
	`{"draft":{"terms":[{}]}}`, `{"draft":{"terms":[null]}}`, `{"draft":{"terms":null}}`, `{"draft":{"terms":[{"term":"a"},]}}`,
	`{"set":[{"term":"a"}`, `{"set":[{"term":"a"},{"term":"b"`, `{"set":[`, `{"set":`, `{"set":]}`, `{"set":[,]}`, `{"set":[]`,
	`{"set":[{"term":"a","value":{"kind":"flag","flag":1}}]}`, `{"value":{"flag":tru}}`, `{"value":{"flag":truefalse}}`,
	`{"value":{"flag":true,"kind":"x"}}`, `{"value":{"flag":null}}`, `{"value":{"quantity":12}}`, `{"value":{"quantity":"x"}}`,
	`{"value":{"duration":""}}`, `{"value":{"duration":"1y"}}`, `{"value":{"set":["a",1]}}`, `{"value":{"set":["a" ,"b"]}}`,
	`{"citing":["a\n"]}`, `{"citing":"a"}`, `{"citing":["a"],"citing":["b"]}`, `{"for":"x"}`, `{"if":{"plan":"p","is":"adopted"}}`,
	`{"of":["a"}`, `{"of":["a"]]}`, `{"draft":{"procedure":"p"}`, `{"draft":{"procedure":"p"]}`, `{"value":{"kind":"x"}}}`,
}

// decodesAlike holds DecodeMove to encoding/json: the same moves, and errors for the same input.
func decodesAlike(t interface {
	Helper()
	Fatalf(string, ...any)
}, b []byte) {
	t.Helper()
	var want Move
	wrong := json.Unmarshal(b, &want)
	got, err := DecodeMove(b)
	if (err == nil) != (wrong == nil) {
		t.Fatalf("%q: %v; encoding/json says %v", b, err, wrong)
	}
	if err == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: %#v; encoding/json reads %#v", b, got, want)
	}
}

func TestDecodeFlat(t *testing.T) {
	for _, s := range flatMoves {
		var m Move
		if !decodeFlat([]byte(s), &m) {
			t.Errorf("not read: %s", s)
		}
		decodesAlike(t, []byte(s))
	}
	for _, s := range otherMoves {
		decodesAlike(t, []byte(s))
	}
}

func FuzzDecodeAsJSON(f *testing.F) {
	for _, s := range flatMoves {
		f.Add([]byte(s))
	}
	for _, s := range otherMoves {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) <= MaxMoveBytes {
			decodesAlike(t, b)
		}
	})
}

func BenchmarkDecodeMove(b *testing.B) {
	m := Move{Conference: "bench", Capital: "capital-1", Number: 1000, Time: 1_740_000_000, Verb: VerbSay,
		Text: "We are ready to talk, here and now, and about everything.", Signature: make([]byte, 64)}
	encoded := must(m.Encode())
	for name, decode := range map[string]func([]byte) (Move, error){
		"DecodeMove": DecodeMove,
		"json":       func(b []byte) (m Move, err error) { return m, json.Unmarshal(b, &m) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decode(encoded); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
