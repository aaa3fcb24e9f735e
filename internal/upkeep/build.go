package upkeep

import (
	"context"
	"io"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/image"
	"github.com/nbhosting/nbhosting/internal/job"
)

// BuildImage builds the image that bears a course's own name; with noCache, anew
// from its first step.
func (k *Keeper) BuildImage(ctx context.Context, name nbhosting.CourseName, noCache bool) (nbhosting.Job, error) {
	c, err := k.active(ctx, name)
	if err != nil {
		return nbhosting.Job{}, err
	}
	return k.Jobs.Submit(ctx, job.Request{
		Kind: nbhosting.JobImage, Course: name, Keys: []string{imageOf(name)},
		Work: func(ctx context.Context, log io.Writer) error { return k.Images.BuildCourse(ctx, c, noCache, log) },
	})
}

// BuildCoreImages builds the images that courses start from.
func (k *Keeper) BuildCoreImages(ctx context.Context, options image.Options) (nbhosting.Job, error) {
	return k.Jobs.Submit(ctx, job.Request{
		Kind: nbhosting.JobCoreImages,
		Work: func(ctx context.Context, log io.Writer) error { return k.Images.BuildCore(ctx, options, log) },
	})
}

// RunBuild renders a book of a course; with force, also if it is up to date.
func (k *Keeper) RunBuild(ctx context.Context, name nbhosting.CourseName, id string, force bool) (nbhosting.Job, error) {
	if _, err := k.active(ctx, name); err != nil {
		return nbhosting.Job{}, err
	}
	return k.Jobs.Submit(ctx, job.Request{
		Kind: nbhosting.JobBuild, Course: name, Subject: id, Keys: []string{booksOf(name)}, Merge: !force,
		Work: func(ctx context.Context, log io.Writer) error { return k.Builds.Run(ctx, name, id, force, log) },
	})
}
