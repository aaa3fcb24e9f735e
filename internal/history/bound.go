package history

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Use returns how many bytes the history of a workspace takes.
func (s *Store) Use(key nbhosting.Key) (bytes int64, err error) {
	bytes, _, err = s.usage(key)
	return bytes, err
}

func (s *Store) usage(key nbhosting.Key) (bytes int64, files int, err error) {
	dir, err := s.workspace(key)
	if err != nil {
		return 0, 0, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, 0, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) { // it was replaced
			continue
		}
		if err != nil {
			return 0, 0, err
		}
		bytes += info.Size()
		files++
	}
	return bytes, files, nil
}

const (
	// block is what a file takes beyond its size at most, on usual file systems:
	// for the bound, each counts as so much larger.
	block = 4096
	// mostNotebooks is how many notebooks of a workspace have a history: names cost nothing to make up.
	mostNotebooks = 10_000
)

// counted is what the history of a workspace counts for its bound.
func (s *Store) counted(key nbhosting.Key) (bytes int64, files int, err error) {
	bytes, files, err = s.usage(key)
	return bytes + int64(files)*block, files, err
}

// errTooMany is for a first version beyond mostNotebooks.
var errTooMany = errors.New("too many notebooks of the workspace have a history")

// room returns what tells whether so many bytes more may be kept, of a notebook
// that perhaps has no history yet. What a student has done on purpose, and what
// may be a last copy, is kept beyond the bound, up to its double.
func (s *Store) room(key nbhosting.Key, note Note) func(more int64, isNew bool) error {
	most := s.MaxBytes
	if note.Must || note.Why != Save {
		most *= 2
	}
	return func(more int64, isNew bool) error {
		if most <= 0 && !isNew {
			return nil
		}
		used, files, err := s.counted(key)
		switch {
		case err != nil:
			return err
		case isNew && files >= mostNotebooks:
			return errTooMany
		case isNew:
			more += block
		}
		if most > 0 && used+more > most {
			return ErrFull
		}
		return nil
	}
}

// tried remembers in which workspaces there was no room to be made, for a while:
// each save would try again.
type tried struct {
	mu sync.Mutex
	at map[nbhosting.Key]attempt
}

type attempt struct {
	when time.Time
	used int64
}

const tryAgain = 10 * time.Minute

// makeRoom thins a workspace's history harder and harder, until it is well below
// its bound. It tells whether it takes less than before.
func (s *Store) makeRoom(ctx context.Context, key nbhosting.Key, now time.Time) bool {
	used, _, err := s.counted(key)
	if err != nil {
		return false
	}
	s.full.mu.Lock()
	last, known := s.full.at[key]
	s.full.mu.Unlock()
	if known && used >= last.used && time.Since(last.when) < tryAgain {
		return false
	}
	before := used
	for _, r := range harder {
		if used <= s.MaxBytes/5*4 {
			break
		}
		if err := s.thinWorkspace(ctx, key, r, now); err != nil {
			s.log.Error("the history of a workspace could not be thinned", "course", key.Course, "student", key.Student, "err", err)
		}
		if used, _, err = s.counted(key); err != nil {
			return false
		}
	}
	s.full.mu.Lock()
	defer s.full.mu.Unlock()
	if used > s.MaxBytes/5*4 {
		s.full.at[key] = attempt{when: time.Now(), used: used}
	} else {
		delete(s.full.at, key)
	}
	return used < before
}
