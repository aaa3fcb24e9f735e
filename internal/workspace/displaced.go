package workspace

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
)

// keepDisplaced makes sure that what has lost its name is kept: that is another
// content than before if the student saved meanwhile.
func (r *replacement) keepDisplaced(fresh *temp, kept []byte) error {
	for range 5 {
		again, err := r.keepOnce(fresh, &kept)
		if err != nil || !again {
			return err
		}
	}
	return busy(nil, r.file)
}

// keepOnce tells whether somebody waits to write.
func (r *replacement) keepOnce(fresh *temp, kept *[]byte) (again bool, err error) {
	var displaced *os.File
	if err := r.w.as(func() (err error) {
		displaced, err = r.in.openRegular(fresh.name)
		return err
	}); err != nil {
		return false, err
	}
	defer displaced.Close()
	q, ok := settle(displaced, patience)
	if !ok {
		return false, busy(nil, r.file)
	}
	text, err := readWhole(displaced, r.file, r.Most)
	if err != nil {
		return false, err
	}
	if !bytes.Equal(text, *kept) {
		if r.Expected != nil {
			return false, changed(r.file)
		}
		if err := r.Keep(text); err != nil {
			return false, err
		}
		*kept = text
	}
	return q.disturbed(), nil
}

// undo gives the displaced file its name back. If ours has been written to
// meanwhile, that is the student's as well, and stays under a name that they see.
func (r *replacement) undo(fresh *temp) error {
	ours, err := fresh.Stat()
	if err := errors.Join(err, fresh.installed()); err != nil { // wherever it is by now
		return err
	}
	err = r.in.exchange(fresh.name, r.base)
	if errors.Is(err, fs.ErrNotExist) {
		err = r.in.move(fresh.name, r.base)
		if err == nil {
			return nil
		}
	}
	if err == nil && r.untouched(ours, fresh.name) {
		return r.in.remove(fresh.name)
	}
	return errors.Join(err, r.in.recover(fresh.name))
}

// untouched tells whether name is that of our file, with our content.
func (r *replacement) untouched(ours fs.FileInfo, name string) bool {
	f, err := r.in.openRegular(name)
	if err != nil {
		return false
	}
	defer f.Close()
	if theirs, err := f.Stat(); err != nil || !os.SameFile(ours, theirs) {
		return false
	}
	if _, ok := settle(f, patience); !ok {
		return false
	}
	text, err := readWhole(f, r.file, int64(len(r.content)))
	return err == nil && bytes.Equal(text, r.content)
}
