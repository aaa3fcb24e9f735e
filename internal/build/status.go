package build

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// Status is what there is of a build, as it is listed. Its JSON keys are an interface.
type Status struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Runs        bool      `json:"runs"`              // it has a script
	Commit      string    `json:"commit,omitempty"`  // of the book that is shown; empty: there is none
	BuiltAt     time.Time `json:"built_at,omitzero"` // of the same
	Path        string    `json:"path,omitempty"`    // URL path of the page that it begins with
	ExternalURL string    `json:"external_url"`      // or empty
	UpToDate    bool      `json:"up_to_date"`        // the book is of the published commit
}

// Status lists the builds that a course says, in its order.
func (b *Builder) Status(ctx context.Context, course nbhosting.CourseName) ([]Status, error) {
	details, err := b.Courses.Show(ctx, course)
	if err != nil {
		return nil, err
	}
	all := []Status{}
	for _, said := range details.Builds {
		s := Status{ID: said.ID, Name: said.Name, Description: said.Description, Runs: said.Script != "", ExternalURL: said.ExternalURL}
		if err := b.results.describe(course, said, &s); err != nil {
			return nil, err
		}
		s.UpToDate = details.Revision != nil && s.Commit == details.Revision.Commit
		all = append(all, s)
	}
	return all, nil
}

// describe adds what is shown of a build, if anything is.
func (rs Results) describe(course nbhosting.CourseName, said settings.Build, s *Status) error {
	if !isID(said.ID) {
		return nil
	}
	r, err := rs.open(course, said.ID, Latest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer r.Close()
	s.Commit, s.BuiltAt = r.Commit, r.BuiltAt
	entry := r.rec.Entry
	if entry == "" { // of an earlier system
		if entry, err = entryURL(r.root, said.EntryPoint); err != nil {
			return nil // as on that one: there is no page to begin with
		}
	}
	s.Path = PathPrefix + url.PathEscape(string(course)) + "/" + url.PathEscape(said.ID) + "/" + Latest + "/" + entry
	return nil
}

// PathPrefix begins the URL path of everything that is served of books.
const PathPrefix = "/builds/"
