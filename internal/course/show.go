package course

import (
	"context"
	"slices"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/revision"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// Details is what can be said of a course. Its JSON keys are an interface:
// others may be added.
type Details struct {
	Name              nbhosting.CourseName                `json:"name"`
	GitURL            string                              `json:"giturl"` // without passwords
	Branch            string                              `json:"branch"`
	Image             string                              `json:"image"`
	Network           string                              `json:"network"` // empty: what the site says
	Autopull          bool                                `json:"autopull"`
	Autobuild         bool                                `json:"autobuild"`
	Archived          bool                                `json:"archived"`
	Revision          *RevisionDetails                    `json:"revision"` // null before the first pull
	Tracks            []settings.Track                    `json:"tracks"`
	StaticMappings    []nbhosting.StaticMapping           `json:"static_mappings"`
	Builds            []settings.Build                    `json:"builds"`
	NotebookURLFormat string                              `json:"notebook_url_format"`
	Notebooks         map[string]revision.NotebookDetails `json:"notebooks"`
	Findings          []settings.Finding                  `json:"findings"`             // of the published commit, and the errors of a refused one
	Refused           *revision.Refused                   `json:"refused,omitempty"`    // the commit that the last pull refused
	DeployKey         string                              `json:"deploy_key,omitempty"` // the public half
	Webhook           bool                                `json:"webhook"`              // whether pushes are listened to
}

// RevisionDetails is the published commit.
type RevisionDetails struct {
	Commit      string    `json:"commit"`
	Date        time.Time `json:"date"`
	PublishedAt time.Time `json:"published_at"`
}

// Show returns the details of a course.
func (c *Catalog) Show(ctx context.Context, name nbhosting.CourseName) (Details, error) {
	course, err := c.Store.Course(ctx, name)
	if err != nil {
		return Details{}, err
	}
	d := Details{
		Name: course.Name, GitURL: git.Redact(course.GitURL), Branch: course.Branch, Image: course.Image, Network: course.Network,
		Autopull: course.Autopull, Autobuild: course.Autobuild, Archived: course.Archived,
		Tracks: []settings.Track{}, StaticMappings: settings.DefaultMappings(), Builds: []settings.Build{},
		NotebookURLFormat: c.NotebookURL, Notebooks: map[string]revision.NotebookDetails{}, Findings: []settings.Finding{},
		DeployKey: c.ShownKey(name), Webhook: course.WebhookSecret != "",
	}
	done, err := c.Use(name)
	if err != nil { // it is being renamed or deleted
		return d, nil
	}
	defer done()
	r, err := c.Revision(name)
	switch {
	case nbhosting.KindOf(err) == nbhosting.Unavailable: // nothing published
		return d, nil
	case err != nil:
		return Details{}, err
	}
	defer r.Close()
	d.Revision = &RevisionDetails{Commit: r.Commit, Date: r.Date, PublishedAt: r.PublishedAt}
	if err := d.read(r); err != nil {
		return Details{}, err
	}
	if d.Refused, err = c.revisions.Refused(name); err != nil || d.Refused == nil {
		return d, err
	}
	errs := slices.DeleteFunc(slices.Clone(d.Refused.Findings), func(f settings.Finding) bool { return f.Severity != settings.SeverityError })
	d.Findings = settings.Merge(d.Findings, errs)
	return d, nil
}

// read adds what the revision says of itself.
func (d *Details) read(r *revision.Revision) error {
	all, err := r.Contents()
	if err != nil {
		return err
	}
	d.Tracks, d.Builds, d.Findings, d.Notebooks = all.Settings.Tracks, all.Settings.Builds, all.Settings.Findings, all.Notebooks
	d.StaticMappings = all.Settings.StaticMappings
	if r.NotebookURL != "" {
		d.NotebookURLFormat = r.NotebookURL
	}
	return nil
}
