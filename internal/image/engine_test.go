package image_test

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nbhosting/nbhosting/internal/image"
)

// memoryEngine keeps images by name, and remembers what it was asked.
type memoryEngine struct {
	registry []string // what can be pulled
	images   []string
	builds   []build
	imported string // the content of the last import
	pull     func(ctx context.Context, progress io.Writer) error
}

type build struct {
	tag     string
	args    map[string]string
	files   map[string]string
	noCache bool
}

var errNoRegistry = errors.New("no such host")

func (e *memoryEngine) ImageExists(_ context.Context, ref string) (bool, error) {
	return slices.Contains(e.images, ref), nil
}

func (e *memoryEngine) PullImage(ctx context.Context, ref string, progress io.Writer) error {
	if e.pull != nil {
		return e.pull(ctx, progress)
	}
	if !slices.Contains(e.registry, ref) {
		return errNoRegistry
	}
	e.images = append(e.images, ref)
	return nil
}

func (e *memoryEngine) ImportImage(_ context.Context, ref string, archive io.Reader, _ []string) error {
	data, err := io.ReadAll(archive)
	e.imported = string(data)
	e.images = append(e.images, ref)
	return err
}

func (e *memoryEngine) BuildImage(_ context.Context, options image.BuildOptions, _ io.Writer) error {
	files, err := unpack(options.Context)
	if err != nil {
		return err
	}
	if base := options.Args["BASE"]; !slices.Contains(e.images, base) {
		return errors.New("no image " + base)
	}
	e.builds = append(e.builds, build{options.Tag, options.Args, files, options.NoCache})
	e.images = append(e.images, options.Tag)
	return nil
}

func unpack(archive io.Reader) (map[string]string, error) {
	files := make(map[string]string)
	for r := tar.NewReader(archive); ; {
		header, err := r.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files[header.Name] = string(data)
	}
}

// newHost has a program in the place of mmdebstrap, which runs the lines of script.
func newHost(t *testing.T, script string) image.Host {
	t.Helper()
	dir := t.TempDir()
	host := image.Host{Environ: []string{}, CABundle: filepath.Join(dir, "none.crt"), Mmdebstrap: filepath.Join(dir, "mmdebstrap")}
	if err := os.WriteFile(host.Mmdebstrap, []byte("#!/bin/sh\nset -eu\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return host
}

// writeArguments is a mmdebstrap that writes its arguments where the archive belongs.
const writeArguments = `for last; do :; done; printf '%s\n' "$@" >"$last"` + "\n"
