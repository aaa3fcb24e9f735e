package image

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"
	"slices"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/images"
)

const (
	recipeName = "Dockerfile"
	ignoreName = ".dockerignore"
	// startScript is what old Dockerfiles copy into their image. Our servers do not use it.
	startScript = "start-in-dir-as-uid.sh"
)

// courseContext returns what a course's build gets: its files but for those that
// its .dockerignore names, and what old Dockerfiles copy. A file of the same
// name in the course counts more: its author put it there on purpose.
func courseContext(course nbhosting.CourseName, layers []fs.FS) ([]overlaid, error) {
	files, err := overlay(layers)
	if err != nil {
		return nil, err
	}
	isRecipe := func(f overlaid) bool { return f.path == recipeName && f.mode.IsRegular() }
	if !slices.ContainsFunc(files, isRecipe) {
		return nil, nbhosting.Errorf(nbhosting.NotFound,
			"Course %s has no Dockerfile. It belongs into the course's repository, as nbhosting/Dockerfile or .nbhosting/Dockerfile, or into the directory local/%s of this site.", course, course)
	}
	if files, err = dropIgnored(files); err != nil {
		return nil, err
	}
	if err := checkSize(files); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(files, func(f overlaid) bool { return f.path == startScript }) {
		info, err := fs.Stat(images.Recipes, startScript)
		if err != nil {
			return nil, err
		}
		files = append(files, overlaid{tree: images.Recipes, path: startScript, mode: 0o755, size: info.Size()})
	}
	return files, nil
}

// dropIgnored drops what .dockerignore names. Engines leave that to whoever sends the files.
func dropIgnored(files []overlaid) ([]overlaid, error) {
	i := slices.IndexFunc(files, func(f overlaid) bool { return f.path == ignoreName && f.mode.IsRegular() })
	if i < 0 {
		return files, nil
	}
	ignored, err := readIgnored(files[i])
	if err != nil {
		return nil, nbhosting.Because(err, nbhosting.Invalid, "The file %s cannot be read: %v.", ignoreName, err)
	}
	var kept []overlaid
	for _, f := range files {
		drop, err := ignored.MatchesOrParentMatches(f.path)
		if err != nil {
			return nil, nbhosting.Because(err, nbhosting.Invalid, "The file %s holds a bad pattern: %v.", ignoreName, err)
		}
		if !drop || f.path == recipeName || f.path == ignoreName {
			kept = append(kept, f)
		}
	}
	return kept, nil
}

func readIgnored(f overlaid) (*patternmatcher.PatternMatcher, error) {
	file, err := f.tree.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	patterns, err := ignorefile.ReadAll(file)
	if err != nil {
		return nil, err
	}
	return patternmatcher.New(patterns)
}

// archive returns files as a tar archive, which is made while it is read: it may
// be large. Equal files give an equal archive. Whoever does not read to its end closes it.
func archive(files []overlaid) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		archive := tar.NewWriter(w)
		for _, f := range files {
			if err := f.pack(archive); err != nil {
				w.CloseWithError(err)
				return
			}
		}
		w.CloseWithError(archive.Close())
	}()
	return r
}

func (f overlaid) pack(archive *tar.Writer) error {
	header := &tar.Header{Name: f.path, Mode: int64(f.mode.Perm()), Size: f.size, Linkname: f.target, Typeflag: tar.TypeReg}
	switch f.mode.Type() {
	case fs.ModeDir:
		header.Name, header.Typeflag = f.path+"/", tar.TypeDir
	case fs.ModeSymlink:
		header.Typeflag = tar.TypeSymlink
	}
	if err := archive.WriteHeader(header); err != nil || !f.mode.IsRegular() {
		return err
	}
	file, err := f.tree.Open(f.path)
	if err != nil {
		return err
	}
	_, err = io.CopyN(archive, file, f.size)
	return errors.Join(err, file.Close())
}
