package work_test

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/sqlite"
	"github.com/nbhosting/nbhosting/internal/work"
	"github.com/nbhosting/nbhosting/internal/workspace/workspacetest"
)

// taught is a course that many tests share, in two versions: its notebook in w1 changed.
func taught(t *testing.T) *course.Catalog {
	t.Helper()
	root := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(root, "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	all := course.New(course.Options{Root: root, Store: db, NotebookURL: "notebooks/{notebook}", Logger: slog.New(slog.DiscardHandler)})
	repository := apptest.Repository(t, map[string]string{workspacetest.Notebook: notebookOf("1"), "data/x": ""})
	if _, err := all.Create(t.Context(), nbhosting.Course{Name: "tour", GitURL: repository, Image: "i"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	return all
}

// hostile is alice's work in a workspace of hers.
type hostile struct {
	*workspacetest.Site
	*work.Work
}

// on looks after a workspace, with a history in dir.
func on(s *workspacetest.Site, courses *course.Catalog, dir string) hostile {
	s.Helper()
	log := slog.New(slog.DiscardHandler)
	kept, err := history.Open(dir, log)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { kept.Close() })
	return hostile{s, work.New(work.Options{Workspaces: s.Workspaces, History: kept, Courses: courses, Logger: log})}
}

// operations are what is done for a student, each a line.
var operations = map[string]func(h hostile, ctx context.Context, file string) error{
	"arrive": func(h hostile, ctx context.Context, file string) error {
		place, err := h.Workspaces.Existing(workspacetest.Key)
		if err != nil {
			return err
		}
		r, err := h.Courses.Revision("tour")
		if err != nil {
			return err
		}
		defer r.Close()
		return h.Arrive(ctx, place, r, file)
	},
	"save": func(h hostile, ctx context.Context, file string) error {
		h.Saved(ctx, workspacetest.Key, file)
		return nil
	},
	"reset": func(h hostile, ctx context.Context, file string) error {
		_, err := h.Reset(ctx, workspacetest.Key, file)
		return err
	},
	"restore": func(h hostile, ctx context.Context, file string) error {
		v, err := h.History.Keep(ctx, workspacetest.Key, file, []byte(notebookOf("an earlier version")), history.Note{Why: history.Save})
		if err != nil {
			return err
		}
		_, err = h.Restore(ctx, workspacetest.Key, file, v.ID)
		return err
	},
	"look at news": func(h hostile, _ context.Context, file string) error {
		_, _, err := h.Update(workspacetest.Key, file)
		return err
	},
	"be outdated": func(h hostile, _ context.Context, file string) error {
		_, err := h.Outdated(workspacetest.Key, file)
		return err
	},
	"merge": func(h hostile, ctx context.Context, file string) error {
		_, err := h.Merge(ctx, workspacetest.Key, file, merge.Options{})
		return err
	},
	"take": func(h hostile, ctx context.Context, file string) error {
		_, err := h.TakeNew(ctx, workspacetest.Key, file)
		return err
	},
	"keep mine": func(h hostile, ctx context.Context, file string) error {
		return h.KeepMine(ctx, workspacetest.Key, file)
	},
}

// remember tells the site what is in the history.
func (h hostile) remember() {
	h.Helper()
	files, err := h.History.Notebooks(workspacetest.Key)
	if err != nil {
		h.Fatal(err)
	}
	for _, file := range files {
		versions, err := h.History.Versions(workspacetest.Key, file)
		if err != nil {
			h.Fatal(err)
		}
		for _, v := range versions {
			if content, _, err := h.History.Read(workspacetest.Key, file, v.ID); err == nil {
				_ = h.Keep(content) // it never fails
				if strings.Contains(string(content), workspacetest.Secret) {
					h.Errorf("what another has is in the history of %s", file)
				}
			}
		}
	}
}

func (h hostile) check(set workspacetest.Hostile) {
	h.Helper()
	h.remember()
	h.CheckOutside()
	h.CheckNothingLost()
	h.CheckOwners()
	if !set.Leftovers && set.Name != "leftovers" {
		h.CheckNoLeftovers()
	}
}

// TestHostileWorkspaces does everything in every hostile workspace.
func TestHostileWorkspaces(t *testing.T) {
	courses := taught(t)
	for _, set := range workspacetest.Hostiles() {
		t.Run(set.Name, func(t *testing.T) {
			for name, do := range operations {
				t.Run(name, func(t *testing.T) {
					s := workspacetest.New(t)
					h := on(s, courses, filepath.Join(s.Top, "history"))
					set.Set(s)
					done := make(chan struct{})
					go func() {
						defer close(done)
						h.try(set, do)
					}()
					select {
					case <-done:
					case <-time.After(time.Minute):
						t.Fatal("it waits")
					}
					h.check(set)
				})
			}
		})
	}
}

// try does something; again and again where the student changes what names mean meanwhile.
func (h hostile) try(set workspacetest.Hostile, do func(hostile, context.Context, string) error) {
	times := 1
	if set.Race != nil {
		defer h.Meanwhile(func() { set.Race(h.Site) })()
		times = 20
	}
	for range times {
		err := do(h, h.Context(), set.Target())
		if strings.Contains(nbhosting.MessageOf(err), h.Top) {
			h.Errorf("the message shows a path of the host: %s", nbhosting.MessageOf(err))
		}
		if err != nil && nbhosting.KindOf(err) == nbhosting.Internal && !set.Internal {
			h.Errorf("nobody is told what to do: %v", err)
		}
	}
}

// TestOddNames does everything with notebooks that are hard to name.
func TestOddNames(t *testing.T) {
	courses := taught(t)
	for what, name := range workspacetest.Names() {
		if nbhosting.CheckNotebookPath(name) != nil {
			continue // it cannot be asked for
		}
		t.Run(what, func(t *testing.T) {
			s := workspacetest.New(t)
			h := on(s, courses, filepath.Join(s.Top, "history"))
			w := s.Workspace()
			for _, source := range []string{"first", "second"} {
				if err := w.Replace(name, []byte(notebookOf(source)), replaceOptions); err != nil {
					t.Fatal(err)
				}
				h.Saved(t.Context(), workspacetest.Key, name)
			}
			versions, err := h.History.Versions(workspacetest.Key, name)
			if err != nil || len(versions) != 2 {
				t.Fatalf("%d versions, %v", len(versions), err)
			}
			if _, err := h.Restore(t.Context(), workspacetest.Key, name, versions[0].ID); err != nil {
				t.Fatal(err)
			}
			if content, _, err := w.Read(name, 1<<20); err != nil || string(content) != notebookOf("first") {
				t.Errorf("restored: %s, %v", content, err)
			}
		})
	}
}
