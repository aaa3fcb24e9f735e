package web

import (
	"net/http"
	"path"
	"slices"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/texts"
)

// historyPage lists the versions of a notebook, or shows one of them.
type historyPage struct {
	Title, Notebook string
	Course          nbhosting.CourseName
	Back            string
	All             string // URL path of the list of versions
	Others          string // URL path of the list of notebooks that have a history
	Versions        []versionLine
	Shown           *versionLine // if one version is shown
	Since           string       // what the changes are since
	Changes         *changesView
	Notebooks       []namedLink // if no notebook is named: those that have a history
	Restore         string      // URL path that restores, by POST
}

// versionLine is a version in the list.
type versionLine struct {
	history.Version
	Why, Href, Download string
	Current             bool
}

// whyKept says why there is a version.
func whyKept(p *texts.Printer, v history.Version) string {
	switch v.Why {
	case history.Copied:
		return p.T("first copied from the course")
	case history.Found:
		return p.T("as it was when its history began")
	case history.Reset:
		return p.T("reset to the course's version")
	case history.Taken:
		return p.T("the course's new version, taken in its place")
	case history.Update:
		return p.T("the course's new version: you had not changed yours")
	case history.Merge:
		return p.T("merged with the course's new version")
	case history.Restore:
		return p.T("an earlier version, brought back")
	case history.Course:
		return p.T("version of the course, for comparison")
	case history.Save:
	}
	return p.T("saved")
}

func (w *Web) showHistory(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	if r.FormValue(notebookKey) == "" {
		return w.listHistories(rw, r, v)
	}
	file, err := v.notebook()
	if err != nil {
		return err
	}
	p := texts.For(r)
	page := historyPage{
		Title: p.T("Versions"), Notebook: file, Course: v.key.Course, Back: v.back(file), All: v.to("history", file), Others: v.to("history", ""), Restore: v.to("restore", ""),
	}
	if page.Versions, err = w.versions(r, p, v, file); err != nil {
		return err
	}
	if id := r.FormValue(versionKey); id != "" {
		return w.showVersion(rw, r, v, page, id)
	}
	return w.render(rw, r, http.StatusOK, "history", page)
}

// versionKey is the part of a query, and of a form, that names a version; since
// is that of what it is compared with: its predecessor, or what there is now.
const (
	versionKey = "version"
	sinceKey   = "since"
)

// versions are those of a notebook, newest first: what there is now is one, if there
// is anything.
func (w *Web) versions(r *http.Request, p *texts.Printer, v barVisit, file string) ([]versionLine, error) {
	var present string
	if nbhosting.TrimNotebookExtension(file) != file { // of other files, no versions are kept
		present = w.Work.Present(r.Context(), v.key, file)
	}
	all, err := w.Work.History.Versions(v.key, file)
	if err != nil {
		return nil, err
	}
	var lines []versionLine
	for i, version := range slices.Backward(all) {
		lines = append(lines, versionLine{
			Version: version, Why: whyKept(p, version), Current: i == len(all)-1 && version.Sum == present,
			Href: v.to("history", file, versionKey, version.ID), Download: v.to("download", file, versionKey, version.ID),
		})
	}
	return lines, nil
}

// showVersion shows what a version changed, or what has changed since.
func (w *Web) showVersion(rw http.ResponseWriter, r *http.Request, v barVisit, page historyPage, id string) error {
	i := slices.IndexFunc(page.Versions, func(l versionLine) bool { return l.ID == id })
	if i < 0 {
		return nbhosting.Errorf(nbhosting.NotFound, "There is no such version of this notebook, or not any more: older ones are thinned out.")
	}
	page.Shown = &page.Versions[i]
	other := i + 1 // its predecessor
	if page.Since = "before"; r.FormValue(sinceKey) == "now" {
		page.Since, other = "now", 0
	}
	content, _, err := w.Work.History.Read(v.key, page.Notebook, id)
	if err != nil {
		return err
	}
	var than []byte
	if other < len(page.Versions) {
		if than, _, err = w.Work.History.Read(v.key, page.Notebook, page.Versions[other].ID); err != nil {
			return err
		}
	}
	if page.Since == "now" {
		content, than = than, content
	}
	p := texts.For(r)
	page.Changes, err = compare(p, page.Notebook, than, content)
	if err != nil && page.Since == "before" { // the one before may be damaged
		page.Changes, err = compare(p, page.Notebook, nil, content)
	}
	if err != nil {
		return err
	}
	return w.render(rw, r, http.StatusOK, "version", page)
}

// compare views what changed between two versions, of which the first may be missing.
func compare(p *texts.Printer, file string, from, to []byte) (*changesView, error) {
	if len(from) == 0 && path.Ext(file) == ".ipynb" {
		from = []byte(`{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`)
	}
	changes, err := merge.Diff(file, from, to)
	if err != nil {
		return nil, err
	}
	return viewOf(p, changes), nil
}

// listHistories lists the notebooks of a workspace that have a history, those
// among them that are not there any more.
func (w *Web) listHistories(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	files, err := w.Work.History.Notebooks(v.key)
	if err != nil {
		return err
	}
	there, err := w.Work.Workspaces.Opened(v.key, files)
	if err != nil {
		return err
	}
	p := texts.For(r)
	page := historyPage{Title: p.T("Versions of your notebooks"), Course: v.key.Course, Back: v.back("")}
	for _, file := range files {
		link := namedLink{Name: file, Href: v.to("history", file)}
		if !there[file] {
			link.Description = p.T("not in your files any more")
		}
		page.Notebooks = append(page.Notebooks, link)
	}
	return w.render(rw, r, http.StatusOK, "histories", page)
}

// restore makes an earlier version the present one.
func (w *Web) restore(rw http.ResponseWriter, r *http.Request, v barVisit) error {
	file, err := v.notebook()
	if err != nil {
		return err
	}
	displaced, err := w.Work.Restore(r.Context(), v.key, file, r.FormValue(versionKey))
	if err != nil {
		return err
	}
	p := texts.For(r)
	return w.renderDone(rw, r, v, file, donePage{Title: p.T("The version is back"), Displaced: displaced})
}
