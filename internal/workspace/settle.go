package workspace

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
)

// Jupyter saves by emptying a file and writing it again. Whoever reads meanwhile
// has half a notebook; and where it is another file that has the name by then,
// the other half is written into one that nobody finds.

// patience is how long a save that is under way is waited for.
const patience = 3 * time.Second

// quiet is a file that nobody had open for writing.
type quiet struct {
	file   *os.File
	leased bool
	then   fs.FileInfo
}

// settle waits, for at most wait, until nobody has f open for writing, and tells
// whether that is so. As long as f, which is open for reading only, stays open,
// who wants to write waits for us (a lease, fcntl(2)).
func settle(f *os.File, wait time.Duration) (quiet, bool) {
	for end := time.Now().Add(wait); ; time.Sleep(pause) {
		_, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
		switch {
		case err == nil:
			return quiet{file: f, leased: true}, true
		case !errors.Is(err, unix.EAGAIN):
			return still(f) // somebody else's, or a file system without leases
		case time.Now().After(end):
			return quiet{}, false
		}
	}
}

const pause = 5 * time.Millisecond

// still looks twice at a file that cannot be leased: a save that takes place at
// that very moment may be taken for finished then.
func still(f *os.File) (quiet, bool) {
	before, err := f.Stat()
	if err != nil {
		return quiet{}, false
	}
	time.Sleep(4 * pause)
	q := quiet{file: f, then: before}
	return q, !q.disturbed()
}

// disturbed tells whether somebody has written meanwhile, or waits for it.
func (q quiet) disturbed() bool {
	if q.leased {
		kind, err := unix.FcntlInt(q.file.Fd(), unix.F_GETLEASE, 0)
		return err != nil || kind != unix.F_RDLCK
	}
	now, err := q.file.Stat()
	return err != nil || now.Size() != q.then.Size() || !now.ModTime().Equal(q.then.ModTime())
}

// readWhole reads a file that has at most most bytes.
func readWhole(f *os.File, file string, most int64) ([]byte, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() > most {
		return nil, tooLarge(file, most)
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		return nil, tooLarge(file, most)
	}
	return text, err
}

// ErrTooLarge is the cause of an error by which a file is larger than what is read.
var ErrTooLarge = errors.New("the file is too large to be read whole")

func tooLarge(file string, most int64) error {
	return nbhosting.Because(ErrTooLarge, nbhosting.Conflict,
		"%q is larger than %d MB, which is more than can be handled here. Clear its outputs, or work with a copy of it under another name.", file, most>>20)
}
