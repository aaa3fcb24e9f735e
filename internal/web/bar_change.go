package web

import (
	"net/http"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// donePage tells what was done to a notebook, and where what it displaced is.
type donePage struct {
	Title     string
	Course    nbhosting.CourseName
	Notebook  string
	Back      string
	Points    []string
	Displaced history.Version // what was there; without an ID, nothing
	Version   string          // URL path that shows it
	Restore   string          // URL path that brings it back, by POST
}

func (w *Web) renderDone(rw http.ResponseWriter, r *http.Request, v barVisit, file string, page donePage) error {
	page.Course, page.Notebook, page.Back, page.Restore = v.key.Course, file, v.back(file), v.base+"restore"
	if page.Displaced.ID != "" {
		page.Version = v.to("history", file, versionKey, page.Displaced.ID)
	}
	return w.render(rw, r, http.StatusOK, "done", page)
}

// askToReset shows what a reset means.
func (w *Web) askToReset(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	file, err := v.notebook()
	if err != nil {
		return err
	}
	p := texts.For(r)
	return w.render(rw, r, http.StatusOK, "confirm", confirmPage{
		Title: p.T("Reset this notebook to the original?"), Course: v.key.Course, What: file, Back: v.back(file),
		Points: []string{
			p.T("You get the notebook as the course has it now."),
			p.T("Your present version is not lost: it stays among the versions of this notebook, and you can bring it back."),
			p.T("Your other notebooks and files stay as they are."),
		},
		Action: v.to("reset", ""), Button: p.T("Reset the notebook"), Hidden: map[string]string{notebookKey: file},
	})
}

// reset puts the course's version in place of a student's.
func (w *Web) reset(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	file, err := v.notebook()
	if err != nil {
		return err
	}
	displaced, err := w.Work.Reset(r.Context(), v.key, file)
	if err != nil {
		return err
	}
	return w.renderDone(rw, r, v, file, donePage{Title: texts.For(r).T("The notebook is as the course has it"), Displaced: displaced})
}

// updatePage shows what the course has changed in a notebook.
type updatePage struct {
	Title    string
	Course   nbhosting.CourseName
	Notebook string
	Back     string
	Action   string
	Known    bool // what the student's derives from
	Changes  *changesView
}

// What a student can do with a new version; the field of the form.
const (
	choiceKey   = "choice"
	choiceMerge = "merge"
	choiceMine  = "mine"
	choiceNew   = "new"
)

func (w *Web) showUpdate(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	file, err := v.notebook()
	if err != nil {
		return err
	}
	u, ok, err := w.Work.Update(v.key, file)
	if err != nil {
		return err
	}
	p := texts.For(r)
	if !ok {
		return w.renderDone(rw, r, v, file, donePage{Title: p.T("Your notebook is up to date with the course")})
	}
	return w.render(rw, r, http.StatusOK, "update", updatePage{
		Title: p.T("The course has a new version of this notebook"), Course: v.key.Course, Notebook: file, Back: v.back(file),
		Action: v.to("update", ""), Known: u.Known, Changes: viewOf(p, u.Changes),
	})
}

// update does with a new version what the student chose.
func (w *Web) update(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	file, err := v.notebook()
	if err != nil {
		return err
	}
	p := texts.For(r)
	done := donePage{}
	switch r.FormValue(choiceKey) {
	case choiceMerge:
		done, err = w.merge(p, r, v, file)
	case choiceMine:
		done.Title = p.T("You keep your version")
		err = w.Work.KeepMine(r.Context(), v.key, file)
	case choiceNew:
		done.Title = p.T("You have the course's new version")
		done.Displaced, err = w.Work.TakeNew(r.Context(), v.key, file)
	default:
		err = nbhosting.Errorf(nbhosting.Invalid, "Choose what to do with the course's new version.")
	}
	if err != nil {
		return err
	}
	return w.renderDone(rw, r, v, file, done)
}

// merge brings both versions together, and tells what became of them.
func (w *Web) merge(p *texts.Printer, r *http.Request, v barVisit, file string) (donePage, error) {
	m, err := w.Work.Merge(r.Context(), v.key, file, merge.Options{
		MineMark: p.T("Your version of this cell:"), TheirsMark: p.T("The course's new version of this cell:"),
	})
	if err != nil {
		return donePage{}, err
	}
	done := donePage{Title: p.T("Your notebook has the course's changes"), Displaced: m.Displaced}
	s := m.Summary
	for _, count := range []struct {
		n        int
		sentence string
	}{
		{s.Added, texts.Mark("%d cells are new.")},
		{s.Updated, texts.Mark("%d cells were brought up to date.")},
		{s.Removed, texts.Mark("%d cells that you had not touched were removed.")},
		{s.Conflicts, texts.Mark("%d cells were changed by you and by the course: you find both, one after the other, each with a mark.")},
	} {
		if count.n > 0 {
			done.Points = append(done.Points, p.T(count.sentence, count.n))
		}
	}
	return done, nil
}
