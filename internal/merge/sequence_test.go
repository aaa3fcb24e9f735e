package merge_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/nbhosting/nbhosting/internal/merge"
)

// longest returns the length of the longest common part, by the definition.
func longest(a, b []byte) int {
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			above := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

// TestCommon compares sequences of few and of many different elements: pairs are
// equal and in order, and as many as there can be where nothing is unique.
func TestCommon(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	found, possible := 0, 0
	for n := range 3000 {
		a, b := random(r, 1+n%30), random(r, 1+n%30)
		if n%3 == 0 {
			b = append(append(random(r, 3), a...), random(r, 3)...)
		}
		pairs := merge.Common(a, b)
		last := [2]int{-1, -1}
		for _, p := range pairs {
			if p[0] <= last[0] || p[1] <= last[1] || a[p[0]] != b[p[1]] {
				t.Fatalf("%q, %q: %v", a, b, pairs)
			}
			last = p
		}
		found, possible = found+len(pairs), possible+longest(a, b)
		if n%3 == 0 && len(pairs) == 0 && len(a) > 0 {
			t.Errorf("%q, %q: nothing", a, b)
		}
		twice := bytes.Repeat(a, 2)
		if len(merge.Common(twice, twice)) != len(twice) {
			t.Errorf("%q is not wholly itself", twice)
		}
	}
	if found*100 < possible*95 {
		t.Errorf("%d found of %d", found, possible)
	}
	for a, b := range map[string]string{"xyxy": "yxyx", "aabbab": "bbaaba", "zxxz": "xzzx"} {
		if got, want := len(merge.Common([]byte(a), []byte(b))), longest([]byte(a), []byte(b)); got != want {
			t.Errorf("%s, %s: %d of %d", a, b, got, want)
		}
	}
}

// TestCommonOfLongSequences has too much to compare for a table: what is unique
// shows the way.
func TestCommonOfLongSequences(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var a, b []int
	kept := 0
	for i := range 20_000 {
		n := i
		if r.IntN(3) == 0 {
			n = -1 - r.IntN(3) // these come everywhere
		}
		switch r.IntN(10) {
		case 0:
			a = append(a, n)
		case 1:
			b = append(b, n)
		default:
			a, b, kept = append(a, n), append(b, n), kept+1
		}
	}
	if found := len(merge.Common(a, b)); found < kept {
		t.Errorf("%d of %d", found, kept)
	}
}

func random(r *rand.Rand, letters int) []byte {
	text := make([]byte, r.IntN(25))
	for i := range text {
		text[i] = byte('a' + r.IntN(letters))
	}
	return text
}
