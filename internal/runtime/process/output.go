package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// Output returns the end of what the program printed, on both its outputs, in order.
func (d *Driver) Output(_ context.Context, name string, lines int) (string, error) {
	if _, err := d.locked(name); err != nil {
		return "", err
	}
	f, err := os.Open(d.state.outputPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s: %w", name, runtime.ErrNotFound)
	}
	if err != nil {
		return "", fmt.Errorf("read the output of %s: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("read the output of %s: %w", name, err)
	}
	from := max(0, info.Size()-runtime.MaxOutput)
	tail := runtime.NewTail(lines)
	if _, err := io.Copy(tail, io.NewSectionReader(f, from, runtime.MaxOutput)); err != nil {
		return "", fmt.Errorf("read the output of %s: %w", name, err)
	}
	return tail.String(), nil
}

// keptOutput is how much of a program's output stays when it is trimmed.
const keptOutput = 1 << 20

// trim gives back the disk that all but the end of a program's output takes. The
// file stays as long as it is, so that what the program prints meanwhile has its place:
// the beginning is read as zeros.
func (s store) trim(name string) error {
	f, err := os.OpenFile(s.outputPath(name), os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() <= 2*keptOutput {
		return err
	}
	err = unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 0, info.Size()-keptOutput)
	if errors.Is(err, unix.EOPNOTSUPP) {
		return f.Truncate(0) // a file system without holes: all of it, then
	}
	return err
}
