package upkeep

import (
	"context"
	"io"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/job"
)

// Rename gives a course another name. The job is one of the whole site: it
// outlives the name.
func (k *Keeper) Rename(ctx context.Context, old, name nbhosting.CourseName, options course.RenameOptions) (nbhosting.Job, error) {
	if _, err := k.Courses.Course(ctx, old); err != nil {
		return nbhosting.Job{}, err
	}
	return k.Jobs.Submit(ctx, job.Request{
		Kind: nbhosting.JobRename, Subject: string(old), Keys: append(all(old), all(name)...),
		Work: func(ctx context.Context, log io.Writer) error { return k.Courses.Rename(ctx, old, name, options, log) },
	})
}

// Delete removes a course. The job is one of the whole site: it outlives the course.
func (k *Keeper) Delete(ctx context.Context, name nbhosting.CourseName, options course.DeleteOptions) (nbhosting.Job, error) {
	if _, err := k.Courses.Course(ctx, name); err != nil {
		return nbhosting.Job{}, err
	}
	return k.Jobs.Submit(ctx, job.Request{
		Kind: nbhosting.JobDelete, Subject: string(name), Keys: all(name),
		Work: func(ctx context.Context, log io.Writer) error { return k.Courses.Delete(ctx, name, options, log) },
	})
}
