package terms

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"unicode/utf8"
)

// decodeFlat reads a move as Encode writes it, if its fields are but strings, numbers and bytes: most moves. It takes a quarter
// of the time of encoding/json, on the way of every move at every capital. It reports whether it could; what it reads, it
// reads as encoding/json does. The rest is left to that, and so is what is wrong.
func decodeFlat(b []byte, m *Move) bool {
	if len(b) < 2 || b[0] != '{' || b[len(b)-1] != '}' {
		return false
	}
	var seen uint32 // fields, by their first letters; see flatField
	for b = b[1:]; ; b = b[1:] {
		name, rest, ok := flatString(b)
		if !ok || len(rest) < 2 || rest[0] != ':' {
			return false
		}
		field := flatField(name)
		if field == 0 || seen&field != 0 { // one that is given twice counts once in encoding/json, and which depends
			return false
		}
		seen |= field
		if b, ok = m.decodeField(name, rest[1:]); !ok || len(b) == 0 {
			return false
		}
		switch {
		case len(b) == 1: // the closing brace
			return b[0] == '}'
		case b[0] != ',':
			return false
		}
	}
}

// flatField returns a bit for a field that decodeField reads, 0 for another.
func flatField(name []byte) uint32 {
	for i, known := range [...]string{"conference", "capital", "number", "time", "verb", "plan", "version", "term", "against", "text",
		"key", "signature"} {
		if string(name) == known {
			return 1 << i
		}
	}
	return 0
}

// decodeField reads the value of a field and returns what follows it.
func (m *Move) decodeField(name, b []byte) (rest []byte, ok bool) {
	if string(name) == "number" || string(name) == "version" {
		return m.decodeNumber(name, b)
	}
	s, rest, ok := flatString(b)
	if !ok {
		return nil, false
	}
	switch string(name) {
	case "conference":
		m.Conference = string(s)
	case "capital":
		m.Capital = string(s)
	case "time":
		ok = m.Time.UnmarshalText(s) == nil
	case "verb":
		m.Verb = Verb(s)
	case "plan":
		m.Plan = string(s)
	case "term":
		m.Term = string(s)
	case "against":
		m.Against = string(s)
	case "text":
		m.Text = string(s)
	case "key":
		m.Key, ok = flatBytes(s)
	case "signature":
		m.Signature, ok = flatBytes(s)
	}
	return rest, ok
}

func (m *Move) decodeNumber(name, b []byte) (rest []byte, ok bool) {
	n := 0
	for n < len(b) && '0' <= b[n] && b[n] <= '9' {
		n++
	}
	if n == 0 || n > 1 && b[0] == '0' {
		return nil, false
	}
	if string(name) == "version" {
		v, err := strconv.Atoi(string(b[:n]))
		m.Version = v
		return b[n:], err == nil
	}
	v, err := strconv.ParseUint(string(b[:n]), 10, 64)
	m.Number = v
	return b[n:], err == nil
}

// flatString reads a string without escapes, and returns what is in it and what follows it.
func flatString(b []byte) (s, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != '"' {
		return nil, nil, false
	}
	n := bytes.IndexByte(b[1:], '"')
	if n < 0 {
		return nil, nil, false
	}
	s, rest = b[1:1+n], b[n+2:]
	ascii := true
	for _, c := range s {
		if c < ' ' || c == '\\' {
			return nil, nil, false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return s, rest, ascii || utf8.Valid(s)
}

func flatBytes(s []byte) ([]byte, bool) {
	b := make([]byte, base64.StdEncoding.DecodedLen(len(s)))
	n, err := base64.StdEncoding.Decode(b, s)
	return b[:n], err == nil
}
