// Package history keeps every version of every notebook of every workspace, in
// plain files that need nothing else: below its directory, COURSE/STUDENT/HASH.pack
// is the history of the notebook whose path has that SHA-256 (the path itself
// stands in the pack). Packs grow at their end; they are replaced only when they
// are thinned.
//
// A version is stored once, compressed, mostly as a difference to an earlier
// one. What is read is checked against its sum. Of what is damaged, that and
// what leans on it is lost, and nothing else.
//
// A version is in the system's hands when Keep returns: it survives the end of
// the program. It is on the disk about a second later, or after Sync.
//
// The courses' directories are moved when they are renamed or deleted: whoever
// keeps versions holds course.Catalog.Use meanwhile.
package history

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/nbhosting/nbhosting"
)

// MaxContent is the largest content that is kept, in bytes.
const MaxContent = 100 << 20

// Store is the history of all workspaces of a site. Its methods may be called by
// several goroutines; one program at a time has a directory.
type Store struct {
	// These are set before anything else is done.

	// MaxBytes bounds what the history of a workspace takes on the disk; 0 does not.
	MaxBytes int64
	// Hold lets Thin work in the directories of a course until done is called, as
	// course.Catalog.Use does; nil always does.
	Hold func(nbhosting.CourseName) (done func(), err error)

	dir    string
	log    *slog.Logger
	packs  packs
	newest contents
	busy   budget
	dirty  dirty
	full   tried

	figures figures
}

// Open returns the history in a directory, which is made if it is not there.
func Open(dir string, log *slog.Logger) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the history: %w", err)
	}
	s := &Store{dir: dir, log: log}
	s.packs.all = map[string]*held{}
	s.newest = contents{most: newestBytes, all: map[string]*kept{}}
	s.busy = newBudget(busyBytes)
	s.dirty = dirty{log: log, top: dir, paths: map[string]bool{}}
	s.full.at = map[nbhosting.Key]attempt{}
	return s, nil
}

// Close puts on the disk what is not there yet.
func (s *Store) Close() error { return s.dirty.flush() }

const packSuffix = ".pack"

// workspace is the directory of a workspace's history.
func (s *Store) workspace(key nbhosting.Key) (string, error) {
	if _, err := nbhosting.ParseKey(string(key.Course), string(key.Student)); err != nil {
		return "", err
	}
	return filepath.Join(s.dir, string(key.Course), string(key.Student)), nil
}

// packName is the name of the file of a notebook's history.
func packName(file string) string {
	name := sha256.Sum256([]byte(file))
	return hex.EncodeToString(name[:]) + packSuffix
}

// acquire returns the pack of a notebook; release is called when it is not used any more.
func (s *Store) acquire(key nbhosting.Key, file string) (p *pack, release func(), err error) {
	dir, err := s.workspace(key)
	if err != nil {
		return nil, nil, err
	}
	if err := nbhosting.CheckNotebookPath(file); err != nil {
		return nil, nil, err
	}
	p, release = s.packs.acquire(filepath.Join(dir, packName(file)))
	return p, release, nil
}

// Sync returns once all versions of a notebook are on the disk: before what is
// in the newest one is replaced elsewhere.
func (s *Store) Sync(key nbhosting.Key, file string) error {
	p, release, err := s.acquire(key, file)
	if err != nil {
		return err
	}
	defer release()
	if err := s.dirty.sync(p.path); err != nil {
		return nbhosting.Because(err, nbhosting.Unavailable, "The history of %q could not be written to the disk. Try again later.", file)
	}
	return nil
}

// held is a pack with those who use it.
type held struct {
	pack
	users int
	turn  int64 // when it was used last, in uses of all
}

// packs are those in use, and of others the indexes that were used last.
type packs struct {
	mu   sync.Mutex
	all  map[string]*held
	turn int64
}

// idlePacks is how many packs stay that nobody uses: each has some hundred bytes for each version.
const idlePacks = 256

func (ps *packs) acquire(path string) (*pack, func()) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	h, ok := ps.all[path]
	if !ok {
		h = &held{pack: pack{path: path}}
		ps.all[path] = h
	}
	h.users++
	return &h.pack, sync.OnceFunc(func() { ps.release(h) })
}

func (ps *packs) release(h *held) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.turn++
	h.users--
	h.turn = ps.turn
	if len(ps.all) <= idlePacks {
		return
	}
	var oldest *held
	for _, other := range ps.all {
		if other.users == 0 && (oldest == nil || other.turn < oldest.turn) {
			oldest = other
		}
	}
	if oldest != nil {
		delete(ps.all, oldest.path)
	}
}
