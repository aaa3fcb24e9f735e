package opening

import (
	"context"
	"path"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// clone makes the workspace a clone of the course's repository, if it is none. A
// clone is brought up to date by the student alone, with git: file, which the course
// has now, may not be in it yet.
func (o *Opener) clone(ctx context.Context, w workspace.Workspace, file string, launch nbhosting.Launch) error {
	handout, err := o.Courses.Handout(launch.Course, revision.Origin{
		URL:      path.Join(o.Servers.RevisionsDir(o.Courses.RevisionsDir(launch.Course)), revision.HandoutPath),
		Identity: !o.Servers.Runtime.Confined(), // images say it
	})
	if err != nil {
		return err
	}
	defer handout.Close()
	if err := o.Workspaces.Clone(ctx, w, handout); err != nil {
		return err
	}
	if there, err := w.Has(file); there || err != nil {
		return err
	}
	return nbhosting.Errorf(nbhosting.Conflict, "There is no %q in your clone of the course. If it is new in the course, “git pull” brings it; "+
		"if you removed it, “git restore” does. Type that in a terminal of Jupyter, then open the notebook again.", file)
}
