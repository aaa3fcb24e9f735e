package course

import (
	"context"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Summary is a course in the list of all. Its JSON keys are an interface.
type Summary struct {
	Name        nbhosting.CourseName `json:"name"`
	GitURL      string               `json:"giturl"` // without passwords
	Branch      string               `json:"branch"` // empty before the first pull
	Image       string               `json:"image"`
	Commit      string               `json:"commit"` // empty before the first pull
	PublishedAt time.Time            `json:"published_at,omitzero"`
	Autopull    bool                 `json:"autopull"`
	Autobuild   bool                 `json:"autobuild"`
	Archived    bool                 `json:"archived"`
	Refused     string               `json:"refused,omitempty"` // the commit that the last pull refused
}

// List returns all courses, sorted by name.
func (c *Catalog) List(ctx context.Context) ([]Summary, error) {
	courses, err := c.Courses(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Summary, len(courses))
	for i, course := range courses {
		if list[i], err = c.summarize(course); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Summary returns one course as in the list of all.
func (c *Catalog) Summary(ctx context.Context, name nbhosting.CourseName) (Summary, error) {
	course, err := c.Course(ctx, name)
	if err != nil {
		return Summary{}, err
	}
	return c.summarize(course)
}

func (c *Catalog) summarize(course nbhosting.Course) (Summary, error) {
	s := Summary{
		Name: course.Name, GitURL: git.Redact(course.GitURL), Branch: course.Branch, Image: course.Image,
		Autopull: course.Autopull, Autobuild: course.Autobuild, Archived: course.Archived,
	}
	r, err := c.Revision(course.Name)
	switch {
	case nbhosting.KindOf(err) == nbhosting.Unavailable: // nothing published
		return s, nil
	case err != nil:
		return Summary{}, err
	}
	defer r.Close()
	s.Commit, s.PublishedAt = r.Commit, r.PublishedAt
	refused, err := c.revisions.Refused(course.Name)
	if refused != nil {
		s.Refused = refused.Commit
	}
	return s, err
}
