package course

import (
	"context"
	"errors"
	"fmt"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Changes says what to change of a course; what is nil stays as it is.
type Changes struct {
	Image  *string
	GitURL *string // the next pull fetches from there
	Branch *string // empty: the one that the remote names as its default at the next pull

	Network *string // “bridge”, “none”, or empty for what the site says; servers that run keep theirs

	Autopull, Autobuild, Archived *bool
}

// Set changes what people entered about a course, and returns what it is now.
// Nothing is pulled; servers that run go on in the image that they have. It
// waits for a pull of the course to end.
func (c *Catalog) Set(ctx context.Context, name nbhosting.CourseName, changes Changes) (nbhosting.Course, error) {
	if err := changes.check(); err != nil {
		return nbhosting.Course{}, err
	}
	course, unlock, err := c.hold(ctx, name)
	if err != nil {
		return nbhosting.Course{}, err
	}
	defer unlock()
	changes.apply(&course)
	if err := c.Store.SaveCourse(ctx, course); err != nil {
		return nbhosting.Course{}, fmt.Errorf("keep what was set of %s: %w", name, err)
	}
	c.Logger.Info("course set", "course", name, "image", course.Image, "giturl", git.Redact(course.GitURL), "branch", course.Branch,
		"network", course.Network, "autopull", course.Autopull, "autobuild", course.Autobuild, "archived", course.Archived)
	return course, nil
}

// check judges what is to be new: what is there already was judged when it came.
func (ch Changes) check() error {
	var errs []error
	if ch.Image != nil {
		errs = append(errs, checkImage(*ch.Image))
	}
	if ch.GitURL != nil {
		errs = append(errs, checkGitURL(*ch.GitURL))
	}
	if ch.Branch != nil {
		errs = append(errs, checkBranch(*ch.Branch))
	}
	if ch.Network != nil {
		errs = append(errs, checkNetwork(*ch.Network))
	}
	return errors.Join(errs...)
}

func checkNetwork(network string) error {
	switch network {
	case "", "bridge", "none":
		return nil
	}
	return nbhosting.Errorf(nbhosting.Invalid, "%q is no network for servers: “bridge” reaches the outside, but no other server, “none” reaches nothing; empty is what the site says.", network)
}

func (ch Changes) apply(c *nbhosting.Course) {
	set(&c.Image, ch.Image)
	set(&c.GitURL, ch.GitURL)
	set(&c.Branch, ch.Branch)
	set(&c.Network, ch.Network)
	set(&c.Autopull, ch.Autopull)
	set(&c.Autobuild, ch.Autobuild)
	set(&c.Archived, ch.Archived)
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}
