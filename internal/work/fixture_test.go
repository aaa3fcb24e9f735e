package work_test

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/sitetest"
	"github.com/nbhosting/nbhosting/internal/sqlite"
	"github.com/nbhosting/nbhosting/internal/work"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // the program's own
	sitetest.UseMemory()
	os.Exit(m.Run())
}

var alice = nbhosting.Key{Course: "tour", Student: "alice"}

// desk is a course, and alice's work in it.
type desk struct {
	*work.Work
	t          *testing.T
	root       string
	repository string
}

const intro = "w1/intro.ipynb"

// newDesk has the course "tour" with a notebook of those cells.
func newDesk(t *testing.T, cells ...string) *desk {
	t.Helper()
	d := &desk{t: t, root: t.TempDir()}
	if err := os.Chmod(d.root, 0o755); err != nil {
		t.Fatal(err)
	}
	d.openOn(t)
	d.repository = apptest.Repository(t, map[string]string{intro: notebookOf(cells...)})
	c := nbhosting.Course{Name: "tour", GitURL: d.repository, Image: "i"}
	if _, err := d.Courses.Create(t.Context(), c, io.Discard); err != nil {
		t.Fatal(err)
	}
	return d
}

// openOn begins to work on the data directory, as after a start of the program.
func (d *desk) openOn(t *testing.T) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	db, err := sqlite.Open(t.Context(), filepath.Join(d.root, "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	all, err := workspace.New(filepath.Join(d.root, "students"), db, 100000, 199999)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := history.Open(filepath.Join(d.root, "history"), log)
	if err != nil {
		t.Fatal(err)
	}
	d.Work = work.New(work.Options{
		Workspaces: all, History: kept, Logger: log,
		Courses: course.New(course.Options{Root: d.root, Store: db, NotebookURL: "notebooks/{notebook}", Logger: log}),
	})
}

// notebookOf is a notebook of code cells: "source", or "source|output".
func notebookOf(cells ...string) string {
	var all []string
	for i, cell := range cells {
		source, output, ran := strings.Cut(cell, "|")
		outputs := "[]"
		if ran {
			outputs = fmt.Sprintf(`[{"name": "stdout", "output_type": "stream", "text": [%q]}]`, output)
		}
		all = append(all, fmt.Sprintf(`{"cell_type": "code", "execution_count": null, "id": "c%d", "metadata": {}, "outputs": %s, "source": [%q]}`, i, outputs, source))
	}
	return fmt.Sprintf(`{"cells": [%s], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`, strings.Join(all, ", "))
}

// arrive opens a notebook as alice.
func (d *desk) arrive(file string) {
	d.t.Helper()
	place, err := d.Workspaces.Prepare(d.t.Context(), alice)
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := d.Courses.Revision("tour")
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Close()
	if err := d.Arrive(d.t.Context(), place, r, file); err != nil {
		d.t.Fatal(err)
	}
}

// teach changes the course.
func (d *desk) teach(files map[string]string) {
	d.t.Helper()
	apptest.Commit(d.t, d.repository, files)
	if _, err := d.Courses.Pull(d.t.Context(), "tour", io.Discard); err != nil {
		d.t.Fatal(err)
	}
}

// write puts a notebook into alice's workspace, as Jupyter does, and save has it noticed.
func (d *desk) write(file, content string) {
	d.t.Helper()
	if err := os.WriteFile(d.path(file), []byte(content), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) save(file, content string) {
	d.t.Helper()
	d.write(file, content)
	d.Saved(d.t.Context(), alice, file)
}

func (d *desk) path(file string) string { return filepath.Join(d.root, "students/alice/tour", file) }

func (d *desk) read(file string) string {
	d.t.Helper()
	text, err := os.ReadFile(d.path(file))
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

// want checks what alice has, and that the history's newest version is that.
func (d *desk) want(file, content string) {
	d.t.Helper()
	if got := d.read(file); got != content {
		d.t.Errorf("%s is\n%s\nwant\n%s", file, got, content)
	}
	latest, ok, err := d.History.Latest(alice, file)
	if err != nil || !ok {
		d.t.Fatalf("no version of %s: %t, %v", file, ok, err)
	}
	if kept, _, err := d.History.Read(alice, file, latest.ID); err != nil || string(kept) != content {
		d.t.Errorf("the newest version of %s is\n%s\nwant\n%s (%v)", file, kept, content, err)
	}
}

// wantKept checks that a content is among the versions.
func (d *desk) wantKept(file, content string) history.Version {
	d.t.Helper()
	all, err := d.History.Versions(alice, file)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, v := range all {
		if kept, _, err := d.History.Read(alice, file, v.ID); err == nil && string(kept) == content {
			return v
		}
	}
	d.t.Fatalf("%s was never kept as\n%s\nin %d versions", file, content, len(all))
	return history.Version{}
}

func ownerOf(t *testing.T, path string) uint32 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Uid
}
