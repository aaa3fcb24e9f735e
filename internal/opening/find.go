package opening

import (
	"path"
	"slices"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/notebook"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// find says which file the notebook of a launch is, or "" for a launch of none.
//
// Courses change the format of their notebooks, and students keep what they
// have. So their work comes first: the course's file that the name stands for,
// if they have it; else what they have of that name in another format; else the
// course's. A name with its ending, if there is such a file, means that one.
func (o *Opener) find(launch nbhosting.Launch, revision *revision.Revision) (string, error) {
	if launch.Notebook == "" {
		return "", nil
	}
	candidates := nbhosting.NotebookCandidates(launch.Notebook)
	offered := revision.Find(candidates)
	if offered == launch.Notebook {
		return offered, nil
	}
	theirs, err := o.Workspaces.Find(launch.Key(), candidates)
	if err != nil {
		return "", err
	}
	for _, file := range append([]string{launch.Notebook, offered}, theirs...) {
		if slices.Contains(theirs, file) && (file == offered || o.isNotebook(launch.Key(), file)) {
			return file, nil
		}
	}
	switch {
	case offered != "":
		return offered, nil
	case len(theirs) > 0:
		return theirs[0], nil
	}
	return "", nbhosting.Errorf(nbhosting.NotFound, "The course %q has no notebook named %q.", launch.Course, launch.Notebook)
}

// maxHeader is how much is read of a text in order to find its header, in bytes.
const maxHeader = 256 << 10

// isNotebook tells whether a file of the student's is a notebook rather than
// notes or a module of theirs, which must not hide the course's notebook. What
// cannot be read is none.
func (o *Opener) isNotebook(key nbhosting.Key, file string) bool {
	if path.Ext(file) == ".ipynb" {
		return true
	}
	text, err := o.Workspaces.Peek(key, file, maxHeader)
	if err != nil {
		return false
	}
	info, _ := notebook.Read(file, text) // one with faults is one
	return info.Notebook
}
