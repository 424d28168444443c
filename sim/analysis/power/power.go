// Package power reads a decision rule as a simple game and says who holds the power under it: how many coalitions win, who
// is in all of them, who is needed by none, which coalitions can block, and how often each capital is the one that decides.
//
// The game is derived from the rule that the state machine itself evaluates ([terms.Ballot.Requirement]): the members of a
// coalition consent and all others object. Under this convention every rule of a scenario file is a monotone game, those
// that speak of objections (no_objection_from, consensus, consensus_minus) included.
//
// # What is measured
//
//   - A swing of a capital is a winning coalition that loses without it. Its absolute Banzhaf index is the share of the
//     others' 2^(n-1) coalitions to which it makes the difference, that is swings / 2^(n-1): L. S. Penrose, "The elementary
//     statistics of majority voting", 1946. The normalised index is its share of all capitals' swings: J. F. Banzhaf,
//     "Weighted voting doesn't work", 1965.
//   - J. S. Coleman, "Control of collectivities and the power of a collectivity to act", 1971: the share of coalitions that
//     win; swings as a share of the winning coalitions (to prevent action), and of the losing ones (to initiate it).
//   - The Shapley-Shubik index is the share of the n! orders in which the capital is the one whose joining wins: L. S.
//     Shapley and M. Shubik, "A method for evaluating the distribution of power in a committee system", 1954.
//   - A veto player is in every winning coalition, a dummy in no minimal one. A blocking coalition is one without which the
//     others lose; it wins the dual game.
//
// # How it is counted
//
// Capitals that everybody needs and those that the rule does not mention are taken out first. What is left is counted by the
// first of these that can: generating functions, where the rule is on one weight and on heads; a truth table of up to 28
// players, for any rule at all; generating functions again, where a few named players stand in the way; a decision diagram,
// for any rule in which few different sums can come up; generating functions of several weights, by size at once or in several
// passes. See series, table, splitCensus, diagram, grid and folded for sources. Minimal coalitions are counted apart (see
// minimals), by cells of sums where neither a truth table nor one weight is enough. All of it is exact, in whole numbers and
// fractions. Beyond the bounds (see limits) the indices are estimated from a seeded sample, and the result says which.
package power

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"runtime"
	"slices"
	"time"

	"github.com/parley-sim/parley/node/terms"
)

// Game is a rule, or several that must all be won, as a simple game of named players.
type Game struct {
	players []string
	formula formula
}

// New makes a game of ballots, all of which must be won. Its players are the ballots' voters, in the order in which they
// come up.
func New(ballots ...*terms.Ballot) *Game {
	g := &Game{}
	at := map[string]int{}
	for _, b := range ballots {
		for _, v := range b.Voters() {
			if _, known := at[v.ID]; !known {
				at[v.ID] = len(g.players)
				g.players = append(g.players, v.ID)
			}
		}
	}
	f := formula{kind: allOf}
	for _, b := range ballots {
		var players []int
		for _, v := range b.Voters() {
			players = append(players, at[v.ID])
		}
		r := b.Requirement()
		f.parts = append(f.parts, formulaOf(&r, len(g.players), players))
	}
	g.formula = f
	return g
}

// Players lists the game's players.
func (g *Game) Players() []string { return g.players }

// Wins reports whether a coalition wins, given as whether each player is in it.
func (g *Game) Wins(in []bool) bool { return g.formula.wins(in) }

// Options bound the analysis of a game. The zero value asks for what the command does.
type Options struct {
	Seed    int64 // of the sample, where an estimate is made
	Samples int   // how many coalitions, and how many orders, an estimate looks at; 0 is DefaultSamples
	List    int   // how many minimal coalitions are listed at most; 0 is DefaultList

	// Lasting, if set, is called before a count that takes long: of what, and about how long.
	Lasting func(what string, d time.Duration)

	what string  // is analysed
	most *limits // nil: the usual ones
}

