package history_test

import (
	"math/rand/v2"
)

// noise returns bytes that cannot be compressed.
func noise(seed uint64, size int) []byte {
	text := make([]byte, size)
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range text {
		text[i] = byte(r.Uint32())
	}
	return text
}
