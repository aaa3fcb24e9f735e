package revision

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/nbhosting/nbhosting"
)

// published is the revision that is served; its zero value is none.
type published struct {
	dir string // its name among the revisions
	record
}

// published returns the revision of a course that is served. One that cannot be
// read is as good as none: it is made anew.
func (s *Store) published(name nbhosting.CourseName) published {
	dir, err := os.Readlink(filepath.Join(s.RevisionsDir(name), currentLink))
	if err != nil {
		return published{}
	}
	p := published{dir: dir}
	for file, into := range map[string]any{recordFile: &p.record, contentsFile: new(Contents)} {
		text, err := os.ReadFile(filepath.Join(s.RevisionsDir(name), dir, file))
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			s.Logger.Warn("the published revision cannot be read", "course", name, "revision", dir, "err", err)
			return published{}
		}
	}
	return p
}
