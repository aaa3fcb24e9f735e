package stats

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
)

// Recorder appends to the raw files under a data directory. Any number of them,
// in any number of processes, may do so at once.
type Recorder struct {
	Root string // the data directory; lines go to Root/raw/COURSE/
}

// Record appends the event to the events.raw of its course. The line is there
// in whole when Record returns nil; when it fails, nothing of it is.
func (r Recorder) Record(ctx context.Context, e nbhosting.Event) error {
	if _, err := nbhosting.ParseCourseName(string(e.Key.Course)); err != nil {
		return fmt.Errorf("record event: %w", err)
	}
	dir := filepath.Join(r.Root, "raw", string(e.Key.Course))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("record event: %w", err)
	}
	if err := appendLine(ctx, filepath.Join(dir, "events.raw"), FormatEvent(e)); err != nil {
		return fmt.Errorf("record event: %w", err)
	}
	return nil
}

// appendLine adds a line, with its newline, to the end of the file at path.
func appendLine(ctx context.Context, path, line string) (err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	// Closing ends the lock too.
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := lock(ctx, file); err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	size, torn, err := end(file)
	if err != nil {
		return err
	}
	if torn {
		line = "\n" + line
	}
	if _, err := file.WriteString(line); err != nil {
		return errors.Join(err, file.Truncate(size))
	}
	return nil
}

// end returns the size of the file, and whether its last line lacks its end,
// as a crash in the middle of a write leaves it.
func end(file *os.File) (size int64, torn bool, err error) {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return 0, false, err
	}
	last := make([]byte, 1)
	if _, err := file.ReadAt(last, info.Size()-1); err != nil {
		return 0, false, err
	}
	return info.Size(), last[0] != '\n', nil
}
