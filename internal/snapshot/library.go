package snapshot

import (
	"embed"

	"github.com/nbhosting/nbhosting"
)

// Pages typeset mathematics with MathJax, and some outputs load what they need with RequireJS.
// nbconvert has browsers fetch both from elsewhere, where it is then known who reads
// what; here they come from this site. Pages that are shared keep these addresses for ever.
// MathJax 3.2.2 is tex-svg-full.js of the npm package mathjax: the one that is complete in a file.
//
//go:embed libraries/mathjax.js libraries/require.js
var libraries embed.FS

// LibrariesPath is the URL path below which the libraries of all pages are. No
// course has this name.
const LibrariesPath = PathPrefix + "-/"

func libraryPath(name string) string { return LibrariesPath + name }

// Library returns the library that a page loads by that name, else NotFound.
func Library(name string) ([]byte, error) {
	text, err := libraries.ReadFile("libraries/" + name)
	if err != nil {
		return nil, nbhosting.Because(err, nbhosting.NotFound, "There is no such file.")
	}
	return text, nil
}
