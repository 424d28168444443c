package domains

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// declared is the encoding that an XML declaration names.
var declared = regexp.MustCompile(`^\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']`)

// utf8Text turns a file into UTF-8 without a byte order mark. Genius writes in the encoding of the machine it runs on and
// mostly doesn't say which: a file that is no UTF-8 and names no encoding is taken for Windows-1252, and note says so.
func utf8Text(src []byte) (text []byte, note string, err error) {
	if bytes.HasPrefix(src, []byte{0xff, 0xfe}) || bytes.HasPrefix(src, []byte{0xfe, 0xff}) {
		text, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(src)
		return text, "", err
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	if utf8.Valid(src) {
		return src, "", nil
	}
	if m := declared.FindSubmatch(src[:min(len(src), 200)]); m != nil && !strings.EqualFold(string(m[1]), "utf-8") {
		return src, "", nil // the XML reader knows it
	}
	text, err = charmap.Windows1252.NewDecoder().Bytes(src)
	return text, "the file is not UTF-8 and names no encoding: it was read as Windows-1252", err
}

// charset reads the encodings of XML files besides UTF-8: those of Western Europe, which is what such files are found in.
func charset(name string, in io.Reader) (io.Reader, error) {
	var e encoding.Encoding
	switch strings.ToLower(name) {
	case "us-ascii", "ascii", "utf8", "utf-16": // of UTF-16 the bytes are UTF-8 by now
		return in, nil
	case "iso-8859-1", "latin1":
		e = charmap.ISO8859_1
	case "iso-8859-15":
		e = charmap.ISO8859_15
	case "windows-1252", "cp1252":
		e = charmap.Windows1252
	default:
		return nil, fmt.Errorf("the encoding %q is not read: save the file as UTF-8", clip(name))
	}
	return e.NewDecoder().Reader(in), nil
}

// escaped puts &amp; and &lt; for what XML asks to be written so and Genius, whose reader is not strict, doesn't: an & that
// begins no entity, and a < inside a value whose quotes are on one line. All else stays, and with it the numbers of lines.
func escaped(src []byte) []byte {
	if !bytes.ContainsAny(src, "&<") {
		return src
	}
	var out bytes.Buffer
	out.Grow(len(src) + 64)
	var quote byte // of the value that we are in
	tag, closes := false, false
	for i := 0; i < len(src); i++ {
		c := src[i]
		if n := skipped(src[i:]); quote == 0 && !tag && n > 0 {
			out.Write(src[i : i+n])
			i += n - 1
			continue
		}
		switch {
		case c == '&' && !reference.Match(src[i:min(len(src), i+40)]):
			out.WriteString("&amp;")
			continue
		case quote != 0 && c == '<' && closes:
			out.WriteString("&lt;")
			continue
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && tag && (c == '"' || c == '\''):
			quote = c
			line, _, _ := bytes.Cut(src[i+1:], []byte("\n"))
			closes = bytes.IndexByte(line, c) >= 0
		case quote == 0 && c == '<':
			tag = true
		case quote == 0 && c == '>':
			tag = false
		}
		out.WriteByte(c)
	}
	return out.Bytes()
}

// reference is an entity or a character by its number.
var reference = regexp.MustCompile(`^&(?:[A-Za-z_:][\w.:-]*|#[0-9]+|#x[0-9A-Fa-f]+);`)

// skipped is the length of a comment, a CDATA section or a processing instruction at the start of a text, or of the rest of
// the text if a declaration begins there, which is refused later; 0 if there is none of them.
func skipped(src []byte) int {
	for _, s := range []struct{ open, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"<!", ""}} {
		if !bytes.HasPrefix(src, []byte(s.open)) {
			continue
		}
		n := bytes.Index(src[len(s.open):], []byte(s.end))
		if n < 0 || s.end == "" {
			return len(src)
		}
		return len(s.open) + n + len(s.end)
	}
	return 0
}
