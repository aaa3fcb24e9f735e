package notebook_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// textCase is a text file and what is read of it: no title is that of the path.
type textCase struct {
	ext, content   string
	title, version string
	notebook       bool
	unlikeJupytext string // why jupytext has it otherwise, which opens any text file
}

const (
	pyHeader = "# ---\n# jupyter:\n#   kernelspec:\n#     display_name: P\n#     language: python\n#     name: python3\n"
	mdHeader = "---\njupyter:\n  kernelspec:\n    display_name: P\n    language: python\n    name: python3\n"
	myst     = "---\nkernelspec:\n  display_name: P\n  language: python\n  name: python3\n"
	cell     = "\n```{code-cell} python\n1 + 1\n```\n"
)

var textCases = map[string]textCase{
	"py own":              {ext: ".py", content: pyHeader + "#   nbhosting:\n#     title: A\n#     version: '2'\n#   notebookname: B\n#   version: '3'\n# ---\n1\n", title: "A", version: "2", notebook: true},
	"py elder":            {ext: ".py", content: pyHeader + "#   notebookname: B\n#   version: 1.0\n# ---\n1\n", title: "B", version: "1.0", notebook: true},
	"py bare":             {ext: ".py", content: pyHeader + "# ---\n\n# %%\n1\n", version: "0.1", notebook: true},
	"py no space":         {ext: ".py", content: "#---\n#jupyter:\n#  notebookname: B\n#---\n", title: "B", version: "0.1", notebook: true},
	"py crlf":             {ext: ".py", content: strings.ReplaceAll(pyHeader+"#   notebookname: B\n# ---\n1\n", "\n", "\r\n"), title: "B", version: "0.1", notebook: true},
	"py cr":               {ext: ".py", content: strings.ReplaceAll(pyHeader+"#   notebookname: B\n# ---\n1\n", "\n", "\r"), title: "B", version: "0.1", notebook: true},
	"py shebang":          {ext: ".py", content: "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n" + pyHeader + "#   notebookname: B\n# ---\n", title: "B", version: "0.1", notebook: true},
	"py empty comments":   {ext: ".py", content: "#\n#\n" + pyHeader + "#\n#   notebookname: B\n# ---\n", title: "B", version: "0.1", notebook: true},
	"py beside":           {ext: ".py", content: "# ---\n# version: 9\n# title: T\n# jupyter:\n#   notebookname: B\n# notebookname: no\n# ---\n", title: "B", version: "0.1", notebook: true},
	"py beside not yaml":  {ext: ".py", content: "# ---\n# title: {{ t }}: x\n# jupyter:\n#   notebookname: B\n# ---\n", title: "B", version: "0.1", notebook: true},
	"py multiline":        {ext: ".py", content: "# ---\n# jupyter:\n#   nbhosting:\n#     title: |\n#       A\n#       B\n#     version: >-\n#       1\n#       2\n# ---\n", title: "A B", version: "1 2", notebook: true, unlikeJupytext: "line breaks"},
	"py end of file":      {ext: ".py", content: pyHeader + "#   notebookname: B\n# ---", title: "B", version: "0.1", notebook: true},
	"py program":          {ext: ".py", content: "import os\n\n# %%\n# ---\n# jupyter:\n#   notebookname: B\n# ---\n", version: "0.1"},
	"py other header":     {ext: ".py", content: "# ---\n# title: T\n# version: 3\n# ---\n1\n", version: "0.1"},
	"py behind a blank":   {ext: ".py", content: "\n" + pyHeader + "#   notebookname: B\n# ---\n", version: "0.1"},
	"py docstring":        {ext: ".py", content: "\"\"\"\n---\njupyter:\n  notebookname: B\n---\n\"\"\"\n", version: "0.1"},
	"py cells only":       {ext: ".py", content: "# %% [markdown]\n# # Title\n\n# %%\n1\n", version: "0.1"},
	"py empty":            {ext: ".py", version: "0.1"},
	"py front matter":     {ext: ".py", content: "---\njupyter:\n  notebookname: B\n---\n", version: "0.1"},
	"md own":              {ext: ".md", content: mdHeader + "  nbhosting:\n    title: A\n    version: '2'\n  notebookname: B\n---\n# x\n", title: "A", version: "2", notebook: true},
	"md elder":            {ext: ".md", content: mdHeader + "  notebookname: B\n  version: '3'\n---\n# x\n", title: "B", version: "3", notebook: true},
	"md hidden":           {ext: ".md", content: "<!--\n\n" + mdHeader + "  notebookname: B\n---\n\n-->\n# x\n", title: "B", version: "0.1", notebook: true},
	"md behind blanks":    {ext: ".md", content: "\n \n" + mdHeader + "  notebookname: B\n---\n# x\n", title: "B", version: "0.1", notebook: true},
	"md beside":           {ext: ".md", content: "---\ntitle: T\nversion: 9\nnbhosting:\n  title: no\njupyter:\n  notebookname: B\n---\n# x\n", title: "B", version: "0.1", notebook: true},
	"md beside not yaml":  {ext: ".md", content: "---\ntitle: a: b\njupyter:\n  notebookname: B\n---\n# x\n", title: "B", version: "0.1", notebook: true},
	"md null":             {ext: ".md", content: "---\njupyter:\n---\n# x\n", version: "0.1", notebook: true, unlikeJupytext: "fails on it"},
	"md odd values":       {ext: ".md", content: "---\njupyter:\n  nbhosting: [1]\n  notebookname: {a: b}\n  version: ~\n---\n# x\n", version: "0.1", notebook: true},
	"md numbers":          {ext: ".md", content: "---\njupyter:\n  notebookname: 1_000\n  version: 1.10\n---\n# x\n", title: "1_000", version: "1.10", notebook: true, unlikeJupytext: "writes numbers anew"},
	"md date":             {ext: ".md", content: "---\njupyter:\n  notebookname: Yes\n  version: 2020-01-31\n---\n# x\n", title: "Yes", version: "2020-01-31", notebook: true, unlikeJupytext: "yes is true"},
	"md anchors":          {ext: ".md", content: "---\njupyter:\n  a: &a {title: A, version: &v '7'}\n  nbhosting: {<<: *a, version: '8'}\n  version: *v\n---\n# x\n", title: "A", version: "8", notebook: true},
	"md merges":           {ext: ".md", content: "---\njupyter:\n  a: &a {title: A}\n  b: &b {title: B, version: '2'}\n  nbhosting: {<<: [*a, *b]}\n---\n# x\n", title: "A", version: "2", notebook: true},
	"md twice":            {ext: ".md", content: "---\njupyter:\n  notebookname: A\n  notebookname: B\n---\n# x\n", title: "B", version: "0.1", notebook: true},
	"md as myst":          {ext: ".md", content: "---\nnotebookname: A\njupyter:\n  notebookname: B\n  version: '3'\n---\n" + cell, title: "A", version: "3", notebook: true},
	"md with a cell":      {ext: ".md", content: "---\nnotebookname: A\njupyter:\n  jupytext:\n    text_representation:\n      extension: .md\n      format_name: markdown\n      format_version: '1.3'\n  notebookname: B\n---\n" + cell, title: "B", version: "0.1", notebook: true},
	"md bom":              {ext: ".md", content: "\xEF\xBB\xBF" + mdHeader + "  notebookname: B\n---\n", title: "B", version: "0.1", notebook: true, unlikeJupytext: "sees no header"},
	"myst own":            {ext: ".md", content: myst + "nbhosting:\n  title: A\n  version: '2'\n---\n" + cell, title: "A", version: "2", notebook: true},
	"myst elder":          {ext: ".md", content: myst + "notebookname: B\nversion: '3'\ntitle: T\n---\n" + cell, title: "B", version: "3", notebook: true},
	"myst dots":           {ext: ".md", content: myst + "notebookname: B\n...\n" + cell, title: "B", version: "0.1", notebook: true},
	"myst without cells":  {ext: ".md", content: myst + "notebookname: B\n---\n# x\n", title: "B", version: "0.1", notebook: true, unlikeJupytext: "takes it for another kind"},
	"myst book":           {ext: ".md", content: "---\nfile_format: mystnb\nnotebookname: B\n---\n# x\n", title: "B", version: "0.1", notebook: true, unlikeJupytext: "takes it for another kind"},
	"myst by cells":       {ext: ".md", content: "---\nnotebookname: B\n---\n" + cell, title: "B", version: "0.1", notebook: true},
	"myst namespaced":     {ext: ".md", content: "---\nversion: '9'\njupytext:\n  root_level_metadata_filter: -version, -nbhosting\njupyter: {version: '3'}\n---\n" + cell, version: "3", notebook: true},
	"myst keeps":          {ext: ".md", content: "---\nversion: '9'\nnotebookname: B\njupytext:\n  root_level_metadata_filter: notebookname,-all\n---\n" + cell, title: "B", version: "0.1", notebook: true},
	"myst keeps all":      {ext: ".md", content: "---\nversion: '9'\nnotebookname: B\njupytext:\n  root_level_metadata_filter: all,-version\n---\n" + cell, title: "B", version: "0.1", notebook: true},
	"md page":             {ext: ".md", content: "# A page\n\n---\njupyter:\n  notebookname: B\n---\n", version: "0.1"},
	"md front matter":     {ext: ".md", content: "---\ntitle: T\nversion: 3\n---\n# x\n", version: "0.1"},
	"md bad front matter": {ext: ".md", content: "---\ntitle: a: b\n---\n# x\n", version: "0.1", unlikeJupytext: "fails on it"},
	"md rules":            {ext: ".md", content: "---\nSome prose: it's \"fine\n---\nmore\n", version: "0.1"},
	"md one rule":         {ext: ".md", content: "---\nSome prose\n", version: "0.1"},
	"md quarto":           {ext: ".md", content: "---\njupyter: python3\n---\n# x\n", version: "0.1"},
	"md about cells":      {ext: ".md", content: "---\nversion: 7\n---\n````\n```{code-cell}\n```\n````\n", version: "0.1"},
	"md latin 1":          {ext: ".md", content: "---\ntitle: \xe9t\xe9\n---\n", version: "0.1", unlikeJupytext: "fails on it"},
	"md cells, no header": {ext: ".md", content: "# x\n" + cell, version: "0.1"},
	"md empty":            {ext: ".md", version: "0.1"},
}

