package lesson

import (
	"strings"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/sim"
)

// checksOf returns the checks of an exercise, by the id that its lesson.yaml gives them; nil if there is no such exercise.
func checksOf(number int) map[string]check {
	switch number {
	case 1:
		return map[string]check{"adopted": truceAdopted, "machines": truceWithoutSpectators}
	case 2:
		return map[string]check{"most": quorumMost, "one-more": quorumOneMore, "back": quorumBack}
	case 3:
		return map[string]check{"unheard": chairUnheard, "once": chairOnce}
	case 4:
		return map[string]check{"adopted": bridgeAdopted, "bridge": bridgeWithoutLondon}
	case 5:
		return map[string]check{"in-time": sidesInTime}
	case 6:
		return map[string]check{"tower": lampsTower, "fee": lampsFee}
	case 7:
		return map[string]check{"together": linkedTogether, "no-truce": linkedNoTruce, "no-exchange": linkedNoExchange}
	case 8:
		return map[string]check{"votes": unionVotes, "all": unionAll}
	case 9:
		return map[string]check{"adopted": draftAdopted, "few": draftFew}
	case 10:
		return map[string]check{"tipped": forceTipped}
	case 11:
		return map[string]check{"cut": silenceCut, "longer": silenceLonger, "quiet": silenceQuiet}
	case 12:
		return map[string]check{"answers": talksAnswers, "adopted": talksAdopted, "others": talksOthers}
	case 13:
		return map[string]check{"rest": loopRest, "longer": loopLonger}
	}
	return nil
}

// refusedMove finds the first move of a verb on a plan that was refused with a code, "" for any.
func (r *run) refusedMove(verb terms.Verb, plan string, code terms.Refusal) int {
	return r.find(func(it *sim.Item) bool {
		return it.Kind == sim.ItemMove && it.Move.Verb == verb && it.Move.Plan == plan && it.Move.Code != "" &&
			(code == "" || it.Move.Code == code)
	})
}

// who names the capital of an item.
func (r *run) who(item int) string {
	return names(&r.Scenario.Charter, []string{r.Timeline[item].Move.Capital})
}

// names writes capitals as a sentence has them.
func (r *run) names(ids []string) string { return names(&r.Scenario.Charter, ids) }

// because says in the report's words why a plan stands as it does.
func (r *run) because(plan string) string {
	var all []string
	for _, why := range r.plan(plan).Because {
		if text := strings.TrimSpace(why.Text); text != "" {
			all = append(all, strings.TrimSuffix(text, ".")+".")
		}
	}
	if len(all) == 0 {
		return "Nobody has proposed it."
	}
	return strings.Join(all, " ")
}

// notAdopted is a fault of a plan that was not adopted, at its decision.
func (s *sheet) notAdopted(id string, r *run, plan string) *fault {
	return s.fault(id, r.moment(r.decided(plan)), "outcome", r.plan(plan).Outcome, "because", r.because(plan), "plan", plan)
}

// waits finds the first move of a capital that could not be recorded when it was made.
func (r *run) waits(capital string) int {
	return r.find(func(it *sim.Item) bool { return it.Kind == sim.ItemWaiting && it.Capital == capital })
}
