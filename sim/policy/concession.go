package policy

import (
	"fmt"
	"math"

	"github.com/parley-sim/parley/node/terms"
	"github.com/parley-sim/parley/scenarios"
)

// The time-dependent tactic of Faratin, Sierra and Jennings ("Negotiation decision functions for autonomous agents",
// Robotics and Autonomous Systems 24, 1998, section 4.1, the polynomial family): at time t of T,
//
//	alpha(t) = kappa + (1 - kappa) * (min(t, T) / T) ^ (1 / beta)
//
// and the least score that the capital consents to is its best minus alpha of the way from there to its walk-away.
// beta below 1 is Boulware (it holds out and gives late), above 1 conceder (it gives early).

// Alpha is the part of the way from the best score to the walk-away that is conceded at time t.
func Alpha(c *scenarios.Concession, t, over terms.Duration) float64 {
	if over <= 0 || t >= over {
		return 1
	}
	x := float64(max(t, 0)) / float64(over)
	return c.Initial + (1-c.Initial)*math.Pow(x, 1/c.Exponent)
}

// Reaches is the time at which alpha has been conceded: the inverse of Alpha, rounded up to the minute.
func Reaches(c *scenarios.Concession, alpha float64, over terms.Duration) terms.Duration {
	if alpha <= c.Initial {
		return 0
	}
	if alpha >= 1 || c.Initial >= 1 {
		return over
	}
	x := math.Pow((alpha-c.Initial)/(1-c.Initial), c.Exponent)
	minutes := math.Ceil(x * float64(over) / float64(terms.Minute))
	return min(terms.Duration(minutes)*terms.Minute, over)
}

// ScoreOf is what a text is worth by a score sheet: the sum of the points of every line that the text meets.
func ScoreOf(scores []scenarios.Score, text []terms.Setting) terms.Number {
	var sum terms.Number
	for _, s := range scores {
		if s.Test.Holds(text) {
			sum += s.Points
		}
	}
	return sum
}

// Best is an upper bound on the score of any text: for each term the best of the lines that name values, of which a text
// meets one at most, and every gain among those that name bounds, which it may meet together.
func Best(scores []scenarios.Score) terms.Number {
	best := map[string]terms.Number{}
	var sum terms.Number
	for _, s := range scores {
		if s.Test.Op == terms.OpIn {
			best[s.Term] = max(best[s.Term], s.Points)
		} else {
			sum += max(s.Points, 0)
		}
	}
	for _, points := range best {
		sum += points
	}
	return sum
}

// weigh answers by the score sheet: it consents to what is worth its present threshold, walks away from what is worth less
// than its walk-away, and otherwise comes back to the text when its threshold will have fallen to it.
func (p *Policy) weigh(plan *terms.TextView, now terms.Instant) Reply {
	score := ScoreOf(p.party.Scores, plan.Terms)
	var walkAway terms.Number
	if p.party.WalkAway != nil {
		walkAway = *p.party.WalkAway
	}
	if score < walkAway {
		return p.on(plan, terms.Move{Verb: terms.VerbObject,
			Text: fmt.Sprintf("worth %s, less than the %s at which it walks away", score, walkAway)})
	}
	c := p.party.Policy.Concession
	best := Best(p.party.Scores)
	if c == nil || best <= walkAway || score >= best {
		return p.on(plan, terms.Move{Verb: terms.VerbConsent})
	}
	needed := float64(best-score) / float64(best-walkAway)
	at := p.start.Add(Reaches(c, needed, p.over))
	if at <= now {
		return p.on(plan, terms.Move{Verb: terms.VerbConsent})
	}
	return Reply{Again: at}
}
