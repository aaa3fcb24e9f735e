package notebook_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

func TestReadJSON(t *testing.T) {
	for content, want := range map[string][2]string{
		`{"metadata": {"nbhosting": {"title": "A", "version": "2"}, "notebookname": "B", "version": "3"}}`: {"A", "2"},
		`{"metadata": {"nbhosting": {"title": "A"}, "notebookname": "B", "version": "3"}}`:                 {"A", "3"},
		`{"metadata": {"notebookname": "B", "nbhosting": {"version": "2"}}}`:                               {"B", "2"},
		`{"metadata": {}, "cells": []}`: {"w1/a b", "0.1"},
		`{"cells": []}`:                 {"w1/a b", "0.1"},
		`{"nbformat": 4}`:               {"w1/a b", "0.1"},

		// The place of the metadata, and metadata that are not the notebook's.
		`{"cells": [{"metadata": {"notebookname": "cell"}}], "metadata": {"notebookname": "B"}}`: {"B", "0.1"},
		`{"metadata": {"notebookname": "B"}, "cells": [{"metadata": {"notebookname": "cell"}}]}`: {"B", "0.1"},
		`{"metadata": {"kernelspec": {"nbhosting": {"title": "no"}, "version": "9"}}}`:           {"w1/a b", "0.1"},
		`{"Metadata": {"notebookname": "no"}, "metadata": {"Version": "9"}}`:                     {"w1/a b", "0.1"},
		`{"metad\u0061ta": {"notebook\u006eame": "B"}}`:                                          {"B", "0.1"},

		// The last of several keys counts, as in Python.
		`{"metadata": {"notebookname": "A"}, "metadata": {"notebookname": "B"}}`:                    {"B", "0.1"},
		`{"metadata": {"notebookname": "A"}, "metadata": {}}`:                                       {"w1/a b", "0.1"},
		`{"metadata": {"nbhosting": {"title": "A"}, "nbhosting": {"title": "C", "title": "B"}}}`:    {"B", "0.1"},
		`{"metadata": {"nbhosting": {"title": "A"}, "nbhosting": null, "version": 1, "version":2}}`: {"w1/a b", "2"},

		// Values that are no strings, and strings that say nothing.
		`{"metadata": {"notebookname": 12, "version": 1.0}}`:                                               {"12", "1.0"},
		`{"metadata": {"notebookname": true, "version": 1e3}}`:                                             {"true", "1e3"},
		`{"metadata": {"version": NaN}}`:                                                                   {"w1/a b", "NaN"},
		`{"metadata": {"nbhosting": {"title": null, "version": []}, "notebookname": "B", "version": "3"}}`: {"B", "3"},
		`{"metadata": {"nbhosting": "x", "notebookname": {"a": "b"}, "version": ["3"]}}`:                   {"w1/a b", "0.1"},
		`{"metadata": {"nbhosting": {"title": " \n "}, "notebookname": "B", "version": ""}}`:               {"B", "0.1"},

		// Text.
		`{"metadata": {"notebookname": " l'\u00e9t\u00e9 \"<b>\" \ud83d\ude00 \\n "}}`: {`l'été "<b>" 😀 \n`, "0.1"},
		`{"metadata": {"notebookname": "a\nb\tc\u0000d\u2028e\u0085f\u001b[31m"}}`:     {"a b c d e f [31m", "0.1"},
		`{"metadata": {"notebookname": "lone \ud800 surrogate"}}`:                      {"lone \uFFFD surrogate", "0.1"},
		"\n\t {\"metadata\"\r:\n{ } } \n":                                              {"w1/a b", "0.1"},
	} {
		info, err := notebook.Read("w1/a b.ipynb", []byte(content))
		if err != nil || !info.Notebook || info.Title != want[0] || info.Version != want[1] {
			t.Errorf("%s: got %+v, %v; want %q", content, info, err, want)
		}
	}
}