// limits are those of an analysis, with whom to tell that it takes long.
func (o *Options) limits() *limits {
	l := *cmp.Or(o.most, usual())
	if o.Lasting != nil {
		l.lasting = func(additions float64) {
			seconds := additions * perAddition / float64(runtime.GOMAXPROCS(0))
			o.Lasting(o.what, time.Duration(seconds*float64(time.Second)).Round(5*time.Second))
		}
	}
	return &l
}

// The defaults of [Options].
const (
	DefaultSamples = 200_000
	DefaultList    = 1000
)

// Result is what a game's analysis found. Numbers that are nil are not known: see Method.
type Result struct {
	Players []Player
	Groups  [][]int // the players by interchangeable kind, in their order; each group is in order too
	Method  string  // how it was counted
	Exact   bool    // false: some or all of the indices are estimates, with intervals

	Winning        *big.Int // winning coalitions
	WinningShare   Estimate // of all coalitions: Coleman's power of the collectivity to act
	MinimalWinning *big.Int

	// MinimalBlocking is the number of minimal blocking coalitions; Blocking lists them, by size and then by the order of
	// players: all of them if BlockingAll is set, else some of the smallest. With MinimalWinning and Winners it is the same.
	MinimalBlocking *big.Int
	Blocking        [][]int
	BlockingAll     bool
	BlockingKinds   []Profile // the same, with interchangeable players taken together
	Winners         [][]int
	WinnersAll      bool
	WinnerKinds     []Profile

	Samples int   // how many coalitions were sampled for the estimates; 0 if there are none
	Seed    int64 // of the sample
}

// Estimated lists what is not exact but estimated, as --json calls it: of winning_share, banzhaf (with banzhaf_absolute) and
// shapley_shubik.
func (r *Result) Estimated() []string {
	switch {
	case r.Exact:
		return nil
	case r.Winning != nil:
		return []string{"shapley_shubik"}
	}
	return []string{"winning_share", "banzhaf", "shapley_shubik"}
}

// NotCounted lists what is not known, as --json calls it, and says why. It is empty for nearly all rules.
func (r *Result) NotCounted() map[string]string {
	const why = "the minimal coalitions under this rule take more time or memory to count than is allowed"
	out := map[string]string{}
	if r.MinimalWinning == nil && !r.WinnersAll {
		out["minimal_winning"] = why
	}
	if r.MinimalBlocking == nil && !r.BlockingAll {
		out["minimal_blocking_count"] = why
	}
	return out
}

// Profile is a set of coalitions that differ only in interchangeable players: so many of each group of [Result].
type Profile []int

// Estimate is a number with its interval of 95 %. An exact one has no width.
type Estimate struct{ Value, Low, High float64 }

// Player is what was found of one player.
type Player struct {
	ID     string
	Swings *big.Int

	Banzhaf         *big.Rat // normalised
	BanzhafAbsolute *big.Rat
	ShapleyShubik   *big.Rat
	Prevent         *big.Rat // Coleman
	Initiate        *big.Rat // Coleman

	// The same as decimals; estimates where the fractions are nil.
	BanzhafValue, BanzhafAbsoluteValue, ShapleyShubikValue Estimate

	Veto  bool
	Dummy *bool // nil: a sample does not tell
}

// Analyze counts the game. It returns an error only when the context ends.
func (g *Game) Analyze(ctx context.Context, o Options) (*Result, error) {
	if o.Samples <= 0 {
		o.Samples = DefaultSamples
	}
	if o.List <= 0 {
		o.List = DefaultList
	}
	n := len(g.players)
	c := coreOf(g.formula, n, o.limits())
	r := &Result{Exact: true, Players: make([]Player, n)}
	groups := c.groups()
	for i, id := range g.players {
		r.Players[i] = Player{ID: id, Veto: slices.Contains(c.vetoes, i)}
	}
	count, err := c.census(ctx)
	if err != nil {
		return nil, err
	}
	if count != nil {
		r.Method = count.method
		whole := c.whole(count)
		r.Winning, r.MinimalWinning, r.MinimalBlocking = whole.winning, whole.minimalWinning, whole.minimalBlocking
		r.indices(whole, groups)
	}
	if count == nil {
		if err := r.minimals(ctx, &c); err != nil {
			return nil, err
		}
	}
	if count == nil || count.sizes == nil {
		if err := g.estimate(ctx, &c, r, o); err != nil {
			return nil, err
		}
	}
	r.Groups = arranged(groups)
	r.list(ctx, &c, o)
	return r, ctx.Err()
}

