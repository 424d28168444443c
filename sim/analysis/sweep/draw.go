package sweep

import "strconv"

// What is random here comes from SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
// 2014): the n-th number of a stream is a hash of where the stream begins and of n, so run 1,000,000 needs none of those
// before it.

const golden = 0x9e3779b97f4a7c15

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// stream returns where the stream of a purpose begins: FNV-1a of the seed and the purpose's name.
func stream(seed int64, purpose string) uint64 {
	h := uint64(14695981039346656037)
	for _, b := range []byte(strconv.FormatInt(seed, 10) + "\x00" + purpose) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return mix(h)
}

// at returns the n-th number of a stream.
func at(stream uint64, n int) uint64 { return mix(stream + uint64(n)*golden) }

// random is a generator of its own, seeded by its value.
type random uint64

func (r *random) next() uint64 {
	*r += golden
	return mix(uint64(*r))
}

// float returns a number from 0 up to, not including, 1.
func (r *random) float() float64 { return float64(r.next()>>11) / (1 << 53) }

func count(n int) string { return strconv.Itoa(n) }
