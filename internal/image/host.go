package image

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// cleanupLimit is how long a program that was asked to end may take to tidy up.
const cleanupLimit = 10 * time.Second

// Host is what builds need of the machine that asks for them. Every field may be empty.
type Host struct {
	Environ    []string // NAME=value; nil is that of this process
	CABundle   string   // path of the certificates that this machine trusts; they need not be there
	Mmdebstrap string   // program that puts Debian packages together
}

// passedOn are the variables by which a machine says how it reaches its package index.
var passedOn = []string{
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST",
}

func (h Host) mmdebstrap() string {
	if h.Mmdebstrap == "" {
		return "mmdebstrap"
	}
	return h.Mmdebstrap
}

func (h Host) caBundle() string {
	if h.CABundle == "" {
		return "/etc/ssl/certs/ca-certificates.crt"
	}
	return h.CABundle
}

// buildArgs returns what a build is told of this machine.
func (h Host) buildArgs() map[string]string {
	environ := h.Environ
	if environ == nil {
		environ = os.Environ()
	}
	args := make(map[string]string)
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if value != "" && slices.Contains(passedOn, name) {
			args[name] = value
		}
	}
	return args
}

// buildContext packs recipes and the certificates that this machine trusts,
// which an index behind a company's proxy may need. Equal files give an equal archive.
func (h Host) buildContext(recipes fs.FS) (io.Reader, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err := fs.WalkDir(recipes, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(recipes, path)
		if err != nil {
			return err
		}
		return addFile(w, path, data)
	})
	if err != nil {
		return nil, err
	}
	certificates, err := os.ReadFile(h.caBundle())
	if err == nil {
		err = addFile(w, "ca-certificates.crt", certificates)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return &archive, w.Close()
}

func addFile(w *tar.Writer, path string, data []byte) error {
	if err := w.WriteHeader(&tar.Header{Name: path, Mode: 0o644, Size: int64(len(data))}); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}
