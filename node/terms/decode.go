package terms

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"unicode/utf8"
)

// decodeFlat reads a move as Encode writes it, if it has neither conditions nor a charter nor a capital in it: nearly all moves.
// It takes a quarter of the time of encoding/json, on the way of every move at every capital. It reports whether it could; what
// it reads, it reads as encoding/json does. The rest is left to that, and so is what is wrong.
func decodeFlat(b []byte, m *Move) bool {
	rest, ok := flatObject(b, moveFields[:], m.decodeField)
	return ok && len(rest) == 0
}

// The fields that are read, by the structs' JSON names.
var (
	moveFields = [...]string{"conference", "capital", "number", "time", "verb", "plan", "version", "term", "text", "signature",
		"against", "key", "draft", "set", "drop", "citing", "value", "of", "for"}
	draftFields   = [...]string{"title", "procedure", "terms", "lasts", "lasts_term", "collapses_after"}
	settingFields = [...]string{"term", "value"}
	valueFields   = [...]string{"kind", "flag", "choice", "quantity", "duration", "set"}
)

// flatObject reads an object that has fields, of those with the given names, and each once: of one that is given twice
// encoding/json takes one, and it depends which. read gets a field's name and what begins with its value, and returns what
// follows that.
func flatObject(b []byte, names []string, read func(name string, b []byte) ([]byte, bool)) (rest []byte, ok bool) {
	if len(b) < 2 || b[0] != '{' {
		return nil, false
	}
	var seen uint32
	for b = b[1:]; ; b = b[1:] {
		name, rest, ok := flatString(b)
		if !ok || len(rest) < 2 || rest[0] != ':' {
			return nil, false
		}
		field := 0
		for field < len(names) && names[field] != string(name) {
			field++
		}
		if field == len(names) || seen&(1<<field) != 0 {
			return nil, false
		}
		seen |= 1 << field
		if b, ok = read(names[field], rest[1:]); !ok || len(b) == 0 {
			return nil, false
		}
		switch b[0] {
		case '}':
			return b[1:], true
		case ',':
		default:
			return nil, false
		}
	}
}

// flatList reads a list. read gets what begins with an item and returns what follows that.
func flatList[T any](b []byte, read func(item *T, b []byte) ([]byte, bool)) (list []T, rest []byte, ok bool) {
	list = []T{}
	if len(b) < 2 || b[0] != '[' {
		return nil, nil, false
	}
	if b[1] == ']' {
		return list, b[2:], true
	}
	for b = b[1:]; ; b = b[1:] {
		var item T
		if b, ok = read(&item, b); !ok || len(b) == 0 {
			return nil, nil, false
		}
		list = append(list, item)
		switch b[0] {
		case ']':
			return list, b[1:], true
		case ',':
		default:
			return nil, nil, false
		}
	}
}

// decodeField reads the value of a field and returns what follows it.
func (m *Move) decodeField(name string, b []byte) (rest []byte, ok bool) {
	switch name {
	case "number":
		var digits string
		if digits, rest, ok = flatDigits(b); ok {
			var err error
			m.Number, err = strconv.ParseUint(digits, 10, 64)
			ok = err == nil
		}
		return rest, ok
	case "version":
		return flatInt(b, &m.Version)
	case "draft":
		m.Draft = &Draft{}
		return flatObject(b, draftFields[:], m.Draft.decodeField)
	case "set":
		m.Set, rest, ok = flatList(b, (*Setting).decode)
		return rest, ok
	case "drop":
		m.Drop, rest, ok = flatList(b, flatText)
		return rest, ok
	case "citing":
		m.Citing, rest, ok = flatList(b, flatText)
		return rest, ok
	case "of":
		m.Of, rest, ok = flatList(b, flatText)
		return rest, ok
	case "value":
		m.Value = &Value{}
		return m.Value.decode(b)
	}
	s, rest, ok := flatString(b)
	if !ok {
		return nil, false
	}
	switch name {
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
	case "for":
		ok = m.For.UnmarshalText(s) == nil
	case "text":
		m.Text = string(s)
	case "key":
		m.Key, ok = flatBytes(s)
	case "signature":
		m.Signature, ok = flatBytes(s)
	}
	return rest, ok
}

func (d *Draft) decodeField(name string, b []byte) (rest []byte, ok bool) {
	switch name {
	case "title":
		return flatText(&d.Title, b)
	case "procedure":
		return flatText(&d.Procedure, b)
	case "terms":
		d.Terms, rest, ok = flatList(b, (*Setting).decode)
		return rest, ok
	case "lasts":
		return flatDuration(&d.Lasts, b)
	case "lasts_term":
		return flatText(&d.LastsTerm, b)
	}
	return flatInt(b, &d.CollapsesAfter)
}

func (s *Setting) decode(b []byte) (rest []byte, ok bool) {
	return flatObject(b, settingFields[:], func(name string, b []byte) ([]byte, bool) {
		if name == "term" {
			return flatText(&s.Term, b)
		}
		return s.Value.decode(b)
	})
}

func (v *Value) decode(b []byte) (rest []byte, ok bool) {
	return flatObject(b, valueFields[:], v.decodeField)
}

func (v *Value) decodeField(name string, b []byte) (rest []byte, ok bool) {
	switch name {
	case "flag":
		if v.Flag = bytes.HasPrefix(b, []byte("true")); v.Flag {
			return b[len("true"):], true
		}
		return bytes.CutPrefix(b, []byte("false"))
	case "choice":
		return flatText(&v.Choice, b)
	case "duration":
		return flatDuration(&v.Duration, b)
	case "set":
		v.Set, rest, ok = flatList(b, flatText)
		return rest, ok
	}
	s, rest, ok := flatString(b)
	if name == "kind" {
		v.Kind = Kind(s)
		return rest, ok
	}
	return rest, ok && v.Quantity.UnmarshalText(s) == nil
}

func flatText(to *string, b []byte) (rest []byte, ok bool) {
	s, rest, ok := flatString(b)
	*to = string(s)
	return rest, ok
}

func flatDuration(to *Duration, b []byte) (rest []byte, ok bool) {
	s, rest, ok := flatString(b)
	return rest, ok && to.UnmarshalText(s) == nil
}

func flatInt(b []byte, to *int) (rest []byte, ok bool) {
	digits, rest, ok := flatDigits(b)
	if !ok {
		return nil, false
	}
	v, err := strconv.Atoi(digits)
	*to = v
	return rest, err == nil
}

// flatDigits reads a number without a sign.
func flatDigits(b []byte) (digits string, rest []byte, ok bool) {
	n := 0
	for n < len(b) && '0' <= b[n] && b[n] <= '9' {
		n++
	}
	return string(b[:n]), b[n:], n == 1 || n > 1 && b[0] != '0'
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
