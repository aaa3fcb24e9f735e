package e2e_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// notebook returns an .ipynb file with the given cells of code.
func notebook(t *testing.T, cells ...string) string {
	t.Helper()
	type cell map[string]any
	all := []cell{}
	for i, source := range cells {
		all = append(all, cell{
			"cell_type": "code", "id": string(rune('a' + i)), "metadata": cell{}, "execution_count": nil, "outputs": []any{}, "source": source,
		})
	}
	text, err := json.Marshal(cell{
		"cells": all, "nbformat": 4, "nbformat_minor": 5,
		"metadata": cell{"kernelspec": cell{"name": "python3", "display_name": "Python 3", "language": "python"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// outputs returns the texts that the cells of a notebook file have printed.
func outputs(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var nb struct {
		Cells []struct {
			Outputs []struct{ Text any }
		}
	}
	if json.Unmarshal(text, &nb) != nil {
		return "" // it is being written
	}
	var all strings.Builder
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			line, err := json.Marshal(o.Text)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(line)
		}
	}
	return all.String()
}

// tour is a course that uses all that a server shows of one.
func tour(t *testing.T) map[string]string {
	return map[string]string{
		"w1/intro.ipynb":    notebook(t, "secret_word = 'plum' + 'age'", "print(secret_word.upper())", "import mine; print(mine.answer, open('data/numbers.csv').read())"),
		"w1/été 100%.ipynb": notebook(t, "print('ac' + 'cents')"),
		"v1.2-text.md": "---\njupytext:\n  text_representation: {extension: .md, format_name: myst}\nkernelspec: {name: python3, display_name: Python 3, language: python}\n---\n" +
			"# A text\n\n```{code-cell}\nprint('from ' + 'myst')\n```\n",
		"percent.py":       "# ---\n# jupyter:\n#   jupytext: {text_representation: {extension: .py, format_name: percent}}\n#   kernelspec: {name: python3, display_name: Python 3, language: python}\n# ---\n\n# %%\nprint('from ' + 'percent')\n",
		"data/numbers.csv": "one,two\n",
		"modules/mine.py":  "answer = 41 + 1\n",
	}
}
