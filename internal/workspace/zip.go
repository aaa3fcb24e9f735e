package workspace

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// maxZipped is how many files a zip has at most: its end, a list of all, is made in memory.
	maxZipped = 100_000
	// zipBuffer is how much of a file is in memory at a time. Smaller ones are read at one moment.
	zipBuffer = 1 << 20
	// sparse is the size from which files that are mostly holes are left out: a zip has no holes.
	sparse = 1 << 30
)

// Zip writes the workspace to out as a zip: its regular files, in the order of
// their names, in a folder that is named after the course. A link to a file in the
// workspace is stored as that file; those to the course's data are not stored. What
// else had to be left out is named in a file of its own at the end. The files are
// read one after the other as they are then, and ctx ends it.
func (w Workspace) Zip(ctx context.Context, out io.Writer) error {
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	z := &zipping{
		ctx: ctx, w: w, root: root, out: zip.NewWriter(out), buffer: make([]byte, zipBuffer),
	}
	err = z.folder(".", string(w.key.Course))
	if err == nil {
		err = z.tellLeftOut()
	}
	if err == nil {
		err = z.out.Close()
	}
	if err != nil {
		return fmt.Errorf("zip workspace %s: %w", w.key, err)
	}
	return nil
}

// zipping is one call of Zip.
type zipping struct {
	ctx    context.Context //nolint:containedctx // it is one call
	w      Workspace
	root   *os.Root
	out    *zip.Writer
	buffer []byte
	files  int
	left   leftOut
}

// folder writes what is in dir; as is how the zip calls it.
func (z *zipping) folder(dir, as string) error {
	if depth(dir) >= maxDepth {
		z.left.add(as, tooDeep)
		return nil
	}
	entries, whole, err := listAs(z.ctx, z.w.UID, z.root, dir)
	if z.ctx.Err() != nil {
		return z.ctx.Err()
	}
	if err != nil {
		z.left.add(as, unreadable)
		return nil
	}
	if !whole {
		z.left.add(as, tooMany)
	}
	names := newNames(entries)
	for _, e := range entries {
		if err := z.entry(e, path.Join(dir, e.name), as+"/"+names.of(e.name)); err != nil {
			return err
		}
	}
	return nil
}

func (z *zipping) entry(e entry, file, as string) error {
	if err := z.ctx.Err(); err != nil {
		return err
	}
	switch e.kind() {
	case unix.S_IFDIR:
		return z.folder(file, as)
	case unix.S_IFREG:
		return z.file(file, as)
	case unix.S_IFLNK:
		if z.toCourse(file) {
			return nil
		}
		return z.file(file, as)
	}
	z.left.add(as, noFile)
	return nil
}

// toCourse tells whether a link is one of those that we put beside notebooks, or
// another that leads out of the workspace by an absolute path.
func (z *zipping) toCourse(file string) (absolute bool) {
	z.w.as(func() error {
		target, err := z.root.Readlink(file)
		absolute = err == nil && path.IsAbs(target)
		return err
	})
	return absolute
}

// file writes one file, or notes why it cannot be.
func (z *zipping) file(file, as string) error {
	if z.files == maxZipped {
		z.left.add(as, tooMany)
		return nil
	}
	var f *os.File
	if err := z.w.as(func() (err error) {
		f, err = openIn(z.root, file)
		return err
	}); err != nil {
		z.left.add(as, unreadable)
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if st, ok := sysOf(info); err != nil || !ok || info.Size() >= sparse && st.Blocks*512 < info.Size()/10 {
		z.left.add(as, mostlyHoles)
		return nil
	}
	z.files++
	header := &zip.FileHeader{Name: as, Method: zip.Deflate, Modified: zipTime(info.ModTime())}
	header.SetMode(info.Mode().Perm())
	entry, err := z.out.CreateHeader(header)
	if err != nil {
		return err
	}
	return z.content(entry, f, info.Size(), as)
}

// content writes a file's content. One that fits is read at one moment, when
// nobody is saving it; a longer one as it comes: whoever saves must not wait for a
// browser.
func (z *zipping) content(entry io.Writer, f *os.File, size int64, as string) error {
	if size < zipBuffer {
		settle(f, 200*time.Millisecond)
		n, err := io.ReadFull(f, z.buffer)
		f.Close() // what waits to be saved may be
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			z.left.add(as, incomplete)
		}
		_, err = entry.Write(z.buffer[:n])
		return err
	}
	from := &reading{ctx: z.ctx, file: f}
	_, err := io.CopyBuffer(entry, io.LimitReader(from, size), z.buffer)
	if from.failed != nil && z.ctx.Err() == nil {
		z.left.add(as, incomplete)
		return nil
	}
	return err
}

// reading is a file that is read until ctx ends. It remembers what failed.
type reading struct {
	ctx    context.Context //nolint:containedctx // it is one call
	file   *os.File
	failed error
}

func (r *reading) Read(p []byte) (int, error) {
	if r.failed = r.ctx.Err(); r.failed != nil {
		return 0, r.failed
	}
	n, err := r.file.Read(p)
	if err != io.EOF {
		r.failed = err
	}
	return n, err
}

// zipTime is the nearest time that a zip can hold.
func zipTime(t time.Time) time.Time {
	first, last := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2105, 1, 1, 0, 0, 0, 0, time.UTC)
	switch t = t.UTC(); {
	case t.Before(first):
		return first
	case t.After(last):
		return last
	}
	return t
}
