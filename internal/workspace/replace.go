package workspace

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/nbhosting/nbhosting"
)

// ReplaceOptions says what is to become of the content that was there.
type ReplaceOptions struct {
	// Expected, if it is set, is the SHA-256 of the only content that may be replaced.
	Expected *[sha256.Size]byte
	// Keep, if it is set, is given what is displaced, nil if nothing is, and keeps it
	// for good. If it fails, nothing is changed. It is called again if the student saved
	// in the same moment: each time with a whole version. It runs with this program's
	// own rights.
	Keep func(displaced []byte) error
	// Most is how large the displaced content may be; DefaultMost if it is 0.
	Most int64
}

// DefaultMost is how many bytes of content Replace displaces at most.
const DefaultMost = 100 << 20

// Replace puts content in the place of a file, at once and whole; the student can
// write it afterwards, and its mode is kept otherwise. A file that is not there is
// made, with the folders it is in. A link inside the workspace is followed.
//
// Nothing of the student's is lost by it, even if they save in that very moment:
// what it was that was displaced is looked at once it has lost its name.
func (w Workspace) Replace(file string, content []byte, o ReplaceOptions) error {
	r, done, err := w.replacement(file, content, o)
	if err != nil {
		return err
	}
	defer done()
	for range 5 {
		if err = r.once(); !errors.Is(err, errMeanwhile) {
			break
		}
	}
	if errors.Is(err, errMeanwhile) {
		err = busy(err, file)
	}
	if err != nil {
		return explain(fmt.Errorf("replace %s in workspace %s: %w", file, w.key, err), file)
	}
	return nil
}

// replacement prepares one; done ends it.
func (w Workspace) replacement(file string, content []byte, o ReplaceOptions) (r *replacement, done func(), err error) {
	if o.Keep == nil {
		o.Keep = func([]byte) error { return nil }
	}
	if o.Most == 0 {
		o.Most = DefaultMost
	}
	root, err := w.open()
	if err != nil {
		return nil, nil, err
	}
	return &replacement{ReplaceOptions: o, w: w, root: root, file: file, content: content}, func() { root.Close() }, nil
}

// errMeanwhile is the cause where a file came or went while it was replaced.
var errMeanwhile = errors.New("it came or went meanwhile")

// replacement is one call of Replace.
type replacement struct {
	ReplaceOptions
	w       Workspace
	root    *os.Root
	file    string // as it was asked for
	content []byte

	in   folder // where it is, links followed
	base string // its name there
}

func (r *replacement) once() error {
	present, err := r.open()
	if isAbsent(err) {
		return r.create()
	}
	if err != nil {
		return err
	}
	defer r.in.Close()
	defer present.Close()
	return r.swap(present)
}

// open is find, as the student.
func (r *replacement) open() (present *os.File, err error) {
	err = r.w.as(func() (err error) {
		present, err = r.find()
		return err
	})
	return present, err
}

// find opens the file and the folder that it is in.
func (r *replacement) find() (*os.File, error) {
	dir, base, err := resolve(r.root, r.file)
	if err != nil {
		return nil, err
	}
	if r.in, err = openFolder(r.root, dir); err != nil {
		return nil, err
	}
	r.base = base
	present, err := r.in.openRegular(base)
	if err == nil {
		err = r.in.sweep()
	}
	if err != nil {
		r.in.Close()
	}
	return present, err
}

// create makes a file that is not there.
func (r *replacement) create() error {
	if r.Expected != nil {
		return changed(r.file)
	}
	if err := r.Keep(nil); err != nil {
		return err
	}
	return r.w.as(func() error {
		in, err := makeFolder(r.root, path.Dir(r.file))
		if err != nil {
			return err
		}
		defer in.Close()
		t, err := in.write(bytes.NewReader(r.content), r.file, 0o644)
		if err != nil {
			return err
		}
		made, err := t.install(path.Base(r.file))
		if err == nil && !made {
			err = errMeanwhile
		}
		return err
	})
}

// swap has the file and the new content exchange their names, then sees to what
// it was that lost its name.
func (r *replacement) swap(present *os.File) error {
	before, mode, err := r.look(present)
	if err != nil {
		return err
	}
	var fresh *temp
	if err := r.w.as(func() (err error) {
		fresh, err = r.in.write(bytes.NewReader(r.content), r.base, mode)
		return err
	}); err != nil {
		return err
	}
	err = r.Keep(before)
	present.Close() // who waits to write may do so now; it is found below
	if err == nil {
		err = r.w.as(func() error { return r.in.exchange(fresh.name, r.base) })
	}
	if err != nil {
		r.w.as(fresh.discard)
		if errors.Is(err, fs.ErrNotExist) {
			err = errMeanwhile
		}
		return err
	}
	if err := r.keepDisplaced(fresh, before); err != nil {
		return errors.Join(err, r.w.as(func() error { return r.undo(fresh) }))
	}
	return r.w.as(func() error { return errors.Join(r.in.remove(fresh.name), fresh.installed(), r.in.Sync()) })
}

// look waits until nobody writes to the file, and reads it.
func (r *replacement) look(f *os.File) ([]byte, fs.FileMode, error) {
	if _, ok := settle(f, patience); !ok {
		return nil, 0, busy(nil, r.file)
	}
	text, err := readWhole(f, r.file, r.Most)
	if err != nil {
		return nil, 0, err
	}
	if r.Expected != nil && sha256.Sum256(text) != *r.Expected {
		return nil, 0, changed(r.file)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	return text, info.Mode(), nil
}

func changed(file string) error {
	return nbhosting.Errorf(nbhosting.Conflict, "%q has changed meanwhile. Nothing was replaced; look at it again.", file)
}

func busy(cause error, file string) error {
	return nbhosting.Because(cause, nbhosting.Conflict, "A program is writing to %q just now. Nothing was replaced; try again in a moment.", file)
}
