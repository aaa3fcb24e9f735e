// Package opening is the way from a click to a usable notebook. This file reads
// as the list of what is done; each line is another package's work.
package opening

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/access"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/server"
	"github.com/nbhosting/nbhosting/internal/stats"
	"github.com/nbhosting/nbhosting/internal/work"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// Opener opens notebooks, and the servers that they are in.
type Opener struct {
	Rules       access.Rules
	Courses     *course.Catalog
	Workspaces  *workspace.Workspaces
	Work        *work.Work
	Servers     *server.Manager
	Events      stats.Recorder
	NotebookURL string         // where a notebook is below its server's address, with {notebook} in it
	Ended       func(Measured) // is told each attempt that has ended; nil: nobody is
	Logger      *slog.Logger
}

// Admit says what a request asks to open, if whoever sends it may.
func (o *Opener) Admit(r *http.Request) (nbhosting.Launch, error) {
	if err := o.Rules.Check(r); err != nil {
		return nbhosting.Launch{}, err
	}
	launch, err := nbhosting.ParseLaunch(r.URL.Path)
	if q := r.URL.Query(); launch.Notebook != "" {
		launch.Reset = q.Get(resetKey) != "" && !launch.Git
		launch.FrontEnd, _ = nbhosting.FrontEndNamed(q.Get(nbhosting.AppKey))
	}
	return launch, err
}

// resetKey is the part of a query that, with any value, asks for a notebook as it
// is in the course. In a clone, git does that.
const resetKey = "forcecopy"

// Opened is where what was asked for can be used.
type Opened struct {
	Location string // URL path
	Started  bool   // a server was started for it
}

// Open makes what is asked for usable. report is told each step as it begins, if
// that step takes any time. Where no notebook is asked for, nothing is copied and
// nothing recorded.
func (o *Opener) Open(ctx context.Context, launch nbhosting.Launch, report func(Step, Wait)) (Opened, error) {
	report(StepCourse, Wait{})
	done, err := o.Courses.Use(launch.Course)
	if err != nil {
		return Opened{}, err
	}
	defer done()
	taught, err := o.Courses.Course(ctx, launch.Course)
	if err != nil {
		return Opened{}, err
	}
	revision, err := o.Courses.Revision(launch.Course)
	if err != nil {
		return Opened{}, err
	}
	defer revision.Close()
	file, err := o.find(launch, revision)
	if err != nil {
		return Opened{}, err
	}

	report(StepWorkspace, Wait{})
	w, err := o.Workspaces.Prepare(ctx, launch.Key())
	if err != nil {
		return Opened{}, err
	}
	if err := o.fill(ctx, w, revision, file, launch); err != nil {
		return Opened{}, err
	}

	report(StepServer, Wait{})
	// Whoever leaves meanwhile: the course is in use until its server has started or not.
	s, created, err := o.Servers.Ensure(context.WithoutCancel(ctx), o.wanted(taught, revision, w, launch), func(p server.Progress) { report(stepOf(p.Stage), Wait{Place: p.Place, Left: p.Left}) })
	if err != nil {
		return Opened{}, err
	}
	o.record(ctx, launch, file, created)
	return Opened{Location: o.location(s, launch, revision, file), Started: created}, nil
}

// fill gives the student a copy of the file, if they have none or want it anew,
// and the links to the course's data beside it. In a clone, files come from git.
func (o *Opener) fill(ctx context.Context, w workspace.Workspace, revision *revision.Revision, file string, launch nbhosting.Launch) error {
	if file == "" {
		return nil
	}
	if launch.Git {
		if err := o.clone(ctx, w, file, launch); err != nil {
			return err
		}
	}
	if err := o.Work.Arrive(ctx, w, revision, file); err != nil {
		return err
	}
	if launch.Reset {
		if _, err := o.Work.Reset(ctx, launch.Key(), file); err != nil {
			return err
		}
	}
	return w.Link(file, o.Servers.StaticDir(o.Courses.StaticDir(launch.Course)), revision.Mappings)
}

func (o *Opener) wanted(taught nbhosting.Course, revision *revision.Revision, w workspace.Workspace, launch nbhosting.Launch) server.Wanted {
	return server.Wanted{
		Key: launch.Key(), Image: taught.Image, Network: taught.Network, Revision: revision.Commit,
		Course: server.CourseDirs{
			Modules: o.Courses.ModulesDir(taught.Name), Revisions: o.Courses.RevisionsDir(taught.Name),
			ModulesView: o.Courses.ModulesView(taught.Name), StaticView: o.Courses.StaticView(taught.Name),
		},
		Workspace: w.Dir, UID: w.UID,
	}
}

// recordTimeout bounds the wait for whoever has the file of events locked.
const recordTimeout = 2 * time.Second

// record notes the opening of a notebook for the statistics. A student is not kept from their
// work because that failed.
func (o *Opener) record(ctx context.Context, launch nbhosting.Launch, file string, created bool) {
	if file == "" {
		return
	}
	event := nbhosting.Event{
		Time: time.Now(), Key: launch.Key(), Notebook: nbhosting.TrimNotebookExtension(file), Action: nbhosting.Existing,
	}
	if created {
		event.Action = nbhosting.Created
	}
	ctx, cancel := context.WithTimeout(ctx, recordTimeout)
	defer cancel()
	if err := o.Events.Record(ctx, event); err != nil {
		o.Logger.Error("an opening could not be recorded", "course", launch.Course, "student", launch.Student, "err", err)
	}
}
