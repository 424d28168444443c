package scenarios

import (
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// MaxSize is the length in bytes of the longest file that is read.
const MaxSize = 1 << 20

// readable reports whether the file is text of a length that can be read, and adds a problem if not.
func (p *parser) readable(src []byte) bool {
	if len(src) > MaxSize {
		p.problem(Position{1, 1}, "", "", "the file is too large: a scenario has at most %d bytes", MaxSize)
		return false
	}
	line, column := 1, 1
	for rest := src; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			p.problem(Position{line, column}, "", "", "the byte 0x%02x is not UTF-8; save the file as UTF-8 text", rest[0])
			return false
		case r == '\n':
			line, column = line+1, 0
		case r < ' ' && r != '\t' && r != '\r', r == 0x7f, r == 0xfeff && len(rest) != len(src):
			p.problem(Position{line, column}, "", "", "the control character U+%04X cannot stand in a scenario; delete it", r)
			return false
		}
		column++
		rest = rest[n:]
	}
	return true
}

// bounded looks at the file's tokens before the YAML library builds a tree of them: it recurses for every level, and
// for every key of a block mapping too, so a file of a million brackets would overflow the stack, which cannot be
// recovered from, and one of a hundred thousand keys would take minutes.
func (p *parser) bounded(src string) (token.Tokens, bool) {
	var (
		flow  int // brackets that are open
		marks int // "-", "?", tags and anchors at the start of one line: each is a level of its own
		line  int
		block []struct{ column, keys int } // the block collections that are open
		begun bool                         // the line's first word has been seen
	)
	open := func(column int) bool {
		for len(block) > 0 && block[len(block)-1].column > column {
			block = block[:len(block)-1]
		}
		if len(block) == 0 || block[len(block)-1].column < column {
			block = append(block, struct{ column, keys int }{column: column})
		}
		block[len(block)-1].keys++
		return len(block) <= maxDepth
	}
	tokens := lexer.Tokenize(src)
	for _, t := range tokens {
		pos := place(t)
		deep := false
		if pos.Line != line {
			line, marks, begun = pos.Line, 0, false
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
			deep = flow > maxDepth
		case token.MappingEndType, token.SequenceEndType:
			flow = max(0, flow-1)
		case token.SequenceEntryType, token.MappingKeyType, token.TagType, token.AnchorType:
			marks++
			deep = marks > maxDepth
		}
		if flow == 0 && !begun && t.Type != token.CommentType {
			if t.Type == token.SequenceEntryType {
				for len(block) > 0 && block[len(block)-1].column > pos.Column {
					block = block[:len(block)-1]
				}
			} else {
				begun = true
				deep = deep || !open(pos.Column)
				if block[max(0, len(block)-1)].keys > maxEntries {
					p.problem(pos, "", "", "a mapping with more than %d keys", maxEntries)
					return nil, false
				}
			}
		}
		if deep {
			p.problem(pos, "", "", "this is nested more than %d levels deep", maxDepth)
			return nil, false
		}
	}
	return tokens, true
}

// normalized drops a byte order mark and makes every line end in "\n".
func normalized(src []byte) string {
	s := strings.TrimPrefix(string(src), "\ufeff")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(s, "\r", "\n")
}
