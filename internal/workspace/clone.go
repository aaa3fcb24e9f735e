package workspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Repository is what workspaces are clones of.
type Repository interface {
	// Head returns the commit of which a new clone has the files.
	Head() string
	// GitFiles calls do with each file of the directory .git of a new clone. A path
	// that ends in a slash is of a directory.
	GitFiles(do func(path string, content io.Reader) error) error
	// Files calls write with each file of a commit that is wanted: its path, its kind
	// and permissions, its content or, of a link, where it leads. A commit that is not
	// known (any more) has none.
	Files(ctx context.Context, commit string, wanted func(path string) bool, write func(path string, mode fs.FileMode, content io.Reader) error) error
	// Was tells whether a URL is one by which clones of before know the repository,
	// and Remote returns the lines of their configuration that say it now.
	Was(url string) bool
	Remote() []string
}

const (
	gitDir = ".git"
	// checkoutFile is in a clone as long as not all of its files were checked out. It
	// holds the commit that they are of.
	checkoutFile = gitDir + "/nbhosting-checkout"
	cloneSuffix  = ".git" // of the temporary name of a clone's directory
)

// Clone makes the workspace a clone of a repository, if it is none. Files that are
// there already stay as they are, whatever the repository has by their names; so
// does a repository that is there, but for the address of one that has moved. No
// git runs here: in the student's own configuration there may be programs to run.
func (ws *Workspaces) Clone(ctx context.Context, w Workspace, from Repository) error {
	_, err, _ := ws.clones.Do(w.key.String(), func() (any, error) { return nil, w.clone(ctx, from) })
	return err
}

func (w Workspace) clone(ctx context.Context, from Repository) error {
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	c := cloning{w: w, root: root, from: from}
	there, err := c.there()
	switch {
	case err != nil:
	case there:
		err = w.as(c.readdress)
	default:
		err = c.install()
	}
	if err == nil {
		err = c.checkOut(ctx)
	}
	if err != nil {
		return explain(fmt.Errorf("clone into workspace %s: %w", w.key, err), gitDir)
	}
	return nil
}

// cloning is one call of Clone.
type cloning struct {
	w    Workspace
	root *os.Root
	from Repository
}

// there tells whether the workspace is a repository, whoever made it, and refuses
// what is in the way of one.
func (c *cloning) there() (there bool, err error) {
	err = c.w.as(func() error {
		info, err := c.root.Lstat(gitDir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			if info, err = c.root.Stat(gitDir); err != nil {
				return inTheWay(err, gitDir, "is a link that leads nowhere, or out of your workspace")
			}
		}
		switch {
		case info.IsDir():
			there, err = c.isRepository()
			return err
		case info.Mode().IsRegular(): // it says where the repository is
			there = true
		default:
			return inTheWay(nil, gitDir, "is not a file")
		}
		return nil
	})
	return there, err
}

// isRepository tells whether the folder .git is one of git's, rather than empty.
func (c *cloning) isRepository() (bool, error) {
	if _, err := c.root.Lstat(gitDir + "/HEAD"); err == nil {
		return true, nil
	}
	in, err := openFolder(c.root, gitDir)
	if err != nil {
		return false, err
	}
	defer in.Close()
	if _, err := in.Readdirnames(1); err != io.EOF {
		return false, inTheWay(err, gitDir, "is a folder, but not a repository")
	}
	return false, nil
}

// install makes the directory .git, whole or not at all.
func (c *cloning) install() error {
	temp := tempName("") + cloneSuffix
	if err := c.w.as(func() error {
		c.clearLeftovers()
		return c.root.Mkdir(temp, 0o755)
	}); err != nil {
		return err
	}
	err := c.from.GitFiles(func(name string, content io.Reader) error {
		return c.w.as(func() error { return c.writeNew(path.Join(temp, name), strings.HasSuffix(name, "/"), content) })
	})
	return c.w.as(func() error {
		if err == nil {
			err = c.writeNew(path.Join(temp, path.Base(checkoutFile)), false, strings.NewReader(c.from.Head()))
		}
		if err == nil {
			if err = c.name(temp); err == nil {
				return nil
			}
			if _, made := c.root.Lstat(gitDir + "/HEAD"); made == nil {
				err = nil // somebody made one meanwhile
			}
		}
		return errors.Join(err, c.root.RemoveAll(temp))
	})
}

// name gives the directory .git its name. It replaces nothing but an empty one.
func (c *cloning) name(temp string) error {
	top, err := openFolder(c.root, ".")
	if err != nil {
		return err
	}
	defer top.Close()
	return errors.Join(top.rename(temp, gitDir, 0), top.Sync())
}

// writeNew writes a file, or makes a directory, as the student.
func (c *cloning) writeNew(name string, isDir bool, content io.Reader) error {
	if isDir {
		return c.root.MkdirAll(name, 0o755)
	}
	if err := c.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	out, err := c.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// clearLeftovers removes what was begun by a process that was killed. What cannot
// be removed does not keep anybody from working.
func (c *cloning) clearLeftovers() {
	in, err := openFolder(c.root, ".")
	if err != nil {
		return
	}
	defer in.Close()
	names, _ := in.Readdirnames(maxNames)
	for _, name := range names {
		if strings.HasPrefix(name, tempPrefix) && strings.HasSuffix(name, cloneSuffix) && !strings.HasPrefix(name, ours) {
			_ = c.root.RemoveAll(name)
		}
	}
}

// IsClone tells whether the workspace is a repository of git's.
func (w Workspace) IsClone() bool {
	err := w.inside(func(root *os.Root) error {
		_, err := root.Lstat(gitDir)
		return err
	})
	return err == nil
}

// Has tells whether the student has file, as a regular one.
func (w Workspace) Has(file string) (has bool, err error) {
	err = w.inside(func(root *os.Root) error {
		info, err := root.Stat(file)
		has = err == nil && info.Mode().IsRegular()
		return nil
	})
	return has, err
}
