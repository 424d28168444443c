package scenarios

import "strings"

// nearest returns the known word that the written one was most likely meant to be, "" if none is near: at most a third
// of its letters differ, or two of four (kiev, kyiv), counting two swapped neighbours as one mistake (Damerau 1964; the
// restricted distance).
func nearest(written string, known []string) string {
	best, least := "", len(written)+1
	w := []rune(strings.ToLower(written))
	if len(w) == 0 || len(w) > 64 {
		return ""
	}
	for _, k := range known {
		r := []rune(strings.ToLower(k))
		if len(r) > 64 || k == written {
			continue
		}
		if d := distance(w, r); d <= tolerated(max(len(w), len(r))) && d < least && d < len(w) && d < len(r) {
			best, least = k, d
		}
	}
	return best
}

// tolerated is how many mistakes a word of so many letters may hold.
func tolerated(letters int) int {
	if letters < 4 {
		return 1
	}
	return max(2, letters/3)
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to get from a to b.
func distance(a, b []rune) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := above[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(above[j]+1, row[j-1]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}

// maxHints is how many problems of a file get a hint: looking for near words takes the longest of all.
const maxHints = 200

// hint is what a problem with an unknown word says at its end: "" if no known word is near.
func (p *parser) hint(written string, known []string) string {
	if len(p.problems) > maxHints {
		return ""
	}
	if k := nearest(written, known); k != "" {
		return "did you mean " + k + "?"
	}
	return ""
}

// Nearest returns the known word that the written one was most likely meant to be, "" if none is near. It is for programs
// that read words of a scenario elsewhere than in its file.
func Nearest(written string, known []string) string { return nearest(written, known) }
