package history

import (
	"encoding/hex"
	"time"
)

// Why tells what made a version.
type Why string

const (
	Copied  Why = "copied"  // the first copy from the course
	Found   Why = "found"   // what was there before there was a history
	Save    Why = "save"    // the student saved it
	Reset   Why = "reset"   // put in place of the student's, by whom wanted the original
	Taken   Why = "taken"   // the course's new version, put in place of the student's, who chose it
	Merge   Why = "merge"   // the student's, with what is new in the course's
	Restore Why = "restore" // an earlier version, put in place again
	Update  Why = "update"  // the course's new version, put in place of one that the student had not changed
	Course  Why = "course"  // what the course has, and was never in the student's files
	Deleted Why = "deleted" // what a notebook held when it was deleted
)

// replaces tells whether a version came in place of the one before, which might be wanted back.
func (w Why) replaces() bool {
	switch w {
	case Reset, Taken, Merge, Restore, Update, Deleted:
		return true
	}
	return false
}

// Note is what is told of a version beside its content.
type Note struct {
	Why        Why
	Time       time.Time // kept to the millisecond; zero means now
	Commit     string    // the course's commit that the content came from, if it did
	CourseFile string    // the notebook's path in the course, where it differs
	Base       bool      // the content is the course's version that the student's derives from: the base of merges
	Of         string    // the version that was restored

	// Must has a version kept that may be the last copy of something, though the
	// history is full. It is not told of the version later.
	Must bool
}

// about is the note without what differs from one version to the next.
func (n Note) about() Note {
	n.Time, n.Must = time.Time{}, false
	return n
}

// addsNothing tells whether a version with the content of the newest need not be kept as well.
func (n Note) addsNothing(newest Note) bool {
	about := n.about()
	return about == Note{Why: Save} || about == Note{Why: Found} || about == newest.about()
}

// Version is one version of a notebook.
type Version struct {
	ID string // unique among the versions of its notebook; never another's, even when it is gone
	Note
	Sum    string // SHA-256 of the content, in hexadecimal
	Size   int64  // bytes of the content
	Stored int64  // bytes that it takes on the disk
}

// Milliseconds of the times that an ID can hold: the years 1970 to 9999.
const lastMilli = 253402300799999

const idTime = "20060102-150405.000"

// idOf names a version by its time and the beginning of its sum.
func idOf(milli int64, s sum) string {
	return time.UnixMilli(milli).UTC().Format(idTime) + "-" + hex.EncodeToString(s[:4])
}

// parseID is the inverse of idOf.
func parseID(id string) (milli int64, start [4]byte, ok bool) {
	if len(id) != len(idTime)+9 || id[len(idTime)] != '-' {
		return 0, start, false
	}
	t, err := time.Parse(idTime, id[:len(idTime)])
	if err != nil {
		return 0, start, false
	}
	if _, err := hex.Decode(start[:], []byte(id[len(idTime)+1:])); err != nil {
		return 0, start, false
	}
	return t.UnixMilli(), start, true
}
