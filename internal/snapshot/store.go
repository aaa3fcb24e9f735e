package snapshot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/nbhosting/nbhosting"
)

// entry is what is remembered of a share.
type entry struct {
	ID       string    `json:"id"`
	File     string    `json:"file"`
	Title    string    `json:"title"`
	SharedAt time.Time `json:"shared_at"`
	Commit   string    `json:"commit,omitempty"` // that the course was at
	Bytes    int64     `json:"bytes"`
	Missing  []string  `json:"missing,omitempty"`
}

func (e entry) share(course nbhosting.CourseName) Share {
	return Share{ID: e.ID, File: e.File, Title: e.Title, Path: urlPath(course, e.ID), SharedAt: e.SharedAt, Missing: e.Missing}
}

// record is what a student shares in a course, as it is written.
type record struct {
	Shares []entry `json:"shares"`
}

const (
	recordsDir = ".students"
	pageEnding = ".html"
	maxShares  = 100 // of a student in a course
)

// pageName is what pages are called: at random, and by earlier systems by a hash.
var pageName = regexp.MustCompile(`^([a-z0-9]{26}|[0-9a-f]{40})\.html$`)

func (s *Snapshots) courseDir(course nbhosting.CourseName) string {
	return filepath.Join(s.dir, string(course))
}

func (s *Snapshots) recordPath(key nbhosting.Key) string {
	return filepath.Join(s.courseDir(key.Course), recordsDir, string(key.Student)+".json")
}

func (s *Snapshots) pagePath(course nbhosting.CourseName, id string) string {
	return filepath.Join(s.courseDir(course), id+pageEnding)
}

// publish makes a page readable, and remembers it.
func (s *Snapshots) publish(key nbhosting.Key, page []byte, e entry) (Share, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec, err := s.load(key)
	if err != nil {
		return Share{}, err
	}
	e.ID, e.Bytes = strings.ToLower(rand.Text()), int64(len(page))
	total := e.Bytes
	rec.Shares = slices.DeleteFunc(rec.Shares, func(other entry) bool {
		if other.File == e.File {
			e.ID = other.ID
			return true
		}
		total += other.Bytes
		return false
	})
	switch {
	case len(rec.Shares) >= maxShares:
		return Share{}, nbhosting.Errorf(nbhosting.Conflict, "You share %d notebooks of this course already. Withdraw one that nobody reads any more.", maxShares)
	case total > s.MaxBytes:
		return Share{}, nbhosting.Errorf(nbhosting.Conflict, "What you share of this course would take more than the %d MB that there are for it. Withdraw a notebook that nobody reads any more.", s.MaxBytes>>20)
	}
	rec.Shares = append(rec.Shares, e)
	if err := s.writeFile(s.pagePath(key.Course, e.ID), page); err != nil {
		return Share{}, err
	}
	// Cut off here, the page has a name that nobody knows.
	if err := s.save(key, rec); err != nil {
		return Share{}, err
	}
	return e.share(key.Course), nil
}

// List returns what a student shares, the newest first.
func (s *Snapshots) List(key nbhosting.Key) ([]Share, error) {
	if _, err := nbhosting.ParseKey(string(key.Course), string(key.Student)); err != nil {
		return nil, err
	}
	rec, err := s.load(key)
	if err != nil {
		return nil, err
	}
	shares := make([]Share, len(rec.Shares))
	for i, e := range rec.Shares {
		shares[i] = e.share(key.Course)
	}
	slices.SortStableFunc(shares, func(a, b Share) int { return b.SharedAt.Compare(a.SharedAt) })
	return shares, nil
}

// Withdraw takes a page away. The notebook gets another name if it is shared again.
func (s *Snapshots) Withdraw(_ context.Context, key nbhosting.Key, id string) error {
	if _, err := nbhosting.ParseKey(string(key.Course), string(key.Student)); err != nil {
		return err
	}
	done, err := s.Courses.Use(key.Course)
	if err != nil {
		return err
	}
	defer done()
	s.mu.Lock()
	defer s.mu.Unlock()
	rec, err := s.load(key)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rec.Shares, func(e entry) bool { return e.ID == id })
	if i < 0 {
		return nbhosting.Errorf(nbhosting.NotFound, "You share no such notebook. It may have been withdrawn already.")
	}
	if err := os.Remove(s.pagePath(key.Course, id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("withdraw a notebook: %w", err)
	}
	s.Logger.Info("notebook withdrawn", "course", key.Course, "student", key.Student, "file", rec.Shares[i].File)
	rec.Shares = slices.Delete(rec.Shares, i, i+1)
	return s.save(key, rec)
}

// Open opens a page by the last part of its URL, else NotFound.
func (s *Snapshots) Open(course nbhosting.CourseName, name string) (*os.File, error) {
	none := func(cause error) error {
		return nbhosting.Because(cause, nbhosting.NotFound, "There is no shared notebook at this address. It may have been withdrawn.")
	}
	if _, err := nbhosting.ParseCourseName(string(course)); err != nil || !pageName.MatchString(name) {
		return nil, none(err)
	}
	// Pages of earlier systems were not written by us: what is no file is not waited for.
	file, err := os.OpenFile(filepath.Join(s.courseDir(course), name), os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, none(err)
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(none(err), file.Close())
	}
	return file, nil
}

func (s *Snapshots) load(key nbhosting.Key) (record, error) {
	var rec record
	text, err := os.ReadFile(s.recordPath(key))
	if errors.Is(err, fs.ErrNotExist) {
		return rec, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &rec)
	}
	if err != nil {
		return rec, fmt.Errorf("what %s shares: %w", key, err)
	}
	return rec, nil
}

func (s *Snapshots) save(key nbhosting.Key, rec record) error {
	text, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	return s.writeFile(s.recordPath(key), append(text, '\n'))
}

// writeFile writes a file in a directory that is made if need be, all of it or
// nothing. What a program leaves that is killed goes with the rest of its work.
func (s *Snapshots) writeFile(file string, text []byte) (err error) {
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.MkdirAll(s.work(), 0o700)); err != nil {
		return err
	}
	temp, err := os.CreateTemp(s.work(), "new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), file)
}
