package notebook_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// python returns a Python that can import module, or skips the test.
func python(t *testing.T, module string) string {
	t.Helper()
	program, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	if err := exec.CommandContext(t.Context(), program, "-c", "import "+module).Run(); err != nil {
		t.Skip("python3 has no " + module)
	}
	return program
}

// TestJupytextAgrees compares with jupytext itself, where it is installed.
func TestJupytextAgrees(t *testing.T) {
	program := python(t, "jupytext")
	files, err := filepath.Glob("testdata/jupytext/*.*")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, c := range textCases {
		if c.unlikeJupytext != "" {
			continue
		}
		file := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+c.ext)
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	out, err := exec.CommandContext(t.Context(), program, append([]string{"testdata/peer.py"}, files...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var theirs map[string][]*string
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		info, _ := notebook.Read(file, content)
		title := strings.TrimSuffix(file, filepath.Ext(file))
		if their := theirs[file][0]; their != nil {
			title = *their
		}
		if version := *theirs[file][1]; info.Title != title || info.Version != version {
			t.Errorf("%s: got %q, %q; jupytext has %q, %q", file, info.Title, info.Version, title, version)
		}
	}
}

// TestPythonTakesTheSameJSON compares with the reader that Jupyter uses.
func TestPythonTakesTheSameJSON(t *testing.T) {
	program := python(t, "json")
	for _, text := range append(jsonTexts, "{}", "[]", "\xff", "{\"a\": \"\xc3\x28\"}", "\xEF\xBB\xBF{}") {
		content := `{"metadata": {}, "x": ` + text + `}`
		command := exec.CommandContext(t.Context(), program, "-c", `import json, sys; json.loads(sys.stdin.buffer.read().decode("utf-8"))`)
		command.Stdin = strings.NewReader(content)
		theirs := command.Run()
		if _, ours := notebook.Read("x.ipynb", []byte(content)); (ours == nil) != (theirs == nil) {
			t.Errorf("%q: got %v, Python %v", text, ours, theirs)
		}
	}
}

// jupyterPython returns a Python that has Jupyter, or skips the test.
func jupyterPython(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("NBHOSTING_TEST_PYTHON_BIN")
	program := filepath.Join(dir, "python")
	if _, err := os.Stat(program); dir == "" || err != nil {
		if os.Getenv("NBHOSTING_TEST") == "require" {
			t.Fatal("no Python environment with Jupyter (NBHOSTING_TEST_PYTHON_BIN)")
		}
		t.Skip("no Python environment with Jupyter (NBHOSTING_TEST_PYTHON_BIN)")
	}
	return program
}

// TestIpynbIsWrittenAsNbformatDoes has Jupyter's own library read a notebook that
// another program wrote, and write it.
func TestIpynbIsWrittenAsNbformatDoes(t *testing.T) {
	program := jupyterPython(t)
	for name, source := range map[string]string{
		"lines": `"a\nb\r\nc\rd\u000be\u000cf\u001cg\u0085h\u2028i\u2029j"`, "list": `["a", "b\nc", "\n"]`, "escapes": `"\u00e9\u0001\u007f\/\"\\\ud835\udcb3 <&>"`,
	} {
		content := `{"nbformat_minor": 5, "nbformat": 4, "metadata": {"z": {"é": 1.5, "e\u0000": [], "\uD835\udcb3": {}, "\uffff": [{}, [1, true]]}, "a": null}, "cells": [
			{"id": "b", "cell_type": "code", "execution_count": null, "metadata": {}, "source": ` + source + `, "outputs": [
			{"output_type": "stream", "name": "stdout", "text": ` + source + `}, {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["a\nb"]},
			{"output_type": "display_data", "metadata": {}, "data": {"text/html": ` + source + `, "image/png": ` + source + `, "image/svg+xml": ` + source + `, "application/x+json": ["a\n"]}}]},
			{"id": "a", "cell_type": "raw", "metadata": {}, "attachments": {"a": {"text/plain": ` + source + `}}, "source": ` + source + `}]}`
		d, err := notebook.Parse("a.ipynb", []byte(content))
		if err != nil {
			t.Fatal(err)
		}
		ours, err := d.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), program, "-c", `
import sys, nbformat
n = nbformat.reads(sys.stdin.buffer.read().decode(), 4)
nbformat.validate(n)
sys.stdout.buffer.write((nbformat.writes(n) + "\n").encode())`)
		command.Stdin, command.Stderr = strings.NewReader(content), os.Stderr
		theirs, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(theirs), string(ours)); diff != "" {
			t.Errorf("%s (-Jupyter, +ours)\n%s", name, diff)
		}
	}
}
