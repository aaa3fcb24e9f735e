package workspace

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// tempPrefix begins the names of files that are being written.
	tempPrefix = ".nbhosting-"
	// maxExtension is how much of a name's end a temporary name keeps.
	maxExtension = 16
)

// ours begins the temporary names of this process: others are of one that is gone.
var ours = tempPrefix + rand.Text()[:8] + "-"

// tempName returns a new temporary name that ends like the name it stands for.
func tempName(extension string) string {
	if len(extension) > maxExtension {
		extension = ""
	}
	return ours + rand.Text() + extension
}

// A temporary file has the sticky bit, which means nothing on files, as long as
// its content is ours. So what a killed process left tells what it is: without
// the bit it is the student's, displaced and perhaps nowhere else.
const mark = unix.S_ISVTX

// temp is a file that is written and does not have its name yet.
type temp struct {
	*os.File
	in   folder
	name string
	mode fs.FileMode
}

// write writes a temporary file that is to be called like, to the disk.
func (f folder) write(content io.Reader, like string, mode fs.FileMode) (*temp, error) {
	t, err := f.stage(content, like, mode)
	if err != nil {
		return nil, err
	}
	if err := t.Sync(); err != nil {
		return nil, errors.Join(err, t.discard())
	}
	return t, nil
}

// stage is write without waiting for the disk.
func (f folder) stage(content io.Reader, like string, mode fs.FileMode) (*temp, error) {
	name := tempName(path.Ext(like))
	out, err := f.open(name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, mark|0o600)
	if err != nil {
		return nil, err
	}
	t := &temp{File: out, in: f, name: name, mode: mode.Perm() | 0o600} // the student works in it
	_, err = io.Copy(out, content)
	if err == nil {
		err = out.Chmod(t.mode | fs.ModeSticky)
	}
	if err != nil {
		return nil, errors.Join(err, t.discard())
	}
	return t, nil
}

// date sets the time of the last change.
func (t *temp) date(modified time.Time) error {
	at := unix.NsecToTimespec(modified.UnixNano())
	return t.in.failed("date", t.name, unix.UtimesNanoAt(t.in.fd(), t.name, []unix.Timespec{at, at}, unix.AT_SYMLINK_NOFOLLOW))
}

// discard removes the file again.
func (t *temp) discard() error {
	return errors.Join(t.in.remove(t.name), t.Close())
}

// install gives the file its name, unless something has it already.
func (t *temp) install(name string) (bool, error) {
	err := t.in.link(t.name, name)
	if err != nil {
		err = errors.Join(t.discard(), ignore(err, fs.ErrExist))
		return false, err
	}
	return true, errors.Join(t.in.remove(t.name), t.installed())
}

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// installed takes the mark off: the file has its name.
func (t *temp) installed() error {
	return errors.Join(t.Chmod(t.mode), t.Close())
}

// sweep clears a folder of what processes left that were killed.
func (f folder) sweep() error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	for {
		names, err := f.Readdirnames(1024)
		for _, name := range names {
			if strings.HasPrefix(name, tempPrefix) && !strings.HasPrefix(name, ours) {
				f.clear(name)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// clear removes what is ours of one leftover, and gives back what is the student's.
// What cannot be cleared does not keep anybody from working.
func (f folder) clear(name string) {
	st, err := f.stat(name)
	if err != nil {
		return
	}
	switch kind := st.Mode & unix.S_IFMT; {
	case kind == unix.S_IFLNK, kind == unix.S_IFREG && (st.Mode&mark != 0 || st.Size == 0):
		f.remove(name)
	case kind == unix.S_IFREG:
		f.recover(name)
	}
}
