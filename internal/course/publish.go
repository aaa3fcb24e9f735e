package course

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// publish makes the tree of a commit beside the current revision, then puts it
// in that one's place in one step.
func (c *Catalog) publish(ctx context.Context, name nbhosting.CourseName, commit git.Commit, log io.Writer) error {
	dir := c.RevisionsDir(name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := c.linkParts(name); err != nil {
		return err
	}
	if current, err := os.Readlink(filepath.Join(dir, currentLink)); err == nil && current == commit.Hash {
		fmt.Fprintf(log, "nothing new: %s is published already\n", commit.Hash)
		return errors.Join(showNames(dir, commit.Hash), hideNames(dir, commit.Hash)) // a kill may have come between
	}
	if _, err := os.Stat(filepath.Join(dir, commit.Hash)); errors.Is(err, fs.ErrNotExist) {
		if err := c.build(ctx, name, commit, log); err != nil {
			return err
		}
	}
	if err := showNames(dir, commit.Hash); err != nil {
		return err
	}
	if err := replaceLink(commit.Hash, filepath.Join(dir, currentLink)); err != nil {
		return err
	}
	if err := hideNames(dir, commit.Hash); err != nil {
		return err
	}
	fmt.Fprintf(log, "published %s of %s\n", commit.Hash, commit.Date.Format(time.DateTime))
	return nil
}

const tempPrefix = ".new-"

// removeLeftovers removes what a program that was killed had begun.
func removeLeftovers(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// syncFileSystem makes sure that what was written is on the disk before it is
// published: a machine that stops later does not come back with empty files.
func syncFileSystem(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}

// linkParts makes the names that existing sites know lead to whatever revision
// is current, all of them or, where one is taken, none.
func (c *Catalog) linkParts(name nbhosting.CourseName) error {
	for link := range partLinks(name) {
		if info, err := os.Lstat(filepath.Join(c.Root, link)); err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return nbhosting.Errorf(nbhosting.Conflict, "%s is a directory of another system. Move it away: what it holds comes from git.", link)
		}
	}
	for link, part := range partLinks(name) {
		path := filepath.Join(c.Root, link)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		target := filepath.Join("..", "revisions", string(name), currentLink, part)
		if now, err := os.Readlink(path); err == nil && now == target {
			continue
		}
		if err := replaceLink(target, path); err != nil {
			return err
		}
	}
	return nil
}

func partLinks(name nbhosting.CourseName) map[string]string {
	return map[string]string{
		filepath.Join("courses", string(name)): notebooksPart,
		filepath.Join("modules", string(name)): modulesPart,
		filepath.Join("static", string(name)):  staticPart,
	}
}

// unpublish removes all revisions of a course and the names that lead to them.
func (c *Catalog) unpublish(name nbhosting.CourseName) error {
	var errs []error
	for link := range partLinks(name) {
		path := filepath.Join(c.Root, link)
		if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			errs = append(errs, os.Remove(path))
		}
	}
	return errors.Join(append(errs, os.RemoveAll(c.RevisionsDir(name)))...)
}

// replaceLink makes path a link to target; whoever looks sees the old one or the new.
func replaceLink(target, path string) error {
	temp := filepath.Join(filepath.Dir(path), tempPrefix+rand.Text())
	if err := os.Symlink(target, temp); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}
