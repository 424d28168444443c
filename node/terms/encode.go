package terms

import (
	"encoding/base64"
	"strconv"
	"time"
)

// encodeFlat writes a move as encoding/json does, if it has neither conditions nor a charter nor a capital in it, and its texts
// are plain: nearly all moves. It is what decodeFlat reads, and takes a fraction of the time. It reports whether it could.
func (m *Move) encodeFlat() ([]byte, bool) {
	if m.If != nil || m.Charter != nil || m.Admit != nil || m.Draft != nil && len(m.Draft.Requires) > 0 {
		return nil, false
	}
	w := flatWriter{b: make([]byte, 1, 192+len(m.Text)+2*len(m.Signature))}
	w.b[0] = '{'
	w.text(`"conference":`, m.Conference)
	w.text(`"capital":`, m.Capital)
	if m.Number != 0 {
		w.b = append(strconv.AppendUint(append(w.b, `"number":`...), m.Number, 10), ',')
	}
	w.b = append(m.Time.Time().AppendFormat(append(w.b, `"time":"`...), time.RFC3339), `",`...)
	w.string(`"verb":`, string(m.Verb))
	w.text(`"plan":`, m.Plan)
	w.int(`"version":`, m.Version)
	if d := m.Draft; d != nil {
		w.open(`"draft":{`)
		w.text(`"title":`, d.Title)
		w.string(`"procedure":`, d.Procedure)
		w.settings(`"terms":[`, d.Terms)
		w.duration(`"lasts":`, d.Lasts)
		w.text(`"lasts_term":`, d.LastsTerm)
		w.int(`"collapses_after":`, d.CollapsesAfter)
		w.close('}')
	}
	w.settings(`"set":[`, m.Set)
	w.strings(`"drop":[`, m.Drop)
	w.strings(`"citing":[`, m.Citing)
	w.text(`"term":`, m.Term)
	if m.Value != nil {
		w.value(m.Value)
	}
	w.strings(`"of":[`, m.Of)
	w.text(`"against":`, m.Against)
	w.duration(`"for":`, m.For)
	w.text(`"text":`, m.Text)
	w.bytes(`"key":"`, m.Key)
	w.bytes(`"signature":"`, m.Signature)
	w.b[len(w.b)-1] = '}' // for the last comma
	return w.b, !w.odd
}

// flatWriter appends fields, each with a comma behind it, and leaves those out that are empty.
type flatWriter struct {
	b   []byte
	odd bool // there is a text that encoding/json does not write as it is
}

// string appends a field even if it is empty.
func (w *flatWriter) string(name, v string) {
	w.odd = w.odd || !plain(v)
	w.b = append(append(append(append(w.b, name...), '"'), v...), `",`...)
}

func (w *flatWriter) text(name, v string) {
	if v != "" {
		w.string(name, v)
	}
}

func (w *flatWriter) int(name string, v int) {
	if v != 0 {
		w.b = append(strconv.AppendInt(append(w.b, name...), int64(v), 10), ',')
	}
}

func (w *flatWriter) duration(name string, v Duration) {
	if v != 0 {
		w.string(name, v.String())
	}
}

func (w *flatWriter) bytes(name string, v []byte) {
	if len(v) > 0 {
		w.b = append(base64.StdEncoding.AppendEncode(append(w.b, name...), v), `",`...)
	}
}

// open begins an object or a list, which is not empty.
func (w *flatWriter) open(with string) { w.b = append(w.b, with...) }

// close ends it.
func (w *flatWriter) close(with byte) {
	w.b[len(w.b)-1] = with // for the last comma
	w.b = append(w.b, ',')
}

func (w *flatWriter) strings(name string, vs []string) {
	if len(vs) == 0 {
		return
	}
	w.open(name)
	for _, v := range vs {
		w.string("", v)
	}
	w.close(']')
}

func (w *flatWriter) settings(name string, settings []Setting) {
	if len(settings) == 0 {
		return
	}
	w.open(name)
	for i := range settings {
		w.open(`{`)
		w.string(`"term":`, settings[i].Term)
		w.value(&settings[i].Value)
		w.close('}')
	}
	w.close(']')
}

func (w *flatWriter) value(v *Value) {
	w.open(`"value":{`)
	w.string(`"kind":`, string(v.Kind))
	if v.Flag {
		w.open(`"flag":true,`)
	}
	w.text(`"choice":`, v.Choice)
	if v.Quantity != 0 {
		w.string(`"quantity":`, v.Quantity.String())
	}
	w.duration(`"duration":`, v.Duration)
	w.strings(`"set":[`, v.Set)
	w.close('}')
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
