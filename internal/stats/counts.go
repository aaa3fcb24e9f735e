package stats

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
)

const countsFile = "counts.raw"

// RecordCounts appends a line to the counts.raw of a course; with header, a line
// before it that names the columns.
func (r Recorder) RecordCounts(ctx context.Context, course nbhosting.CourseName, c Counts, header bool) error {
	if _, err := nbhosting.ParseCourseName(string(course)); err != nil {
		return fmt.Errorf("record counts: %w", err)
	}
	dir := filepath.Join(r.Root, "raw", string(course))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("record counts: %w", err)
	}
	line := FormatCounts(c)
	if header {
		line = countsHeader() + line
	}
	if err := appendLine(ctx, filepath.Join(dir, countsFile), line); err != nil {
		return fmt.Errorf("record counts: %w", err)
	}
	return nil
}

// ReadCounts calls each with all that the counts.raw of a course tells, in the
// order of the file, until it returns false. Lines that cannot be read are passed over.
// No file is no error.
func ReadCounts(root string, course nbhosting.CourseName, each func(Counts) bool) error {
	file, err := os.Open(filepath.Join(root, "raw", string(course), countsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	defer file.Close()
	lines := bufio.NewReader(file)
	for {
		line, tooLong, err := readLine(lines)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read counts: %w", err)
		}
		if c, err := ParseCounts(line); !tooLong && err == nil && !each(c) {
			return nil
		}
	}
}

// readLine returns the next line, or the beginning of one that is too long to be one.
func readLine(r *bufio.Reader) (line string, tooLong bool, err error) {
	text, more, err := r.ReadLine()
	line = string(text)
	for more && err == nil {
		tooLong = true
		_, more, err = r.ReadLine()
	}
	return line, tooLong, err
}
