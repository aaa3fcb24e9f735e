// Package stats keeps the raw files of a site's statistics: what every figure
// is computed from, in formats that outlive programs.
//
// A line of events.raw is one opening, in six words with single spaces between:
//
//	2026-09-01T08:00:00 python ada w1/intro created -
//
// that is: when (UTC), course, student, notebook without extension, what the
// opening found, and a port, which servers have no more. The course is named as
// it was called then: the directory of the file says which one it is.
package stats

import (
	"fmt"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
)

const (
	timeFormat = "2006-01-02T15:04:05"
	eventWords = 6
)

// What older programs wrote as action, besides those of today.
const (
	Running   nbhosting.Action = "running"   // a server was running already
	Restarted nbhosting.Action = "restarted" // a stopped server was started again
	Killing   nbhosting.Action = "killing"   // an idle server was stopped: no opening, names no notebook
)

// FormatEvent returns the line for an event, with its newline.
func FormatEvent(e nbhosting.Event) string {
	return strings.Join([]string{
		e.Time.UTC().Format(timeFormat), escape(string(e.Key.Course)), escape(string(e.Key.Student)),
		escape(e.Notebook), escape(string(e.Action)), none,
	}, " ") + "\n"
}

// ParseEvent reads a line of events.raw, of today or of any older program, and
// returns the port that it names as well, or "". Notebooks are without
// extension, as some programs wrote them with one. A line of more than six
// words comes from a notebook with a space in its name, which older programs
// did not escape: its fourth and fifth word are taken all the same.
func ParseEvent(line string) (e nbhosting.Event, port string, err error) {
	words := strings.Fields(line)
	if len(words) < eventWords {
		return e, "", fmt.Errorf("event line has %d words, where %d are expected: %.200q", len(words), eventWords, line)
	}
	at, err := time.Parse(timeFormat, words[0])
	if err != nil {
		return e, "", fmt.Errorf("time of an event line: %w", err)
	}
	return nbhosting.Event{
		Time:     at,
		Key:      nbhosting.Key{Course: nbhosting.CourseName(unescape(words[1])), Student: nbhosting.Student(unescape(words[2]))},
		Notebook: nbhosting.TrimNotebookExtension(unescape(words[3])),
		Action:   nbhosting.Action(unescape(words[4])),
	}, unescape(words[5]), nil
}
