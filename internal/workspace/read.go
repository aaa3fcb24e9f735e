package workspace

import (
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
)

// Read returns a regular file whole, if it has at most most bytes, and what the
// file system says of it. A save that is under way is waited for. Links are
// followed inside the workspace, and never out of it.
func (w Workspace) Read(file string, most int64) (text []byte, info fs.FileInfo, err error) {
	f, err := w.openFile(file)
	if err != nil {
		return nil, nil, w.explainRead(err, file)
	}
	defer f.Close()
	settle(f, time.Second) // a program that always writes is read as it is
	if text, err = readWhole(f, file, most); err == nil {
		info, err = f.Stat()
	}
	if err != nil {
		return nil, nil, w.explainRead(err, file)
	}
	return text, info, nil
}

// Open opens a regular file for reading, however large it is. Links are followed as by Read.
func (w Workspace) Open(file string) (*os.File, error) {
	f, err := w.openFile(file)
	if err != nil {
		return nil, w.explainRead(err, file)
	}
	return f, nil
}

func (w Workspace) explainRead(err error, file string) error {
	err = fmt.Errorf("read %s in workspace %s: %w", file, w.key, err)
	if isAbsent(err) {
		return nbhosting.Because(err, nbhosting.NotFound, "There is no %q in your workspace.", file)
	}
	return explain(err, file)
}

// openFile opens a regular file for reading. What the student may not read cannot
// be opened; who has opened it reads without being the student.
func (w Workspace) openFile(file string) (f *os.File, err error) {
	err = w.inside(func(root *os.Root) error {
		f, err = openIn(root, file)
		return err
	})
	return f, err
}

func openIn(root *os.Root, file string) (*os.File, error) {
	f, err := root.OpenFile(file, os.O_RDONLY|unix.O_NONBLOCK, 0) // a pipe would let us wait
	if err != nil {
		return nil, err
	}
	if err := wantRegular(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
