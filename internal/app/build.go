package app

import (
	"cmp"
	"context"

	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
)

// newBuilder returns what renders the books of courses.
func (a *App) newBuilder() *build.Builder {
	b := a.cfg.Builds
	keep := cmp.Or(b.Keep, -1) // of the builder, 0 is its default
	o := build.Options{
		Root: a.cfg.Root, Courses: a.courses, Runner: a.engine, UID: a.cfg.UIDs.Last,
		Limits:  runtime.Limits{MemoryBytes: int64(b.Memory), CPUs: b.CPUs, PIDs: b.PIDs, OpenFiles: b.OpenFiles},
		Network: runtime.Network(b.Network), Timeout: b.Timeout, KeepResults: keep, Logger: a.log,
	}
	if d, ok := a.engine.(*docker.Driver); ok {
		o.ImageID = func(ctx context.Context, name string) (string, error) {
			details, err := d.ImageDetails(ctx, name)
			return details.ID, err
		}
	}
	return build.New(o)
}

// renameImage returns what gives the image of a course that is renamed the new
// name as well, where the runtime has images.
func (a *App) renameImage() course.RenameImage {
	d, ok := a.engine.(*docker.Driver)
	if !ok {
		return nil
	}
	return d.TagImage
}
