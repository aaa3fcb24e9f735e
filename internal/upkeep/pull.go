package upkeep

import (
	"context"
	"io"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/job"
)

// Create makes a course and publishes it for the first time.
func (k *Keeper) Create(ctx context.Context, c nbhosting.Course) (nbhosting.Job, error) {
	if err := k.Courses.CheckNew(ctx, c); err != nil {
		return nbhosting.Job{}, err
	}
	return k.Jobs.Submit(ctx, job.Request{
		Kind: nbhosting.JobCreate, Course: c.Name, Keys: []string{content(c.Name)},
		Work: func(ctx context.Context, log io.Writer) error {
			if _, err := k.Courses.Create(ctx, c, log); err != nil {
				return err
			}
			return k.afterPull(ctx, c.Name, true, log)
		},
	})
}

// Pull publishes what is now in a course's repository.
func (k *Keeper) Pull(ctx context.Context, name nbhosting.CourseName) (nbhosting.Job, error) {
	if _, err := k.active(ctx, name); err != nil {
		return nbhosting.Job{}, err
	}
	return k.pull(ctx, name, false)
}

// PushTold pulls a course because its git host tells that there is something new.
func (k *Keeper) PushTold(ctx context.Context, name nbhosting.CourseName) error {
	if _, err := k.active(ctx, name); err != nil {
		return err
	}
	_, err := k.pull(ctx, name, true)
	return err
}

// pull asks for a pull; a quiet one is forgotten if there was nothing new.
func (k *Keeper) pull(ctx context.Context, name nbhosting.CourseName, quiet bool) (nbhosting.Job, error) {
	return k.Jobs.Submit(ctx, job.Request{
		Kind: nbhosting.JobPull, Course: name, Keys: []string{content(name)}, Merge: true, Quiet: quiet,
		Work: func(ctx context.Context, log io.Writer) error {
			outcome, err := k.Courses.Pull(ctx, name, log)
			if err != nil {
				return err
			}
			if err := k.afterPull(ctx, name, outcome.Changed, log); err != nil {
				return err
			}
			if !outcome.Changed {
				return job.ErrNothing
			}
			return nil
		},
	})
}
