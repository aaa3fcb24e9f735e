package merge_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/merge"
	"github.com/nbhosting/nbhosting/internal/notebook"
)

// The tests write notebooks in one line: cells are separated by " | ", and each is
//
//	ID:SOURCE           a code cell; without the colon if it has no id
//	ID:SOURCE > OUTPUT  one that was run
//	ID:#SOURCE          a Markdown cell
//	… !WORD             with a mark that a merge left in its metadata
//
// In results, notes are <mine> and <theirs>, and an id that the merge made is ?.

var options = merge.Options{MineMark: "<mine>", TheirsMark: "<theirs>"}

// build returns the notebook of a line; its cells have ids if any of them has.
func build(line string) []byte {
	minor := 4
	cells := []any{}
	for part := range strings.SplitSeq(line, " | ") {
		if part == "" {
			continue
		}
		id, text, hasID := strings.Cut(part, ":")
		if !hasID {
			text = part
		}
		text, output, hasOutput := strings.Cut(text, " > ")
		cell := map[string]any{"cell_type": "code", "metadata": map[string]any{}, "source": text, "outputs": []any{}, "execution_count": nil}
		if source, found := strings.CutPrefix(text, "#"); found {
			cell = map[string]any{"cell_type": "markdown", "metadata": map[string]any{}, "source": source}
		}
		if hasID {
			minor, cell["id"] = 5, id
		}
		if hasOutput {
			cell["outputs"] = []any{map[string]any{"output_type": "stream", "name": "stdout", "text": output}}
			cell["execution_count"] = 1
		}
		cells = append(cells, cell)
	}
	content, err := json.Marshal(map[string]any{"nbformat": 4, "nbformat_minor": minor, "metadata": map[string]any{}, "cells": cells})
	if err != nil {
		panic(err)
	}
	return content
}

// show is the inverse of build; ids that are not in known become question marks.
func show(t *testing.T, content []byte, known string) string {
	t.Helper()
	d, err := notebook.Parse("a.ipynb", content)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, c := range d.Cells {
		text := c.Source
		var own struct{ Merge string }
		_ = json.Unmarshal(c.Metadata["nbhosting"], &own)
		if own.Merge == "note" {
			parts = append(parts, text)
			continue
		}
		if c.Type == notebook.Markdown {
			text = "#" + text
		}
		if c.ID != "" && strings.Contains(" "+known, " "+c.ID+":") {
			text = c.ID + ":" + text
		} else if c.ID != "" {
			text = "?:" + text
		}
		if c.HasOutputs() {
			var outputs []struct{ Text []string }
			if err := json.Unmarshal(c.Outputs, &outputs); err != nil {
				t.Fatal(err)
			}
			text += " > " + strings.Join(outputs[0].Text, "")
		}
		if own.Merge != "" {
			text += " !" + own.Merge
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " | ")
}

// counts writes a summary as "added 1, kept 2".
func counts(s merge.Summary) string {
	var parts []string
	for _, c := range []struct {
		name string
		n    int
	}{{"added", s.Added}, {"updated", s.Updated}, {"removed", s.Removed}, {"kept", s.Kept}, {"conflicts", s.Conflicts}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprint(c.name, " ", c.n))
		}
	}
	return strings.Join(parts, ", ")
}
