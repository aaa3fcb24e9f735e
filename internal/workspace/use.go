package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// Usage is how much disk a workspace takes.
type Usage struct {
	Bytes   int64 // allocated, folders included
	Files   int64 // all but folders
	Partial bool  // there is more than was counted
}

// maxHardLinks is how many files of several names are remembered: others count once for each.
const maxHardLinks = 1 << 20

// Use counts what a workspace takes. Hard links count once; links and other file
// systems are not followed. When ctx ends, it returns what it has counted, and why.
func (w Workspace) Use(ctx context.Context) (Usage, error) {
	root, err := w.open()
	if err != nil {
		return Usage{}, err
	}
	defer root.Close()
	top, err := root.Stat(".")
	if err != nil {
		return Usage{}, err
	}
	st, _ := sysOf(top)
	c := &counting{uid: w.UID, root: root, device: st.Dev, seen: map[uint64]bool{}, Usage: Usage{Bytes: st.Blocks * 512}}
	for folders := []string{"."}; len(folders) > 0; {
		last := folders[len(folders)-1]
		below, err := c.folder(ctx, last)
		if err != nil {
			c.Partial = true
			return c.Usage, err
		}
		folders = append(folders[:len(folders)-1], below...)
	}
	return c.Usage, nil
}

// counting is one call of Use.
type counting struct {
	Usage
	uid    int
	root   *os.Root
	device uint64
	seen   map[uint64]bool // files that have several names
}

// folder counts what is in a folder and returns the folders below.
func (c *counting) folder(ctx context.Context, dir string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	entries, whole, err := listAs(ctx, c.uid, c.root, dir)
	if errors.Is(err, fs.ErrPermission) {
		// What students close to themselves takes room all the same. Nothing is read of it but sizes.
		entries, whole, err = listAs(ctx, 0, c.root, dir)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || !whole {
		c.Partial = true
	}
	var below []string
	for _, e := range entries {
		if c.count(e) {
			below = append(below, path.Join(dir, e.name))
		}
	}
	if len(below) > 0 && depth(below[0]) >= maxDepth {
		c.Partial, below = true, nil
	}
	return below, nil
}

// count adds one entry, and tells whether it is a folder to be looked into.
func (c *counting) count(e entry) bool {
	if e.stat.Dev != c.device {
		return false
	}
	if e.kind() == unix.S_IFDIR {
		c.Bytes += e.allocated()
		return true
	}
	if e.stat.Nlink > 1 {
		if c.seen[e.stat.Ino] {
			return false
		}
		if len(c.seen) < maxHardLinks {
			c.seen[e.stat.Ino] = true
		}
	}
	c.Files++
	c.Bytes += e.allocated()
	return false
}
