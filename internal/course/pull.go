package course

import (
	"context"
	"fmt"
	"io"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/revision"
)

// Pull publishes the present commit of the course's branch. A pull that fails
// changes nothing that students see. Lines that say what is done go to log. One
// course is pulled once at a time: others wait, or leave when ctx ends.
func (c *Catalog) Pull(ctx context.Context, name nbhosting.CourseName, log io.Writer) (revision.Outcome, error) {
	course, unlock, err := c.hold(ctx, name)
	if err != nil {
		return revision.Outcome{}, err
	}
	defer unlock()
	return c.pull(ctx, course, log)
}

func (c *Catalog) pull(ctx context.Context, course nbhosting.Course, log io.Writer) (revision.Outcome, error) {
	branch, commit, err := c.clones.Fetch(ctx, course, log)
	if err != nil {
		return revision.Outcome{}, revision.Explain(err, course.Name)
	}
	c.reach("fetched")
	if branch != course.Branch {
		course.Branch = branch
		if err := c.Store.SaveCourse(ctx, course); err != nil {
			return revision.Outcome{}, fmt.Errorf("keep the branch of %s: %w", course.Name, err)
		}
	}
	c.reach("branch known")
	outcome, err := c.revisions.Publish(ctx, course, commit, log)
	if err != nil {
		return revision.Outcome{}, err
	}
	c.Logger.Info("course pulled", "course", course.Name, "commit", commit.Hash, "changed", outcome.Changed, "forced", outcome.Forced)
	return outcome, nil
}
