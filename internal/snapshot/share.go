package snapshot

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"slices"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/notebook"
)

// Request asks for a notebook to be shared.
type Request struct {
	Key  nbhosting.Key
	File string // path of the notebook in the workspace, with slashes
}

// Share is a notebook that a student shares.
type Share struct {
	ID       string    `json:"id"`
	File     string    `json:"file"`
	Title    string    `json:"title"`
	Path     string    `json:"path"` // of its URL; the same for as long as it is shared
	SharedAt time.Time `json:"shared_at"`
	Missing  []string  `json:"missing,omitempty"` // pictures that the page does not show, as the notebook names them
}

// PathPrefix begins the URL path of all that is shared.
const PathPrefix = "/snapshots/"

func urlPath(course nbhosting.CourseName, id string) string {
	return PathPrefix + url.PathEscape(string(course)) + "/" + id + pageEnding
}

// Share renders a notebook as it stands, and publishes the page: in place of the one
// before, if the notebook is shared already, else under a new name.
func (s *Snapshots) Share(ctx context.Context, r Request) (Share, error) {
	if err := checkRequest(r); err != nil {
		return Share{}, err
	}
	done, err := s.Courses.Use(r.Key.Course)
	if err != nil {
		return Share{}, err
	}
	defer done()
	leave, err := s.queue.enter(ctx, r.Key.Student)
	if err != nil {
		return Share{}, err
	}
	defer leave()
	begun := time.Now()
	shared, err := s.share(ctx, r)
	if err != nil {
		return Share{}, explain(ctx, fmt.Errorf("share %s of %s: %w", r.File, r.Key, err))
	}
	s.Logger.Info("notebook shared", "course", r.Key.Course, "student", r.Key.Student, "file", r.File, "took", time.Since(begun))
	return shared, nil
}

func checkRequest(r Request) error {
	if _, err := nbhosting.ParseKey(string(r.Key.Course), string(r.Key.Student)); err != nil {
		return err
	}
	if err := nbhosting.CheckNotebookPath(r.File); err != nil {
		return err
	}
	if !slices.Contains(nbhosting.NotebookExtensions, path.Ext(r.File)) {
		return nbhosting.Errorf(nbhosting.Invalid, "%q is no notebook, and only notebooks can be shared.", r.File)
	}
	return nil
}

// maxNotebook bounds a notebook that is shared, in bytes.
const maxNotebook = 20 << 20

func (s *Snapshots) share(ctx context.Context, r Request) (Share, error) {
	course, err := s.Courses.Course(ctx, r.Key.Course)
	if err != nil {
		return Share{}, err
	}
	w, err := s.Workspaces.Existing(r.Key)
	if err != nil {
		return Share{}, err
	}
	text, _, err := w.Read(r.File, maxNotebook)
	if err != nil {
		return Share{}, err
	}
	said, _ := notebook.Read(r.File, text) // the title; whether it can be read, we are going to see
	page, err := s.render(ctx, course, source{text: text, format: path.Ext(r.File), title: said.Title})
	if err != nil {
		return Share{}, err
	}
	pictures, err := s.openPictures(r)
	if err != nil {
		return Share{}, err
	}
	defer pictures.close()
	page = withPictures(page, pictures.find)
	return s.publish(r.Key, page, entry{
		File: r.File, Title: said.Title, SharedAt: time.Now().UTC().Truncate(time.Second), Commit: pictures.commit(), Missing: pictures.missing,
	})
}
