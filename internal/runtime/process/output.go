package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

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