func TestReadText(t *testing.T) {
	for name, c := range textCases {
		info, err := notebook.Read("w1/"+name+c.ext, []byte(c.content))
		if c.title == "" {
			c.title = "w1/" + name
		}
		if want := (notebook.Info{Title: c.title, Version: c.version, Notebook: c.notebook}); err != nil || info != want {
			t.Errorf("%s: got %+v, %v; want %+v", name, info, err, want)
		}
	}
}

// TestReadJupytext reads files written by jupytext: for each format one with all
// metadata, one with our own only, one with the elder keys, one as the default
// filter leaves it, and one whose front matter has other keys beside.
func TestReadJupytext(t *testing.T) {
	files, err := filepath.Glob("testdata/jupytext/*.*")
	if err != nil || len(files) < 30 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		stem := strings.TrimSuffix(file, filepath.Ext(file))
		want := notebook.Info{Title: "Été: l'« été » 100%", Version: "1.10", Notebook: true}
		switch {
		case strings.HasSuffix(stem, "-elder"):
			want.Title, want.Version = "Elder", "1.0"
		case strings.HasSuffix(stem, "-filtered"):
			want.Title, want.Version = stem, "0.1"
		}
		if info, err := notebook.Read(file, content); err != nil || info != want {
			t.Errorf("%s: got %+v, %v; want %+v", file, info, err, want)
		}
	}
}

