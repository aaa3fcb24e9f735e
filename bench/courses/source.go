package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nbhosting/nbhosting/internal/git"
)

const perWeek = 40 // notebooks of a directory

// writeCourse makes the repository of a course: notebooks in directories, and
// settings with a section for each of these.
func writeCourse(ctx context.Context, dir string, notebooks int) error {
	var settings strings.Builder
	settings.WriteString("tracks:\n- id: course\n  name: The course\n  description: All of it\n  sections:\n")
	for i := range notebooks {
		week := fmt.Sprintf("week-%02d", i/perWeek)
		if i%perWeek == 0 {
			fmt.Fprintf(&settings, "  - name: %s\n    notebooks: [\"%s/*\"]\n", week, week)
		}
		path := filepath.Join(dir, week, fmt.Sprintf("notebook-%03d.ipynb", i%perWeek))
		if err := writeNotebook(path, fmt.Sprint(i)); err != nil {
			return err
		}
	}
	if err := writeFile(filepath.Join(dir, "nbhosting", "nbhosting.yaml"), settings.String()); err != nil {
		return err
	}
	return git.Runner{}.Snapshot(ctx, dir, "A course")
}

// writeNotebook writes a notebook of some 20 KB that no other is like.
func writeNotebook(path, mark string) error {
	type cell map[string]any
	var cells []cell
	for i := range 40 {
		source := fmt.Sprintf("# %s, cell %d\n%s", mark, i, strings.Repeat("x = [i ** 2 for i in range(10)]\n", 8))
		cells = append(cells, cell{
			"cell_type": "code", "execution_count": nil, "metadata": cell{}, "outputs": []any{},
			"source": strings.SplitAfter(source, "\n"),
		})
	}
	text, err := json.MarshalIndent(cell{
		"cells": cells, "nbformat": 4, "nbformat_minor": 5,
		"metadata": cell{"nbhosting": cell{"title": "Notebook " + mark, "version": "1.2"}},
	}, "", " ")
	if err != nil {
		return err
	}
	return writeFile(path, string(text))
}

const localTrack = "local"

// writeLocal writes settings of the site for the course, which it never had before.
func writeLocal(root, name string) error {
	return writeFile(filepath.Join(root, "local", name, "nbhosting.yaml"),
		"tracks-filter: ["+localTrack+"]\ntracks:\n- {id: "+localTrack+", name: Local, description: d, sections: [{name: s, notebooks: [\"*/*\"]}]}\n")
}

func writeFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
