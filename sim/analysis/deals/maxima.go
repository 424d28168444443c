package deals

import (
	"context"
	"runtime"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
)

// Which points of a set does no other dominate? These are the maxima of a set of vectors: Kung, Luccio and Preparata, "On
// Finding the Maxima of a Set of Vectors" (Journal of the ACM 22, 1975). With one to three sheets their sweep finds them in
// n log n steps: along the first sheet, with what the others have reached so far. With more, a k-d tree does (Bentley,
// "Multidimensional Binary Search Trees Used for Associative Searching", Communications of the ACM 18, 1975), with the
// greatest scores of each box: a box whose greatest scores fall short of a point holds none that dominates it (the bounds of
// Papadias, Tao, Fu and Seeger, "Progressive Skyline Computation in Database Systems", ACM TODS 30, 2005).

// bitset is one bit for each of so many numbers.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)>>6) }

func (b bitset) has(i int) bool { return b[i>>6]>>(i&63)&1 == 1 }

func (b bitset) set(i int) { b[i>>6] |= 1 << (i & 63) }

// unset may be called by several at once.
func (b bitset) unset(i int) { atomic.AndUint64(&b[i>>6], ^(1 << (i & 63))) }

// maxima takes the numbers of the points that another one dominates out of alive, and those points out of s. Points with
// the same scores do not dominate each other. done is told how many points have been looked at.
func (s *points) maxima(ctx context.Context, alive bitset, done func(int)) error {
	if s.Len() == 0 {
		return nil
	}
	if len(s.fields) <= 3 {
		return s.sweep(ctx, alive, done)
	}
	// A sample of the points finds out most of what is dominated, if much is.
	if n := s.Len(); n >= s.crowd {
		some := &points{packing: s.packing}
		for i := 0; i < n; i += 1 + n>>14 {
			some.add(s.at(i), s.id[i])
		}
		t, tried, hits := newTree(some), 0, 0
		for i := 0; i < n; i += 1 + n>>10 {
			if tried++; t.dominates(s.at(i)) {
				hits++
			}
		}
		if hits > tried/8 {
			if err := s.outdone(ctx, t, alive, func(int) {}); err != nil {
				return err
			}
			s.keep(alive)
			done(n - s.Len())
		}
	}
	return s.outdone(ctx, newTree(s), alive, done)
}

// keep drops the points that are not alive.
func (s *points) keep(alive bitset) {
	n := 0
	for i, id := range s.id {
		if alive.has(int(id)) {
			copy(s.at(n), s.at(i))
			s.id[n] = id
			n++
		}
	}
	s.id, s.v = s.id[:n], s.v[:n*s.words]
}

// outdone takes the points out that some point of a tree dominates.
func (s *points) outdone(ctx context.Context, t *tree, alive bitset, done func(int)) error {
	const stretch = 1 << 12
	var next atomic.Int64
	var all sync.WaitGroup
	n := s.Len()
	for range min(runtime.GOMAXPROCS(0), n/stretch+1) {
		all.Go(func() {
			for ctx.Err() == nil {
				from := int(next.Add(stretch)) - stretch
				if from >= n {
					return
				}
				to := min(n, from+stretch)
				for i := from; i < to; i++ {
					if t.dominates(s.at(i)) {
						alive.unset(int(s.id[i]))
					}
				}
				done(to - from)
			}
		})
	}
	all.Wait()
	return ctx.Err()
}

// sweep finds the maxima of points with up to three fields. It sorts the points.
func (s *points) sweep(ctx context.Context, alive bitset, done func(int)) error {
	sort.Sort(s)
	if err := ctx.Err(); err != nil {
		return err
	}
	field := func(i, f int) uint64 {
		if f >= len(s.fields) {
			return 0
		}
		return s.of(s.at(i), &s.fields[f])
	}
	st := newStairs(s.Len(), func(i int) uint64 { return field(i, 1) })
	for from := 0; from < s.Len(); {
		to := from + 1
		for to < s.Len() && s.compare(from, to) == 0 {
			to++
		}
		if st.reach(field(from, 1), field(from, 2)) {
			for i := from; i < to; i++ {
				alive.unset(int(s.id[i]))
			}
		}
		done(to - from)
		from = to
	}
	return ctx.Err()
}

// stairs are the points so far, by their second and third field. It is a binary indexed tree of greatest values (Fenwick,
// "A New Data Structure for Cumulative Frequency Tables", Software: Practice and Experience 24, 1994).
type stairs struct {
	seconds []uint64 // all that there are, rising
	best    []uint64 // of the third field and one more, 0 for none, of the points from some second field on
}

func newStairs(n int, second func(int) uint64) *stairs {
	t := &stairs{seconds: make([]uint64, n)}
	for i := range n {
		t.seconds[i] = second(i)
	}
	slices.Sort(t.seconds)
	t.seconds = slices.Compact(t.seconds)
	t.best = make([]uint64, len(t.seconds)+1)
	return t
}

// reach reports whether a point so far is as good in both fields, and adds one if none is.
func (t *stairs) reach(second, third uint64) bool {
	at, _ := slices.BinarySearch(t.seconds, second)
	from := len(t.seconds) - at // the greatest second field first
	for i := from; i > 0; i -= i & -i {
		if t.best[i] > third {
			return true
		}
	}
	for i := from; i < len(t.best); i += i & -i {
		t.best[i] = max(t.best[i], third+1)
	}
	return false
}
