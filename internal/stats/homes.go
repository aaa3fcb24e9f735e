package stats

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Homes counts the students who have a workspace in each course: directories
// students/S/C. A home is read again only if something was made or removed in it.
type Homes struct {
	Dir string // of the homes

	mu    sync.Mutex
	known map[string]home
}

type home struct {
	changed time.Time
	courses []nbhosting.CourseName
}

// Count returns how many students have a workspace, by course.
func (h *Homes) Count() (map[nbhosting.CourseName]int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	students, err := os.ReadDir(h.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	known, counts := make(map[string]home, len(students)), map[nbhosting.CourseName]int{}
	for _, s := range students {
		info, err := s.Info()
		if err != nil || !info.IsDir() { // gone since, or a link
			continue
		}
		now := h.known[s.Name()]
		// A directory can change twice in the same tick of its file system's clock.
		if !now.changed.Equal(info.ModTime()) || time.Since(info.ModTime()) < time.Minute {
			now = home{changed: info.ModTime(), courses: workspacesIn(filepath.Join(h.Dir, s.Name()))}
		}
		known[s.Name()] = now
		for _, course := range now.courses {
			counts[course]++
		}
	}
	h.known = known
	return counts, nil
}

// workspacesIn returns the courses in which a student has one. What cannot be read has none.
func workspacesIn(home string) (courses []nbhosting.CourseName) {
	entries, _ := os.ReadDir(home)
	for _, e := range entries {
		if e.IsDir() {
			courses = append(courses, nbhosting.CourseName(e.Name()))
		}
	}
	return courses
}
