package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Thin removes versions of all histories: those of the last day stay; before, the
// last of each hour for a week; before, the last of each day (UTC). The newest
// version, the newest base of merges, and what was replaced in the last week stay
// in any case. What cannot be thinned stays as it is, and is told with the error.
func (s *Store) Thin(ctx context.Context, now time.Time) error {
	courses, err := dirs(s.dir)
	errs := []error{err}
	for _, course := range courses {
		students, err := dirs(filepath.Join(s.dir, course))
		errs = append(errs, err)
		for _, student := range students {
			if ctx.Err() != nil {
				return errors.Join(append(errs, context.Cause(ctx))...)
			}
			key, err := nbhosting.ParseKey(course, student)
			if err == nil {
				err = s.thinHeld(ctx, key, now)
			}
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// dirs returns the names of the directories in a directory.
func dirs(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (s *Store) thinHeld(ctx context.Context, key nbhosting.Key, now time.Time) error {
	if s.Hold != nil {
		done, err := s.Hold(key.Course)
		if nbhosting.KindOf(err) == nbhosting.Unavailable { // the next time
			return nil
		}
		if err != nil {
			return err
		}
		defer done()
	}
	return s.thinWorkspace(ctx, key, usual, now)
}

const newSuffix = ".new"

// thinWorkspace thins the histories of a workspace's notebooks.
func (s *Store) thinWorkspace(ctx context.Context, key nbhosting.Key, r rule, now time.Time) error {
	dir, err := s.workspace(key)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var errs []error
	for _, e := range entries {
		if ctx.Err() != nil {
			return errors.Join(append(errs, context.Cause(ctx))...)
		}
		name := strings.TrimSuffix(e.Name(), newSuffix)
		info, err := e.Info()
		if err != nil || !strings.HasSuffix(name, packSuffix) {
			continue
		}
		if e.Name() == name && r == usual && info.Mode().Perm() == sealed {
			continue
		}
		p, release := s.packs.acquire(filepath.Join(dir, name))
		err = s.thinPack(p, r, now)
		release()
		if err != nil {
			errs = append(errs, fmt.Errorf("thin %s: %w", p.path, err))
		}
	}
	return errors.Join(errs...)
}

// sealed is the mode of packs of which the usual rule removes nothing more until
// a version is added: they need not be read.
const sealed = 0o400

func (s *Store) thinPack(p *pack, r rule, now time.Time) error {
	p.thinning.Lock()
	defer p.thinning.Unlock()
	if err := os.Remove(p.path + newSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a program that was killed
		return err
	}
	n, err := s.begin(p, r, now)
	if n == nil || err != nil {
		return err
	}
	defer n.close()
	if err := n.copyTo(len(n.old)); err != nil {
		return err
	}
	if err := n.to.f.Sync(); err != nil {
		return err
	}
	return n.replace()
}

// begin opens all that is needed to thin a pack; nil if nothing is to be removed.
func (s *Store) begin(p *pack, r rule, now time.Time) (*renewal, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, err := p.open(os.O_RDONLY)
	if err != nil || f == nil {
		return nil, err
	}
	n := &renewal{pack: p, store: s, from: f, old: p.entries[:len(p.entries):len(p.entries)], moved: map[int64]int64{}}
	n.stays = r.stay(n.old, now)
	if p.foreign > 0 || !n.removes() {
		err := p.seal(f, now)
		return nil, errors.Join(err, f.Close())
	}
	n.damaged = p.skipped > 0
	if err := n.create(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return n, nil
}

// seal tells later runs that there is nothing to be done, if that is so. The mutex is held.
func (p *pack) seal(f *os.File, now time.Time) error {
	for _, e := range p.entries {
		if now.Sub(time.UnixMilli(e.Milli)) < settled {
			return nil
		}
	}
	if err := f.Chmod(sealed); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	p.identity = identityOf(info)
	return nil
}
