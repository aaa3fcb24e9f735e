package revision

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/nbhosting/nbhosting"
)

// Parts of a revision's tree.
const (
	notebooksPart = "notebooks"
	modulesPart   = "modules"
	staticPart    = "static"
	recordFile    = "revision.json"
	contentsFile  = "contents.json"
	manifestFile  = "files.json"
	currentLink   = "current"
)

// Revision is the published state of a course. Its tree never changes, so that
// it can be used while another is published.
type Revision struct {
	nbhosting.Revision
	Mappings    []nbhosting.StaticMapping // those that lead somewhere
	NotebookURL string                    // where its notebooks open below a server's address; empty: as elsewhere
	Bare        bool                      // its notebooks open without our page around them
	root        *os.Root
	leave       func()

	readMoves sync.Once
	known     moves
}

// record is what revision.json holds: what every opening needs to know, and of
// what the revision was made.
type record struct {
	Revision    nbhosting.Revision        `json:"revision"`
	Mappings    []nbhosting.StaticMapping `json:"static_mappings"`
	NotebookURL string                    `json:"notebook_url_format"`
	Bare        bool                      `json:"bare,omitempty"` // “bar: false”
	Fingerprint string                    `json:"fingerprint"`
	Missing     []string                  `json:"missing_submodules,omitempty"` // paths, sorted
}

// Current returns the current revision of a course, to be closed after use;
// Unavailable if nothing is published.
func (s *Store) Current(name nbhosting.CourseName) (*Revision, error) {
	// The link is read once: all the rest is of one and the same revision.
	commit, leave, err := s.enter(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nbhosting.Errorf(nbhosting.Unavailable, "Nothing of the course %q is published yet. Its teacher has to pull it.", name)
	}
	if err != nil {
		return nil, fmt.Errorf("current revision of %s: %w", name, err)
	}
	root, err := os.OpenRoot(filepath.Join(s.RevisionsDir(name), commit))
	if err != nil {
		leave()
		return nil, fmt.Errorf("current revision of %s: %w", name, err)
	}
	r, err := readRevision(root)
	if err != nil {
		root.Close()
		leave()
		return nil, fmt.Errorf("revision %s of %s: %w", commit, name, err)
	}
	r.leave = leave
	return r, nil
}

// enter returns the name of the current revision, which stays in place until
// leave is called.
func (s *Store) enter(name nbhosting.CourseName) (revision string, leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	revision, err = os.Readlink(filepath.Join(s.RevisionsDir(name), currentLink))
	if err != nil {
		return "", nil, err
	}
	path := filepath.Join(s.RevisionsDir(name), revision)
	s.open[path]++
	return revision, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.open[path]--; s.open[path] == 0 {
			delete(s.open, path)
		}
	}, nil
}

func readRevision(root *os.Root) (*Revision, error) {
	text, err := root.ReadFile(recordFile)
	if err != nil {
		return nil, err
	}
	var rec record
	if err := json.Unmarshal(text, &rec); err != nil {
		return nil, fmt.Errorf("%s: %w", recordFile, err)
	}
	return &Revision{Revision: rec.Revision, Mappings: rec.Mappings, NotebookURL: rec.NotebookURL, Bare: rec.Bare, root: root}, nil
}

// Close lets go of the revision's tree. It is called once.
func (r *Revision) Close() error {
	defer r.leave()
	return r.root.Close()
}

// Contents returns all that the revision says of itself.
func (r *Revision) Contents() (Contents, error) {
	text, err := r.root.ReadFile(contentsFile)
	if err != nil {
		return Contents{}, fmt.Errorf("contents of revision %s: %w", r.Commit, err)
	}
	var all Contents
	if err := json.Unmarshal(text, &all); err != nil {
		return Contents{}, fmt.Errorf("contents of revision %s: %w", r.Commit, err)
	}
	return all, nil
}

// Find returns the first of the files (slash-separated paths) that is a notebook of the revision, or "".
func (r *Revision) Find(files []string) string {
	for _, file := range files {
		if !filepath.IsLocal(file) {
			continue
		}
		info, err := r.root.Lstat(filepath.Join(notebooksPart, file))
		if err == nil && info.Mode().IsRegular() {
			return file
		}
	}
	return ""
}

// Open opens a notebook of the revision.
func (r *Revision) Open(file string) (fs.File, error) {
	return r.root.Open(filepath.Join(notebooksPart, file))
}

// Read returns the content of a notebook of the revision, at most most bytes of it
// (a larger one is an error).
func (r *Revision) Read(file string, most int64) ([]byte, error) {
	f, err := r.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(content)) > most {
		err = fmt.Errorf("%s is larger than %d bytes", file, most)
	}
	return content, err
}
