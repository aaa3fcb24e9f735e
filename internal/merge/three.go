// Package merge compares versions of a notebook cell by cell, and merges a
// course's new version into a student's copy. What the student typed, and the
// outputs of what the student ran, are in the result of any merge.
//
// It knows no files: it goes from bytes to bytes.
package merge

import (
	"bytes"

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
			return Result{}, nbhosting.Errorf(nbhosting.Conflict, "Your copy or the course's new version has a format that is too old to be merged. Nothing was changed. Open your copy in Jupyter and save it, then try again; if that does not help, tell your teacher.")
		}
	}
	content, err := m.merge().Bytes()
	if err != nil {
		return Result{}, nbhosting.Because(err, nbhosting.Conflict, "The merged notebook would be too large. Nothing was changed. Clear the outputs that you do not need, and try again.")
	}
	return Result{content, m.summary}, nil
}

func newMerger(file string, base, mine, theirs []byte, o Options) (*merger, error) {
	m := &merger{file: file, options: o}
	var err error
	if m.mine, err = versionOf(file, mine); err != nil {
		return nil, nbhosting.Because(err, nbhosting.Conflict, "Your copy of this notebook cannot be read: it is damaged or too large. Nothing was changed. Open it in Jupyter and save it, or go back to an earlier version of it.")
	}
	if m.theirs, err = versionOf(file, theirs); err != nil {
		return nil, nbhosting.Because(err, nbhosting.Conflict, "The course's new version of this notebook cannot be read, so that your copy stays as it is. Tell your teacher.")
	}
	m.base.Document = &notebook.Document{}
	// A base that cannot be read tells as little as none.
	if v, err := versionOf(file, base); base != nil && err == nil {
		m.known, m.base = true, v
	}
	return m, nil
}

func versionOf(file string, content []byte) (version, error) {
	d, err := notebook.Parse(file, content)
	if err != nil {
		return version{}, err
	}
	return version{d, cellsOf(d)}, nil
}
