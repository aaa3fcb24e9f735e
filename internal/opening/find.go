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
// Courses move their notebooks and change the format of them, and students keep
// what they have. So their work comes first: the course's file that the name
// stands for, if they have it; else what they have of that name in another
// format; else what they have of that notebook by another name; else the
// course's, where it is now. A name with its ending, if there is such a file,
// means that one and no other format.
func (o *Opener) find(launch nbhosting.Launch, revision *revision.Revision) (string, error) {
	if launch.Notebook == "" {
		return "", nil
	}
	names := nbhosting.NotebookCandidates(launch.Notebook)
	offered := revision.Find(names)
	if offered == launch.Notebook {
		names = []string{offered}
	}
	theirs, err := o.Workspaces.Find(launch.Key(), names)
	if err != nil {
		return "", err
	}
	for _, file := range append([]string{launch.Notebook, offered}, theirs...) {
		if slices.Contains(theirs, file) && (file == offered || o.isNotebook(launch.Key(), file)) {
			return file, nil
		}
	}
	moved, err := o.findMoved(launch, revision, offered, names)
	switch {
	case moved != "" || err != nil:
		return moved, err
	case len(theirs) > 0 && offered == "":
		return theirs[0], nil
	case offered != "":
		return offered, nil
	}
	return "", nbhosting.Errorf(nbhosting.NotFound, "The course %q has no notebook named %q.", launch.Course, launch.Notebook)
}

// findMoved returns what the student has of the notebook that one of names means,
// by the names that it had before or has now; else where the course has it now,
// if that is elsewhere. offered is where the course has it by one of names.
func (o *Opener) findMoved(launch nbhosting.Launch, revision *revision.Revision, offered string, names []string) (string, error) {
	present := offered
	var others []string
	for _, name := range names {
		if present == "" {
			present = revision.Successor(name)
		}
	}
	if present != offered {
		others = append([]string{present}, nbhosting.NotebookCandidates(nbhosting.TrimNotebookExtension(present))...)
	}
	for _, name := range slices.Concat([]string{present}, others, names) {
		others = append(others, revision.Former(name)...)
	}
	if offered == launch.Notebook { // this format is asked for
		others = slices.DeleteFunc(others, func(name string) bool { return path.Ext(name) != path.Ext(offered) })
	}
	theirs, err := o.Workspaces.Find(launch.Key(), others)
	if err != nil {
		return "", err
	}
	for _, file := range theirs {
		if o.isNotebook(launch.Key(), file) && o.isCopy(launch.Key(), file, revision, present) {
			return file, nil
		}
	}
	if present == offered {
		return "", nil
	}
	return present, nil
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
