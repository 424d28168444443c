package scenarios

import "github.com/parley-sim/parley/node/terms"

// keysOf lists the keys of every mapping whose keys are fixed, by its name in the schema. A test holds the two together.
var keysOf = map[string][]string{
	"scenario": {"scenario", "title", "about", "sources", "start", "horizon", "seed", "capitals", "groups", "terms", "rules",
		"procedures", "plans", "deals", "machines", "script", "expect"},
	"machines": {"trailing_logs", "snapshot_threshold", "snapshot_interval", "settle_within"},
	"capital":  {"name", "role", "weights", "voter", "policy", "scores", "walk_away"},
	"term": {"flag", "choice", "quantity", "duration", "set", "title", "unit", "step",
		"reserved_to"},
	"rule": {"yes", "weight", "share", "of", "consent_of", "no_objection_from", "unanimous", "consensus", "consensus_minus",
		"all_but", "all", "any"},
	"procedure":   {"on_amendment", "proposers", "amenders", "stages"},
	"stage":       {"name", "members", "rule", "window", "silence", "decides"},
	"plan":        {"title", "procedure", "terms", "requires", "lasts", "collapses_after"},
	"deals":       {"require"},
	"requirement": {"if", "then"},
	"policy":      {"replies_in", "red_lines", "needs", "concession", "joins", "otherwise", "program"},
	"concession":  {"boulware", "linear", "conceder", "exponent", "initial", "over"},
	"join":        {"when", "value", "requires"},
	"condition": {"consented", "to", "pledged", "by_at_least", "by", "total_at_least", "plan", "is", "in", "term", "all",
		"any"},
	"pledged": {"by_at_least", "by", "total_at_least"},
	"isSet":   {"set"},
	"oneWay":  {"from", "to"},
	"slow":    {"link", "from", "to", "by"},
	"drop":    {"link", "from", "to", "rate"},

	"outcomeExpectation":   {"plan", "outcome", "agreement", "within", "version", "stage", "blocked_by", "at", "not"},
	"refusedExpectation":   {"refused", "by", "plan", "at", "not"},
	"recordedExpectation":  {"recorded", "by", "plan", "within", "at", "not"},
	"pledgedExpectation":   {"pledged", "by_at_least", "by", "at", "not"},
	"leaderExpectation":    {"leader", "at", "not"},
	"electionsExpectation": {"elections", "at", "not"},
}

// stepKeys are the keys of every step, whatever its verb.
var stepKeys = []string{"at", "when", "after", "settle"}

// moveKeys are the keys of every move beside its verb.
var moveKeys = []string{"by", "saying"}

// verbKeys lists what a verb takes beside stepKeys and, if it is a move, moveKeys.
var verbKeys = map[string][]string{
	string(terms.VerbAmend):   {"set", "drop", "version"},
	string(terms.VerbConsent): {"if", "version"},
	string(terms.VerbObject):  {"version"},
	string(terms.VerbAbstain): {"version"},
	string(terms.VerbVeto):    {"citing", "version"},
	string(terms.VerbPledge):  {"value", "if"},
	string(terms.VerbReport):  {"of", "against"},
	string(terms.VerbExtend):  {"for"},
	string(FaultSlow):         {"by"},
	string(FaultDrop):         {"rate"},
}

// verbs lists what a step can do.
func verbs() []string {
	var words []string
	for _, v := range terms.Verbs() {
		words = append(words, string(v))
	}
	for _, k := range Faults() {
		words = append(words, string(k))
	}
	return words
}

func isMove(verb string) bool {
	for _, v := range terms.Verbs() {
		if string(v) == verb {
			return true
		}
	}
	return false
}

// keysOfVerb lists all the keys that a step with the verb takes.
func keysOfVerb(verb string) []string {
	keys := append([]string{verb}, stepKeys...)
	if isMove(verb) {
		keys = append(keys, moveKeys...)
	}
	return append(keys, verbKeys[verb]...)
}
