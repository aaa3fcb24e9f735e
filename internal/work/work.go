// Package work is what becomes of a student's notebook once they have it: every
// version that passes is kept, and it is reset, restored and brought up to date
// with the course, without anything of theirs being lost.
//
// The order is always the same: first what is there is in the history, on disk;
// only then is anything put in its place.
package work

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"log/slog"
	"path"
	"sync"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// MaxNotebook is the largest notebook that is kept and compared, in bytes.
const MaxNotebook = 100 << 20

// Options are what a Work works with; all are required.
type Options struct {
	Workspaces *workspace.Workspaces
	History    *history.Store
	Courses    *course.Catalog
	Logger     *slog.Logger
}

// Work looks after the notebooks of all workspaces. Its methods may be called by
// several goroutines.
type Work struct {
	Options
	seed  maphash.Seed
	locks [64]sync.Mutex // of notebooks, by hash: what is done to one is done one after the other
	known verdicts
	full  sync.Map // of the keys of workspaces whose history took no more the last time
}

// New returns a Work.
func New(o Options) *Work {
	return &Work{Options: o, seed: maphash.MakeSeed(), known: verdicts{of: map[place]verdict{}}}
}

// lock keeps others from a notebook until the function that it returns is called.
func (w *Work) lock(key nbhosting.Key, file string) (unlock func()) {
	l := &w.locks[maphash.String(w.seed, key.String()+"/"+file)%uint64(len(w.locks))]
	l.Lock()
	return l.Unlock
}

// notebook is a student's notebook at hand.
type notebook struct {
	*Work
	key     nbhosting.Key
	file    string
	place   workspace.Workspace
	content []byte // nil: the student has none
}

// at returns a notebook of a student's as it is now. One that is not there has
// no content.
func (w *Work) at(place workspace.Workspace, file string) (notebook, error) {
	n := notebook{Work: w, key: place.Key(), file: file, place: place}
	content, _, err := place.Read(file, MaxNotebook)
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	n.content = content
	if n.content == nil {
		n.content = []byte{}
	}
	return n, nil
}

// open is at, of a workspace that has to be there.
func (w *Work) open(key nbhosting.Key, file string) (notebook, error) {
	place, err := w.Workspaces.Existing(key)
	if err != nil {
		return notebook{}, err
	}
	return w.at(place, file)
}

// there is refused where the student has no such notebook.
func (n notebook) there() error {
	if n.content == nil {
		return nbhosting.Errorf(nbhosting.NotFound, "There is no notebook %q in your workspace.", n.file)
	}
	return nil
}

// keep puts what is there into the history.
func (n notebook) keep(ctx context.Context, why history.Why) (history.Version, error) {
	v, err := n.History.Keep(ctx, n.key, n.file, n.content, history.Note{Why: why})
	if errors.Is(err, history.ErrFull) {
		n.full.Store(n.key, true)
	} else if err == nil {
		n.full.Delete(n.key)
	}
	return v, err
}

// Full tells whether the history of a workspace did not take the last version that it was given.
func (w *Work) Full(key nbhosting.Key) bool {
	_, full := w.full.Load(key)
	return full
}

// kept is a version that is noted once a notebook has been replaced.
type kept struct {
	content []byte
	note    history.Note
}

// put makes content what the student has, once what was there is in the history,
// and notes versions: the last is content itself. It returns the version that was
// displaced, which has no ID if there was nothing.
func (n notebook) put(ctx context.Context, content []byte, versions ...kept) (displaced history.Version, err error) {
	return n.replace(ctx, content, nil, versions)
}

// exchange is put for a content that was made of what was there: it is refused if
// the student has saved meanwhile.
func (n notebook) exchange(ctx context.Context, content []byte, versions ...kept) (displaced history.Version, err error) {
	present := sha256.Sum256(n.content)
	return n.replace(ctx, content, &present, versions)
}

func (n notebook) replace(ctx context.Context, content []byte, expected *[sha256.Size]byte, versions []kept) (displaced history.Version, err error) {
	aside := func(present []byte) error { return n.aside(ctx, n.file, present, &displaced) }
	if n.content != nil {
		if err := aside(n.content); err != nil {
			return displaced, err
		}
	}
	keep := func(present []byte) error { // what is there by now: Jupyter may have saved
		if present == nil || n.content != nil && sum(present) == sum(n.content) {
			return nil
		}
		return aside(present)
	}
	if err := n.place.Replace(n.file, content, workspace.ReplaceOptions{Expected: expected, Keep: keep, Most: MaxNotebook}); err != nil {
		return displaced, fmt.Errorf("replace %s in workspace %s: %w", n.file, n.key, err)
	}
	n.forget()
	if err := n.removePairs(ctx, content); err != nil {
		n.complain("the text that a notebook is paired with could not be put aside", err)
	}
	for _, v := range versions {
		if _, err := n.History.Keep(ctx, n.key, n.file, v.content, v.note); err != nil {
			n.complain("a version could not be kept", err)
		}
	}
	return displaced, nil
}

// complain logs what a student need not be told.
func (n notebook) complain(what string, err error) {
	n.Logger.Error(what, "course", n.key.Course, "student", n.key.Student, "notebook", n.file, "err", err)
}

// notKept refuses to replace a notebook of which no version could be kept.
func notKept(cause error, file string) error {
	return nbhosting.Because(cause, nbhosting.Unavailable,
		"Nothing was changed: your present version of %q could not be put aside first. Try again later; if that does not help, tell your teacher.", file)
}

// offered is what the course has of a notebook of a student's.
type offered struct {
	content []byte // nil: nothing
	file    string // in the course
	commit  string
}

// offered reads what a revision has of the student's file.
func (n notebook) offered(r *revision.Revision) (offered, error) {
	from := r.Origin(n.file)
	if n.content != nil {
		from = r.OriginOf(n.file, n.content)
	}
	o := offered{file: from, commit: r.Commit}
	if from == "" || path.Ext(from) != path.Ext(n.file) { // one of another format cannot take its place
		return o, nil
	}
	content, err := r.Read(from, MaxNotebook)
	if err != nil {
		return o, fmt.Errorf("read %s of %s: %w", from, n.key.Course, err)
	}
	o.content = content
	return o, nil
}

// check is refused where the course has something by the name of a notebook that
// Jupyter could not open. That it is new brings it into nobody's work.
func (o offered) check() error {
	if path.Ext(o.file) == ".ipynb" && o.content != nil && !json.Valid(o.content) {
		return nbhosting.Errorf(nbhosting.Conflict, "The course's new version of this notebook cannot be read, so that your copy stays as it is. Tell your teacher.")
	}
	return nil
}

// note describes the course's version.
func (o offered) note(why history.Why) history.Note {
	return history.Note{Why: why, Commit: o.commit, CourseFile: o.file, Base: true}
}

// withCourse calls do with the current revision of a course.
func (w *Work) withCourse(name nbhosting.CourseName, do func(*revision.Revision) error) error {
	done, err := w.Courses.Use(name)
	if err != nil {
		return err
	}
	defer done()
	r, err := w.Courses.Revision(name)
	if err != nil {
		return err
	}
	defer r.Close()
	return do(r)
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}
