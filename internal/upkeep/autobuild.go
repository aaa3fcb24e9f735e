package upkeep

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/nbhosting/nbhosting"
)

// retryPause is how long a build that did not come to a book is left alone,
// before a pull that found nothing new tries it again.
const retryPause = time.Hour

// afterPull asks for the builds of a course that follow its pulls: all of them
// if something else is published now, else those whose book is not of the
// published commit, as after a failure. That one cannot be asked for is no
// failure of the pull.
func (k *Keeper) afterPull(ctx context.Context, name nbhosting.CourseName, changed bool, log io.Writer) error {
	c, err := k.Courses.Course(ctx, name)
	if err != nil || !c.Autobuild {
		return err
	}
	builds, err := k.Builds.Status(ctx, name)
	if err != nil {
		return err
	}
	for _, b := range builds {
		if !b.Runs || !changed && (b.UpToDate || k.triedLately(name, b.ID)) {
			continue
		}
		j, err := k.RunBuild(ctx, name, b.ID, false)
		if err != nil {
			fmt.Fprintf(log, "build %s: %s\n", b.ID, nbhosting.MessageOf(err))
			k.Logger.Error("a build could not be asked for", "course", name, "build", b.ID, "err", err)
			continue
		}
		fmt.Fprintf(log, "build %s: follows as job %s\n", b.ID, j.ID)
	}
	return nil
}

// triedLately tells whether a build waits, runs, or has ended a short while ago.
func (k *Keeper) triedLately(name nbhosting.CourseName, id string) bool {
	tries := k.Jobs.Jobs(func(j nbhosting.Job) bool {
		return j.Kind == nbhosting.JobBuild && j.Course == name && j.Subject == id
	})
	return len(tries) > 0 && (!tries[0].Ended() || time.Since(tries[0].EndedAt) < retryPause)
}