func TestUnreadableText(t *testing.T) {
	for name, c := range map[string]struct {
		ext, content string
		line         int
		part         string
	}{
		"py yaml":      {".py", "#!x\n# ---\n# jupyter:\n#   version: a: b\n# ---\n", 4, "not valid YAML"},
		"py tab":       {".py", "# ---\n# jupyter:\n# \tversion: 1\n# ---\n", 3, "not valid YAML"},
		"py list":      {".py", "# ---\n# jupyter:\n#   - a\n# ---\n", 2, "not a mapping"},
		"py no end":    {".py", "# -*- coding: utf-8 -*-\n# ---\n# jupyter:\n#   version: 1\n\n# ---\n", 2, "no end"},
		"py latin 1":   {".py", "# ---\n# jupyter:\n#   version: 1\n# ---\n# \xe9t\xe9\n", 0, "UTF-8"},
		"py conflict":  {".py", "# ---\n# jupyter:\n<<<<<<< HEAD\n#   version: 1\n=======\n#   version: 2\n>>>>>>> b\n# ---\n", 3, "merge"},
		"md no end":    {".md", "\n---\njupyter:\n  version: 1\n# x\n", 2, "no end"},
		"md yaml":      {".md", "---\ntitle: x\njupyter:\n  nbhosting: [\n---\n", 5, "not valid YAML"},
		"md anchor":    {".md", "---\njupyter:\n  version: *none\n---\n", 0, "not valid YAML"},
		"md conflict":  {".md", "---\njupyter:\n<<<<<<< HEAD\n  version: 1\n=======\n  version: 2\n>>>>>>> b\n---\n", 3, "merge"},
		"myst yaml":    {".md", "---\nkernelspec:\n  name: a\ntitle: a: b\n---\n" + cell, 4, "not valid YAML"},
		"myst yaml 2":  {".md", "---\njupyter:\n  version: 1\ntitle: a: b\n---\n" + cell, 4, "not valid YAML"},
		"myst by cell": {".md", "---\ntitle: a: b\n---\n" + cell, 2, "not valid YAML"},
		"md huge":      {".md", "---\njupyter:\n  a: " + strings.Repeat("x", 256<<10) + "\n---\n", 0, "larger than 256 kB"},
	} {
		file := "w1/" + name + c.ext
		info, err := notebook.Read(file, []byte(c.content))
		var e *notebook.Error
		if !errors.As(err, &e) || e.Line != c.line || !strings.Contains(e.Message, c.part) {
			t.Errorf("%s: got %v, want line %d and %q", name, err, c.line, c.part)
		}
		if info != notebook.Unreadable(file) {
			t.Errorf("%s: got %+v", name, info)
		}
	}
}

func TestOtherNamesAreNoNotebooks(t *testing.T) {
	for name, title := range map[string]string{
		"w1/a.ipynb.txt": "w1/a.ipynb.txt", "a.IPYNB": "a.IPYNB", ".md": ".md", "w1/.py": "w1/.py", "a": "a", "a\n.txt": "a .txt", "\xff.txt": "\uFFFD.txt",
	} {
		info, err := notebook.Read(name, []byte(mdHeader+"---\n"))
		if want := (notebook.Info{Title: title, Version: "0.1"}); err != nil || info != want {
			t.Errorf("%s: got %+v, %v; want %+v", name, info, err, want)
		}
	}
}
