package revision

import (
	"context"
	"io"
	"iter"

	"github.com/nbhosting/nbhosting/internal/git"
)

// held is what has its content in an object of a clone.
type held interface{ held() entry }

func (e entry) held() entry { return e }

// eachContent calls do with the content of each file: clone by clone, and in
// each in the order given.
func eachContent[F held](ctx context.Context, runner git.Runner, files []F, do func(F, io.Reader) error) error {
	byClone := map[string][]F{}
	var clones []string
	for _, f := range files {
		clone := f.held().clone
		if _, known := byClone[clone]; !known {
			clones = append(clones, clone)
		}
		byClone[clone] = append(byClone[clone], f)
	}
	for _, clone := range clones {
		files, next := byClone[clone], 0
		err := runner.Blobs(ctx, clone, objects(files), func(_ string, content io.Reader) error {
			f := files[next]
			next++
			return do(f, content)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func objects[F held](files []F) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, f := range files {
			if !yield(f.held().Object) {
				return
			}
		}
	}
}
