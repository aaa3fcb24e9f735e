package work

import (
	"context"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// Reset puts the course's version in place of a student's notebook, or, where
// the course has it no more, the version that they once copied. It returns the
// version that is now in the history only; its ID is empty if there was none.
func (w *Work) Reset(ctx context.Context, key nbhosting.Key, file string) (displaced history.Version, err error) {
	defer w.lock(key, file)()
	err = w.withCourse(key.Course, func(r *revision.Revision) error {
		n, err := w.open(key, file)
		if err != nil {
			return err
		}
		original, note, err := n.original(r)
		if err != nil {
			return err
		}
		displaced, err = n.put(ctx, original, kept{original, note})
		return err
	})
	return displaced, err
}

// original returns what a reset brings back.
func (n notebook) original(r *revision.Revision) ([]byte, history.Note, error) {
	theirs, err := n.offered(r)
	if err != nil {
		return nil, history.Note{}, err
	}
	if theirs.content != nil {
		return theirs.content, theirs.note(history.Reset), theirs.check()
	}
	base, v, ok, err := n.History.Base(n.key, n.file)
	if err != nil {
		return nil, history.Note{}, err
	}
	if !ok {
		return nil, history.Note{}, nbhosting.Errorf(nbhosting.NotFound,
			"The course has no notebook %q any more, and nobody knows what it was like at first: there is nothing to go back to.", n.file)
	}
	return base, history.Note{Why: history.Reset, Commit: v.Commit, CourseFile: v.CourseFile, Base: true}, nil
}

// Restore makes an earlier version the present one, as a new version.
func (w *Work) Restore(ctx context.Context, key nbhosting.Key, file, id string) (displaced history.Version, err error) {
	done, err := w.Courses.Use(key.Course)
	if err != nil {
		return displaced, err
	}
	defer done()
	defer w.lock(key, file)()
	content, v, err := w.History.Read(key, file, id)
	if err != nil {
		return displaced, err
	}
	n, err := w.open(key, file)
	if err != nil {
		return displaced, err
	}
	return n.put(ctx, content, kept{content, history.Note{Why: history.Restore, Of: v.ID}})
}
