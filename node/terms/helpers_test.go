package terms

import "encoding/json"

// resultText writes a result so that two can be compared.
func resultText(r Result) string { return string(must(json.Marshal(r))) }

// political writes all that a state says about the terms, without the count of moves and the time.
func political(s *State) string {
	left := []bool{}
	for i := range s.capitals {
		left = append(left, s.capitals[i].left)
	}
	return string(must(json.Marshal([]any{s.Plans(), s.plans, s.Pledges(), left})))
}
