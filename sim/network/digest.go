package network

import (
	"encoding/binary"
	"math/bits"
)

// The hashes of this package tell simulated messages apart and stay the same from one process to the next. They are no
// defence against anybody.

// mix hashes two numbers into one: splitmix64's finish over both.
func mix(a, b uint64) uint64 {
	z := a*0x9e3779b97f4a7c15 + bits.RotateLeft64(b, 31) + 0x632be59bd9b4e019
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// digestBytes is FNV-1a of eight bytes at a time, finished by mix.
func digestBytes(b []byte) uint64 {
	h, size := uint64(0xcbf29ce484222325), uint64(len(b))
	for ; len(b) >= 8; b = b[8:] {
		h = (h ^ binary.LittleEndian.Uint64(b)) * 0x100000001b3
		h ^= h >> 32 // what is multiplied moves up only
	}
	for _, c := range b {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return mix(h, size)
}

// digestString is FNV-1a, finished by mix. The delays of a link follow from its capitals' names by it.
func digestString(s string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return mix(h, uint64(len(s)))
}
