package upkeep

import (
	"context"
	"io"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
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
	if err := k.checkOwnImage(ctx, c); err != nil {
		return nbhosting.Job{}, err
	}
	return k.Jobs.Submit(ctx, job.Request{
		Kind: nbhosting.JobImage, Course: name, Keys: []string{imageOf(name)},
		Work: func(ctx context.Context, log io.Writer) error {
			layers, done, err := k.Courses.SettingsLayers(ctx, name)
			if err != nil {
				return err
			}
			defer done()
			return k.Images.BuildCourse(ctx, image.CourseOptions{Course: name, Image: c.Image, Layers: layers, NoCache: noCache}, log)
		},
	})
}

// checkOwnImage refuses to build an image that is not the course's own.
func (k *Keeper) checkOwnImage(ctx context.Context, c nbhosting.Course) error {
	courses, err := k.Courses.Courses(ctx)
	if err != nil {
		return err
	}
	for _, other := range courses {
		if other.Name != c.Name && other.Image == c.Image && image.IsOwn(other.Name, c.Image) {
			return nbhosting.Errorf(nbhosting.Conflict, "The course %q runs in the image of the course %q: build that one. For an image of its own, set its image to %q.",
				c.Name, other.Name, image.OwnName(c.Name))
		}
	}
	return image.CheckOwn(c.Name, c.Image)
}

// ImageDetails tells what is in the image that a course runs in.
func (k *Keeper) ImageDetails(ctx context.Context, name nbhosting.CourseName) (image.Details, error) {
	c, err := k.Courses.Course(ctx, name)
	if err != nil {
		return image.Details{}, err
	}
	return k.Images.Details(ctx, c.Image)
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
		Work: func(ctx context.Context, log io.Writer) error {
			built, err := k.Builds.Run(ctx, build.Request{Course: name, ID: id, Force: force}, log)
			if err == nil && !built {
				return job.ErrNothing
			}
			return err
		},
	})
}
