package snapshot

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"sync"

	"github.com/nbhosting/nbhosting"
)

// Pages typeset mathematics with MathJax, and some outputs load what they need with RequireJS.
// nbconvert has browsers fetch both from elsewhere, where it is then known who reads
// what; here they come from this site. Pages that are shared keep these addresses for ever.
// MathJax 3.2.2 is tex-svg-full.js of the npm package mathjax: the one that is complete in a file.
//
//go:embed libraries/mathjax.js libraries/require.js
var libraryFiles embed.FS

// LibrariesPath is the URL path below which the libraries of all pages are. No
// course has this name.
const LibrariesPath = PathPrefix + "-/"

func libraryPath(name string) string { return LibrariesPath + name }

// Library is a script that pages load.
type Library struct {
	Text, Gzip []byte
	Hash       string
}

// OpenLibrary returns the library of that name, else NotFound.
func OpenLibrary(name string) (Library, error) {
	l, ok := libraries()[name]
	if !ok {
		return l, nbhosting.Errorf(nbhosting.NotFound, "There is no such file.")
	}
	return l, nil
}

// libraries panics if a file cannot be read: they are part of the program, and a test reads them.
var libraries = sync.OnceValue(func() map[string]Library {
	all := map[string]Library{}
	for _, name := range []string{"mathjax.js", "require.js"} {
		text, err := fs.ReadFile(libraryFiles, "libraries/"+name)
		if err != nil {
			panic(err)
		}
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		if _, err := z.Write(text); err != nil {
			panic(err)
		}
		if err := z.Close(); err != nil {
			panic(err)
		}
		hash := sha256.Sum256(text)
		all[name] = Library{Text: text, Gzip: zipped.Bytes(), Hash: hex.EncodeToString(hash[:8])}
	}
	return all
})
