package revision

import (
	"encoding/json"
	"fmt"
	"os"
	"unicode/utf8"

	"github.com/nbhosting/nbhosting/internal/notebook"
)

// manifest says of what a tree was made, so that the next one need not make the
// same again. It knows nothing of what is hidden: students can read it.
type manifest struct {
	Files     map[string]made    `json:"files"`        // by path in the tree
	Notebooks map[string]reading `json:"notebooks"`    // by path in the course; also text that is no notebook
	Pointers  []string           `json:"lfs_pointers"` // objects that are Git LFS pointers
}

// made is what a file was made of.
type made struct {
	Object     string `json:"object"`
	Executable bool   `json:"executable,omitempty"`
}

// reading is what was read in a notebook.
type reading struct {
	Object  string        `json:"object"`
	Info    notebook.Info `json:"info"`
	Line    int           `json:"line,omitempty"`
	Problem string        `json:"problem,omitempty"` // why it cannot be read
}

func newManifest() manifest {
	return manifest{Files: map[string]made{}, Notebooks: map[string]reading{}, Pointers: []string{}}
}

// readManifest reads that of the tree in root.
func readManifest(root *os.Root, dir string) (manifest, error) {
	m := newManifest()
	text, err := root.ReadFile(dir + "/" + manifestFile)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return newManifest(), fmt.Errorf("%s: %w", manifestFile, err)
	}
	return m, nil
}

// note adds a file. A name that JSON cannot hold would come back as another one.
func (m *manifest) note(path string, of made) {
	if utf8.ValidString(path) {
		m.Files[path] = of
	}
}
