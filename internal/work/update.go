package work

import (
	"context"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// state is how a student's notebook stands to the course's.
type state int

const (
	current state = iota // nothing new, or nothing to be had
	fresh                // the course has a new version, and the student never changed theirs
	behind               // the course has a new version, and the student changed theirs
)

// news is what a course has that a student has not.
type news struct {
	state  state
	base   []byte // the course's version that the student's derives from; nil: unknown
	theirs offered
}

// news compares the present notebook with what the course has now and with what
// it derives from. That a notebook was opened, and saved as Jupyter writes it, is no change.
func (n notebook) news(theirs offered) (news, error) {
	// Into a clone, git brings what is new, when its student wants it: a file that we changed would be in its way.
	if theirs.content == nil || n.content == nil || n.place.IsClone() {
		return news{theirs: theirs}, nil
	}
	base, v, known, err := n.History.Base(n.key, n.file)
	if err != nil {
		return news{}, err
	}
	all := news{theirs: theirs, state: behind}
	if known {
		all.base = base
	}
	switch {
	case known && v.Sum == sum(theirs.content), sum(n.content) == sum(theirs.content):
		all.state = current
	case known && n.same(base, n.content):
		all.state = fresh
	case known && n.same(base, theirs.content), n.same(n.content, theirs.content):
		all.state = current
	}
	return all, nil
}

// same tells whether two versions have the same cells, with the same outputs.
func (n notebook) same(a, b []byte) bool {
	if sum(a) == sum(b) {
		return true
	}
	c, err := merge.Diff(n.file, a, b)
	return err == nil && c.Added+c.Removed+c.Changed+c.Moved == 0
}

// Update is a new version that the course has of a student's notebook.
type Update struct {
	Commit  string
	Changes merge.Changes // from what the student's derives from to what the course has; from the student's own if that is unknown
	Known   bool          // what it derives from
}

// Update returns what the course has to offer for a notebook that the student has
// changed; ok is false where that is nothing.
func (w *Work) Update(key nbhosting.Key, file string) (u Update, ok bool, err error) {
	err = w.withNews(key, file, func(n notebook, has news) error {
		if ok = has.state != current; !ok {
			return nil
		}
		from := has.base
		if u.Known = from != nil; !u.Known {
			from = n.content
		}
		u.Commit = has.theirs.commit
		u.Changes, err = merge.Diff(file, from, has.theirs.content)
		return err
	})
	return u, ok, err
}

// withNews calls do with a notebook, if the student has it, and its news.
func (w *Work) withNews(key nbhosting.Key, file string, do func(notebook, news) error) error {
	defer w.lock(key, file)()
	return w.withCourse(key.Course, func(r *revision.Revision) error {
		n, err := w.open(key, file)
		if err != nil {
			return err
		}
		if err := n.there(); err != nil {
			return err
		}
		theirs, err := n.offered(r)
		if err != nil {
			return err
		}
		has, err := n.news(theirs)
		if err != nil {
			return err
		}
		return do(n, has)
	})
}

// Merged is what became of a merge.
type Merged struct {
	merge.Result
	Displaced history.Version
}

// Merge brings the course's new version into the student's: by cells, and so that
// nothing of theirs is lost. marks name the two sides where both changed a cell.
func (w *Work) Merge(ctx context.Context, key nbhosting.Key, file string, marks merge.Options) (m Merged, err error) {
	err = w.withOffer(key, file, func(n notebook, has news) error {
		m, err = n.merge(ctx, has, marks)
		return err
	})
	return m, err
}

func (n notebook) merge(ctx context.Context, has news, marks merge.Options) (m Merged, err error) {
	if err := n.checkPairs(); err != nil {
		return m, err
	}
	m.Result, err = merge.Three(n.file, has.base, n.content, has.theirs.content, marks)
	if err != nil {
		return m, err
	}
	m.Displaced, err = n.exchange(ctx, m.Content,
		kept{has.theirs.content, has.theirs.note(history.Course)},
		kept{m.Content, history.Note{Why: history.Merge, Commit: has.theirs.commit}})
	return m, err
}

// TakeNew puts the course's new version in place of the student's, which stays in
// the history.
func (w *Work) TakeNew(ctx context.Context, key nbhosting.Key, file string) (displaced history.Version, err error) {
	err = w.withOffer(key, file, func(n notebook, has news) error {
		if err := has.theirs.check(); err != nil {
			return err
		}
		displaced, err = n.put(ctx, has.theirs.content, kept{has.theirs.content, has.theirs.note(history.Taken)})
		return err
	})
	return displaced, err
}

// KeepMine leaves the student's as it is. The course's version is offered no
// more, until there is another.
func (w *Work) KeepMine(ctx context.Context, key nbhosting.Key, file string) error {
	return w.withOffer(key, file, func(n notebook, has news) error {
		n.forget()
		if _, err := n.keep(ctx, history.Save); err != nil {
			return err
		}
		if _, err := n.History.Keep(ctx, n.key, n.file, has.theirs.content, has.theirs.note(history.Course)); err != nil {
			return err
		}
		_, err := n.keep(ctx, history.Save)
		return err
	})
}

// withOffer is withNews where there is something to offer.
func (w *Work) withOffer(key nbhosting.Key, file string, do func(notebook, news) error) error {
	return w.withNews(key, file, func(n notebook, has news) error {
		if has.state == current {
			return nbhosting.Errorf(nbhosting.Conflict, "There is nothing new: your notebook is up to date with the course.")
		}
		return do(n, has)
	})
}
