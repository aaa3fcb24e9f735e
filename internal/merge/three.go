// Package merge compares versions of a notebook cell by cell, and merges a
// course's new version into a student's copy. What the student typed, and the
// outputs of what the student ran, are in the result of any merge.
//
// It knows no files: it goes from bytes to bytes.
package merge

import (
	"bytes"
	"errors"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/notebook"
)

// Options says what is written into a notebook where versions are in conflict.
type Options struct {
	// MineMark and TheirsMark are Markdown, shown above the student's cell and
	// above the course's; empty: an English text.
	MineMark, TheirsMark string
}

const (
	mineMark   = "**Your version** of the cell that follows. The course has changed it as well: see below."
	theirsMark = "**The course's new version** of the cell that follows. Keep what you need of both, and delete the rest."
)

// Result is a merged notebook.
type Result struct {
	Content []byte
	Summary
}

// Summary counts cells of a merge.
type Summary struct {
	Added     int // new in the course
	Updated   int // changed by the course only
	Removed   int // by the course, and untouched by the student
	Kept      int // changed or added by the student, or removed by the course but worked on
	Conflicts int // changed by both, or changed by the course and removed by the student
}

// Three merges theirs, the course's new version of the notebook named file, into
// mine, the student's. base is the course's version that mine was first copied
// from; nil if that is not known, which leaves more to the student to decide.
func Three(file string, base, mine, theirs []byte, o Options) (Result, error) {
	if bytes.Equal(mine, theirs) {
		return Result{Content: mine}, nil
	}
	m, err := newMerger(file, base, mine, theirs, o)
	switch {
	case base != nil && bytes.Equal(base, theirs):
		if err != nil {
			return Result{Content: mine}, nil
		}
		m.merge()
		return Result{mine, m.summary}, nil
	case err != nil:
		return Result{}, err
	case bytes.Equal(base, mine):
		m.merge()
		return Result{theirs, m.summary}, nil
	}
	for _, d := range []*notebook.Document{m.mine.Document, m.theirs.Document} {
		if !d.IsText() && d.Major < 4 {
			return Result{}, nbhosting.Errorf(nbhosting.Conflict, "Your copy of this notebook or the course's new version has an old format (before nbformat 4), so that they cannot be merged. "+
				"Open your copy in Jupyter and save it, then try again; if this does not help, take the new version as it is, or keep yours.")
		}
	}
	content, err := m.merge().Bytes()
	if err != nil {
		return Result{}, explain(err, "The result")
	}
	return Result{content, m.summary}, nil
}

func newMerger(file string, base, mine, theirs []byte, o Options) (*merger, error) {
	m := &merger{file: file, options: o}
	for _, v := range []struct {
		into    *version
		content []byte
		name    string
	}{{&m.mine, mine, "Your copy of this notebook"}, {&m.theirs, theirs, "The course's new version of this notebook"}} {
		d, err := parse(file, v.content, v.name)
		if err != nil {
			return nil, err
		}
		*v.into = version{d, cellsOf(d)}
	}
	m.base.Document = &notebook.Document{}
	// A base that cannot be read tells as little as none.
	if d, err := notebook.Parse(file, base); base != nil && err == nil {
		m.known = true
		m.base = version{d, cellsOf(d)}
	}
	return m, nil
}

func parse(file string, content []byte, name string) (*notebook.Document, error) {
	d, err := notebook.Parse(file, content)
	if err != nil {
		return nil, explain(err, name)
	}
	return d, nil
}

// explain turns an error about a notebook into one for people.
func explain(err error, name string) error {
	message := "it is damaged"
	if e, ok := errors.AsType[*notebook.Error](err); ok {
		message = e.Error()
	}
	return nbhosting.Because(err, nbhosting.Conflict, "%s cannot be read, so nothing was done. %s", name, message)
}
