package settings

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// Layer is one of the places where settings are looked for.
type Layer string

// The layers, lowest first.
const (
	LayerDotted Layer = ".nbhosting" // the directory .nbhosting of the repository
	LayerPlain  Layer = "nbhosting"  // the directory nbhosting of the repository
	LayerLocal  Layer = "local"      // the site's own directory for the course
)

// Layers returns all layers, lowest first.
func Layers() []Layer { return []Layer{LayerDotted, LayerPlain, LayerLocal} }

// The files of a layer.
const (
	YAMLFile     = "nbhosting.yaml"
	MappingsFile = "static-mappings"
	TracksFile   = "tracks.py"
)

// File is a settings file of a layer.
type File struct {
	Layer Layer
	Path  string // as findings name it
}

// locate returns the file called name of a layer.
func (e *evaluation) locate(layer Layer, name string) File {
	if layer == LayerLocal {
		return File{layer, path.Join(string(layer), string(e.in.Course), name)}
	}
	return File{layer, path.Join(string(layer), name)}
}

// read returns the text of a settings file, and whether it exists.
func (e *evaluation) read(layer Layer, name string) (string, bool, error) {
	text, err := e.in.Read(layer, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("read %s: %w", e.locate(layer, name).Path, err)
	}
	return string(text), true, nil
}

// readLayers reads the YAML file of every layer into what is said.
func (e *evaluation) readLayers(ctx context.Context) error {
	dotted := ""
	for _, layer := range Layers() {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, exists, err := e.read(layer, YAMLFile)
		if err != nil {
			return err
		}
		file := e.locate(layer, YAMLFile).Path
		switch {
		case !exists:
		case layer == LayerPlain && text != "" && text == dotted:
			// One directory may be a symlink to the other: each list would be there twice.
			e.warn(place{file: file}, "This file is the same as %s, and is read once. Remove one of the two.", e.locate(LayerDotted, YAMLFile).Path)
		default:
			r := reader{report: &e.report, file: file, said: &e.said, budget: maxValues}
			r.document(text)
		}
		if layer == LayerDotted {
			dotted = text
		}
	}
	return nil
}

// highest returns the file called name that rules, nil if there is none, and
// its text. Of two in the repository itself, the loser is reported: a local one
// is there in order to win.
func (e *evaluation) highest(name string) (*File, string, error) {
	var found *File
	var content string
	for _, layer := range slices.Backward(Layers()) {
		text, exists, err := e.read(layer, name)
		switch {
		case err != nil:
			return nil, "", err
		case !exists:
		case found == nil:
			file := e.locate(layer, name)
			found, content = &file, text
		case found.Layer != LayerLocal:
			e.warn(place{file: e.locate(layer, name).Path}, "This file is ignored, because %s is used. Remove one of the two.", found.Path)
		}
	}
	return found, content, nil
}
