package revision

import (
	"path/filepath"

	"github.com/nbhosting/nbhosting"
)

// Places tell where the revisions of courses lie, and what leads to them.
type Places struct{ root string }

// PlacesIn returns the places below a data directory.
func PlacesIn(root string) Places { return Places{root} }

// RevisionsDir returns the directory of a course's revisions, which stays in
// place for as long as the course does.
func (p Places) RevisionsDir(name nbhosting.CourseName) string {
	return filepath.Join(p.root, "revisions", string(name))
}

// ModulesDir returns the path of the current revision's importable code.
func (p Places) ModulesDir(name nbhosting.CourseName) string {
	return filepath.Join(p.root, "modules", string(name))
}

// StaticDir returns the path of the current revision's static data.
func (p Places) StaticDir(name nbhosting.CourseName) string {
	return filepath.Join(p.root, "static", string(name))
}

// localDir is where the site says what it has to say of a course.
func (p Places) localDir(name nbhosting.CourseName) string {
	return filepath.Join(p.root, "local", string(name))
}
