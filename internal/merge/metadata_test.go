package merge_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/notebook"
)

// withMetadata returns a notebook with metadata of its own and of its only cell, and another member.
func withMetadata(minor int, own, cell, other string) []byte {
	return fmt.Appendf(nil, `{"nbformat": 4, "nbformat_minor": %d, "metadata": {%s}, "cells": [{"cell_type": "markdown", "source": "", "metadata": {%s}}]%s}`, minor, own, cell, other)
}

func TestMetadata(t *testing.T) {
	base := withMetadata(2,
		`"nbhosting": {"title": "A"}, "version": "1", "kernelspec": {"name": "python3"}, "a": 1, "b": 1, "c": 1, "d": 1`, `"tags": ["x"], "a": 1`, `, "x": 1, "y": 1`)
	mine := withMetadata(4,
		`"nbhosting": {"title": "Mine"}, "notebookname": "Mine", "version": "1", "kernelspec": {"name": "mine"}, "a": 1.0, "b": 1, "d": 1, "m": 1`, `"tags": ["x", "mine"], "a": 1`, `, "x": 2, "y": 1`)
	theirs := withMetadata(3,
		`"nbhosting": {"title": "B"}, "kernelspec": {"name": "xpython"}, "a": 2, "b": 2, "c": 1, "t": 1`, `"tags": ["x", "theirs"], "a": 2`, `, "x": 1, "y": 2`)
	got, err := merge.Three("a.ipynb", base, mine, theirs, options)
	if err != nil {
		t.Fatal(err)
	}
	var n struct {
		NbformatMinor int `json:"nbformat_minor"`
		X, Y          int
		Metadata      map[string]any
		Cells         []struct{ Metadata map[string]any }
	}
	if err := json.Unmarshal(got.Content, &n); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"nbhosting": map[string]any{"title": "B"}, "kernelspec": map[string]any{"name": "mine"},
		"a": 1.0, "b": 2.0, "m": 1.0, "t": 1.0,
	}
	if diff := cmp.Diff(want, n.Metadata); diff != "" {
		t.Errorf("of the notebook (-want, +got)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"tags": []any{"x", "mine"}, "a": 2.0}, n.Cells[0].Metadata); diff != "" {
		t.Errorf("of the cell (-want, +got)\n%s", diff)
	}
	if n.NbformatMinor != 4 || n.X != 2 || n.Y != 2 {
		t.Errorf("got %+v", n)
	}
	if counts(got.Summary) != "updated 1" {
		t.Errorf("counts %s", counts(got.Summary))
	}
	newer, err := merge.Three("a.ipynb", base, mine, withMetadata(5, "", "", ""), options)
	if err != nil || !strings.Contains(string(newer.Content), `"nbformat_minor": 5`) {
		t.Errorf("got %s, %v", newer.Content, err)
	}
}

// TestMarksLeaveOthersMetadata meets what a cell says below the key of marks.
func TestMarksLeaveOthersMetadata(t *testing.T) {
	cell := func(source string) []byte {
		return fmt.Appendf(nil, `{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [
			{"cell_type": "raw", "source": %q, "metadata": {"nbhosting": {"a": 1}}}, {"cell_type": "raw", "source": "also %[1]s", "metadata": {"nbhosting": "text"}}]}`, source)
	}
	got, err := merge.Three("a.ipynb", cell("one"), cell("one mine"), cell("one theirs"), options)
	if err != nil || got.Conflicts != 2 {
		t.Fatalf("%+v, %v", got.Summary, err)
	}
	d, err := notebook.Parse("a.ipynb", got.Content)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, c := range d.Cells {
		found = append(found, strings.Join(strings.Fields(string(c.Metadata["nbhosting"])), ""))
	}
	slices.Sort(found)
	want := []string{`"text"`, `"text"`, `{"a":1,"merge":"mine"}`, `{"a":1,"merge":"theirs"}`, `{"merge":"note"}`, `{"merge":"note"}`, `{"merge":"note"}`, `{"merge":"note"}`}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want, +got)\n%s", diff)
	}
}

var headers = map[string]struct{ file, base, mine, theirs, want string }{
	"jupytext wrote the student's": {
		"a.md",
		"---\nkernelspec:\n  name: python3\nnbhosting:\n  title: A\n---\n",
		"---\njupytext:\n  cell_metadata_filter: all\nkernelspec:\n  name: mine\nnbhosting:\n  title: Mine\n---\n",
		"---\nkernelspec:\n  name: python3\nnbhosting:\n  title: B\nversion: 2\n---\n",
		"---\njupytext:\n  cell_metadata_filter: all\nkernelspec:\n  name: mine\nnbhosting:\n  title: B\nversion: 2\n---\n",
	},
	"below jupyter": {
		"a.md",
		"---\njupyter:\n  jupytext:\n    x: 1\n  kernelspec:\n    name: python3\n  nbhosting:\n    title: A\n---\n",
		"---\njupyter:\n  jupytext:\n    x: 2\n  kernelspec:\n    name: python3\n  nbhosting:\n    title: A\n---\n",
		"---\njupyter:\n  jupytext:\n    x: 1\n  kernelspec:\n    name: xpython\n  nbhosting:\n    title: B\n---\n",
		"---\njupyter:\n  jupytext:\n    x: 2\n  kernelspec:\n    name: xpython\n  nbhosting:\n    title: B\n---\n",
	},
	"in comments": {
		"a.py",
		"# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n# ---\n",
		"# ---\n# jupyter:\n#   jupytext:\n#     x: 1\n#   kernelspec:\n#     name: python3\n# ---\n",
		"# ---\n# jupyter:\n#   kernelspec:\n#     name: xpython\n#   nbhosting:\n#     title: B\n# ---\n",
		"# ---\n# jupyter:\n#   jupytext:\n#     x: 1\n#   kernelspec:\n#     name: xpython\n#   nbhosting:\n#     title: B\n# ---\n",
	},
	"the student removed a key, the course another": {
		"a.md",
		"---\na: 1\nb: 1\nkernelspec:\n  name: p\n---\n", "---\nb: 1\nkernelspec:\n  name: p\n---\n", "---\na: 2\nkernelspec:\n  name: p\n---\n",
		"---\nkernelspec:\n  name: p\n---\n",
	},
	"only the course has one":  {"a.md", "", "", "---\nkernelspec:\n  name: p\n---\n", "---\nkernelspec:\n  name: p\n---\n"},
	"only the student has one": {"a.md", "", "---\nkernelspec:\n  name: p\n---\n", "", "---\nkernelspec:\n  name: p\n---\n"},
	"both got one":             {"a.md", "", "---\na: 1\n---\n", "---\nb: 1\n---\n", "---\nb: 1\na: 1\n---\n"},
	"what would not be YAML": {
		"a.md",
		"---\nx: &x 1\nkernelspec: {}\n---\n", "---\nx: &x 1\nkernelspec: {}\nb: *x\n---\n", "---\nx: 2\nkernelspec: {}\n---\n",
		"---\nx: &x 1\nkernelspec: {}\nb: *x\n---\n",
	},
}

func TestHeaders(t *testing.T) {
	for name, c := range headers {
		body, next := "\nText\n", "\n"
		if strings.HasSuffix(c.file, ".py") {
			body, next = "\n# %%\nx\n", "\n# %%\n"
		}
		// The cells differ on each side, or there would be nothing to merge.
		got, err := merge.Three(c.file, []byte(c.base+body), []byte(c.mine+body+next+"mine\n"), []byte(c.theirs+body+next+"theirs\n"), options)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(got.Content), c.want+body) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got.Content, c.want)
		}
	}
}
