package history

import (
	"context"
	"errors"
	"path/filepath"
	"sync"

	"github.com/nbhosting/nbhosting"
)

// Figures are what a store has done since it was opened, and how large it is.
type Figures struct {
	Versions uint64 // that were kept
	Written  uint64 // bytes of them, as they are on the disk
	Refused  uint64 // versions for which there was no room

	// Size is what all histories take: as it was last measured, and what was written since.
	Size     int64
	Measured bool
}

type figures struct {
	mu sync.Mutex
	Figures
}

func (f *figures) kept(bytes int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Versions++
	f.Written += uint64(bytes)
	f.Size += int64(bytes)
}

func (f *figures) refused() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Refused++
}

// Figures returns the figures of now.
func (s *Store) Figures() Figures {
	s.figures.mu.Lock()
	defer s.figures.mu.Unlock()
	return s.figures.Figures
}

// Measure finds out how large all histories are, which takes a while.
func (s *Store) Measure(ctx context.Context) error {
	before := s.Figures().Written
	courses, err := dirs(s.dir)
	errs := []error{err}
	var size int64
	for _, course := range courses {
		students, err := dirs(filepath.Join(s.dir, course))
		errs = append(errs, err)
		for _, student := range students {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			key, err := nbhosting.ParseKey(course, student)
			if err != nil {
				continue // not ours
			}
			used, err := s.Use(key)
			errs = append(errs, err)
			size += used
		}
	}
	s.figures.mu.Lock()
	defer s.figures.mu.Unlock()
	s.figures.Size, s.figures.Measured = size+int64(s.figures.Written-before), true
	return errors.Join(errs...)
}