// minimals counts the minimal coalitions of a core of which nothing else was counted.
func (r *Result) minimals(ctx context.Context, c *core) error {
	count, err := c.blocking(ctx, &census{winning: new(big.Int)}, nil)
	if err != nil {
		return err
	}
	whole := c.whole(count)
	r.MinimalWinning, r.MinimalBlocking = whole.minimalWinning, whole.minimalBlocking
	return nil
}

// groups are the players that stand alike, as [core.whole] counts them: the core's kinds, the vetoes, the dummies.
func (c *core) groups() [][]int {
	var all [][]int
	for _, k := range c.kinds {
		var g []int
		for _, i := range k {
			g = append(g, c.players[i])
		}
		all = append(all, g)
	}
	return append(all, c.vetoes, c.dummies)
}

// arranged drops empty groups and puts the others in the order of their first players.
func arranged(groups [][]int) [][]int {
	var out [][]int
	for _, g := range groups {
		if len(g) > 0 {
			g = slices.Sorted(slices.Values(g))
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b []int) int { return a[0] - b[0] })
	return out
}

// census counts the core by the first method that can; nil if none can.
func (c *core) census(ctx context.Context) (*census, error) {
	if c.kind == always || c.kind == never {
		return c.constant(), nil
	}
	var out *census
	var err error
	if c.n > smallTable {
		if out, err = seriesCensus(ctx, c); err != nil || out != nil && out.sizes != nil {
			return c.blocking(ctx, out, err)
		}
	}
	if c.n <= c.most.players {
		return tableCensus(ctx, c)
	}
	for _, method := range []func(context.Context, *core) (*census, error){splitCensus, diagramCensus, gridSized, foldedCensus, gridFlat} {
		by, err := method(ctx, c)
		if err != nil {
			return nil, err
		}
		if by != nil && (by.sizes != nil || out == nil) {
			out = by
		}
		if out != nil && out.sizes != nil {
			break
		}
	}
	return c.blocking(ctx, out, nil)
}

// smallTable is the number of players up to which a truth table is the quickest.
const smallTable = 12

// constant is the census of a core that always wins, or never.
func (c *core) constant() *census {
	out := &census{method: "by hand", sizes: choose(c.n), minimalWinning: big.NewInt(1), minimalBlocking: new(big.Int)}
	has := append([]*big.Int{new(big.Int)}, choose(max(0, c.n-1))...)
	if c.kind == never {
		for i := range out.sizes {
			out.sizes[i], has[i] = new(big.Int), new(big.Int)
		}
		out.minimalWinning, out.minimalBlocking = new(big.Int), big.NewInt(1)
	}
	for range c.kinds {
		out.withSizes = append(out.withSizes, has[:c.n+1])
	}
	out.sum()
	return out
}

// blocking adds the number of minimal blocking coalitions, those that win the dual game and need every one of theirs.
func (c *core) blocking(ctx context.Context, out *census, err error) (*census, error) {
	if err != nil || out == nil {
		return nil, err
	}
	if out.minimalBlocking == nil {
		dual := coreOf(c.dual(), c.n, c.most)
		out.minimalBlocking, err = dual.minimal(ctx)
	}
	if out.minimalWinning == nil && err == nil {
		out.minimalWinning, err = c.minimal(ctx)
	}
	return out, err
}

