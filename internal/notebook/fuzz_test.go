package notebook_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// check holds an answer to what any answer promises.
func check(t *testing.T, name string, content []byte) (notebook.Info, error) {
	t.Helper()
	info, err := notebook.Read(name, content)
	for _, text := range []string{info.Title, info.Version} {
		if text == "" || !utf8.ValidString(text) || utf8.RuneCountInString(text) > notebook.MaxLabel || text != strings.TrimSpace(text) || strings.ContainsFunc(text, unicode.IsControl) {
			t.Fatalf("got %+v", info)
		}
	}
	if err == nil {
		return info, nil
	}
	e, ok := err.(*notebook.Error)
	if !ok || e.Message == "" || !utf8.ValidString(e.Message) || e.Line < 0 || e.Line > 1+strings.Count(strings.ReplaceAll(string(content), "\r", "\n"), "\n") {
		t.Fatalf("got error %#v", err)
	}
	if info != notebook.Unreadable(name) {
		t.Fatalf("got %+v beside an error", info)
	}
	return info, err
}

func FuzzReadJSON(f *testing.F) {
	for _, text := range jsonTexts {
		f.Add([]byte(`{"metadata": {"notebookname": "B", "nbhosting": {"title": ` + text + `}}, "cells": ` + text + `}`))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		info, err := check(t, "w1/a.ipynb", content)
		// What Go's reader takes as an object is at least no syntax error for ours.
		var decoded struct{ Metadata map[string]any }
		if json.Unmarshal(content, &decoded) == nil && len(decoded.Metadata) > 0 && err != nil && strings.Contains(err.Error(), "JSON:") && utf8.Valid(content) && !strings.Contains(err.Error(), "deeply") {
			t.Fatalf("%q: got %+v, %v", content, info, err)
		}
	})
}

func FuzzReadMarkdown(f *testing.F) { fuzzText(f, ".md") }
func FuzzReadPython(f *testing.F)   { fuzzText(f, ".py") }

func fuzzText(f *testing.F, ext string) {
	for _, c := range textCases {
		if c.ext == ext {
			f.Add([]byte(c.content))
		}
	}
	files, err := filepath.Glob("testdata/jupytext/*" + ext)
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) { check(t, "w1/a"+ext, content) })
}
