package job

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
)

// log is the log of a job: a file, and the news that there is more of it.
type log struct {
	path string

	mu      sync.Mutex
	file    *os.File // nil once it has ended
	size    int64    // bytes written
	partial bool     // the last line is not ended yet
	failed  bool     // the disk takes no more, or the log is as long as it may be
	grown   chan struct{}
}

const tooLong = "\n(The log is too long: the rest is left out.)\n"

func newLog(path string) (*log, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &log{path: path, file: file, grown: make(chan struct{})}, nil
}

// oldLog is the log of a job of an earlier run of the program.
func oldLog(path string) *log {
	l := &log{path: path, grown: make(chan struct{})}
	if info, err := os.Stat(path); err == nil {
		l.size = info.Size()
	}
	return l
}

// Write implements io.Writer. It never fails: work goes on when its log cannot be
// kept, as on a full disk.
func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil || l.failed || len(p) == 0 {
		return len(p), nil
	}
	text := p
	if l.size+int64(len(p)) > maxLog {
		text, l.failed = []byte(tooLong), true
	}
	n, err := l.file.Write(text)
	l.size += int64(n)
	if err != nil {
		l.failed = true
	}
	l.partial = n > 0 && text[n-1] != '\n'
	l.tell()
	return len(p), nil
}

// end ends the log; nothing is written to it any more.
func (l *log) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return
	}
	if l.partial && !l.failed {
		if n, err := l.file.WriteString("\n"); err == nil {
			l.size += int64(n)
		}
	}
	l.file.Close()
	l.file = nil
	l.tell()
}

func (l *log) tell() {
	close(l.grown)
	l.grown = make(chan struct{})
}

func (l *log) discard() error {
	l.end()
	if err := os.Remove(l.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// length returns how much was written so far, and a channel that is closed when
// there is more.
func (l *log) length() (int64, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.size, l.grown
}

// maxChunk bounds what is read of a log in one go, in bytes.
const maxChunk = 64 << 10

// read returns what is in the log from offset on, as far as it is to be had at once.
func (l *log) read(offset, size int64) ([]byte, error) {
	if offset >= size {
		return nil, nil
	}
	file, err := os.Open(l.path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil // it was forgotten meanwhile
		}
		return nil, err
	}
	defer file.Close()
	text := make([]byte, min(size-offset, maxChunk))
	n, err := file.ReadAt(text, offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return text[:n], nil
}
