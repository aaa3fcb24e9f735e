package merge_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/notebook"
)

// large returns three versions of a notebook of 2 MB with so many cells: both
// sides have changed a tenth of them, and Jupyter may have given the student's ids.
func large(b *testing.B, cells int, ids bool) (base, mine, theirs []byte) {
	b.Helper()
	r := rand.New(rand.NewPCG(3, 3))
	var parts []string
	for i := range cells {
		part := fmt.Sprintf("f%d(x)%s > 1", i, strings.Repeat(fmt.Sprintf("\nprint(x, %d)", r.IntN(50)), 2_000_000/cells/18))
		if ids {
			part = fmt.Sprintf("c%d:%s", i, part)
		}
		parts = append(parts, part)
	}
	base = build(strings.Join(parts, " | "))
	d, err := notebook.Parse("a.ipynb", base)
	if err != nil {
		b.Fatal(err)
	}
	versions := [2][]byte{}
	for i, name := range []string{"student", "course"} {
		p := &person{name: name, rand: r}
		edited := d.With(nil)
		edited.Cells = d.Cells
		for range cells / 10 {
			edited.Cells = p.works(edited.Cells, 1)
		}
		if versions[i], err = d.With(edited.Cells).Bytes(); err != nil {
			b.Fatal(err)
		}
	}
	return base, versions[0], versions[1]
}

func BenchmarkThree(b *testing.B) {
	benchmark(b, func(base, mine, theirs []byte) error {
		_, err := merge.Three("a.ipynb", base, mine, theirs, options)
		return err
	})
}

func BenchmarkDiff(b *testing.B) {
	benchmark(b, func(base, mine, theirs []byte) error {
		_, err := merge.Diff("a.ipynb", mine, theirs)
		return err
	})
}

func benchmark(b *testing.B, work func(base, mine, theirs []byte) error) {
	b.Helper()
	for _, cells := range []int{100, 1000, 5000} {
		for _, ids := range []bool{true, false} {
			b.Run(fmt.Sprintf("cells=%d/ids=%t", cells, ids), func(b *testing.B) {
				base, mine, theirs := large(b, cells, ids)
				b.SetBytes(int64(len(base)))
				for b.Loop() {
					if err := work(base, mine, theirs); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
