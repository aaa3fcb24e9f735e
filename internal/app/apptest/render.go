package apptest

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
)

// isRendering tells whether a program is to render a notebook that is shared.
func isRendering(spec runtime.Spec) bool { return spec.Labels["nbhosting.share"] != "" }

// Render is what stands for nbconvert: the page is the text of the notebook.
func Render(spec runtime.Spec) fake.Program {
	var request struct{ Title string }
	dir := spec.Mounts[0].Source
	told, err := os.ReadFile(filepath.Join(dir, "request.json"))
	if err == nil {
		err = json.Unmarshal(told, &request)
	}
	if err != nil {
		return fake.Exit(1, err.Error())
	}
	notebook, err := os.ReadFile(filepath.Join(dir, "notebook"))
	if err != nil {
		return fake.Exit(1, err.Error())
	}
	return fake.Exit(0, fmt.Sprintf("{\"answer\": \"page\"}\n<title>%s</title><pre>%s</pre>", html.EscapeString(request.Title), html.EscapeString(string(notebook))))
}
