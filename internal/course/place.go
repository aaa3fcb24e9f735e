package course

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
)

// Directories of the root in which each course has one of its own name. Besides,
// there are the links of package revision, and the workspaces.
const (
	clonesDir   = "courses-git"
	studentsDir = "students"
	trashDir    = "trash"
)

// madeDirs hold what is made of the repository, or for getting it.
func madeDirs() []string { return []string{clonesDir, "revisions", "builds", "keys"} }

// workDirs hold what people made, and what cannot be made again. The last two
// are of the system that existing sites come from.
func workDirs() []string {
	return []string{"history", "raw", "snapshots", "local", "jupyter", "droparea"}
}

// isThere tells whether there is anything at a path; a link is something.
func isThere(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// eachHome calls do for each student in whose home there is something of the
// course's name. Homes are the entries of the directory of students that are
// directories: what else stands there, and where a home leads, is not followed.
func (c *Catalog) eachHome(name nbhosting.CourseName, do func(student string, home *os.Root) error) error {
	students, err := os.OpenRoot(filepath.Join(c.Root, studentsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer students.Close()
	entries, err := fs.ReadDir(students.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if _, err := students.Lstat(filepath.Join(e.Name(), string(name))); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		if err := inHome(students, e.Name(), do); err != nil {
			return err
		}
	}
	return nil
}

func inHome(students *os.Root, student string, do func(string, *os.Root) error) error {
	home, err := students.OpenRoot(student)
	if err != nil {
		return err
	}
	defer home.Close()
	return do(student, home)
}

// survey is what there is of a course that people made.
type survey struct {
	students []string // those with a workspace
	dirs     []string // those of workDirs
}

func (s survey) isEmpty() bool { return len(s.students) == 0 && len(s.dirs) == 0 }

func (c *Catalog) survey(name nbhosting.CourseName) (s survey, err error) {
	for _, dir := range workDirs() {
		there, err := isThere(filepath.Join(c.Root, dir, string(name)))
		if err != nil {
			return s, err
		}
		if there {
			s.dirs = append(s.dirs, dir)
		}
	}
	err = c.eachHome(name, func(student string, _ *os.Root) error {
		s.students = append(s.students, student)
		return nil
	})
	return s, err
}
