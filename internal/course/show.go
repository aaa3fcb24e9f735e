package course

import (
	"context"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

// Details is what can be said of a course. Its JSON keys are an interface:
// others may be added. What is not read from the repository yet is empty.
type Details struct {
	Name              nbhosting.CourseName      `json:"name"`
	GitURL            string                    `json:"giturl"` // without passwords
	Branch            string                    `json:"branch"`
	Image             string                    `json:"image"`
	Revision          *RevisionDetails          `json:"revision"` // null before the first pull
	Tracks            []struct{}                `json:"tracks"`
	StaticMappings    []nbhosting.StaticMapping `json:"static_mappings"`
	Builds            []struct{}                `json:"builds"`
	NotebookURLFormat string                    `json:"notebook_url_format"`
	Notebooks         map[string]struct{}       `json:"notebooks"`
	Findings          []struct{}                `json:"findings"`
}

// RevisionDetails is the published commit.
type RevisionDetails struct {
	Commit      string    `json:"commit"`
	Date        time.Time `json:"date"`
	PublishedAt time.Time `json:"published_at"`
}

// Show returns the details of a course.
func (c *Catalog) Show(ctx context.Context, name nbhosting.CourseName) (Details, error) {
	course, err := c.Course(ctx, name)
	if err != nil {
		return Details{}, err
	}
	d := Details{
		Name: course.Name, GitURL: git.Redact(course.GitURL), Branch: course.Branch, Image: course.Image,
		Tracks: []struct{}{}, StaticMappings: defaultMappings(), Builds: []struct{}{},
		NotebookURLFormat: c.NotebookURL, Notebooks: map[string]struct{}{}, Findings: []struct{}{},
	}
	r, err := c.Revision(name)
	switch {
	case nbhosting.KindOf(err) == nbhosting.Unavailable: // nothing published
		return d, nil
	case err != nil:
		return Details{}, err
	}
	defer r.Close()
	d.Revision = &RevisionDetails{Commit: r.Commit, Date: r.Date, PublishedAt: r.PublishedAt}
	return d, nil
}
