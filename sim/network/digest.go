package network

import "math/bits"

// The hashes of this package tell simulated messages apart and stay the same from one process to the next. They are no
// defence against anybody.

// mix hashes two numbers into one: splitmix64's finish over both.
func mix(a, b uint64) uint64 {
	z := a*0x9e3779b97f4a7c15 + bits.RotateLeft64(b, 31) + 0x632be59bd9b4e019
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// digestBytes is FNV-1a, finished by mix.
func digestBytes(b []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, c := range b {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return mix(h, uint64(len(b)))
}

// digestString is digestBytes of a string.
func digestString(s string) uint64 { return digestBytes([]byte(s)) }
