package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"

	"github.com/nbhosting/nbhosting"
)

// copier copies what a script left. The script has ended, but what it left is
// anything: only directories and plain files of its own pass, and links to such
// files, which become files.
type copier struct {
	from, to *os.Root
	owner    int // whom all that it copies belongs to
	maxBytes int64
	maxFiles int
	log      io.Writer

	bytes   int64
	entries int
	regular int
	left    int // left out
}

const (
	maxDepth = 64 // of directories
	maxTold  = 20 // of what is left out
	perRead  = 256
)

func (c *copier) copy(ctx context.Context) error {
	err := c.copyDir(ctx, ".", 0)
	if c.left > maxTold {
		fmt.Fprintf(c.log, "left out: %d more\n", c.left-maxTold)
	}
	return err
}

func (c *copier) copyDir(ctx context.Context, dir string, depth int) error {
	if depth > maxDepth {
		return nbhosting.Errorf(nbhosting.Invalid, "The result of the build has directories in directories, more than %d deep.", maxDepth)
	}
	d, err := c.from.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		c.leaveOut(dir, "it cannot be read")
		return nil
	}
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(perRead)
		for _, e := range entries {
			if err := c.copyEntry(ctx, path.Join(dir, e.Name()), depth); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (c *copier) copyEntry(ctx context.Context, name string, depth int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if c.entries++; c.entries > c.maxFiles {
		return nbhosting.Errorf(nbhosting.Invalid, "The result of the build has more than %d files.", c.maxFiles)
	}
	if name == RecordFile {
		c.leaveOut(name, "this name is taken")
		return nil
	}
	info, err := c.from.Lstat(name)
	if err != nil {
		return err
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		if err := c.to.Mkdir(name, 0o755); err != nil {
			return err
		}
		return c.copyDir(ctx, name, depth+1)
	case mode.IsRegular():
		return c.copyFile(name)
	case mode&fs.ModeSymlink != 0:
		return c.copyLink(name)
	}
	c.leaveOut(name, "it is neither a file nor a directory")
	return nil
}

// copyLink copies the file that a link leads to. A link to a directory could
// make a tree without end.
func (c *copier) copyLink(name string) error {
	if info, err := c.from.Stat(name); err != nil || !info.Mode().IsRegular() {
		c.leaveOut(name, "it is a link, and leads to no file of the result")
		return nil
	}
	return c.copyFile(name)
}

func (c *copier) copyFile(name string) error {
	// Not to wait for anybody, should it not be what it was a moment ago.
	in, err := c.from.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrPermission) {
		c.leaveOut(name, "it cannot be read")
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	// A script could have given another name to a file of somebody else's.
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || !info.Mode().IsRegular() || int(st.Uid) != c.owner {
		c.leaveOut(name, "it does not belong to the script")
		return nil
	}
	left := c.maxBytes - c.bytes
	if info.Size() > left {
		return c.tooLarge()
	}
	n, err := c.write(name, io.LimitReader(in, left+1), info.ModTime())
	c.bytes += n
	if err == nil && c.bytes > c.maxBytes {
		err = c.tooLarge()
	}
	c.regular++
	return err
}

func (c *copier) write(name string, in io.Reader, date time.Time) (int64, error) {
	out, err := c.to.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		return n, err
	}
	if now := time.Now(); date.After(now) {
		date = now // browsers would not believe it
	}
	return n, c.to.Chtimes(name, date, date)
}

func (c *copier) tooLarge() error {
	return nbhosting.Errorf(nbhosting.Invalid, "The result of the build is larger than %s. Leave out of its “result_folder” what readers do not need.", size(c.maxBytes))
}

func (c *copier) leaveOut(name, why string) {
	if c.left++; c.left <= maxTold {
		fmt.Fprintf(c.log, "left out: %q: %s\n", name, why)
	}
}
