package history

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nbhosting/nbhosting"
)

// ErrFull is the cause of an error of [Store.Keep] by which a workspace's history
// is as large as it may be: the version was not kept, what it is of is as it was.
var ErrFull = errors.New("the history of the workspace is full")

// ErrTooLarge is the cause of an error by which a content is larger than [MaxContent].
var ErrTooLarge = errors.New("the content is too large for the history")

// Keep puts a version into the history of a notebook. If it has the content of
// the newest one, and the note tells nothing new, it returns that one.
func (s *Store) Keep(ctx context.Context, key nbhosting.Key, file string, content []byte, note Note) (Version, error) {
	if len(content) > MaxContent {
		return Version{}, nbhosting.Because(ErrTooLarge, nbhosting.Invalid,
			"The notebook %q is too large for its history: it has %d MB, where %d are kept. Clear the largest outputs.", file, len(content)>>20, MaxContent>>20)
	}
	p, release, err := s.acquire(key, file)
	if err != nil {
		return Version{}, err
	}
	defer release()
	done, err := s.busy.wait(ctx, int64(len(content)))
	if err != nil {
		return Version{}, err
	}
	defer done()
	if note.Time.IsZero() {
		note.Time = time.Now()
	}
	v, err := s.keep(p, file, content, note, s.room(key, note))
	if errors.Is(err, ErrFull) && s.makeRoom(ctx, key, note.Time) {
		v, err = s.keep(p, file, content, note, s.room(key, note))
	}
	if errors.Is(err, ErrFull) {
		s.figures.refused()
	}
	return v, explainKeep(err, file, s.MaxBytes)
}

func explainKeep(err error, file string, most int64) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrFull):
		return nbhosting.Because(err, nbhosting.Conflict, "The history of your notebooks in this course takes the %d MB that it may. "+
			"What you save stays saved, but this version of %q is not in the history. Clear large outputs, or ask your teacher for more room.", most>>20, file)
	case errors.Is(err, errTooMany):
		return nbhosting.Because(err, nbhosting.Conflict, "Too many notebooks of yours in this course have a history. "+
			"What you save stays saved, but %q has no history. Use the names of notebooks that you have had before.", file)
	case errors.Is(err, errLongHead):
		return nbhosting.Because(err, nbhosting.Invalid, "The name of the notebook %q is too long for its history.", file)
	}
	return nbhosting.Because(err, nbhosting.Unavailable, "This version of %q could not be put into the history. Try again later.", file)
}

// keep writes the record of a version, if there is need and, by fits, room for it.
func (s *Store) keep(p *pack, file string, content []byte, note Note, fits func(more int64, isNew bool) error) (Version, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, err := p.openToWrite()
	if err != nil {
		return Version{}, err
	}
	if f != nil {
		defer f.Close()
	}
	w := writer{pack: p, file: file, f: f, known: s.newest.get}
	is := sha256.Sum256(content)
	if i := p.last(); i >= 0 && p.entries[i].sum == is && note.addsNothing(p.entries[i].version().Note) && w.has(i, content) {
		return p.entries[i].version(), nil
	}
	h := head{
		Milli: min(max(note.Time.UnixMilli(), 0), lastMilli), Why: note.Why,
		Commit: note.Commit, CourseFile: note.CourseFile, Base: note.Base, Of: note.Of,
	}
	for p.isTaken(h.Milli, is) {
		h.Milli++
	}
	rec, err := w.make(h, is, content)
	if err == nil {
		err = fits(int64(len(rec.bytes)), f == nil)
	}
	if err != nil {
		return Version{}, err
	}
	isNew := f == nil
	if isNew {
		if w.f, err = create(p.path); err != nil {
			return Version{}, err
		}
		defer w.f.Close()
	}
	if err := w.append(rec); err != nil {
		return Version{}, err
	}
	s.figures.kept(len(rec.bytes))
	s.newest.put(p.path, is, bytes.Clone(content))
	s.dirty.add(p.path, isNew)
	return p.entries[p.last()].version(), nil
}

// create makes the file of a pack, and the directories that lead to it.
func create(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
}

// aside is a name for a damaged file, for who wants to look into it.
func aside(path string) string {
	return path + time.Now().UTC().Format("-20060102-150405.000") + ".damaged"
}

// openToWrite is open for who appends; a file in which nothing is to be found is
// put aside. The mutex is held.
func (p *pack) openToWrite() (*os.File, error) {
	const flag = os.O_RDWR | os.O_APPEND
	f, err := p.open(flag)
	if errors.Is(err, fs.ErrPermission) { // it is sealed, and we are not root
		if err = os.Chmod(p.path, 0o600); err == nil {
			f, err = p.open(flag)
		}
	}
	if err != nil || f == nil || p.end > 0 || p.identity.size == 0 {
		return f, err
	}
	p.reset()
	return nil, errors.Join(f.Close(), os.Rename(p.path, aside(p.path)))
}
