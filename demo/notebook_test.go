package demo_test

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// metadata is what every notebook says about itself, in whatever format.
type metadata struct {
	Kernelspec struct {
		Name        string
		DisplayName string `json:"display_name" yaml:"display_name"`
		Language    string
	}
	Nbhosting struct{ Title, Version string }
	Jupytext  struct {
		Filter             string `yaml:"notebook_metadata_filter"`
		TextRepresentation struct {
			Extension  string
			FormatName string `yaml:"format_name"`
		} `yaml:"text_representation"`
	}
}

func (m metadata) check(t *testing.T, name string) {
	t.Helper()
	if m.Kernelspec.Name != "python3" || m.Kernelspec.DisplayName == "" || m.Kernelspec.Language != "python" {
		t.Errorf("%s: kernel %+v", name, m.Kernelspec)
	}
	if m.Nbhosting.Title == "" || m.Nbhosting.Version == "" {
		t.Errorf("%s: title %q, version %q", name, m.Nbhosting.Title, m.Nbhosting.Version)
	}
}

type cell struct {
	ID             string
	CellType       string `json:"cell_type"`
	Source         []string
	Outputs        []json.RawMessage
	ExecutionCount *int `json:"execution_count"`
}

// cellID is the grammar of nbformat 4.5.
var cellID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

func TestJupyterNotebooks(t *testing.T) {
	for _, name := range withExtension(t, ".ipynb") {
		var notebook struct {
			Nbformat int
			Minor    int `json:"nbformat_minor"`
			Metadata metadata
			Cells    []cell
		}
		if err := json.Unmarshal([]byte(read(t, name)), &notebook); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if notebook.Nbformat != 4 || notebook.Minor != 5 || len(notebook.Cells) == 0 {
			t.Errorf("%s: format %d.%d, %d cells", name, notebook.Nbformat, notebook.Minor, len(notebook.Cells))
		}
		notebook.Metadata.check(t, name)
		seen := map[string]bool{}
		for _, c := range notebook.Cells {
			if !cellID.MatchString(c.ID) || seen[c.ID] || len(c.Source) == 0 {
				t.Errorf("%s: cell %q: its id is not one, or not the only one, or it is empty", name, c.ID)
			}
			seen[c.ID] = true
			if len(c.Outputs) > 0 || c.ExecutionCount != nil {
				t.Errorf("%s: cell %s is stored with what it gave", name, c.ID)
			}
		}
	}
}

func TestTextNotebooks(t *testing.T) {
	formats := map[string]string{".md": "myst", ".py": "percent"}
	for _, ext := range []string{".md", ".py"} {
		for _, name := range withExtension(t, ext) {
			header, body := splitHeader(t, name)
			var m metadata
			if err := yaml.Unmarshal([]byte(header), &m); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			m.check(t, name)
			representation := m.Jupytext.TextRepresentation
			if representation.Extension != ext || representation.FormatName != formats[ext] || m.Jupytext.Filter != "nbhosting" {
				t.Errorf("%s: jupytext %+v", name, m.Jupytext)
			}
			if !strings.Contains(body, "\n```{code-cell} ipython3\n") && !strings.Contains(body, "\n# %%\n") {
				t.Errorf("%s has no cells", name)
			}
		}
	}
}

// splitHeader cuts the YAML header off a text notebook. In Python its lines are
// comments, and it is all under one key.
func splitHeader(t *testing.T, name string) (header, body string) {
	t.Helper()
	text := read(t, name)
	separator := "---\n"
	if path.Ext(name) == ".py" {
		separator = "# ---\n"
	}
	parts := strings.SplitN(text, separator, 3)
	if len(parts) != 3 || parts[0] != "" {
		t.Fatalf("%s has no header", name)
	}
	header = parts[1]
	if path.Ext(name) == ".py" {
		header = strings.TrimPrefix(header, "# jupyter:\n")
		header = regexp.MustCompile(`(?m)^#   `).ReplaceAllString(header, "")
	}
	return header, parts[2]
}

func withExtension(t *testing.T, ext string) []string {
	t.Helper()
	var found []string
	for _, name := range notebooks(t) {
		if path.Ext(name) == ext {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		t.Fatalf("no notebook ends in %s", ext)
	}
	return found
}
