package workspace

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// folder is an open directory of a workspace. What is done in it by name stays in
// it, whatever the student moves or links meanwhile: names are single ones, and
// links are never followed.
type folder struct{ *os.File }

// openFolder opens a directory. (Not by OpenRoot, which waits for ever where a
// pipe has the directory's name.)
func openFolder(root *os.Root, dir string) (folder, error) {
	f, err := root.OpenFile(dir, os.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK, 0)
	return folder{f}, err
}

func (f folder) fd() int { return int(f.Fd()) }

func (f folder) failed(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path.Join(f.Name(), name), Err: err}
}

// open opens a file; a pipe or a device does not make it wait.
func (f folder) open(name string, flags int, mode uint32) (*os.File, error) {
	var fd int
	err := retry(func() (err error) {
		fd, err = unix.Openat(f.fd(), name, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, mode)
		return err
	})
	if err != nil {
		return nil, f.failed("open", name, err)
	}
	return os.NewFile(uintptr(fd), path.Join(f.Name(), name)), nil
}

// openRegular opens a regular file for reading.
func (f folder) openRegular(name string) (*os.File, error) {
	file, err := f.open(name, unix.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	if err := wantRegular(file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// errNotRegular is the cause where something that is no file has a file's name.
var errNotRegular = errors.New("not a regular file")

func wantRegular(f *os.File) error {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: f.Name(), Err: errNotRegular}
	}
	return err
}

func (f folder) stat(name string) (st unix.Stat_t, err error) {
	err = retry(func() error { return unix.Fstatat(f.fd(), name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	return st, f.failed("stat", name, err)
}

func (f folder) remove(name string) error {
	return f.failed("remove", name, retry(func() error { return unix.Unlinkat(f.fd(), name, 0) }))
}

func (f folder) symlink(target, name string) error {
	return f.failed("symlink", name, retry(func() error { return unix.Symlinkat(target, f.fd(), name) }))
}

// link gives a file a second name, which nothing has yet.
func (f folder) link(name, second string) error {
	return f.failed("link", second, retry(func() error { return unix.Linkat(f.fd(), name, f.fd(), second, 0) }))
}

// move renames to a name that nothing has yet.
func (f folder) move(name, to string) error {
	err := f.rename(name, to, unix.RENAME_NOREPLACE)
	if !lacking(err) {
		return err
	}
	if err := f.link(name, to); err != nil {
		return err
	}
	return f.remove(name)
}

// exchange gives each of two files the other's name, in one step where the file
// system can.
func (f folder) exchange(a, b string) error {
	err := f.rename(a, b, unix.RENAME_EXCHANGE)
	if lacking(err) {
		return f.exchangeInSteps(a, b)
	}
	return err
}

// exchangeInSteps leaves a moment in which nothing is called b. What is put there
// in that moment stays, and what was there before is then kept beside it.
func (f folder) exchangeInSteps(a, b string) error {
	aside := tempName(path.Ext(b))
	if err := f.rename(b, aside, 0); err != nil {
		return err
	}
	if err := f.link(a, b); err != nil {
		if f.move(aside, b) != nil {
			f.recover(aside)
		}
		return err
	}
	return f.rename(aside, a, 0)
}

func (f folder) rename(name, to string, flags uint) error {
	return f.failed("rename", to, retry(func() error { return unix.Renameat2(f.fd(), name, f.fd(), to, flags) }))
}

// lacking tells whether a file system cannot do what was asked of it.
func lacking(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP)
}

// recover gives what is under a temporary name, and may be nowhere else, a name
// that the student sees.
func (f folder) recover(temp string) error {
	return f.move(temp, "recovered-"+rand.Text()[:8]+path.Ext(temp))
}

func retry(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}
