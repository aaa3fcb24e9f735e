package course

import (
	"strings"
	"unicode"

	"github.com/distribution/reference"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git"
)

func checkGitURL(url string) error {
	if err := git.CheckURL(url); err != nil {
		return nbhosting.Because(err, nbhosting.Invalid, "This cannot be the address of a git repository: %v.", err)
	}
	return nil
}

func checkImage(image string) error {
	if _, err := reference.ParseNormalizedNamed(image); err != nil {
		return nbhosting.Because(err, nbhosting.Invalid, "%q cannot be the name of an image: %v.", image, err)
	}
	return nil
}

// maxBranch bounds the name of a branch, in bytes: git keeps it as a file's name.
const maxBranch = 200

// checkBranch refuses what git does not take for the name of a branch (git
// check-ref-format). No name stands for the branch that the remote says is its default.
func checkBranch(branch string) error {
	wrong := len(branch) > maxBranch || strings.ContainsFunc(branch, unicode.IsControl) || strings.ContainsAny(branch, " ~^:?*[\\") ||
		strings.HasPrefix(branch, "-") || strings.HasSuffix(branch, ".") ||
		strings.Contains(branch, "..") || strings.Contains(branch, "@{") || branch == "@"
	for part := range strings.SplitSeq(branch, "/") {
		wrong = wrong || branch != "" && part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock")
	}
	if wrong {
		return nbhosting.Errorf(nbhosting.Invalid, "%q cannot be the name of a branch.", branch)
	}
	return nil
}
