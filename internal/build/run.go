package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// Request asks for a book.
type Request struct {
	Course nbhosting.CourseName
	ID     string // of the build
	Force  bool   // even if there is a result already that could not be another
}

// task is what has to be built.
type task struct {
	course nbhosting.CourseName
	build  settings.Build
	commit string
	image  string
	digest string
}

// errMoved is met when another commit is published while a build begins.
var errMoved = errors.New("the course was pulled meanwhile")

const maxTries = 3

// Run makes a book of the published commit of a course, and shows it. It tells
// whether there was anything to do. What the script prints, and what is done, goes
// to log. If it fails, what was shown before stays, and nothing keeps the next run
// from trying again.
func (b *Builder) Run(ctx context.Context, r Request, log io.Writer) (built bool, err error) {
	name := "build:" + string(r.Course) + "/" + r.ID
	if !b.take(name) {
		return false, nbhosting.Errorf(nbhosting.Conflict, "The build %q of %q is running already.", r.ID, r.Course)
	}
	defer b.release(name)
	for range maxTries {
		if built, err = b.run(ctx, r, log); !errors.Is(err, errMoved) {
			break
		}
	}
	if err != nil {
		return false, b.explain(ctx, r, fmt.Errorf("build %q of %s: %w", r.ID, r.Course, err))
	}
	return built, nil
}

func (b *Builder) run(ctx context.Context, r Request, log io.Writer) (bool, error) {
	t, err := b.task(ctx, r)
	if err != nil {
		return false, err
	}
	if !r.Force {
		found, err := b.reuse(t, log)
		if found || err != nil {
			return false, err
		}
	}
	s, remove, err := b.newScratch()
	if err != nil {
		return false, err
	}
	defer remove()
	commit, err := b.Courses.Export(ctx, t.course, s.path(workPart))
	if err != nil {
		return false, err
	}
	if commit != t.commit {
		return false, errMoved
	}
	if err := s.checkDirectory(t.build); err != nil {
		return false, err
	}
	if err := s.fill(t.build.Script, b.UID); err != nil {
		return false, err
	}
	fmt.Fprintf(log, "building %s of %s at %s\n", t.build.ID, t.course, short(t.commit))
	if err := b.runScript(ctx, t, s, log); err != nil {
		return false, imageFailed(err, t)
	}
	return true, b.publish(ctx, t, s, log)
}

// task finds out what a request means.
func (b *Builder) task(ctx context.Context, r Request) (task, error) {
	details, err := b.Courses.Show(ctx, r.Course)
	if err != nil {
		return task{}, err
	}
	if details.Revision == nil {
		return task{}, nbhosting.Errorf(nbhosting.Conflict, "Nothing of the course %q is published yet. Pull it first.", r.Course)
	}
	i := slices.IndexFunc(details.Builds, func(s settings.Build) bool { return s.ID == r.ID })
	if i < 0 {
		return task{}, noBuild(r, details.Builds)
	}
	said := details.Builds[i]
	switch {
	case said.Script == "" && said.ExternalURL != "":
		return task{}, nbhosting.Errorf(nbhosting.Invalid, "The build %q has no “script”: it is a link to %s, and there is nothing to run.", r.ID, said.ExternalURL)
	case said.Script == "":
		return task{}, nbhosting.Errorf(nbhosting.Invalid, "The build %q has no “script”, and there is nothing to run. Give it one in nbhosting.yaml.", r.ID)
	case !isID(said.ID):
		return task{}, nbhosting.Errorf(nbhosting.Invalid, "The id of the build %q is too long for the name of a directory. Give it a short “id”.", said.Name)
	}
	t := task{course: r.Course, build: said, commit: details.Revision.Commit, image: details.Image}
	image := t.image
	if b.ImageID != nil && b.Runner.Confined() {
		if image, err = b.ImageID(ctx, t.image); err != nil {
			return task{}, imageFailed(err, t)
		}
	}
	t.digest = digest(t.commit, image, said)
	return t, nil
}

// reuse shows the result of an earlier run of the same task, if there is one.
func (b *Builder) reuse(t task, log io.Writer) (bool, error) {
	all, err := b.results.all(t.course, t.build.ID)
	if err != nil {
		return false, err
	}
	for _, r := range all {
		if r.rec.Digest != t.digest {
			continue
		}
		fmt.Fprintf(log, "nothing new: %s of %s at %s is built already\n", t.build.ID, t.course, short(t.commit))
		return true, b.results.show(t.course, t.build.ID, r.Name)
	}
	return false, nil
}

// short is how git abbreviates the hash of a commit.
func short(commit string) string { return commit[:min(len(commit), 7)] }

// checkDirectory fails where the script has no directory to run in.
func (s scratch) checkDirectory(said settings.Build) error {
	work, err := os.OpenRoot(s.path(workPart))
	if err != nil {
		return err
	}
	defer work.Close()
	if info, err := work.Stat(said.Directory); err != nil || !info.IsDir() {
		return nbhosting.Because(err, nbhosting.Invalid, "The build %q runs in the directory %q, which the repository has not; %s. Mend its “directory”.",
			said.ID, said.Directory, near(work, said.Directory, topOfCourse))
	}
	return nil
}

func noBuild(r Request, builds []settings.Build) error {
	if len(builds) == 0 {
		return nbhosting.Errorf(nbhosting.NotFound, "The course %q has no builds: its nbhosting.yaml names none.", r.Course)
	}
	ids := make([]string, len(builds))
	for i, b := range builds {
		ids[i] = fmt.Sprintf("%q", b.ID)
	}
	return nbhosting.Errorf(nbhosting.NotFound, "The course %q has no build %q. There are: %s.", r.Course, r.ID, enumerate(ids))
}
