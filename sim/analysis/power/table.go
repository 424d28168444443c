package power

import (
	"cmp"
	"context"
	"math/big"
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// maxTable is the largest number of players whose coalitions are looked at one by one: a bit each, 32 MB for 28.
const maxTable = 28

// table is the truth table of a game: bit c says whether the coalition c wins, whose players are the bits set in c. Six
// players fill a word, so 64 coalitions are weighed, compared and counted at a time. It serves every rule alike, whatever
// it is composed of.
type table struct {
	n     int
	words []uint64
}

// inWord is how many players are within a word; player[i] are the coalitions in a word that have player i, and ofSize[k]
// those of k players.
const inWord = 6

var player = [inWord]uint64{0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc, 0xf0f0f0f0f0f0f0f0, 0xff00ff00ff00ff00, 0xffff0000ffff0000, 0xffffffff00000000}

var ofSize = func() (m [inWord + 1]uint64) {
	for c := range 64 {
		m[bits.OnesCount(uint(c))] |= 1 << c
	}
	return m
}()

// blockBits: a worker takes 2^blockBits words at a time.
const blockBits = 11

// blocks calls do for all words, in parallel blocks. It stops when the context ends.
func (t *table) blocks(ctx context.Context, do func(from, to int)) error {
	size := min(1<<blockBits, len(t.words))
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(t.words)/size)
	for k := range workers {
		wg.Go(func() {
			for from := k * size; from < len(t.words) && ctx.Err() == nil; from += workers * size {
				do(from, from+size)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// counts are winning coalitions by size, in all and with each player.
type counts struct {
	sizes []uint64   // by size
	with  [][]uint64 // by player, then by size
}

func newCounts(n int) *counts {
	c := &counts{sizes: make([]uint64, n+1), with: make([][]uint64, n)}
	for i := range c.with {
		c.with[i] = make([]uint64, n+1)
	}
	return c
}

// count counts the winning coalitions by size.
func (t *table) count(ctx context.Context) (*counts, error) {
	total := newCounts(max(t.n, inWord))
	var mu sync.Mutex
	scratch := sync.Pool{New: func() any { return newBlock() }}
	err := t.blocks(ctx, func(from, to int) {
		b := scratch.Get().(*block)
		b.count(t.words[from:to])
		mu.Lock()
		b.addTo(total, from)
		mu.Unlock()
		scratch.Put(b)
	})
	total.sizes, total.with = total.sizes[:t.n+1], total.with[:t.n]
	for i, with := range total.with {
		total.with[i] = with[:t.n+1]
	}
	return total, err
}

// block counts the winning coalitions of 2^blockBits words. Sizes are those within the block, of inWord+blockBits players.
type block struct {
	*counts
	bits   int
	fold   [][inWord + blockBits + 1]uint32
	planes [blockBits + 1][blockBits + 2]uint64 // by the size of a word's index: a counter for each bit, a plane a digit
}

func newBlock() *block {
	return &block{counts: newCounts(inWord + blockBits), fold: make([][inWord + blockBits + 1]uint32, 1<<blockBits)}
}

func (b *block) count(words []uint64) {
	b.bits = bits.Len(uint(len(words))) - 1
	clear(b.sizes)
	for i := range b.with {
		clear(b.with[i])
	}
	clear(b.planes[:])
	for i, w := range words {
		f := &b.fold[i]
		*f = [inWord + blockBits + 1]uint32{}
		if w == 0 {
			continue
		}
		outer := bits.OnesCount(uint(i))
		for k, m := range ofSize {
			f[outer+k] = uint32(bits.OnesCount64(w & m))
		}
		digits := &b.planes[outer]
		for d := 0; w != 0; d++ {
			digits[d], w = digits[d]^w, digits[d]&w
		}
	}
	b.inside()
	b.folded(len(words))
}

// inside reads the counters: of the players within a word.
func (b *block) inside() {
	for outer := range b.bits + 1 {
		for d, plane := range b.planes[outer] {
			if plane == 0 {
				continue
			}
			for k, m := range ofSize {
				for i, p := range player {
					b.with[i][outer+k] += uint64(bits.OnesCount64(plane&m&p)) << d
				}
			}
		}
	}
}

// folded counts for the players of the index: the upper half of the words are the coalitions that have the last player.
// Its counts are taken, then it is laid over the lower half.
func (b *block) folded(n int) {
	for i := b.bits - 1; i >= 0; i-- {
		n /= 2
		with := b.with[inWord+i]
		for j := range n {
			lower, upper := &b.fold[j], &b.fold[n+j]
			for k, c := range upper {
				with[k] += uint64(c)
				lower[k] += c
			}
		}
	}
	for k, c := range b.fold[0] {
		b.sizes[k] += uint64(c)
	}
}

// addTo adds the block's counts to those of the table; from is its first word, whose index has the players that are in all
// of the block's coalitions.
func (b *block) addTo(total *counts, from int) {
	extra := bits.OnesCount(uint(from))
	for k, c := range b.sizes {
		if c == 0 {
			continue
		}
		total.sizes[k+extra] += c
		for i, rest := inWord+b.bits, from>>b.bits; rest != 0; i, rest = i+1, rest>>1 {
			if rest&1 == 1 {
				total.with[i][k+extra] += c
			}
		}
	}
	for i := range inWord + b.bits {
		for k, c := range b.with[i] {
			if c > 0 {
				total.with[i][k+extra] += c
			}
		}
	}
}

// minimal counts the coalitions of which every member is needed: those that win and lose without any one of theirs; with
// blocking set, the same of the dual game, whose minimal winning coalitions are what the maximal losing ones leave over.
func (t *table) minimal(ctx context.Context) (winning, blocking uint64, err error) {
	var mu sync.Mutex
	inside := min(t.n, inWord)
	full := ^uint64(0)
	if t.n < inWord {
		full = 1<<(1<<t.n) - 1
	}
	err = t.blocks(ctx, func(from, to int) {
		var mw, mb uint64
		for i := from; i < to; i++ {
			w := t.words[i]
			least, most := w, ^w&full // winning, and not yet found to win without somebody; losing, nor to lose with one more
			for p := range inside {
				shift := uint(1) << p
				least &^= (w &^ player[p]) << shift
				most &= (w&player[p])>>shift | player[p]
			}
			for p := range max(0, t.n-inWord) {
				if least|most == 0 {
					break
				}
				if i>>p&1 == 1 {
					least &^= t.words[i^1<<p]
				} else {
					most &= t.words[i^1<<p]
				}
			}
			mw += uint64(bits.OnesCount64(least))
			mb += uint64(bits.OnesCount64(most))
		}
		mu.Lock()
		winning, blocking = winning+mw, blocking+mb
		mu.Unlock()
	})
	return winning, blocking, err
}

// tableCensus counts a core of at most maxTable players by its truth table.
func tableCensus(ctx context.Context, c *core) (*census, error) {
	const asMany = 50 // additions take as long as looking up a quota for a leaf
	c.most.announce(asMany * float64(len(c.quotas())) * float64(int64(1)<<max(0, c.n-leafPlayers)))
	order := c.lightFirst()
	f := c.on(order, nil)
	t, err := tableOf(ctx, &f, c.n)
	if err != nil {
		return nil, err
	}
	n, err := t.count(ctx)
	if err != nil {
		return nil, err
	}
	mw, mb, err := t.minimal(ctx)
	if err != nil {
		return nil, err
	}
	out := &census{method: "truth table", sizes: bigs(n.sizes), minimalWinning: new(big.Int).SetUint64(mw), minimalBlocking: new(big.Int).SetUint64(mb)}
	for _, k := range c.kinds {
		out.withSizes = append(out.withSizes, bigs(n.with[slices.Index(order, k[0])]))
	}
	out.sum()
	return out, nil
}

// lightFirst orders the players by their weights, as shares of what the quotas ask for.
func (c *core) lightFirst() []int {
	heavy, order := make([]float64, c.n), make([]int, c.n)
	for _, q := range c.quotas() {
		for i := range heavy {
			heavy[i] += float64(q.w[i]) / float64(q.q)
		}
	}
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(heavy[a], heavy[b]) })
	return order
}

func bigs(n []uint64) []*big.Int {
	out := make([]*big.Int, len(n))
	for i, x := range n {
		out[i] = new(big.Int).SetUint64(x)
	}
	return out
}
