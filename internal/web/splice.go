package web

import (
	"errors"
	"io"
	"regexp"
)

// spliced is a file into which a text was put.
type spliced struct {
	file io.ReaderAt
	at   int64 // where the text begins
	text string
}

// ReadAt implements io.ReaderAt.
func (s spliced) ReadAt(p []byte, off int64) (n int, err error) {
	end := s.at + int64(len(s.text))
	for n < len(p) {
		at, rest := off+int64(n), p[n:]
		var m int
		switch {
		case at < s.at:
			m, err = s.file.ReadAt(rest[:min(int64(len(rest)), s.at-at)], at)
		case at < end:
			m = copy(rest, s.text[at-s.at:])
		default:
			m, err = s.file.ReadAt(rest, at-int64(len(s.text)))
		}
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// pageStart bounds what comes before the head of a page of HTML, in bytes.
const pageStart = 8 << 10

// afterHead returns where the head of a page of HTML begins, or -1.
func afterHead(file io.ReaderAt, head *regexp.Regexp) (int64, error) {
	start := make([]byte, pageStart)
	n, err := file.ReadAt(start, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	found := head.FindIndex(start[:n])
	if found == nil {
		return -1, nil
	}
	return int64(found[1]), nil
}
