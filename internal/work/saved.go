package work

import (
	"context"
	"path"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
)

// Saved is told that a server has saved a notebook, which is kept as a version.
// A save is never refused for that: what goes wrong here is logged.
func (w *Work) Saved(ctx context.Context, key nbhosting.Key, file string) {
	w.Present(ctx, key, file)
}

// Present keeps what there is of a notebook now, whoever wrote it, and returns its
// SHA-256; "" if there is none, or none that can be read.
func (w *Work) Present(ctx context.Context, key nbhosting.Key, file string) (content string) {
	done, err := w.Courses.Use(key.Course)
	if err != nil { // it is being renamed or deleted: its servers have stopped, and what is in the workspace goes with it
		w.Logger.Warn("a version was not kept", "course", key.Course, "student", key.Student, "notebook", file, "err", err)
		return ""
	}
	defer done()
	defer w.lock(key, file)()
	n, err := w.open(key, file)
	if err == nil && n.content != nil {
		n.forget()
		content = sum(n.content)
		_, err = n.keep(ctx, history.Save)
	}
	if err != nil {
		w.Logger.Error("a version could not be kept", "course", key.Course, "student", key.Student, "notebook", file, "err", err)
	}
	return content
}

// Renamed is told that a server has given a notebook, or a folder of notebooks,
// another name. Its history begins anew there, with what it derives from; the old one
// stays where it is.
func (w *Work) Renamed(ctx context.Context, key nbhosting.Key, from, to string) {
	files, err := w.History.Notebooks(key)
	if err != nil {
		w.Logger.Error("what a notebook derives from could not be noted under its new name", "course", key.Course, "student", key.Student, "notebook", to, "err", err)
	}
	for _, file := range files {
		rest, below := strings.CutPrefix(file, from)
		if !below || rest != "" && rest[0] != '/' || nbhosting.CheckNotebookPath(to+rest) != nil {
			continue
		}
		if err := w.follow(ctx, key, file, to+rest); err != nil {
			w.Logger.Error("what a notebook derives from could not be noted under its new name", "course", key.Course, "student", key.Student, "notebook", to+rest, "err", err)
		}
		if rest != "" {
			w.Saved(ctx, key, to+rest)
		}
	}
	if nbhosting.TrimNotebookExtension(to) != to {
		w.Saved(ctx, key, to)
	}
}

// follow notes what a notebook derives from under the name that it has now, if it is there.
func (w *Work) follow(ctx context.Context, key nbhosting.Key, from, to string) error {
	done, err := w.Courses.Use(key.Course)
	if err != nil {
		return err
	}
	defer done()
	there, err := w.Workspaces.Find(key, []string{to})
	if err != nil || len(there) == 0 || path.Ext(from) != path.Ext(to) {
		return err
	}
	base, v, known, err := w.History.Base(key, from)
	if err != nil || !known {
		return err
	}
	_, err = w.History.Keep(ctx, key, to, base, history.Note{Why: history.Course, Commit: v.Commit, CourseFile: v.CourseFile, Base: true})
	return err
}
