package notebook_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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
