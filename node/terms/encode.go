package terms

import (
	"encoding/base64"
	"strconv"
	"time"
)

// encodeFlat writes a move as encoding/json does, if its fields are but plain strings, numbers and bytes: most moves. It is
// what decodeFlat reads, and takes a fraction of the time. It reports whether it could.
func (m *Move) encodeFlat() ([]byte, bool) {
	if m.Draft != nil || len(m.Set) > 0 || len(m.Drop) > 0 || m.If != nil || len(m.Citing) > 0 || m.Value != nil ||
		len(m.Of) > 0 || m.For != 0 || m.Charter != nil || m.Admit != nil {
		return nil, false
	}
	for _, s := range [...]string{m.Conference, m.Capital, string(m.Verb), m.Plan, m.Term, m.Against, m.Text} {
		if !plain(s) {
			return nil, false
		}
	}
	b := make([]byte, 1, 192+len(m.Text)+2*len(m.Signature))
	b[0] = '{'
	b = appendField(b, `"conference":`, m.Conference)
	b = appendField(b, `"capital":`, m.Capital)
	if m.Number != 0 {
		b = append(strconv.AppendUint(append(b, `"number":`...), m.Number, 10), ',')
	}
	b = append(m.Time.Time().AppendFormat(append(b, `"time":"`...), time.RFC3339), `","verb":"`...)
	b = append(append(b, m.Verb...), `",`...)
	b = appendField(b, `"plan":`, m.Plan)
	if m.Version != 0 {
		b = append(strconv.AppendInt(append(b, `"version":`...), int64(m.Version), 10), ',')
	}
	b = appendField(b, `"term":`, m.Term)
	b = appendField(b, `"against":`, m.Against)
	b = appendField(b, `"text":`, m.Text)
	for _, f := range [...]struct {
		name  string
		value []byte
	}{{`"key":"`, m.Key}, {`"signature":"`, m.Signature}} {
		if len(f.value) > 0 {
			b = append(base64.StdEncoding.AppendEncode(append(b, f.name...), f.value), `",`...)
		}
	}
	b[len(b)-1] = '}' // for the last comma
	return b, true
}

// appendField appends a string that is plain, unless it is empty.
func appendField(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return append(append(append(append(b, name...), '"'), value...), `",`...)
}

// plain reports whether encoding/json writes a string as it is.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c >= 0x80, c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}
