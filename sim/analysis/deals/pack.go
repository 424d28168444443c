package deals

import "math/bits"

// packing writes the scores of a deal, or of a part of one, into a few words: a field for each sheet, wide enough for the
// points that it can get above the least, and a bit above that is zero. Packed scores are added as words are, and one
// subtraction compares all fields of a word. (The bit between the fields is the one that Lamport's "Multiple Byte Processing
// with Full-Word Instructions", Communications of the ACM 18, 1975, puts there.)
type packing struct {
	words   int
	width   uint       // of a field, its spare bit included
	guard   uint64     // the spare bits of a word
	fields  []field    // of the sheets to which deals can differ
	classes [][]uint64 // by axis: the words of its classes, one after another
}

type field struct {
	sheet, word int
	shift       uint
}

// pack works the packing out. It has as many words as it takes: one at least.
func (m *model) pack() *packing {
	p := &packing{width: 2}
	for j := range m.sheets {
		if spread := uint64(m.high[0][j] - m.low[0][j]); spread > 0 {
			p.width = max(p.width, uint(bits.Len64(spread))+1)
			p.fields = append(p.fields, field{sheet: j})
		}
	}
	each := int(64 / p.width)
	for i := range p.fields { // the first sheet in the highest bits, so that words compare as sheets do
		p.fields[i].word, p.fields[i].shift = i/each, uint(each-1-i%each)*p.width
	}
	for i := range each {
		p.guard |= 1 << (uint(i+1)*p.width - 1)
	}
	p.words = max(1, (len(p.fields)+each-1)/each)
	for at := range m.axes {
		classes := m.axes[at].classes
		all := make([]uint64, len(classes)*p.words)
		for k := range classes {
			for _, f := range p.fields {
				least := m.low[at][f.sheet] - m.low[at+1][f.sheet]
				all[k*p.words+f.word] += uint64(classes[k].points[f.sheet]-least) << f.shift
			}
		}
		p.classes = append(p.classes, all)
	}
	return p
}

// of returns one field of packed scores.
func (p *packing) of(v []uint64, f *field) uint64 {
	return v[f.word] >> f.shift & (1<<(p.width-1) - 1)
}

// reaches reports whether a is at least b in every field.
func reaches(a, b []uint64, guard uint64) bool {
	for w, x := range b {
		if ((a[w]|guard)-x)&guard != guard {
			return false
		}
	}
	return true
}

// wider returns the fields of a and b that are greater, and those that are smaller.
func (p *packing) wider(a, b uint64) (most, least uint64) {
	t := ((a | p.guard) - b) & p.guard // a spare bit where a is no less
	t -= t >> (p.width - 1)            // all ones below it
	return a&t | b&^t, b&t | a&^t
}

// points are packed scores, and a number for each.
type points struct {
	*packing
	v     []uint64
	id    []uint32
	crowd int // so many that a sample is looked at first
}

func (s *points) at(i int) []uint64 { return s.v[i*s.words : (i+1)*s.words] }

func (s *points) add(v []uint64, id uint32) {
	s.v = append(s.v, v...)
	s.id = append(s.id, id)
}

func (s *points) Len() int { return len(s.id) }

// Less puts the points in falling order of their sheets, the first one first.
func (s *points) Less(i, j int) bool { return s.compare(i, j) > 0 }

func (s *points) compare(i, j int) int {
	a, b := s.at(i), s.at(j)
	for w := range a {
		switch {
		case a[w] > b[w]:
			return 1
		case a[w] < b[w]:
			return -1
		}
	}
	return 0
}

func (s *points) Swap(i, j int) {
	s.id[i], s.id[j] = s.id[j], s.id[i]
	a, b := s.at(i), s.at(j)
	for w := range a {
		a[w], b[w] = b[w], a[w]
	}
}
