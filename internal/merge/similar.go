package merge

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// alike is how similar cells must be to be taken for versions of one.
const alike = 0.6

// similarity returns how much of two cells is the same, from 0 to 1: twice what
// they share, by what they hold.
func similarity(a, b *cell) float64 {
	if a.Type != b.Type {
		return 0
	}
	x, y := a.words(), b.words()
	all := len(x) + len(y)
	if all == 0 || 2*min(len(x), len(y)) < int(alike*float64(all)) {
		return 0
	}
	shared := 0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			shared, i, j = shared+1, i+1, j+1
		case x[i] < y[j]:
			i++
		default:
			j++
		}
	}
	return 2 * float64(shared) / float64(all)
}

// words returns numbers that stand for the words and signs of c, in their order.
func (c *cell) words() []uint32 {
	if c.bag != nil || c.blank {
		return c.bag
	}
	for rest := c.Source; rest != ""; {
		n := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
		switch {
		case n < 0:
			n = len(rest)
		case n == 0:
			var r rune
			if r, n = utf8.DecodeRuneInString(rest); unicode.IsSpace(r) {
				rest = rest[n:]
				continue
			}
		}
		h := fnv.New32a()
		_, _ = h.Write([]byte(rest[:n]))
		c.bag = append(c.bag, h.Sum32())
		rest = rest[n:]
	}
	slices.Sort(c.bag)
	return c.bag
}