// minimal counts the minimal winning coalitions by the first method that can; nil if none can.
func (c *core) minimal(ctx context.Context) (n *big.Int, err error) {
	s, ok := seriesOf(c)
	if ok && s.flat {
		if n, err = s.minimalWinning(ctx); n != nil || err != nil {
			return n, err
		}
	}
	m, err := minimalsOf(ctx, c)
	if err != nil {
		return nil, err
	}
	if m == nil || m.work*float64(primesFor(c.n)) > quick {
		if n, err = minimalByDiagram(ctx, c); n != nil || err != nil {
			return n, err
		}
	}
	if m != nil {
		return m.count(ctx)
	}
	if ok {
		return s.minimalWinning(ctx)
	}
	return nil, nil
}

// quick is the additions up to which nothing else is tried: they take a second or two.
const quick = 1e9

// indices fills in what follows from the counts.
func (r *Result) indices(c *census, groups [][]int) {
	n := len(r.Players)
	every := new(big.Int).Lsh(big.NewInt(1), uint(n))
	r.WinningShare = certain(ratio(c.winning, every))
	losing := new(big.Int).Sub(every, c.winning)
	half := new(big.Int).Rsh(every, 1)
	swings := make([]*big.Int, len(groups))
	all := new(big.Int)
	for k, g := range groups { // with i: W_i; without: W - W_i, each of which also wins with i
		swings[k] = new(big.Int).Lsh(c.with[k], 1)
		swings[k].Sub(swings[k], c.winning)
		all.Add(all, new(big.Int).Mul(swings[k], big.NewInt(int64(len(g)))))
	}
	orders := ordersOf(n)
	for k, g := range groups {
		if len(g) == 0 {
			continue
		}
		dummy := swings[k].Sign() == 0
		p := Player{Swings: swings[k], Dummy: &dummy, Banzhaf: ratio(swings[k], all), BanzhafAbsolute: ratio(swings[k], half),
			Prevent: ratio(swings[k], c.winning), Initiate: ratio(swings[k], losing)}
		p.BanzhafValue, p.BanzhafAbsoluteValue = certain(p.Banzhaf), certain(p.BanzhafAbsolute)
		if c.sizes != nil {
			p.ShapleyShubik = orders.shapley(c.sizes, c.withSizes[k])
			p.ShapleyShubikValue = certain(p.ShapleyShubik)
		}
		for _, i := range g {
			p.ID, p.Veto = r.Players[i].ID, r.Players[i].Veto
			r.Players[i] = p
		}
	}
}

// ratio is a/b, and 0 of nothing.
func ratio(a, b *big.Int) *big.Rat {
	if b.Sign() == 0 {
		return new(big.Rat)
	}
	return new(big.Rat).SetFrac(a, b)
}

func certain(r *big.Rat) Estimate {
	v, _ := r.Float64()
	return Estimate{v, v, v}
}

// orders has the number of orders of n players in which one of them comes right after s-1 others: (s-1)! (n-s)!, for each s.
type orders struct {
	all   *big.Int // n!
	after []*big.Int
}

func ordersOf(n int) *orders {
	f := []*big.Int{big.NewInt(1)}
	for k := 1; k <= n; k++ {
		f = append(f, new(big.Int).Mul(f[k-1], big.NewInt(int64(k))))
	}
	o := &orders{all: f[n], after: make([]*big.Int, n+1)}
	for s := 1; s <= n; s++ {
		o.after[s] = new(big.Int).Mul(f[s-1], f[n-s])
	}
	return o
}

// shapley adds up the orders in which a player is the one who wins: its swings by size, each with its orders.
func (o *orders) shapley(sizes, with []*big.Int) *big.Rat {
	sum, swings := new(big.Int), new(big.Int)
	for s := 1; s < len(with); s++ {
		swings.Sub(with[s], sizes[s-1])
		swings.Add(swings, with[s-1])
		sum.Add(sum, swings.Mul(swings, o.after[s]))
	}
	return new(big.Rat).SetFrac(sum, o.all)
}

// String says what the game is.
func (g *Game) String() string { return fmt.Sprintf("a game of %d players", len(g.players)) }
