package power

// limits bound the time and memory of an analysis. What does not fit into them is left out of the counts, and estimated.
type limits struct {
	players   int                     // whose coalitions are looked at one by one
	additions int64                   // of one word, by generating functions: twenty to thirty seconds of one core
	words     int64                   // of memory for a table of coefficients: 512 MB
	mixed     int64                   // additions for several weights at once: some two to three minutes of one core
	cells     int64                   // words for them: 768 MB
	minimal   int64                   // additions for the minimal coalitions of such games, winning and blocking ones each: up to two minutes of one core
	leaves    int                     // games that a game is split into
	sums      int                     // of all edges of a diagram
	bits      int                     // of all counts of a diagram: 256 MB
	tracked   int                     // sums of all states where a diagram counts minimal coalitions
	visits    int                     // places that the search for minimal coalitions visits, times quotas looked at
	lasting   func(additions float64) // told of a count that takes long; may be nil
	sampled   int                     // samples times players times quotas: of a rule with very many clauses fewer samples are drawn
}

// longCount is the additions from which a count is announced, and perAddition what one takes of one core, in seconds.
const (
	longCount   = 8e9
	perAddition = 2.5e-9
)

// announce says that a count begins that takes long.
func (l *limits) announce(additions float64) {
	if l.lasting != nil && additions >= longCount {
		l.lasting(additions)
	}
}

func usual() *limits {
	return &limits{players: maxTable, additions: 20_000_000_000, words: 1 << 26, mixed: 120_000_000_000, cells: 3 << 25, minimal: 70_000_000_000, leaves: 64,
		sums: 6_000_000, bits: 1 << 31, tracked: 2_000_000, visits: 20_000_000, sampled: 4_000_000_000}
}
