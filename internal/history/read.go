package history

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nbhosting/nbhosting"
)

// entryAt returns the index of the entry at an offset, or -1.
func entryAt(entries []entry, off int64) int {
	i, ok := slices.BinarySearchFunc(entries, off, func(e entry, off int64) int { return cmp.Compare(e.off, off) })
	if !ok {
		return -1
	}
	return i
}

// chainOf returns the entries whose data makes the content of an entry: a whole
// content, and the deltas on it.
func chainOf(entries []entry, i int) ([]entry, error) {
	var chain []entry
	for {
		e := entries[i]
		if e.lost {
			return nil, fmt.Errorf("%w: what it leans on is not there", errDamaged)
		}
		if !e.isSame() {
			chain = append(chain, e)
		}
		if e.base < 0 {
			slices.Reverse(chain)
			return chain, nil
		}
		i = entryAt(entries, e.base) // it is there, or e would be lost
	}
}

// contentOf reads what a chain makes, and checks it.
func contentOf(r io.ReaderAt, chain []entry, want sum) ([]byte, error) {
	var content []byte
	for _, e := range chain {
		data := make([]byte, e.end-e.dataOff)
		if _, err := r.ReadAt(data, e.dataOff); err != nil {
			return nil, fmt.Errorf("read the data at %d: %w", e.dataOff, err)
		}
		var err error
		if e.base < 0 {
			content, err = decodeWhole(data, e.Size)
		} else {
			content, err = delta{prefix: int(e.Prefix), suffix: int(e.Suffix), data: data}.apply(content, e.Size)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
	}
	if sha256.Sum256(content) != want {
		return nil, fmt.Errorf("%w: it has another sum", errDamaged)
	}
	return content, nil
}

// explainRead says what kept a version from being read.
func explainRead(err error, file string) error {
	if errors.Is(err, errDamaged) {
		return nbhosting.Because(err, nbhosting.Internal, "This version of %q cannot be read any more: it is damaged on the disk. Other versions may be whole.", file)
	}
	return nbhosting.Because(err, nbhosting.Unavailable, "The history of %q cannot be read at the moment. Try again later.", file)
}

// Versions returns the versions of a notebook, the oldest first.
func (s *Store) Versions(key nbhosting.Key, file string) ([]Version, error) {
	p, release, err := s.acquire(key, file)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := p.look(); err != nil {
		return nil, explainRead(err, file)
	}
	defer p.mu.Unlock()
	versions := make([]Version, len(p.entries))
	for i, e := range p.entries {
		versions[i] = e.version()
	}
	return versions, nil
}

// Latest returns the newest version; ok tells whether there is one.
func (s *Store) Latest(key nbhosting.Key, file string) (v Version, ok bool, err error) {
	p, release, err := s.acquire(key, file)
	if err != nil {
		return Version{}, false, err
	}
	defer release()
	if err := p.look(); err != nil {
		return Version{}, false, explainRead(err, file)
	}
	defer p.mu.Unlock()
	if p.last() < 0 {
		return Version{}, false, nil
	}
	return p.entries[p.last()].version(), true, nil
}

// look locks the pack, with its index up to date, unless there is an error.
func (p *pack) look() error {
	p.mu.Lock()
	f, err := p.open(os.O_RDONLY)
	if err != nil {
		p.mu.Unlock()
		return err
	}
	if f != nil {
		f.Close()
	}
	return nil
}

// Read returns the content of a version: NotFound if there is none of that name.
func (s *Store) Read(key nbhosting.Key, file, id string) ([]byte, Version, error) {
	content, v, ok, err := s.read(key, file, func(p *pack) int { return p.find(id) })
	if err == nil && !ok {
		err = nbhosting.Errorf(nbhosting.NotFound, "There is no such version of %q. It may have been removed from the history since: of older days only some versions are kept.", file)
	}
	return content, v, err
}

// Base returns the course's version that the student's notebook derives from, as
// far as that is known: the newest version that was noted as one.
func (s *Store) Base(key nbhosting.Key, file string) (content []byte, v Version, ok bool, err error) {
	return s.read(key, file, func(p *pack) int { return lastBase(p.entries) })
}

func lastBase(entries []entry) int {
	for i, e := range slices.Backward(entries) {
		if e.Base {
			return i
		}
	}
	return -1
}

// read returns the content of the version that choose finds in the index, -1 being none.
func (s *Store) read(key nbhosting.Key, file string, choose func(*pack) int) (content []byte, v Version, ok bool, err error) {
	p, release, err := s.acquire(key, file)
	if err != nil {
		return nil, Version{}, false, err
	}
	defer release()
	f, chain, e, ok, err := p.chosen(choose)
	if f != nil {
		defer f.Close()
	}
	if err == nil && ok {
		defer s.busy.lock(e.Size)()
		content, err = contentOf(f, chain, e.sum)
	}
	if err != nil {
		s.log.Error("a version could not be read", "course", key.Course, "student", key.Student, "notebook", file, "err", err)
		return nil, Version{}, false, explainRead(err, file)
	}
	if !ok {
		return nil, Version{}, false, nil
	}
	return content, e.version(), true, nil
}

// chosen returns all that is needed to read a version without the mutex: the
// file is not changed where something is already.
func (p *pack) chosen(choose func(*pack) int) (f *os.File, chain []entry, e entry, ok bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f, err = p.open(os.O_RDONLY); err != nil || f == nil {
		return nil, nil, e, false, err
	}
	i := choose(p)
	if i < 0 {
		return f, nil, e, false, nil
	}
	chain, err = chainOf(p.entries, i)
	return f, chain, p.entries[i], true, err
}

// Notebooks returns the paths of all notebooks of a workspace that have a history,
// those that were deleted included.
func (s *Store) Notebooks(key nbhosting.Key) ([]string, error) {
	dir, err := s.workspace(key)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, explainList(err)
	}
	var files []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), packSuffix) {
			continue
		}
		file, err := s.fileOf(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, explainList(err)
		}
		if packName(file) == e.Name() {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files, nil
}

func explainList(err error) error {
	return nbhosting.Because(err, nbhosting.Unavailable, "The history of your notebooks cannot be read at the moment. Try again later.")
}

// fileOf returns the path of the notebook that a pack is of.
func (s *Store) fileOf(path string) (string, error) {
	p, release := s.packs.acquire(path)
	defer release()
	if err := p.look(); err != nil {
		return "", err
	}
	defer p.mu.Unlock()
	return fileOf(p.entries), nil
}
