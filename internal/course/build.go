package course

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/notebook"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// build makes the tree of a commit beside the others, whole or not at all.
func (c *Catalog) build(ctx context.Context, name nbhosting.CourseName, commit git.Commit, log io.Writer) error {
	dir := c.RevisionsDir(name)
	if err := removeLeftovers(dir); err != nil {
		return err
	}
	temp := filepath.Join(dir, tempPrefix+rand.Text())
	defer os.RemoveAll(temp)
	if err := os.Mkdir(temp, 0o755); err != nil {
		return err
	}
	if err := c.fill(ctx, name, temp, commit, log); err != nil {
		return err
	}
	if err := syncFileSystem(temp); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(dir, commit.Hash))
}

// fill writes all of a revision into dir. Notebooks come first: each is read
// once, and what the settings say depends on which files are notebooks.
func (c *Catalog) fill(ctx context.Context, name nbhosting.CourseName, dir string, commit git.Commit, log io.Writer) error {
	entries, err := c.Git.Tree(ctx, c.gitDir(name), commit.Hash)
	if err != nil {
		return err
	}
	t, err := c.newTree(name, dir, commit.Date)
	if err != nil {
		return err
	}
	defer t.close()
	infos, err := t.writeNotebooks(ctx, notebookFiles(entries))
	if err != nil {
		return err
	}
	said, err := c.evaluate(ctx, name, entries, infos)
	if err != nil {
		return err
	}
	if err := c.judge(name, said, log); err != nil {
		return err
	}
	if err := t.removeNotebooks(said.HiddenPaths); err != nil {
		return err
	}
	if err := t.write(ctx, otherFiles(entries, said)); err != nil {
		return err
	}
	rec := record{
		Revision: nbhosting.Revision{Commit: commit.Hash, Date: commit.Date, PublishedAt: time.Now().UTC()},
		Mappings: said.Links, NotebookURL: said.NotebookURLFormat,
	}
	if err := writeJSON(dir, recordFile, rec); err != nil {
		return err
	}
	return writeJSON(dir, contentsFile, contents{Settings: said, Notebooks: shown(infos, said.HiddenPaths)})
}

// judge tells what was found in the settings, and refuses a revision with errors
// where another is published, which goes on being served.
func (c *Catalog) judge(name nbhosting.CourseName, said settings.Settings, log io.Writer) error {
	for _, f := range said.Findings {
		fmt.Fprintf(log, "%s: %s: %s\n", f.Severity, f.Where(), f.Message)
	}
	if !said.Refused() {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(c.RevisionsDir(name), currentLink)); err != nil {
		fmt.Fprintln(log, "published all the same, with what can be read: there is no revision yet")
		return nil
	}
	return nbhosting.Errorf(nbhosting.Invalid, "The settings of %q have errors, which are listed above. What was published before stays.", name)
}

func writeJSON(dir, name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), text, 0o644)
}

// contents is what contents.json holds: all that a revision says of itself.
type contents struct {
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
