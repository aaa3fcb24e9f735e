package workspace

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
)

// maxStaged is how many files are written before they are brought to the disk, all
// at once, and get their names.
const maxStaged = 100

// maxTarget is how long what a link leads to can be, in bytes.
const maxTarget = 4096

// checkOut gives a new clone those of its files by whose names there is nothing. It
// goes on where one that was killed has stopped.
func (c *cloning) checkOut(ctx context.Context) error {
	var commit string
	if err := c.w.as(func() (err error) {
		commit, err = c.pending()
		return err
	}); err != nil || commit == "" {
		return err
	}
	out := checkout{cloning: c, folders: map[string]bool{}, swept: map[string]bool{}}
	defer out.discard()
	if err := c.from.Files(ctx, commit, out.wanted, out.write); err != nil {
		return err
	}
	if err := out.install(); err != nil {
		return err
	}
	return c.w.as(func() error { return ignore(c.root.Remove(checkoutFile), fs.ErrNotExist) })
}

// pending returns the commit of which files are still to be checked out, or "".
func (c *cloning) pending() (string, error) {
	if _, err := c.root.Lstat(checkoutFile); err != nil {
		return "", nil // also where .git is no directory
	}
	f, err := openIn(c.root, checkoutFile)
	if err != nil {
		return "", nil // not what we wrote
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 100))
	return strings.TrimSpace(string(text)), err
}

// checkout writes the files of a new clone.
type checkout struct {
	*cloning
	folders map[string]bool // whether there is a folder by that name, or nothing
	swept   map[string]bool // folders that were cleared of what was left there
	staged  []staged
}

type staged struct {
	*temp
	name string
}

// wanted tells whether there is nothing by the name of a file, and nothing but
// folders on the way to it: git does not follow links there either.
func (c *checkout) wanted(file string) (wanted bool) {
	_ = c.w.as(func() error {
		if !c.isFree(path.Dir(file)) {
			return nil
		}
		_, err := c.root.Lstat(file)
		wanted = errors.Is(err, fs.ErrNotExist)
		return nil
	})
	return wanted
}

func (c *checkout) isFree(dir string) bool {
	if dir == "." {
		return true
	}
	free, known := c.folders[dir]
	if !known {
		if free = c.isFree(path.Dir(dir)); free {
			info, err := c.root.Lstat(dir)
			free = err == nil && info.IsDir() || errors.Is(err, fs.ErrNotExist)
		}
		c.folders[dir] = free
	}
	return free
}

// write writes a file. Where the student put something in its way meanwhile, that stays.
func (c *checkout) write(file string, mode fs.FileMode, content io.Reader) error {
	err := c.w.as(func() error {
		in, err := c.folder(path.Dir(file))
		if err != nil {
			return err
		}
		if mode&fs.ModeSymlink != 0 {
			defer in.Close()
			target, err := io.ReadAll(io.LimitReader(content, maxTarget))
			if err != nil || len(target) == 0 {
				return err
			}
			return in.symlink(string(target), path.Base(file))
		}
		t, err := in.stage(content, file, mode)
		if err != nil {
			return errors.Join(err, in.Close())
		}
		c.staged = append(c.staged, staged{t, path.Base(file)})
		return nil
	})
	if err != nil && !isTheirs(err) {
		return err
	}
	if len(c.staged) < maxStaged {
		return nil
	}
	return c.install()
}

// folder opens a folder, made if need be.
func (c *checkout) folder(dir string) (folder, error) {
	if !c.swept[dir] {
		c.swept[dir] = true
		return makeFolder(c.root, dir)
	}
	return openFolder(c.root, dir)
}

// isTheirs tells whether the student's own files are what keeps one from being made.
func isTheirs(err error) bool { return nbhosting.KindOf(explain(err, "")) == nbhosting.Conflict }

// install brings the files that are written to the disk, and gives them their names.
func (c *checkout) install() error {
	if err := syncAll(c.root); err != nil {
		return err
	}
	return c.w.as(func() error {
		for len(c.staged) > 0 {
			s := c.staged[0]
			c.staged = c.staged[1:]
			_, err := s.install(s.name)
			if err = errors.Join(err, s.in.Close()); err != nil && !isTheirs(err) {
				return err
			}
		}
		return nil
	})
}

// syncAll writes all of the workspace's file system to its disk.
func syncAll(root *os.Root) error {
	f, err := root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}

// discard removes what was written and has no name yet.
func (c *checkout) discard() {
	_ = c.w.as(func() error {
		for _, s := range c.staged {
			_ = errors.Join(s.discard(), s.in.Close())
		}
		return nil
	})
	c.staged = nil
}
