package revision

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/disk"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/notebook"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// plan is what a revision is built of.
type plan struct {
	course      nbhosting.Course
	commit      git.Commit
	fingerprint string
	before      published // what is served now
	listing     *listing
}

// build makes the tree of a commit beside the others, whole or not at all, and
// returns its name.
func (s *Store) build(ctx context.Context, p plan, log io.Writer) (string, error) {
	root, err := os.OpenRoot(s.RevisionsDir(p.course.Name))
	if err != nil {
		return "", err
	}
	defer root.Close()
	temp := tempPrefix + rand.Text()
	defer root.RemoveAll(temp)
	// Nobody else looks into it while it is made: it holds what will be hidden.
	if err := root.Mkdir(temp, 0o700); err != nil {
		return "", err
	}
	if err := s.fill(ctx, root, temp, p, log); err != nil {
		return "", err
	}
	s.reach("filled")
	if err := root.Chmod(temp, 0o755); err != nil {
		return "", err
	}
	if err := disk.Sync(filepath.Join(root.Name(), temp)); err != nil {
		return "", err
	}
	s.reach("synced")
	name := freeName(root, p.commit.Hash)
	return name, root.Rename(temp, name)
}

// freeName returns the commit, or a name that begins with it: a commit can be
// published again, because of what the site says of the course.
func freeName(root *os.Root, commit string) string {
	name := commit
	for i := 2; ; i++ {
		if _, err := root.Lstat(name); err != nil {
			return name
		}
		name = fmt.Sprintf("%s-%d", commit, i)
	}
}

// fill writes all of a revision into dir. Notebooks come first: each is read
// once, and what the settings say depends on which files are notebooks.
func (s *Store) fill(ctx context.Context, root *os.Root, dir string, p plan, log io.Writer) error {
	t, err := s.newTree(root, dir, p.commit.Date, p.before)
	if err != nil {
		return err
	}
	defer t.close()
	notebooks := notebookFiles(p.listing.files)
	if err := t.writeNotebooks(ctx, notebooks); err != nil {
		return err
	}
	s.reach("notebooks written")
	infos := t.infos()
	said, err := s.evaluate(ctx, p.course.Name, t, p.listing.files, infos)
	if err != nil {
		return err
	}
	others := otherFiles(p.listing, said)
	said.Links = leading(said.Links, others)
	p.listing.reportLinks(said)
	t.reportNotebooks(&p.listing.report)
	if err := s.judge(p, said, log); err != nil {
		return err
	}
	if err := t.removeNotebooks(said.HiddenPaths); err != nil {
		return err
	}
	if err := t.write(ctx, others); err != nil {
		return err
	}
	p.listing.reportPointers(t.pointers(slices.Concat(notebooks, others), said))
	said.Findings = settings.Merge(said.Findings, p.listing.findings)
	tell(log, said.Findings)
	if err := t.writeMoves(s.moves(ctx, root, p)); err != nil {
		return err
	}
	return t.describe(p, said, shown(infos, said.HiddenPaths))
}

// judge refuses a revision with errors where another is published, which goes on
// being served.
func (s *Store) judge(p plan, said settings.Settings, log io.Writer) error {
	said.Findings = settings.Merge(said.Findings, p.listing.findings)
	if !said.Refused() {
		return nil
	}
	if p.before.dir == "" {
		fmt.Fprintln(log, "published all the same, with what can be read: there is no revision yet")
		return nil
	}
	tell(log, said.Findings)
	s.noteRefused(p, said.Findings)
	return nbhosting.Errorf(nbhosting.Invalid, "What is said of %q has errors, which are listed above. What was published before stays.", p.course.Name)
}

// describe writes what a revision says of itself.
func (t *tree) describe(p plan, said settings.Settings, notebooks map[string]NotebookDetails) error {
	return errors.Join(
		t.writeJSON(manifestFile, t.made),
		t.writeJSON(contentsFile, Contents{Settings: said, Notebooks: notebooks}),
		t.writeJSON(recordFile, record{
			Revision: nbhosting.Revision{Commit: p.commit.Hash, Date: p.commit.Date, PublishedAt: time.Now().UTC()},
			Mappings: said.Links, NotebookURL: said.NotebookURLFormat, Bare: !said.Bar,
			Fingerprint: p.fingerprint, Missing: p.listing.missing,
		}),
	)
}

func (t *tree) writeJSON(name string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return t.root.WriteFile(filepath.Join(t.dir, name), text, 0o644)
}

// Contents is all that a revision says of itself.
type Contents struct {
	Settings  settings.Settings          `json:"settings"`
	Notebooks map[string]NotebookDetails `json:"notebooks"` // by path
}

// NotebookDetails is what is shown of a notebook in a table of contents.
type NotebookDetails struct {
	Title   string `json:"title"`
	Version string `json:"version"`
}

// shown are the notebooks that students may see.
func shown(infos map[string]notebook.Info, hidden []string) map[string]NotebookDetails {
	all := map[string]NotebookDetails{}
	for path, info := range infos {
		if info.Notebook {
			all[path] = NotebookDetails{Title: info.Title, Version: info.Version}
		}
	}
	for _, path := range hidden {
		delete(all, path)
	}
	return all
}
