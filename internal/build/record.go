package build

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/nbhosting/nbhosting/internal/settings"
)

// RecordFile is what we say of a result, at its top. It is not part of the book.
const RecordFile = ".nbhosting-build.json"

// record is what RecordFile holds.
type record struct {
	Commit  string    `json:"commit"`
	BuiltAt time.Time `json:"built_at"`
	Digest  string    `json:"digest"` // of all that the result depends on
	Entry   string    `json:"entry"`  // the page to begin with: a URL below the result's
}

// digest names all that a result depends on: with the same digest, a build need
// not run again.
func digest(commit, image string, s settings.Build) string {
	text, err := json.Marshal(struct{ Commit, Image, Directory, ResultFolder, EntryPoint, Script string }{
		commit, image, s.Directory, s.ResultFolder, s.EntryPoint, s.Script,
	})
	if err != nil {
		panic(err) // strings can be written
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func (rec record) write(root *os.Root) error {
	text, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	return root.WriteFile(RecordFile, text, 0o644)
}

// read sets what is known of the result. The system that came before wrote no record,
// and one that cannot be read is as good as none.
func (r *Result) read() error {
	text, err := r.root.ReadFile(RecordFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && json.Unmarshal(text, &r.rec) == nil {
		r.Commit, r.BuiltAt = r.rec.Commit, r.rec.BuiltAt
		return nil
	}
	r.rec = record{}
	info, err := r.root.Stat(".")
	if err != nil {
		return err
	}
	r.Commit, r.BuiltAt = r.Name, info.ModTime()
	return nil
}
