package workspace

import (
	"context"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// maxDepth is how many folders below each other are looked into.
	maxDepth = 100
	// maxNames is how many names are read of one folder.
	maxNames = 100_000
	// batch is how many names are read at a time.
	batch = 1024
)

// entry is what a folder says of a name in it.
type entry struct {
	name string
	stat unix.Stat_t
}

func (e entry) kind() uint32     { return e.stat.Mode & unix.S_IFMT }
func (e entry) allocated() int64 { return e.stat.Blocks * 512 }

// list returns what is in a folder, in the order of names, our own files left out.
// whole tells whether that is all.
func list(ctx context.Context, in folder) (entries []entry, whole bool, err error) {
	for len(entries) < maxNames {
		names, err := in.Readdirnames(batch)
		for _, name := range names {
			if strings.HasPrefix(name, tempPrefix) {
				continue
			}
			if st, err := in.stat(name); err == nil { // else it has gone meanwhile
				entries = append(entries, entry{name, st})
			}
		}
		if err == io.EOF {
			slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
			return entries, true, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, false, err
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return entries, false, nil
}

// listAs lists a folder of the workspace with the rights of uid.
func listAs(ctx context.Context, uid int, root *os.Root, dir string) (entries []entry, whole bool, err error) {
	err = asUser(uid, func() error {
		in, err := openFolder(root, dir)
		if err != nil {
			return err
		}
		defer in.Close()
		entries, whole, err = list(ctx, in)
		return err
	})
	return entries, whole, err
}

func depth(dir string) int { return strings.Count(path.Clean(dir), "/") }
