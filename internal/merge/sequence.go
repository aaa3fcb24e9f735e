package merge

import (
	"slices"
	"sort"
)

// pair is a place in each of two sequences.
type pair struct{ a, b int }

const (
	// maxTable bounds the table that is made to compare two pieces exactly.
	maxTable = 1 << 16
	// maxDivisions bounds how often a piece is divided into smaller ones.
	maxDivisions = 32
)

// common returns places with equal elements, in order of both sequences: what
// they share, as people see it. That is found from what each has only once, and
// so again in the pieces between (“patience”). Pieces that are small are compared
// exactly; of large ones without anything unique, only the ends are.
func common[T comparable](a, b []T) []pair { return divide(a, b, pair{}, nil, 0) }

// divide appends to found what the pieces a and b, which begin at at, share.
func divide[T comparable](a, b []T, at pair, found []pair, divisions int) []pair {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		found = append(found, at)
		a, b, at = a[1:], b[1:], pair{at.a + 1, at.b + 1}
	}
	same := 0
	for same < min(len(a), len(b)) && a[len(a)-1-same] == b[len(b)-1-same] {
		same++
	}
	a, b = a[:len(a)-same], b[:len(b)-same]
	unique := increasing(uniques(a, b))
	switch {
	case len(unique) > 0 && divisions < maxDivisions:
		last := pair{}
		for _, p := range append(unique, pair{len(a), len(b)}) {
			found = divide(a[last.a:p.a], b[last.b:p.b], pair{at.a + last.a, at.b + last.b}, found, divisions+1)
			if p.a < len(a) {
				found = append(found, pair{at.a + p.a, at.b + p.b})
			}
			last = pair{p.a + 1, p.b + 1}
		}
	case len(a)*len(b) <= maxTable:
		found = exact(a, b, at, found)
	}
	for i := range same {
		found = append(found, pair{at.a + len(a) + i, at.b + len(b) + i})
	}
	return found
}

// uniques returns the places of elements that are once in a and once in b, in
// order of a.
func uniques[T comparable](a, b []T) []pair {
	const none, several = -1, -2
	places := map[T]pair{}
	for i, e := range a {
		if _, seen := places[e]; seen {
			places[e] = pair{several, none}
		} else {
			places[e] = pair{i, none}
		}
	}
	for j, e := range b {
		if p, seen := places[e]; seen && p.b == none {
			places[e] = pair{p.a, j}
		} else if seen {
			places[e] = pair{p.a, several}
		}
	}
	var found []pair
	for i, e := range a {
		if p := places[e]; p.a == i && p.b >= 0 {
			found = append(found, p)
		}
	}
	return found
}

// exact appends the longest common part of a and b, by a table.
func exact[T comparable](a, b []T, at pair, found []pair) []pair {
	width := len(b) + 1
	length := make([]int32, (len(a)+1)*width) // of the common part of a[i:] and b[j:]
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			found = append(found, pair{at.a + i, at.b + j})
			i, j = i+1, j+1
		case length[(i+1)*width+j] >= length[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return found
}

// increasing returns as many of pairs, which are in order of a, as are in order
// of b as well.
func increasing(pairs []pair) []pair {
	before := make([]int, len(pairs)) // the pair before, in the best row that ends here
	var ends []int                    // the pair with the least b that ends a row of each length
	for i, p := range pairs {
		n := sort.Search(len(ends), func(n int) bool { return pairs[ends[n]].b >= p.b })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		ends = append(ends[:n], append([]int{i}, ends[min(n+1, len(ends)):]...)...)
	}
	if len(ends) == 0 {
		return nil
	}
	var row []pair
	for i := ends[len(ends)-1]; i >= 0; i = before[i] {
		row = append(row, pairs[i])
	}
	slices.Reverse(row)
	return row
}
