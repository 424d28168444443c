package terms

import (
	"encoding/binary"
	"encoding/json"
)

// The canonical encoding: lengths before contents, numbers as varints, fields in a fixed order. It is only ever written,
// to be signed and hashed, so it has no reader.

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendStrings(b []byte, ss []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(ss)))
	for _, s := range ss {
		b = appendString(b, s)
	}
	return b
}

func appendList[T any](b []byte, items []T, one func([]byte, *T) []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(items)))
	for i := range items {
		b = one(b, &items[i])
	}
	return b
}

func appendOptional[T any](b []byte, item *T, one func([]byte, *T) []byte) []byte {
	if item == nil {
		return append(b, 0)
	}
	return one(append(b, 1), item)
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

func appendValue(b []byte, v *Value) []byte {
	b = appendString(b, string(v.Kind))
	b = appendBool(b, v.Flag)
	b = appendString(b, v.Choice)
	b = binary.AppendVarint(b, int64(v.Quantity))
	b = binary.AppendVarint(b, int64(v.Duration))
	return appendStrings(b, v.Set)
}

func appendSettings(b []byte, s []Setting) []byte {
	return appendList(b, s, func(b []byte, x *Setting) []byte { return appendValue(appendString(b, x.Term), &x.Value) })
}

func appendTest(b []byte, t *Test) []byte {
	b = appendString(appendString(b, t.Term), string(t.Op))
	return appendList(b, t.Values, appendValue)
}

func appendCondition(b []byte, c *Condition) []byte {
	b = appendList(b, c.All, appendCondition)
	b = appendList(b, c.Any, appendCondition)
	b = appendString(appendStrings(b, c.Consented), c.To)
	b = binary.AppendVarint(appendString(b, c.Pledged), int64(c.ByAtLeast))
	b = binary.AppendVarint(appendStrings(b, c.By), int64(c.TotalAtLeast))
	b = appendString(appendString(b, c.Plan), c.Is)
	return appendOptional(b, c.Test, appendTest)
}

func appendDraft(b []byte, d *Draft) []byte {
	b = appendString(appendString(b, d.Title), d.Procedure)
	b = appendSettings(b, d.Terms)
	b = appendList(b, d.Requires, appendCondition)
	b = appendString(binary.AppendVarint(b, int64(d.Lasts)), d.LastsTerm)
	return binary.AppendVarint(b, int64(d.CollapsesAfter))
}

// appendCharter uses the charter's JSON, which has one form: its parts are lists and structs only. It is written once a
// conference, so its cost does not matter.
func appendCharter(b []byte, c *Charter) []byte {
	j, err := json.Marshal(c)
	if err != nil { // no field of a charter can fail to encode
		return appendString(b, err.Error())
	}
	return appendString(b, string(j))
}
