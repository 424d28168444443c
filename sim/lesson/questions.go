package lesson

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-sim/parley/scenarios/lessons"
)

// understood returns an answer as the question has it: options in any case, numbers without zeros in front.
func understood(q *lessons.Question, given string) (string, error) {
	given = strings.TrimSpace(given)
	if len(q.Options) == 0 {
		n, err := strconv.Atoi(given)
		if err != nil || n < 0 {
			return "", fmt.Errorf("the answer is a whole number, not %q", shortened(given))
		}
		return strconv.Itoa(n), nil
	}
	var known []string
	for _, o := range q.Options {
		known = append(known, o.Is)
	}
	if i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, given) }); i >= 0 {
		return known[i], nil
	}
	return "", fmt.Errorf("the answer is one of %s, not %q", strings.Join(known, ", "), shortened(given))
}

// shortened is what a student wrote, cut to what a message can hold.
func shortened(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// answered grades a prediction. The points are for the answer that was given first: a wrong one that was put right later
// gets half of them.
func answered(q *lessons.Question, answers, first map[string]string) Result {
	given := answers[q.ID]
	r := Result{ID: q.ID, Text: q.Ask, Question: true, Given: given, Of: q.Points, Held: given == q.Answer}
	if !r.Held {
		r.FeedbackID = q.ID + "=" + given
		r.Feedback = q.Feedback[given]
		if r.Feedback == "" {
			r.Feedback = q.Feedback["*"]
		}
		return r
	}
	r.Points, r.Feedback = q.Points, q.Why
	if f, ok := first[q.ID]; ok && f != q.Answer {
		r.Points = q.Points / 2
	}
	return r
}
