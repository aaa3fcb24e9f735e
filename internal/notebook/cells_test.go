package notebook_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// parse takes content apart, and fails the test if that cannot be.
func parse(t *testing.T, file, content string) *notebook.Document {
	t.Helper()
	d, err := notebook.Parse(file, []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func written(t *testing.T, d *notebook.Document) string {
	t.Helper()
	content, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// asJupyter is a notebook as Jupyter writes it, with all that is easily lost.
const asJupyter = `{
 "cells": [
  {
   "attachments": {
    "a.png": {
     "image/png": "iVBORw0KGgo="
    }
   },
   "cell_type": "markdown",
   "future": [
    1.50,
    1e5,
    12345678901234567890,
    NaN
   ],
   "id": "a-1",
   "metadata": {},
   "source": [
    "# <Été> & \"more\" \\ 𝒳\n",
    "\ttab\u0001"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "b",
   "metadata": {
    "tags": []
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "1\n",
      "2\n"
     ]
    },
    {
     "data": {
      "application/json": "a\nb",
      "image/png": "AA\nBB\n",
      "text/plain": [
       "x"
      ]
     },
     "execution_count": 3,
     "metadata": {},
     "output_type": "execute_result"
    }
   ],
   "source": []
  }
 ],
 "metadata": {
  "a": {},
  "b": null
 },
 "nbformat": 4,
 "nbformat_minor": 5,
 "zz": "kept"
}
`

func TestCellsOfAnIpynb(t *testing.T) {
	d := parse(t, "w1/a.ipynb", asJupyter)
	if len(d.Cells) != 2 || d.Major != 4 || d.Minor != 5 || d.IsText() || len(d.Metadata) != 2 {
		t.Fatalf("got %+v", d)
	}
	md, code := d.Cells[0], d.Cells[1]
	if md.ID != "a-1" || md.Type != notebook.Markdown || md.Source != "# <Été> & \"more\" \\ 𝒳\n\ttab\x01" || md.Attachments == nil || md.HasOutputs() {
		t.Errorf("got %+v", md)
	}
	if code.ID != "b" || code.Type != notebook.Code || code.Source != "" || string(code.ExecutionCount) != "3" || !code.HasOutputs() {
		t.Errorf("got %+v", code)
	}
	if diff := cmp.Diff(asJupyter, written(t, d)); diff != "" {
		t.Errorf("(-read, +written)\n%s", diff)
	}
}

// TestIpynbIsWrittenAsJupyterDoes reads what other programs write.
func TestIpynbIsWrittenAsJupyterDoes(t *testing.T) {
	const other = `{"zz": "kept", "nbformat_minor": 5, "metadata": {"b": null, "a": 0, "a": {}},
		"cells": [{"source": "# <\u00c9t\u00e9> \u0026 \"more\" \\ \ud835\udcb3\n\ttab\u0001", "metadata": {}, "id": "a-1", "future": [1.50,1e5,12345678901234567890,NaN],
		"cell_type": "markdown", "attachments": {"a.png": {"image/png": ["iVBORw0", "KGgo="]}}},
		{"outputs": [{"output_type": "stream", "text": "1\n2\n", "name": "stdout"}, {"metadata": {}, "data": {"text/plain": "x", "image\/png": "AA\nBB\n",
		"application/json": "a\nb"}, "output_type": "execute_result", "execution_count": 3}],
		"execution_count": 3, "cell_type": "code", "source": "", "id": "b", "metadata": {"tags": []}}], "nbformat": 4}`
	d := parse(t, "a.ipynb", other)
	if diff := cmp.Diff(asJupyter, written(t, d)); diff != "" {
		t.Errorf("(-Jupyter, +ours)\n%s", diff)
	}
	same := parse(t, "a.ipynb", asJupyter)
	for i, c := range d.Cells {
		if !notebook.SameOutputs(c, same.Cells[i]) || c.Digest() != same.Cells[i].Digest() {
			t.Errorf("cell %d is taken for another", i)
		}
	}
	const halfPair = `{"cells": [], "metadata": {"x": "\ud83d\u0041\/"}, "nbformat": 4, "nbformat_minor": 4}`
	if got := written(t, parse(t, "a.ipynb", halfPair)); !strings.Contains(got, `"\ud83dA/"`) {
		t.Errorf("half of a pair: got %s", got)
	}
}

func TestCellsWithIDs(t *testing.T) {
	cells := []notebook.Cell{{ID: "x", Type: "raw"}, {ID: "x", Type: "raw"}, {ID: "no id", Type: "raw"}, {Type: "raw"}, {ID: strings.Repeat("i", 65), Type: "raw"}}
	d := parse(t, "a.ipynb", asJupyter).With(cells)
	seen := map[string]bool{}
	for _, c := range parse(t, "a.ipynb", written(t, d)).Cells {
		if seen[c.ID] || c.ID == "" || len(c.ID) > 64 || strings.Contains(c.ID, " ") {
			t.Errorf("id %q", c.ID)
		}
		seen[c.ID] = true
	}
	if d.Cells[0].ID != "x" || cells[1].ID != "x" {
		t.Error("the first lost its id, or the argument was changed")
	}
	elder := parse(t, "a.ipynb", strings.Replace(asJupyter, `"nbformat_minor": 5`, `"nbformat_minor": 4`, 1)).With(cells)
	if strings.Contains(written(t, elder), `"id"`) {
		t.Error("nbformat 4.4 has no ids")
	}
}

func TestNotebooksThatCannotBeTakenApart(t *testing.T) {
	for content, want := range map[string]string{
		"":                              "empty",
		"{}":                            "not a notebook",
		`{"`:                            "ends too early",
		"[1]":                           "not a notebook",
		`{"cells": [], "metadata": {}}`: "old format",
		`{"cells": [], "metadata": {}, "nbformat": 5}`:                                                                       "newer",
		`{"cells": [], "metadata": {}, "nbformat": "4"}`:                                                                     "whole number",
		`{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": -1}`:                                                 "whole number",
		`{"metadata": {}, "nbformat": 4}`:                                                                                    "no list of cells",
		`{"cells": {}, "metadata": {}, "nbformat": 4}`:                                                                       "no list of cells",
		`{"cells": [7], "metadata": {}, "nbformat": 4}`:                                                                      "Cell 1",
		`{"cells": [{"cell_type": "raw"}, {"cell_type": 1}], "nbformat": 4}`:                                                 "Cell 2",
		`{"cells": [{"cell_type": "raw", "source": 1}], "nbformat": 4}`:                                                      "source",
		`{"cells": [{"cell_type": "raw", "source": ["a", 1]}], "nbformat": 4}`:                                               "source",
		`{"cells": [{"cell_type": "raw", "metadata": []}], "nbformat": 4}`:                                                   "metadata",
		`{"cells": [{"cell_type": "code", "outputs": {}}], "nbformat": 4}`:                                                   "outputs",
		`{"cells": [` + strings.Repeat(`{"cell_type": "raw"},`, notebook.MaxCells) + `{"cell_type": "raw"}], "nbformat": 4}`: "more than",
		`{"worksheets": 1, "metadata": {}, "nbformat": 3}`:                                                                   "worksheets",
		`{"cells": [], "metadata": ` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `, "nbformat": 4}`:            "deeply",
		strings.Repeat(" ", notebook.MaxSize) + "{}":                                                                         "larger",
	} {
		d, err := notebook.Parse("a.ipynb", []byte(content))
		if e, ok := err.(*notebook.Error); d != nil || !ok || !strings.Contains(e.Message, want) {
			t.Errorf("%.80q: got %v, want %q", content, err, want)
		}
	}
	if _, err := notebook.Parse("a.md", []byte("\xff")); err == nil {
		t.Error("took what is no text")
	}
}

// TestWritingIsBounded shows that a file cannot grow without measure as it is
// written with indentation, nor take long to be put in order.
func TestWritingIsBounded(t *testing.T) {
	wide := strings.Repeat("[", 900) + strings.Repeat("0,", 1<<19) + "0" + strings.Repeat("]", 900)
	d := parse(t, "a.ipynb", `{"cells": [], "metadata": {"x": `+wide+`}, "nbformat": 4, "nbformat_minor": 4}`)
	if _, err := d.Bytes(); err == nil {
		t.Error("wrote half a GB")
	}
	unordered := strings.Repeat(`{"b": `, 900) + `"` + strings.Repeat("x", 4<<20) + `"` + strings.Repeat(`, "a": 0}`, 900)
	d = parse(t, "a.ipynb", `{"cells": [], "metadata": {"x": `+unordered+`}, "nbformat": 4, "nbformat_minor": 4}`)
	if _, err := d.Bytes(); err == nil {
		t.Error("put 4 GB in order")
	}
}

func TestOldNotebooksAreShown(t *testing.T) {
	d := parse(t, "a.ipynb", `{"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [
		{"cell_type": "heading", "level": 2, "source": ["A\n", "title"], "metadata": {}},
		{"cell_type": "code", "input": ["x = 1\n", "x"], "prompt_number": 4, "outputs": [], "collapsed": false, "language": "python", "metadata": {}}]},
		{"cells": [{"cell_type": "html", "source": "<b>"}]}]}`)
	var got []string
	for _, c := range d.Cells {
		got = append(got, c.Type+": "+c.Source)
	}
	if diff := cmp.Diff([]string{"markdown: ## A title", "code: x = 1\nx", "markdown: <b>"}, got); diff != "" {
		t.Errorf("(-want, +got)\n%s", diff)
	}
	if _, err := d.Bytes(); err == nil || !strings.Contains(err.Error(), "save it") {
		t.Errorf("writing: got %v", err)
	}
}

var textCells = map[string]struct {
	file, content string
	header        string
	want          []string // TYPE: source
}{
	"MyST": {
		"a.md", "---\nkernelspec:\n  name: python3\n---\n\n# Title\n\nSome text\non two lines\n```{code-cell}\nx = 1\n\ny = 2\n```\n+++\nmore\n\n:::{tip}\na\n\nb\n:::\n\n```python\nshown\n```\n",
		"---\nkernelspec:\n  name: python3\n---\n\n",
		[]string{
			"markdown: # Title", "markdown: Some text\non two lines", "code: ```{code-cell}\nx = 1\n\ny = 2\n```", "markdown: +++", "markdown: more",
			"markdown: :::{tip}\na\n\nb\n:::", "markdown: ```python\nshown\n```",
		},
	},
	"jupytext Markdown": {
		"a.md", "A\r\n\r\n```python\r\nx\r\n```\r\nB", "",
		[]string{"markdown: A", "code: ```python\r\nx\r\n```", "markdown: B"},
	},
	"a fence that is not closed": {
		"a.md", "```\na\n\nb\n\n", "", []string{"markdown: ```\na\n\nb\n"},
	},
	"percent": {
		"a.py", "#!/usr/bin/python\n# ---\n# jupyter:\n#   kernelspec:\n# ---\nimport x\n\n# %% [markdown]\n# # A\n#\n# b\n\n# %%\n# %%time\nx = 1\n\n\n\n# %% [raw]\n# r\n",
		"#!/usr/bin/python\n# ---\n# jupyter:\n#   kernelspec:\n# ---\n",
		[]string{"code: import x", "markdown: # %% [markdown]\n# # A\n#\n# b", "code: # %%\n# %%time\nx = 1", "raw: # %% [raw]\n# r"},
	},
	"light": {
		"a.py", "\n# # Title\n# text\n\nx = 1\n\ndef f():\n    a\n\n    b\n\n# +\ny = 1\n\nz = 1\n# -\n\n# end",
		"\n",
		[]string{"markdown: # # Title\n# text", "code: x = 1", "code: def f():\n    a\n\n    b", "code: # +\ny = 1\n\nz = 1\n# -", "markdown: # end"},
	},
	"any text": {"data.csv", "a,b\n1,2\n  \n3,4", "", []string{"text: a,b\n1,2", "text: 3,4"}},
	"nothing":  {"a.md", "\n \n", "\n \n", nil},
}

func TestCellsOfTexts(t *testing.T) {
	for name, c := range textCells {
		t.Run(name, func(t *testing.T) {
			d := parse(t, c.file, c.content)
			var got []string
			for _, cell := range d.Cells {
				got = append(got, cell.Type+": "+cell.Source)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want, +got)\n%s", diff)
			}
			if d.Header != c.header || !d.IsText() {
				t.Errorf("header %q", d.Header)
			}
			if got := written(t, d); got != c.content {
				t.Errorf("written as %q", got)
			}
		})
	}
	files, err := filepath.Glob("testdata/jupytext/*.*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := parse(t, file, string(content)); written(t, d) != string(content) || len(d.Cells) < 3 {
			t.Errorf("%s: %d cells, or written otherwise", file, len(d.Cells))
		}
	}
}

// TestPartsOfTextsStayApart puts parts together that were not beside each other.
func TestPartsOfTextsStayApart(t *testing.T) {
	for _, file := range []string{"a.md", "percent.py", "light.py", "a.txt"} {
		content := map[string]string{
			"a.md": "A\n```python\nx\n```\nB\n\nC", "percent.py": "a\n# %%\nb\n# %%\nc", "light.py": "a\n\nb\n\n\nc", "a.txt": "a\n\nb\n\nc",
		}[file]
		d := parse(t, file, content)
		var cells []notebook.Cell
		for i := range d.Cells {
			cells = append(cells, d.Cells[len(d.Cells)-1-i])
		}
		cells = append(cells, d.Note("Said\nto you"), cells[0], d.Note("x"))
		again := parse(t, file, written(t, d.With(cells)))
		if len(again.Cells) != len(cells) {
			t.Errorf("%s: %d cells became %d in %q", file, len(cells), len(again.Cells), written(t, again))
		}
		for i := range min(len(cells), len(again.Cells)) {
			if !strings.HasSuffix(again.Cells[i].Source, cells[i].Source) {
				t.Errorf("%s: %q became %q", file, cells[i].Source, again.Cells[i].Source)
			}
		}
	}
}

// TestHeadersStayApart puts parts behind a header that ended the file.
func TestHeadersStayApart(t *testing.T) {
	d := parse(t, "a.md", "---\na: 1\n---")
	if got := written(t, d.With([]notebook.Cell{d.Note("x")})); got != "---\na: 1\n---\nx\n" {
		t.Errorf("got %q", got)
	}
	if got := written(t, d.With(nil)); got != "---\na: 1\n---" {
		t.Errorf("got %q", got)
	}
}

func FuzzCells(f *testing.F) {
	f.Add("a.ipynb", []byte(asJupyter))
	for _, text := range jsonTexts {
		f.Add("a.ipynb", []byte(`{"cells": [{"cell_type": "code", "source": `+text+`, "outputs": [`+text+`], "metadata": {"x": `+text+`}}], "nbformat": 4, "metadata": {}}`))
	}
	for _, c := range textCells {
		f.Add(c.file, []byte(c.content))
	}
	f.Fuzz(func(t *testing.T, file string, content []byte) {
		d, err := notebook.Parse(file, content)
		if err != nil {
			return
		}
		once, err := d.Bytes()
		if d.IsText() {
			if !bytes.Equal(once, content) {
				t.Fatalf("%q was written as %q", content, once)
			}
			if cells := d.With(d.Cells); len(cells.Cells) != len(d.Cells) {
				t.Fatal("cells are lost")
			}
			return
		}
		if err != nil {
			return
		}
		again, err := notebook.Parse(file, once)
		if err != nil || len(again.Cells) != len(d.Cells) {
			t.Fatalf("%q: got %v", once, err)
		}
		for i, c := range again.Cells {
			if c.Digest() != d.Cells[i].Digest() || !notebook.SameOutputs(c, d.Cells[i]) || c.ID != d.Cells[i].ID || !notebook.SameJSON(c.Metadata.Raw(), d.Cells[i].Metadata.Raw()) {
				t.Fatalf("cell %d: %+v became %+v", i, d.Cells[i], c)
			}
		}
		if twice, err := again.Bytes(); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q was written as %q, %v", once, twice, err)
		}
	})
}
