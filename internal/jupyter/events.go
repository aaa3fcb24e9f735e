package jupyter

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// eventsFile is where start.py writes what it has seen.
	eventsFile = "memory.jsonl"
	// maxEvents is how many events are read, the newest.
	maxEvents = 50
	// maxEventsFile is how much is read of a file that a student can write to.
	maxEventsFile = 64 << 10
	// maxKernelID is how long the id of a kernel can be.
	maxKernelID = 64
)

// Event tells that a server's programs needed more memory than there is for them,
// and that Linux ended one of them.
type Event struct {
	Time   time.Time
	Kernel string // the id of the kernel that was ended, or "" if it was another program
	Limit  int64  // how much memory there is, in bytes; 0 if that is not known
}

// Events returns what happened to the server that was written into dir for uid
// ([Boot.Write]), the newest last. It is told by the server itself: whoever runs
// programs there can say anything, and so is believed about themselves only.
func Events(dir string, uid int) ([]Event, error) {
	f, err := openEvents(dir, uid)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the events of a server: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxEventsFile))
	if err != nil {
		return nil, fmt.Errorf("read the events of a server: %w", err)
	}
	return parseEvents(text), nil
}

// openEvents opens the file if it is one (not a link, nor something that lets us
// wait), and belongs to uid: nobody can have us read another's.
func openEvents(dir string, uid int) (*os.File, error) {
	name := filepath.Join(dir, eventsFile)
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	var st unix.Stat_t
	err = unix.Fstat(int(f.Fd()), &st)
	if err == nil && (st.Mode&unix.S_IFMT != unix.S_IFREG || int(st.Uid) != uid) {
		err = &fs.PathError{Op: "open", Path: name, Err: unix.EPERM}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// parseEvents leaves out what is no event.
func parseEvents(text []byte) []Event {
	var events []Event
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var line struct {
			Time   float64 `json:"time"`
			Kernel string  `json:"kernel"`
			Limit  int64   `json:"limit"`
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil || !plausible(line.Time) || line.Limit < 0 || !isKernelID(line.Kernel) {
			continue
		}
		events = append(events, Event{Time: time.UnixMilli(int64(line.Time * 1000)), Kernel: line.Kernel, Limit: line.Limit})
	}
	return events[max(0, len(events)-maxEvents):]
}

// plausible tells whether a time in seconds is one that people can read.
func plausible(seconds float64) bool { return seconds > 0 && seconds < math.MaxUint32 }

// isKernelID tells whether text is an id or empty: nothing that means more than
// itself where it is shown.
func isKernelID(text string) bool {
	for _, c := range []byte(text) {
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(text) <= maxKernelID
}
