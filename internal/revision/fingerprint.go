package revision

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// format is that of a revision's tree, and of what is read in a repository.
// Whoever changes one of them changes this, so that courses are published anew.
const format = 3

// fingerprint stands for all that a revision is made of: its commit, what the
// site says of the course, and the program that makes it. Submodules are part of
// the commit.
func (s *Store) fingerprint(name nbhosting.CourseName, commit git.Commit) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d %q %s\n", format, s.Version, commit.Hash)
	for _, file := range []string{settings.YAMLFile, settings.MappingsFile, settings.TracksFile} {
		text, err := readLocal(s.localDir(name), file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("read what the site says of %s: %w", name, err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", file, len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