func TestLongTitlesAreCut(t *testing.T) {
	info, err := notebook.Read("a.ipynb", []byte(`{"metadata": {"notebookname": "`+strings.Repeat("é", 5000)+`", "version": "`+strings.Repeat("v", notebook.MaxLabel)+`"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("é", notebook.MaxLabel-1) + "…"; info.Title != want {
		t.Errorf("got %q", info.Title)
	}
	if utf8.RuneCountInString(info.Version) != notebook.MaxLabel || strings.Contains(info.Version, "…") {
		t.Errorf("a version of the greatest length was cut: %q", info.Version)
	}
}

func TestUnreadableJSON(t *testing.T) {
	for content, want := range map[string]struct {
		line int
		part string
	}{
		"":      {0, "is empty"},
		" \n\t": {0, "is empty"},
		"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n": {0, "Git LFS"},
		"\xEF\xBB\xBF{\"metadata\": {}}":                                      {0, "byte order mark"},
		"\xff\xfe{\x00}\x00":                                                  {0, "UTF-8"},
		"{\"metadata\": {\"notebookname\": \"\xe9t\xe9\"}}":                   {0, "UTF-8"},
		"# a page\n":              {1, "not valid JSON"},
		"<html>":                  {1, "not valid JSON"},
		"\n[1, 2]":                {2, "not a notebook"},
		"null":                    {1, "not a notebook"},
		"\n{}":                    {2, "not a notebook"},
		"{\"a\": 1}":              {1, "not a notebook"},
		"{\n\"metadata\":\n [1]}": {3, `"metadata"`},
		"{\"metadata\": null}":    {1, `"metadata"`},
		"{\"metadata\": {},\n\"cells\": [\n{\"a\": ":                    {3, "too early"},
		"{\"metadata\": {},\n\"cells\": [\n{\"a\": \"b":                 {3, "too early"},
		"{\"metadata\": {},\n\"cells\": [\n1,\n]}":                      {4, "a value is expected"},
		"{\"metadata\": {},\n\"cells\": []\n\"a\": 1}":                  {3, "a comma"},
		"{\"metadata\": {},\n}":                                         {2, "a key"},
		"{\"metadata\" {}}":                                             {1, "a colon"},
		"{\"metadata\": {}}\n\n}":                                       {3, "after the end"},
		"{\"metadata\": {}}\n\x00":                                      {2, "after the end"},
		"{\"cells\": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> other\n]}": {2, "merge"},
		"{\"cells\": [\n1,\n=======\n2]}":                               {3, "merge"},
		"{\"cells\": " + strings.Repeat("[", 100_000):                   {1, "too deeply"},
		"{\"cells\": [\"a\nb\"]}":                                       {1, "not closed"},
	} {
		info, err := notebook.Read("w1/a.b.ipynb", []byte(content))
		var e *notebook.Error
		if !errors.As(err, &e) || e.Line != want.line || !strings.Contains(e.Message, want.part) {
			t.Errorf("%.60q: got %v, want line %d and %q", content, err, want.line, want.part)
		}
		if info != notebook.Unreadable("w1/a.b.ipynb") {
			t.Errorf("%.60q: got %+v", content, info)
		}
	}
	if want := (notebook.Info{Title: "w1/a.b", Version: "n/a", Notebook: true}); notebook.Unreadable("w1/a.b.ipynb") != want {
		t.Errorf("got %+v", notebook.Unreadable("w1/a.b.ipynb"))
	}
}

// jsonTexts are values that readers of JSON like to disagree about.
var jsonTexts = []string{
	`0`, `-0`, `01`, `-`, `1.`, `.5`, `1.5`, `1e5`, `1E+5`, `1e`, `1e+`, `+1`, `0x1`, `1_0`, `--1`, `- 1`,
	`NaN`, `-NaN`, `nan`, `Infinity`, `-Infinity`, `+Infinity`, `-Infinit`, `true`, `True`, `tru`, `truee`, `null`, `None`,
	`"\u00e9"`, `"\u00g0"`, `"\u00E"`, `"\ud800"`, `"\x41"`, `"\""`, `"\\"`, `"\`, `"\/"`, `"\'"`, `'a'`, "\"a\tb\"", "\"a\x7fb\"",
	`[]`, `[ ]`, `[,]`, `[1,]`, `[1 2]`, `{"a":1,}`, `{a:1}`, `{"a"}`, `{"a":}`, `{"a":1 "b":2}`, `{1:2}`, `[}`, `{]`,
	`/* a */ 1`, `1 // a`, "\f1", "\v1", "\u00a01", "1\x00", ``, ` `, strings.Repeat("[", 500) + strings.Repeat("]", 500),
}

// outputs is a notebook with size bytes of outputs before its metadata.
func outputs(size int) []byte {
	return fmt.Appendf(nil, `{"cells": [{"outputs": [{"image/png": "%s"}, {"text": ["a\n", 1.5, {"b": null}]}]}], "metadata": {"notebookname": "B"}}`, strings.Repeat("iVBORw0KGgo", size/11))
}

// TestOutputsCostNoMemory holds the reader to leaving the cells where they are.
func TestOutputsCostNoMemory(t *testing.T) {
	content := outputs(10 << 20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	info, err := notebook.Read("a.ipynb", content)
	runtime.ReadMemStats(&after)
	if err != nil || info.Title != "B" {
		t.Fatalf("got %+v, %v", info, err)
	}
	if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 64<<10 {
		t.Errorf("reading takes %d bytes", bytes)
	}
}

func BenchmarkReadJSON(b *testing.B) {
	content := outputs(30 << 20)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := notebook.Read("a.ipynb", content); err != nil {
			b.Fatal(err)
		}
	}
}
