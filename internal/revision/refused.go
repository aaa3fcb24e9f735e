package revision

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/settings"
)

// refusedFile lies beside the revisions of a course while the last commit that
// was pulled is none of them.
const refusedFile = "refused.json"

// Refused is a commit that is not published because of its errors. What was
// published before it is served.
type Refused struct {
	Commit    string             `json:"commit"`
	Date      time.Time          `json:"date"`
	RefusedAt time.Time          `json:"refused_at"`
	Findings  []settings.Finding `json:"findings"`
}

// Refused returns the commit that the last pull of a course refused, or nil if
// it refused none.
func (s *Store) Refused(name nbhosting.CourseName) (*Refused, error) {
	text, err := os.ReadFile(filepath.Join(s.RevisionsDir(name), refusedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var r Refused
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return nil, fmt.Errorf("read what was refused of %s: %w", name, err)
	}
	return &r, nil
}

// noteRefused keeps why a commit is refused, for those who look at the course
// later. That it cannot is no reason to say anything else of the commit.
func (s *Store) noteRefused(p plan, findings []settings.Finding) {
	dir := s.RevisionsDir(p.course.Name)
	text, err := json.MarshalIndent(Refused{
		Commit: p.commit.Hash, Date: p.commit.Date, RefusedAt: time.Now().UTC(), Findings: findings,
	}, "", " ")
	temp := filepath.Join(dir, tempPrefix+refusedFile)
	if err == nil {
		err = os.WriteFile(temp, text, 0o644)
	}
	if err == nil {
		err = os.Rename(temp, filepath.Join(dir, refusedFile))
	}
	if err != nil {
		s.Logger.Error("why a commit is refused could not be kept", "course", p.course.Name, "commit", p.commit.Hash, "err", err)
	}
}

// forgetRefused is for a pull that refused nothing.
func (s *Store) forgetRefused(name nbhosting.CourseName) {
	err := os.Remove(filepath.Join(s.RevisionsDir(name), refusedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.Logger.Error("what was refused before could not be forgotten", "course", name, "err", err)
	}
}
